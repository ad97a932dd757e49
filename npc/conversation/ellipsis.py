"""What is left out of words, put in: "and the red one?", "no, an axe", "leave it", "which is closer?"."""

from __future__ import annotations

import re

from npc.language.clauses import bare, trimmed
from npc.language.kinds import FIXED, coloured, is_alive
from npc.language.phrases import COLOURS, ONE, WHICH, colour_in, kind_of, plural, singular, thing_in
from npc.language.senses import WITH_A_THING, Meaning, Sense, meaning_of
from npc.memory.ledger import Ledger, Order

# "and the red one?", "what about the axe?": the question or order before it, of another thing.
_AND = re.compile(
    r"^(?:and|what about|how about|and what about|and how about|but what about)\s+"
    r"(?!(?:what|who|whose|where|when|why|how|which|do|does|did|is|are|was|can|could|will|would|may|if|then|so|now|no|yes|not|"
    r"i|you|he|she|we|they|it|there|never)\b)"
    r"(?P<thing>(?:the|an?|that|this|your|my|those|these)?\s*[a-z][a-z' -]{0,60})[\s?.!]*$",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"^(?:just |maybe )?(?!.*\b(?:is|are|was|were|has|have|will|would|can|does|did|looks?|seems?|I|he|she|we|they)\b)"
    r"(?P<thing>(?:the|an?|that|this|both|all)(?: [a-z'-]+){1,7})[\s?.!]*$",
    re.IGNORECASE,
)
_HUE = re.compile(
    rf"(?:and |what about |how about |how many )?(?:the )?(?P<hue>{'|'.join(COLOURS)})(?: ones?)?[\s?.!]*$", re.IGNORECASE
)
_ONE_ALONE = re.compile(r"\bones?\b", re.IGNORECASE)
_ITS_PLACE = re.compile(
    r"(?P<one>\bone),? (?:the one|that one) (?=(?:on|by|near|next|to|at|beside|left|right|in|closest|nearest)\b)"
)
_LEAVES = re.compile(
    r"(?:just )?leave (?P<thing>(?:the|that|this|my|your) .+?)(?: there| here| alone| behind| out)?[.!]*$", re.IGNORECASE
)
_WHERE = re.compile(r"(?:and )?where(?: exactly| is (?:it|that)| are they)?(?: exactly| then| now)?[\s?.!]*$", re.IGNORECASE)
_OF_HIM = re.compile(r"(?:and )?(?P<asks>(?:where|who) (?:is|was)) (?:he|she)(?: now| then| exactly)?[\s.?!]*$", re.IGNORECASE)
# These are left as one leaves a house, all others lie where they are.
_LEFT_AS_PLACES = frozenset({
    "house", "room", "village", "town", "city", "camp", "place", "hall", "tavern", "inn", "forest", "road", "path", "shop",
    "castle", "temple", "building", "cave", "area", "square", "street", "garden", "farm", "market", "hut", "tower", "kitchen",
    "country", "other", "rest", "talking", "thinking", "job", "work", "past", "matter", "army", "guild", "watch", "party",
    "mill", "group", "table",
})  # fmt: skip
# "Now over to him", "back to the tree": where to go next, of an order to go.
_TO_A_PLACE = re.compile(
    r"(?:(?:now|and|then|okay|next|good|great|right|no|so|well)[,.! ]+)*(?:over there )?"
    r"(?P<to>(?:(?:over|back|up|down|across) )?(?:to|by|next to|beside|near|behind) "
    r"(?:him|her|me|us|(?:the|that|this|your|my) [a-z]+(?: [a-z]+)?))[\s.!]*",
    re.IGNORECASE,
)
_GOING = frozenset({"go", "walk", "run", "head", "move", "come", "stand", "wait", "step", "sneak", "return"})
_TO_ME = re.compile(r"\b(?:me|us)$", re.IGNORECASE)
# Where the thing before it was: "the red one" after "give me the potion by the well" may be elsewhere.
_WHERE_IT_IS = re.compile(
    r"^(?:,? (?:the one |that is |which is |lying |standing |over )?(?:by|near|next to|beside|behind|in front of|under|"
    r"closest to|nearest(?: to)?|left of|right of|(?:on|to|at|in|from) (?:the|your|my) "
    r"(?:left|right|middle|bottom|top|front|back)(?: of)?)"
    r"(?: (?:the|that|this|your|my|you|me|us)\b(?: [a-z]+)?)?|,? (?:you|instead|too|as well)\b[^,]*)+",
    re.IGNORECASE,
)
_LINES = 3  # so many lines back is gone on with
_LONGEST, _LONGEST_ONE = 5, 8  # words of a thing that is named alone, and of one that is told apart by its place
_NAMED = re.compile(
    rf"(?:the|that|this) (?:(?:{'|'.join(COLOURS)}|big|small|old|{WHICH}) )?"
    r"(?!(?:me|you|us|him|her|them|is|was|are|way|one)\b)[a-z-]{3,}"
    r"(?: (?:by|near|next to|beside|behind|left of|right of|close to|closest to|nearest to|(?:on|to|at) the (?:left|right) of) "
    r"(?:the|that|this) [a-z-]+)?",
    re.IGNORECASE,
)
_PLACED = re.compile(
    r"(?:the |that )?one (?=(?:on|by|near|next|to|at|beside|behind|in|over|with|closest|nearest)\b)", re.IGNORECASE
)
_CLOSEST_TO = re.compile(r"(?:the |that )one (?=(?:closest|nearest|farthest|furthest)\b)", re.IGNORECASE)
_THE_HUE = re.compile(rf"(?:the|that|this) (?P<how>{'|'.join(COLOURS)}|big|small|left|right)[\s.!?]*", re.IGNORECASE)
_NOT_THAT = re.compile(r",? (?:and )?(?:not|rather than) (?:to )?(?:the|that|this|an?) [a-z' -]+[.!]*$", re.IGNORECASE)
_PLEASE = re.compile(r"\bplease[\s.!]*$", re.IGNORECASE)
_LEAVE_IT = re.compile(r"(?:leave|drop|put|let|stop|keep) (?:it|that|this|them|him|her)\b", re.IGNORECASE)
_VAGUE = frozenset({"thing", "stuff", "things", "something"})
_HANDED = frozenset({"give", "bring", "hand", "get", "fetch", "pass"})
_HELD = frozenset({*_HANDED, "take", "grab", "pick", "carry", "throw", "drink", "eat"})
_WHOLE = frozenset({Sense.ORDER, Sense.TRADE, Sense.FORBID})
_ARE_RED = re.compile(
    rf"(?:and )?how many(?: of)?(?: the)? (?P<kind>[a-z]+(?: [a-z]+)?) are (?P<hue>{'|'.join(COLOURS)})[\s?.!]*$", re.IGNORECASE
)


