"""What stands for something: pronouns, "one", "the other", "there"; and what a clause is about and has to have looked for.

Anaphora is resolved by the most recent thing that fits (Hobbs 1978's rule of recency is enough where a conversation is about
a few things in view); where nothing fits, the word that is lost is handed back, and the character asks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from npc.conversation.amending import at_hand
from npc.conversation.clause import DEEDS
from npc.conversation.ellipsis import of_a_colour, of_two
from npc.conversation.identify import looks_for
from npc.language.kinds import COMMON, PERSON, RIVALS, akin, coloured, he_or_she, is_alive, is_anybody, to_look_for, whole_of
from npc.language.phrases import (
    COLOURS,
    ONE,
    OTHER,
    OTHER_KIND,
    PERSONAL,
    PRONOUN,
    colour_in,
    kind_of,
    plural,
    singular,
    thing_in,
)
from npc.language.places import read_relation
from npc.language.senses import Ask, Meaning, Sense
from npc.language.sentences import mentions
from npc.memory.ledger import Ledger, Meant

# Verbs behind which a word without an article is no thing.
_BARE = frozenset(
    {
        "stay",
        "keep",
        "stop",
        "wait",
        "stand",
        "hold",
        "calm",
        "shut",
        "listen",
        "sit",
        "lie",
        "run",
        "sing",
        "dance",
        "let",
        "rest",
    }
)
_WITH_ARTICLE = re.compile(r"\b(?:the|an?|that|this|these|those|my|your|our|his|her|their|some|any|all|both)\b", re.IGNORECASE)
_LETS = re.compile(
    r"(?:go )?(?:near|in|into|by|past|through|touch|take|eat|drink|open|use|steal|have|get|near to|close to) "
    r"(?P<thing>(?:the|that|this|my|your|those|these) .+)",
    re.IGNORECASE,
)
_BESIDE = re.compile(
    r"^ *(?:for (?:me|us) )?(?:over |right |just |here |there )*(?:by|near|beside|next to|behind|in front of|close to|"
    r"outside(?: of)?) ",
    re.IGNORECASE,
)
# Done to somebody, and seldom to a thing.
DONE_TO_SOMEBODY = frozenset(
    {
        "attack", "arrest", "catch", "chase", "fight", "get", "grab", "harm", "heal", "hit", "hunt", "hurt", "kick", "kill",
        "punch", "scare", "seize", "shoo", "shoot", "slay", "stab", "stop", "strike",
    }
)  # fmt: skip
_LINES = 3
_ATTACKS = DONE_TO_SOMEBODY - {"arrest", "catch", "get", "grab", "heal", "seize", "stop"}
_SHUT = frozenset({"close", "open", "lock", "unlock", "shut"})
_OPENED = frozenset({"chest", "door", "gate", "box", "barrel", "window", "bag", "cage", "cupboard", "cellar", "bottle"})
SUBJECTS = frozenset({"it", "they", "he", "she", "them", "him", "her", "those", "these", "that", "this"})
_OF_THINGS = frozenset(
    {
        Ask.PRESENT, Ask.COLOUR, Ask.BESIDE, Ask.COUNT, Ask.PRICE, Ask.NEARER, Ask.FAR, Ask.INSIDE, Ask.WHERE, Ask.LOOKS,
        Ask.ACTS,
    }
)  # fmt: skip
_HE = frozenset({"he", "she"})
_ABOUT = DEEDS | {Sense.TRADE, Sense.LEAVE}
_ONE_OF = re.compile(
    r"\b(?:one of (?:them|those|these)|(?<!the )(?<!that )(?<!this )(?<!other )one)\b(?= *(?:please|too|then)?[\s.!?]*$)",
    re.IGNORECASE,
)
# "with one hand" counts, and stands for nothing.
_COUNTS = re.compile(
    r"\s*one (?!(?:please|too|then|now|as|of|from|for|by|on|in|at|near|that|which|over|to|back|up|down|is|and|or|with|more|"
    r"instead|there|here|again|behind|beside|next|under|left|right|closest|nearest)\b)[a-z]",
    re.IGNORECASE,
)
_SOME_OF = re.compile(
    r"\b(?P<n>two|three|four|five|\d{1,2}|(?:a )?couple|a few|some|several) of (?:them|those|these)\b", re.IGNORECASE
)
_ME_ALONE = re.compile(r"(?:me|us)(?: (?:please|then|now))*", re.IGNORECASE)
_OF_THEM = re.compile(r"\bones?\b|\bof (?:them|these|those)\b", re.IGNORECASE)  # "which ones are red?"
_THE_RED_ONE = re.compile(r"\b(?:the|that|this|an?) (?:[a-z]+ ){1,2}one\b", re.IGNORECASE)
_SUBJECT = re.compile(r"\b(?:it|they|he|she|them|those|these|that|this)\b", re.IGNORECASE)
_SOME = re.compile(
    r"\b(?:some|a few|a couple|a bit|two|three)(?= of (?:them|those|it)\b)?(?= *(?:please|too|then|for me)?[\s.!?]*$)",
    re.IGNORECASE,
)
# "The apple my stomach is growling": why it is wanted.
_WHY = re.compile(r"(?<=[a-z])(?:,| (?:my|our|I) [a-z]).*", re.IGNORECASE)
_HANDED = frozenset({"bring", "give", "hand", "pass", "take", "carry"})
_SOMEBODY = re.compile(r"\b(?:him|her|the other(?: (?:one|man|woman|guy|person|lady))?)\b", re.IGNORECASE)
_TO_WHOM = re.compile(
    r"[a-z] (?:over |back )?to (?:the|that|this|our) "
    r"(?P<whom>[a-z-]+(?: (?!instead\b|now\b|please\b|then\b|too\b|there\b)[a-z-]+)?)"
    r"(?:,? (?:instead|now|please|then|too|over there|there|for me))*[\s.!]*$",
    re.IGNORECASE,
)
_WITH_IT = re.compile(r"(?<=[a-z] )(?P<with>with|using) (?:it|that|this|that one|this one)\b(?! [a-z])", re.IGNORECASE)
_COUNT = re.compile(r"^(?:\d{1,3}|two|three|four|five|six|a few|a couple of|several|some) (?=[a-z])")
_PLACE = r"(?:on|by|near|next|at|in|to|left|right|beside|behind|over|closest|nearest|under|that|which)\b"
_THERE = re.compile(r"\b(?:over )?there\b(?! (?:by|near|next|behind|beside|at|on|in|under|to|with|where)\b)", re.IGNORECASE)
_GOES = frozenset({"go", "walk", "run", "head", "move", "come", "wait", "stay", "stand", "hide", "look", "return", "step"})


def referred(text: str, meaning: Meaning, ledger: Ledger) -> tuple[str, Meant | None, str]:
    """The text with pronouns made names, what is *not* meant, and the pronoun that stands for nothing known."""
    if meaning.ask is Ask.VIEW and "hue" in meaning.values and ledger.thing is not None and _OF_THEM.search(text):
        return f"which {plural(singular(ledger.thing.kind))} are {meaning.values['hue']}?", None, ""
    if (meaning.sense not in _ABOUT and meaning.ask not in _OF_THINGS) or meaning.ask is Ask.PASSES_ON:
        return text, None, ""
    last = ledger.thing
    if meaning.ask is Ask.COUNT and (red := of_a_colour(text, ledger)):
        return red, None, ""
    if meaning.ask is Ask.NEARER and (two := of_two(meaning, ledger)):
        return two, None, ""
    if meaning.ask is Ask.COUNT and not meaning.thing and ledger.told:  # "how many?" of what was just told of
        return text, None, ""
    if meaning.ask is Ask.COUNT and not meaning.thing and last is not None:
        return f"how many {plural(singular(last.kind))} are there?", None, ""
    if (other := OTHER_KIND.search(text)) is not None:
        kind = kind_of(other["kind"].lower())
        known = next((m for m in reversed(ledger.things) if m.kind == kind), None)
        return OTHER_KIND.sub(f"the {other['kind']}", text, count=1), known, ""
    if (other := OTHER.search(text)) is not None and meaning.sense is not Sense.RELEASE:  # "leave the others"
        if last is None:
            return text, None, other[0]
        if meaning.sense is Sense.ORDER and _is_somebody(last.phrase):  # "no, go to the other": whoever else is in view
            return text, last, other[0]
        return OTHER.sub(f"the {last.kind}", text, count=1), last, ""
    if meaning.is_deed_of_a_thing and last is not None and (some := _SOME_OF.search(text)) is not None:
        return _SOME_OF.sub(f"{some['n']} {plural(singular(last.kind))}", text, count=1), None, ""
    if meaning.verb == "show" and _ME_ALONE.fullmatch(meaning.values.get("rest", "")) and last is not None:
        return f"{text.rstrip(' .!')} the {last.phrase}", None, ""
    if meaning.is_deed_of_a_thing and last is not None and _ONE_OF.search(text) and not _THE_RED_ONE.search(text):
        return _ONE_OF.sub(f"the {singular(last.phrase)}", text, count=1), None, ""
    if (
        meaning.sense is not Sense.TRADE
        and (one := ONE.search(text)) is not None
        and not re.search(r"\bno one\b", text, re.IGNORECASE)
        and not (one[0].strip().lower() == "one" and _COUNTS.match(text, one.start()))
    ):
        if last is None:
            return text, None, "" if one["how"] else one[0].strip()
        alone = one[0].strip().lower()
        if (alone == "one" and meaning.ask in _OF_THINGS) or alone in {"that one", "this one"}:  # "do you see one?"
            return ONE.sub(f"the {last.phrase}", text, count=1), None, ""
        kind = singular(last.kind)
        if any(hue in COLOURS for hue in (one["how"] or "").lower().split()):  # of what colours were told apart in before
            hued = (m.kind for m in reversed(ledger.things) if any(w in COLOURS for w in m.phrase.split()))
            kind = next(hued, coloured(kind))
        return ONE.sub(lambda found: f"the {found['how'] or ''}{kind}", text, count=1), None, ""
    if meaning.verb in _GOES and _THERE.search(text):
        place = ledger.place or last
        return (_THERE.sub(f"to the {place.phrase}", text, count=1), None, "") if place is not None else (text, None, "")
    about = meaning.values.get("from", meaning.thing).lower()
    if meaning.ask is Ask.BESIDE and meaning.values.get("anchor", "").lower() in SUBJECTS:
        who = ledger.person if meaning.values["anchor"].lower() in {"he", "she"} else last
        placed = [found.span() for found in _SUBJECT.finditer(text)][-1:]  # "who is that by it?"
        if who is None or not placed:
            return text, None, ""
        [(start, end)] = placed
        return f"{text[:start]}the {who.phrase}{text[end:]}", None, ""
    if meaning.ask in _OF_THINGS and last is not None and about in SUBJECTS and (about not in _HE or is_alive(last.phrase)):
        return _SUBJECT.sub(f"the {last.phrase}", text, count=1), None, ""
    if meaning.is_deed_of_a_thing and last is not None and _SOME.search(text):
        return _SOME.sub(f"the {last.phrase}", text, count=1), None, ""
    if meaning.is_deed_of_a_thing and last is not None and _WITH_IT.search(text):  # "open the chest with it"
        text = _WITH_IT.sub(rf"\g<with> the {last.phrase}", text, count=1)
    if (word := PRONOUN.search(text)) is not None and not re.search(
        r"\b(?:stop|leave|forget|do|say|said|about|make) (?:it|that|this)\b|\d it is\b", text, re.IGNORECASE
    ):
        it = _it(meaning, ledger)
        if it is None:
            return text, None, word[0] if meaning.is_deed_of_a_thing else ""
        if (
            meaning.verb in _ATTACKS and not is_alive(it.phrase) and word[0].lower() in {"it", "them"}
        ):  # a foe, where one is in view
            return text, it, word[0]
        return _of_somebody(PRONOUN.sub(f"the {it.phrase}", text, count=1), meaning, ledger)
    return _of_somebody(_as_meant(text, meaning, ledger), meaning, ledger)


def _as_meant(text: str, meaning: Meaning, ledger: Ledger) -> str:
    """ "Give me the blue potion" for "give me the potion", where that is the potion that was meant last."""
    kind = singular(thing_of(meaning)) if meaning.is_deed_of_a_thing else ""
    last = next((meant for meant in reversed(ledger.things) if meant.kind == kind), None) if kind and " " not in kind else None
    if last is None or not colour_in(last.phrase):
        return text
    named = re.compile(rf"\bthe {re.escape(kind)}\b(?! {_PLACE})", re.IGNORECASE)
    return named.sub(lambda _: f"the {last.phrase}", text, count=1)


def _of_somebody(text: str, meaning: Meaning, ledger: Ledger) -> tuple[str, Meant | None, str]:
    """The text with "him" or "her" made a name: "give the bread to her" is to the healer who was spoken of."""
    if (word := PERSONAL.search(text)) is None:
        return text, None, ""
    whom = _whom(word[0].lower(), ledger)
    if whom is None:  # somebody in view, or after all who was spoken of
        return text, ledger.person, word[0] if meaning.sense is Sense.ORDER else ""
    return PERSONAL.sub(f"the {whom.phrase}", text, count=1), None, ""


def _whom(word: str, ledger: Ledger) -> Meant | None:
    """Whom "him" or "her" means: who was spoken of last, unless the word is as a rule said of others.

    None where it fits nobody who was spoken of; it may fit somebody in view.
    """
    lately = [one for one in (*ledger.things, *([ledger.person] if ledger.person else [])) if _is_somebody(one.phrase)]
    fits = [one for one in reversed(lately) if he_or_she(one.phrase) in {word, ""}]
    return next(iter(fits), None)


def shown_lately(ledger: Ledger) -> list[str]:
    """What was in view of all that was meant in the last lines."""
    since = ledger.heard[-_LINES].time if len(ledger.heard) >= _LINES else 0.0
    return [meant.phrase for meant in ledger.things if meant.time >= since and meant.x is not None]


def named_lately(ledger: Ledger) -> list[str]:
    """What was shown of late, and what its last line named: "a well and two trees"."""
    told = (name for name in COMMON if mentions(ledger.line, name, plural=True))
    return list(dict.fromkeys((*shown_lately(ledger), *told)))


def _is_somebody(phrase: str) -> bool:
    return is_alive(phrase) or akin(phrase, PERSON)


def _it(meaning: Meaning, ledger: Ledger) -> Meant | None:
    """What "it" means: the latest thing, and nobody where something is picked up, drunk or thrown."""
    last = ledger.thing
    if meaning.verb == "let" and last is not None and not is_alive(last.phrase):  # "do not let it get me"
        return next((thing for thing in reversed(ledger.things) if is_alive(thing.phrase)), last)
    if (
        last is not None and meaning.verb in _SHUT and last.kind not in _OPENED
    ):  # "close it", when the key was used on the chest
        return next((thing for thing in reversed(ledger.things) if thing.kind in _OPENED), None)
    if last is None or not is_alive(last.phrase) or not meaning.is_deed_of_a_thing or meaning.verb in DONE_TO_SOMEBODY:
        return last
    return next((thing for thing in reversed(ledger.things) if not is_alive(thing.phrase)), None)


def thing_of(meaning: Meaning) -> str:
    """The phrase for the thing that a clause is about, without article; empty where it names none."""
    values = meaning.values
    rest = values.get("rest", "").partition(",")[0]
    if meaning.sense is Sense.PROMISE:
        rest = rest.partition(" ")[2]  # "I will do it"
    if meaning.verb in _BARE and not _WITH_ARTICLE.search(rest):
        rest = ""  # "stay calm", "keep quiet", "stop stop"
    if meaning.verb in _GOES:
        rest = _BESIDE.sub("", rest)
    if meaning.verb == "let" and (rest_of := _LETS.match(rest)):  # "do not let anybody eat that mushroom"
        return thing_in(rest_of["thing"])
    named = meaning.thing or values.get("kind", "") or values.get("item", "") or thing_in(rest)
    if meaning.is_deed_of_a_thing:
        named = _WHY.sub("", _COUNT.sub("", named))  # "pick two flowers" is of flowers
    if meaning.ask is not Ask.NONE and named and is_anybody(named.lower().split()[0]):
        return PERSON
    return thing_in(named) if named else ""


def look_for(meaning: Meaning, thing: str, ledger: Ledger) -> tuple[str, ...]:
    """What a question about the view has to know of the frame."""
    one, *others = (
        _names_of(singular(named)) if named and kind_of(singular(named)) != "one" else ()  # "the red one" is of any kind
        for named in (thing, *(thing_in(meaning.values.get(name, "")) for name in ("anchor", "other", "from")))
    )
    lately = (meant.phrase for meant in ledger.things if meant.x is not None)
    found: Iterable[str]
    match meaning.ask:
        case Ask.PRESENT if not one:
            found = COMMON
        case Ask.PRESENT:
            found = (*one, *(name for names in others for name in names), *RIVALS)
        case Ask.NAMED | Ask.USE | Ask.WHOSE | Ask.MADE | Ask.WRITTEN | Ask.DANGER:
            found = looks_for(meaning.values.items())
        case Ask.COLOUR if "potion" in one and not any(hue in thing for hue in COLOURS):
            found = (*one, *(f"{hue} potion" for hue in ("red", "blue", "green")))
        case Ask.NEARER if meaning.values.get("kind", "") in {"thing", "one"}:
            found = COMMON
        case Ask.COUNT if singular(thing) in {"thing", "object", "item"}:
            found = COMMON
        case Ask.COUNT if kind_of(singular(thing)) == "one":
            found = (*COMMON, *(f"{hue} potion" for hue in ("red", "blue", "green")))
        case Ask.CLAIM | Ask.COUNT | Ask.COLOUR | Ask.NEARER | Ask.FAR | Ask.INSIDE:
            found = (*one, *(name for names in others for name in names))
        case Ask.BESIDE if meaning.values.get("relation") == "between":
            ends = re.split(r" and (?:the |an? |that )?|\b(?:two|both) ", meaning.values.get("anchor", ""))
            found = (*(name for end in ends for name in to_look_for(singular(thing_in(end)))), *lately, *COMMON)
        case Ask.WHERE | Ask.LOOKS | Ask.ACTS:
            found = (*one, *COMMON)
        case Ask.BESIDE:
            found = (*others[0], *lately, *COMMON)
        case Ask.PRESENT if "other" in meaning.values:
            found = (*one, *(name for names in others for name in names))
        case Ask.VIEW if "kind" in meaning.values and "potion" in one:
            found = (*one, *(f"{hue} potion" for hue in ("red", "blue", "green")))
        case Ask.VIEW if "kind" in meaning.values:
            found = one
        case Ask.VIEW:
            found = (*lately, *COMMON, *to_look_for(PERSON))
        case _:
            found = (*one, *RIVALS) if meaning.is_deed_of_a_thing and one else one if meaning.goes_to_a_thing else ()
            found = at_hand(meaning, thing) or found
            found = (*found, *to_look_for(whole)) if found and (whole := whole_of(singular(thing))) else found
            found = (*found, *to_look_for(at)) if found and (at := anchor_of(meaning)) else found
            if meaning.sense is Sense.ORDER and _SOMEBODY.search(meaning.values.get("rest", "")):  # whoever is in view
                found = (*found, *to_look_for(PERSON))
    return tuple(dict.fromkeys((*found, *to_look_for(whom)) if (whom := handed_to(meaning)) else found))


def anchor_of(meaning: Meaning) -> str:
    """What the thing of an order is placed by: "campfire" of "the barrel by the campfire"; empty where it is by none."""
    relation = read_relation(meaning.values.get("rest", "") or meaning.thing)
    return singular(thing_in(relation.anchor)) if relation is not None else ""


def _names_of(phrase: str) -> tuple[str, ...]:
    """What a thing is looked for by; what no potion is, without its colour, too: a red house is a house."""
    hue = colour_in(phrase)
    return (*to_look_for(phrase), *((kind_of(phrase),) if hue and kind_of(phrase) in COMMON and "potion" not in phrase else ()))


def handed_to(meaning: Meaning) -> str:
    """Who is to get something, without article: "bard" of "give the bread to the bard"; empty where the speaker is."""
    found = (
        _TO_WHOM.search(meaning.values.get("rest", "")) if meaning.verb in _HANDED and meaning.sense is Sense.ORDER else None
    )
    whom = singular(found["whom"].lower()) if found is not None else ""
    return whom if whom and (is_alive(whom) or akin(whom, PERSON)) else ""