def _of_hue(last: str) -> str:
    """What "the blue one" is after this thing: of the same kind where that had a colour, too."""
    return kind_of(last) if colour_in(last) else coloured(kind_of(last))


def elliptic(said: str, ledger: Ledger, alone: bool) -> str:
    """A clause that is a question or an order before it, of another thing; empty where it is none."""
    if (
        (hue := _HUE.match(bare(said))) is not None
        and (last := _last(ledger)) is not None
        and last.thing
        and _is_recent(last, ledger)
    ):
        return _with_thing(last.text, last.thing, f"the {hue['hue']} {_of_hue(last.thing)}")
    if (him := _OF_HIM.match(bare(said))) is not None:  # a fact that was told goes on about him itself
        thing = ledger.thing
        who = ledger.person or (thing if thing is not None and thing.x is not None and is_alive(thing.phrase) else None)
        return f"{him['asks']} the {who.phrase}?" if who is not None and not ledger.told else ""
    if _WHERE.match(bare(said)) is not None and ledger.thing is not None and not ledger.told:
        return f"where is the {ledger.thing.phrase}?"
    if (to := _TO_A_PLACE.fullmatch(trimmed(said))) is not None and ledger.order is not None and ledger.order.verb in _GOING:
        return f"{'come' if _TO_ME.search(to['to']) else 'go'} {to['to']}"
    said = _ITS_PLACE.sub(r"\g<one> ", said)
    found = _AND.match(said.strip()) or _BARE.match(trimmed(said))
    if found is not None and found.re is _BARE and not alone and not _ONE_ALONE.search(found["thing"]):
        return ""
    if found is None:
        return ""
    phrase, last = trimmed(found["thing"].strip()), _last(ledger)
    placed = _ONE_ALONE.search(phrase) is not None or _NAMED.fullmatch(phrase) is not None
    if len(phrase.split()) > (_LONGEST_ONE if placed else _LONGEST):
        return ""  # "and some fool told me that there is an inn"
    if found.re is _AND and (meaning_of(phrase).sense in _WHOLE or _LEAVE_IT.match(phrase)):
        return ""  # "and throw in a needle", "how about 20"
    if phrase.lower().startswith(("my ", "mine")):
        return ""  # of what the speaker told of himself, whatever was asked before
    spoken = ledger.heard[-1] if ledger.heard else None
    if (
        found.re is _AND
        and last is not None
        and spoken is not None
        and spoken.sense == Sense.QUESTION
        and last.time < spoken.time
    ):
        last = None  # the question before was of something that the card knows
    if found.re is _AND and "about" in found[0][: found.start("thing")].lower() and _haggles(last, ledger):
        last = None  # "what about the mirror?" is no more of the order before it
    asked = last is None or (last is ledger.question and ledger.order is not last)
    if asked and found.re is _BARE and _PLEASE.search(said) is not None:
        return f"give me {_full(phrase, last.thing) if last is not None else phrase}"  # "the blue one, please"
    if last is None:
        asks = "about" in found[0][: found.start("thing")].lower() or said.rstrip().endswith("?") or alone or bool(ledger.told)
        return f"tell me about {phrase}" if found.re is _AND and asks else ""  # "and the goat" goes on with a story
    goes_on = last is ledger.order and spoken is not None and last.time == spoken.time and not _haggles(last, ledger)
    goes_on = (
        goes_on and not said.rstrip().endswith("?") and _NAMED.fullmatch(phrase) is not None and not is_alive(thing_in(phrase))
    )
    if (
        found.re is _BARE
        and ledger.asked != "which"
        and not goes_on
        and not re.search(r"\b(?:one|ones|other|others)\b", phrase)
    ):
        return ""  # a thing that is named without need: the model may know what it is about
    if goes_on and last.thing in _VAGUE:  # "get me that thing", and then "the sword"
        return f"{last.verb} {'me ' if last.verb in _HANDED else ''}{phrase}"
    return _with_thing(last.text, last.thing, _full(phrase, last.thing))


def _haggles(last: Order | None, ledger: Ledger) -> bool:
    """Whether the last order was for a ware."""
    return last is not None and last is ledger.order and any(bid.time >= last.time for bid in ledger.bids)


def corrected(rest: str, ledger: Ledger, meant: Order | None = None) -> str:
    """ "give me an axe" for "no, an axe" after "give me the sword".

    Args:
        meant: the order that is put right, where it is not the last one.
    """
    last, rest = meant or _last(ledger), _NOT_THAT.sub("", rest)
    if last is None or not rest:
        return ""
    if not last.thing and last.verb in _HANDED:
        return f"{last.verb} me {rest}"
    return _with_thing(last.text, last.thing, _full(rest, last.thing))


def left_alone(text: str, ledger: Ledger) -> str:
    """ "Leave the key", where it was to be taken: that it shall not."""
    found = _LEAVES.match(text)
    phrase = singular(thing_in(found["thing"])) if found is not None else ""
    known = found is not None and any(phrase in (thing.phrase, thing.kind) for thing in ledger.things)
    if found is None or not (known or (kind_of(phrase) not in _LEFT_AS_PLACES and not is_alive(phrase))):
        return ""
    verb = ledger.order.verb if ledger.order is not None and ledger.order.verb in WITH_A_THING else "take"
    return f"do not {verb} {found['thing']}"


def _last(ledger: Ledger) -> Order | None:
    """The question or order that stands last, whichever is newer."""
    return max((o for o in (ledger.question, ledger.order) if o is not None), key=lambda o: o.time, default=None)


def _full(phrase: str, thing: str) -> str:
    """ "the red potion" for "the red one", where a potion was meant."""
    if thing and (placed := _PLACED.match(phrase)) is not None:
        return f"the {kind_of(thing)} {phrase[placed.end() :]}"
    found = ONE.fullmatch(phrase.strip()) or _THE_HUE.fullmatch(phrase.strip())
    if found is None and thing and (closest := _CLOSEST_TO.match(phrase)) is not None:
        return f"the {kind_of(thing)} {phrase[closest.end() :]}"
    if found is None or not thing or (found["how"] or "").strip().lower() == "other":  # which one that is, the last one tells
        return phrase
    how = (found["how"] or "").strip()
    kind = _of_hue(thing) if how.lower().split()[-1:] and how.lower().split()[-1] in COLOURS else kind_of(thing)
    return f"the {how} {kind}".replace("  ", " ")


def _with_thing(text: str, old: str, new: str) -> str:
    """An order or question with another thing in the place of the old."""
    if not old:
        return ""
    place = re.compile(
        rf"(?:\b(?:the|that|this|an?|any|some|your|my)\s+)?(?:\b(?:{WHICH})\s+)?\b{re.escape(old)}\b", re.IGNORECASE
    )
    found = place.search(text)
    if found is None:
        return ""
    meaning, after = meaning_of(text), text[found.end() :]
    if meaning.verb in _HELD and kind_of(singular(thing_in(new))) in FIXED:  # "now the well", after "get the key"
        return f"go to {new}"
    if meaning.is_deed_of_a_thing or meaning.goes_to_a_thing:
        after = _WHERE_IT_IS.sub("", after)
    return f"{text[: found.start()]}{new}{after}"


def _is_recent(last: Order, ledger: Ledger) -> bool:
    """Whether an order or question is of the last lines."""
    return len(ledger.heard) < _LINES or last.time >= ledger.heard[-_LINES].time


def of_two(meaning: Meaning, ledger: Ledger) -> str:
    """Which of two is closer, said whole: "which is closer, red or blue?", of the two that were meant last; else empty."""
    values = meaning.values
    kind, one, other = values.get("kind", ""), meaning.thing, values.get("other", "")
    if values.get("who") and values.get("from"):  # "is the guard closer to me or the healer?"
        one = values["from"]
    elif other and not kind and any(word.split()[-1:] == ["one"] or word in COLOURS for word in (one, other)):
        coloured = (m.kind for m in reversed(ledger.things) if any(word in COLOURS for word in m.phrase.split()))
        kind = next(coloured, "potion")  # what is told apart by colours, as a rule
        one, other = (
            f"{word.removesuffix(' one')} {kind}" if word.removesuffix(" one") in COLOURS else word for word in (one, other)
        )
    elif kind and other:  # "which potion is closer, red or blue?"
        one, other = (f"{word.removeprefix('the ')} {kind}" if word.split()[-1] in COLOURS else word for word in (one, other))
    elif other or kind or len(ledger.things) < 2:
        return ""
    anchor = values.get("anchor", "")
    if not other:
        things = [thing for thing in ledger.things if thing.phrase != anchor]
        seen = [thing.phrase for thing in things if thing.x is not None]
        named = seen if len(seen) > 1 else [thing.phrase for thing in things]
        one, other = named[-2:] if len(named) > 1 else (named or [""]) * 2
    to = f" to the {anchor}" if anchor else ""
    return f"which is {values.get('how', 'closer')}{to}, the {one} or the {other}?"


def of_a_colour(text: str, ledger: Ledger) -> str:
    """ "How many red bottles are there?" for "how many of them are red?"; empty where nothing is asked so."""
    found = _ARE_RED.match(text)
    if found is None:
        return ""
    them = found["kind"].lower() in {"them", "those", "these", "they"}
    kind = plural(singular(ledger.thing.kind)) if them and ledger.thing is not None else found["kind"]
    return f"how many {found['hue']} {kind} are there?"


def nearest_of(text: str, meaning: Meaning, counted: bool, ledger: Ledger) -> str:
    """ "Which barrel is closest to the fire?" for "which one is closest to the fire?" of barrels that were just counted."""
    values, last = meaning.values, ledger.thing
    if values.get("kind") or values.get("other") or meaning.thing or not values.get("how", "").endswith("est") or last is None:
        return ""
    if not counted and not (ledger.question is not None and ledger.question.text.lower().startswith("how many")):
        return ""
    return re.sub(r"^(?:which|what)(?: one)?\b", f"which {singular(last.kind)}", text, count=1, flags=re.IGNORECASE)
