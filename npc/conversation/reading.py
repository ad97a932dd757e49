"""Words read in the light of what was said before: clauses with their sense, completed, so that perception hears whole ones.

"and the red one?" after "give me the blue potion" is heard as "give me the red potion"; "put it down" as "put down the axe".
Ellipsis and anaphora are resolved by the most recent thing that fits (Hobbs 1978's rule of recency is enough where a
conversation is about a few things in view); where nothing fits, the clause says so, and the character asks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from npc.language.clauses import Joint, Piece, bare, cut, trimmed
from npc.language.grammar import expanded
from npc.language.kinds import COMMON, PERSON, is_anybody, named_in, to_look_for
from npc.language.phrases import ONE, OTHER, OTHER_KIND, PERSONAL, PRONOUN, kind_of, plural, singular, thing_in
from npc.language.plain import is_slang, plain
from npc.language.senses import Ask, Meaning, Sense, meaning_of
from npc.language.told import tells_of_oneself
from npc.language.tongues import is_foreign
from npc.memory.ledger import Ledger, Meant, Order

CONDITIONS: frozenset[Joint] = frozenset({"if", "unless", "when", "until", "before"})
_SUBJECTS = frozenset({"it", "they", "he", "she", "them", "him", "her", "those", "these", "that", "this"})
_OF_THINGS = frozenset({Ask.PRESENT, Ask.COLOUR, Ask.BESIDE, Ask.COUNT, Ask.PRICE, Ask.NEARER})
_DEEDS = frozenset({Sense.ORDER, Sense.FORBID, Sense.LIFT, Sense.CEASE, Sense.RELEASE})
_ABOUT = _DEEDS | {Sense.TRADE, Sense.LEAVE}
# "and the red one?", "what about the axe?": the question or order before it, of another thing.
_AND = re.compile(
    r"^(?:and|what about|how about|and what about|and how about|but what about)\s+"
    r"(?!(?:what|who|whose|where|when|why|how|which|do|does|did|is|are|was|can|could|will|would|may|if|then|so|now|no|yes|not|"
    r"i|you|he|she|we|they|it|there|never)\b)"
    r"(?P<thing>(?:the|an?|that|this|your|my|those|these)?\s*[a-z][a-z' -]{0,60})[\s?.!]*$",
    re.IGNORECASE,
)
_WHERE = re.compile(
    r"(?:and )?where(?: exactly| is (?:it|that|he|she)| are they)?(?: exactly| then| now)?[\s?.!]*$", re.IGNORECASE
)
_SUBJECT = re.compile(r"\b(?:it|they|he|she|them|those|these|that|this)\b", re.IGNORECASE)
_SOME = re.compile(
    r"\b(?:some|a few|a couple|a bit|two|three)(?= of (?:them|those|it)\b)?(?= *(?:please|too|then|for me)?[\s.!?]*$)",
    re.IGNORECASE,
)
_PLEA = re.compile(r"^(?:oh )?(?:come on|wait|no wait)\b", re.IGNORECASE)
_BARE = re.compile(r"^(?:just |maybe )?(?P<thing>(?:the|an?|that|this|both|all)(?: [a-z'-]+){1,5})[\s?.!]*$", re.IGNORECASE)
# "you see a wolf", "there is a wolf", "a wolf comes near", "the wolf is gone"
_SIGHT = re.compile(
    r"^(?:(?:(?:you|we|I) (?:can )?(?:see|spot|notice)|there (?:is|are))\s+(?P<thing>.+?)|"
    r"(?P<thing_>(?:an?|any|the|some|that|another) [a-z' -]+?|(?:any|some)(?:one|body)|people|they)"
    r"\s+(?:comes?|is|are|appears?|shows? up|gets?|attacks?|"
    r"approach(?:es)?|arrives?|goes|leaves?|dies|enters?|runs?|walks?)\b.*)[\s.,!?]*$",
    re.IGNORECASE,
)
_ANYBODY = frozenset({"anyone", "anybody", "someone", "somebody", "people", "they"})
_THERE = re.compile(r"\b(?:over )?there\b", re.IGNORECASE)
_GOES = frozenset({"go", "walk", "run", "head", "move", "come", "wait", "stay", "stand", "hide", "look", "return", "step"})
_VOCATIVE = expanded(
    r"^(?:(?:hey|hello|hi|oi|yo|oh|g'?day|howdy|hiya|morning|good (?:day|morning|evening|afternoon)|greetings|excuse me)[ ,]+)?"
    r"(?:{name}\s*[,!:]+|(?:<roles>)\s*[,!:]+|{name}(?=\s+(?:<asks>|<verbs>)\b))\s*|"
    r",?\s*\b(?:oh |my )?{name}(?=\s*[.!?]*$)|,\s*(?:oh |my |dear |good )*(?:<roles>)(?=\s*[.!?]*$)"
)


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause as it is to be understood.

    Attributes:
        said: as the player said it; `text`: completed, for perception.
        thing: the phrase for the thing that it is about, without article; empty where it names none.
        other: a thing that is not meant: "the other one" is somewhere else.
        lost: the word that stands for nothing that is known ("it").
        look_for: phrases that have to be looked for in the frame before it can be answered.
        always: of a condition, that it may hold again and again.
        conditions: what must be or become true for it: clauses joined by if, when, until, unless, before.
    """

    said: str
    text: str
    meaning: Meaning
    joint: Joint = ""
    thing: str = ""
    other: Meant | None = None
    lost: str = ""
    look_for: tuple[str, ...] = ()
    conditions: tuple[Clause, ...] = ()
    always: bool = False

    @property
    def sense(self) -> Sense:
        return self.meaning.sense

    @property
    def is_deed(self) -> bool:
        """Whether it asks for something to be done, or not to be done."""
        return self.sense in _DEEDS


@dataclass(frozen=True, slots=True)
class Reading:
    """An utterance, clause by clause."""

    clauses: tuple[Clause, ...] = ()
    whole: bool = True  # it is one clause that needs no completion: perception hears it as it was said

    @property
    def texts(self) -> tuple[str, ...]:
        """What perception is to hear clause by clause; nothing where the utterance stands as it is."""
        return () if self.whole else tuple(clause.text for clause in self.clauses)

    @property
    def look_for(self) -> tuple[str, ...]:
        """Phrases that have to be looked for in the frame."""
        conditions = (c for clause in self.clauses for c in clause.conditions)
        return tuple(dict.fromkeys(phrase for clause in (*self.clauses, *conditions) for phrase in clause.look_for))

    @property
    def asks_colour(self) -> bool:
        return any(clause.meaning.ask is Ask.COLOUR for clause in self.clauses)


def read(text: str, ledger: Ledger, name: str = "") -> Reading:
    """Read an utterance.

    Args:
        text: up to 1,000 characters.
        ledger: of who speaks; it is not changed.
        name: of the character, which is spoken to and not about ("Bram, come here").
    """
    said = plain(text)
    if is_foreign(said):
        return Reading((Clause(said, said, Meaning(Sense.FOREIGN)),))
    if name:
        said = _spoken_to(name).sub("", said) or said
    view = ledger.model_copy()
    clauses: list[Clause] = []
    for piece in cut(said):
        if piece.joint in CONDITIONS and clauses:
            condition = _condition(piece, view)
            for n in range(max(len(clauses) - piece.spans, 0), len(clauses)):
                clauses[n] = replace(clauses[n], conditions=(*clauses[n].conditions, condition))
            continue
        clause = _complete(piece, view, clauses[-1] if clauses else None)
        clauses.append(clause)
        if clause.thing and not clause.lost:
            view.mean(Meant(phrase=clause.thing))
    if not clauses:
        return Reading()
    plea = _PLEA.match(said) is not None and not clauses[0].text.lower().startswith(("come on", "wait"))
    whole = len(clauses) == 1 and not clauses[0].conditions and _same(clauses[0].text, said) and not plea and not is_slang(text)
    return Reading(tuple(clauses), whole)


@lru_cache(maxsize=512)
def _spoken_to(name: str) -> re.Pattern[str]:
    return re.compile(_VOCATIVE.format(name=re.escape(plain(name))), re.IGNORECASE)


def _same(completed: str, said: str) -> bool:
    return completed.rstrip(" .!?,").lower() in {said.rstrip(" .!?,").lower(), trimmed(said).rstrip(" .!?,").lower()}


def _complete(piece: Piece, ledger: Ledger, before: Clause | None) -> Clause:
    said = piece.text
    inside = trimmed(said)
    found = _elliptic(said, ledger, before)
    text = found or inside
    meaning = meaning_of(text)
    if meaning.sense is Sense.FORBID and before is not None and meaning.verb == "" and not meaning.values:
        meaning = replace(meaning, verb=before.meaning.verb)
    if meaning.sense is Sense.CORRECT:
        corrected = _corrected(meaning.values.get("rest", ""), ledger)
        if corrected:
            text, meaning = (
                corrected,
                replace(meaning_of(corrected), values={**meaning_of(corrected).values, "corrects": "yes"}),
            )
    text, other, lost = _referred(text, meaning, ledger)
    if text != inside:
        again = meaning_of(text)
        meaning = replace(again, values={**again.values, **({"corrects": "yes"} if "corrects" in meaning.values else {})})
    if meaning.sense is Sense.OTHER and tells_of_oneself(text):
        meaning = replace(meaning, sense=Sense.SELF)
    thing = _thing(meaning)
    if not thing and meaning.sense in {Sense.QUESTION, Sense.OTHER} and meaning.ask in {Ask.NONE, Ask.WHY}:
        thing = named_in(text)
    return Clause(said, text, meaning, piece.joint, thing, other, lost, _look_for(meaning, thing, ledger))


def _condition(piece: Piece, ledger: Ledger) -> Clause:
    clause = _complete(Piece(piece.text, piece.joint), ledger, None)
    sight = _SIGHT.match(clause.text)
    phrase = singular(thing_in(sight["thing"] or sight["thing_"])) if sight is not None else singular(clause.thing)
    phrase = "person" if phrase in _ANYBODY else phrase
    return replace(clause, thing=phrase, look_for=(phrase,) if phrase and sight is not None else (), always=piece.always)


# -- what is left out -------------------------------------------------------------------------------------


def _elliptic(said: str, ledger: Ledger, before: Clause | None) -> str:
    """A clause that is a question or an order before it, of another thing; empty where it is none."""
    if _WHERE.match(bare(said)) is not None and ledger.thing is not None and not ledger.told:
        return f"where is the {ledger.thing.phrase}?"
    found = _AND.match(said.strip()) or (_BARE.match(bare(said)) if before is None else None)
    if found is None:
        return ""
    phrase, last = found["thing"].strip(), _last(ledger)
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
    if last is None:
        return f"tell me about {phrase}" if found.re is _AND else ""
    if found.re is _BARE and ledger.asked != "which" and not re.search(r"\b(?:one|ones|other|others)\b", phrase):
        return ""  # a thing that is named without need: the model may know what it is about
    return _with_thing(last.text, last.thing, _full(phrase, last.thing))


def _corrected(rest: str, ledger: Ledger) -> str:
    """ "give me an axe" for "no, an axe" after "give me the sword"."""
    last = _last(ledger)
    if last is None or not rest:
        return ""
    return _with_thing(last.text, last.thing, _full(rest, last.thing))


def _last(ledger: Ledger) -> Order | None:
    """The question or order that stands last, whichever is newer."""
    return max((o for o in (ledger.question, ledger.order) if o is not None), key=lambda o: o.time, default=None)


def _full(phrase: str, thing: str) -> str:
    """ "the red potion" for "the red one", where a potion was meant."""
    found = ONE.fullmatch(phrase.strip())
    if found is None or not thing:
        return phrase
    return f"the {found['how'] or ''}{kind_of(thing)}"


def _with_thing(text: str, old: str, new: str) -> str:
    """An order or question with another thing in the place of the old."""
    if not old:
        return ""
    place = re.compile(rf"(?:\b(?:the|that|this|an?|any|some|your|my)\s+)?\b{re.escape(old)}\b", re.IGNORECASE)
    changed, count = place.subn(new, text, count=1)
    return changed if count else ""


# -- what stands for something ------------------------------------------------------------------------------


def _referred(text: str, meaning: Meaning, ledger: Ledger) -> tuple[str, Meant | None, str]:
    """The text with pronouns made names, what is *not* meant, and the pronoun that stands for nothing known."""
    if meaning.sense not in _ABOUT and meaning.ask not in _OF_THINGS:
        return text, None, ""
    last = ledger.thing
    if meaning.ask is Ask.NEARER and not meaning.values.get("other"):
        return (text, None, "") if len(ledger.things) < 2 else (_nearer_of_two(meaning, ledger), None, "")
    if meaning.ask is Ask.COUNT and not meaning.thing and last is not None:
        return f"how many {plural(last.kind)} are there?", None, ""
    if (other := OTHER_KIND.search(text)) is not None:
        known = next((m for m in reversed(ledger.things) if m.kind == other["kind"].lower()), None)
        return OTHER_KIND.sub(f"the {other['kind']}", text, count=1), known, ""
    if (other := OTHER.search(text)) is not None:
        if last is None:
            return text, None, other[0]
        return OTHER.sub(f"the {last.kind}", text, count=1), last, ""
    if (
        meaning.sense is not Sense.TRADE
        and (one := ONE.search(text)) is not None
        and not re.search(r"\bno one\b", text, re.IGNORECASE)
    ):
        if last is None:
            return text, None, "" if one["how"] else one[0].strip()
        return ONE.sub(lambda found: f"the {found['how'] or ''}{last.kind}", text, count=1), None, ""
    if meaning.verb in _GOES and _THERE.search(text):
        place = ledger.place or last
        return (_THERE.sub(f"to the {place.phrase}", text, count=1), None, "") if place is not None else (text, None, "")
    if meaning.ask in _OF_THINGS and last is not None and meaning.thing.lower() in _SUBJECTS:
        return _SUBJECT.sub(f"the {last.phrase}", text, count=1), None, ""
    if meaning.is_deed_of_a_thing and last is not None and _SOME.search(text):
        return _SOME.sub(f"the {last.phrase}", text, count=1), None, ""
    if (word := PRONOUN.search(text)) is not None and not re.search(
        r"\b(?:stop|leave|forget|do|say|said|about) (?:it|that|this)\b", text, re.IGNORECASE
    ):
        if last is None:
            return text, None, word[0] if meaning.is_deed_of_a_thing else ""
        return PRONOUN.sub(f"the {last.phrase}", text, count=1), None, ""
    if (word := PERSONAL.search(text)) is not None:
        if ledger.person is None:
            return text, None, word[0] if meaning.sense is Sense.ORDER else ""
        return PERSONAL.sub(f"the {ledger.person.phrase}", text, count=1), None, ""
    return text, None, ""


def _nearer_of_two(meaning: Meaning, ledger: Ledger) -> str:
    """ "Which one is closer?" of the two that were meant last."""
    anchor = meaning.values.get("anchor", "")
    named = [thing.phrase for thing in ledger.things if thing.phrase != anchor]
    one, other = named[-2:] if len(named) > 1 else (named or [""]) * 2
    to = f" to the {anchor}" if anchor else ""
    return f"which is {meaning.values.get('how', 'closer')}{to}, the {one} or the {other}?"


def _thing(meaning: Meaning) -> str:
    values = meaning.values
    named = meaning.thing or values.get("item", "") or thing_in(values.get("rest", ""))
    if meaning.ask is not Ask.NONE and named and is_anybody(named.lower().split()[0]):
        return PERSON
    return thing_in(named) if named else ""


def _look_for(meaning: Meaning, thing: str, ledger: Ledger) -> tuple[str, ...]:
    """What a question about the view has to know of the frame."""
    one, *others = (
        to_look_for(singular(named)) if named else ()
        for named in (thing, thing_in(meaning.values.get("anchor", "")), thing_in(meaning.values.get("other", "")))
    )
    lately = (meant.phrase for meant in ledger.things if meant.x is not None)
    found: Iterable[str]
    match meaning.ask:
        case Ask.PRESENT if not one:
            found = COMMON
        case Ask.PRESENT | Ask.CLAIM | Ask.COUNT | Ask.COLOUR | Ask.NEARER:
            found = (*one, *others[0], *others[1])
        case Ask.BESIDE:
            found = (*others[0], *lately, *COMMON)
        case Ask.VIEW:
            found = (*lately, *COMMON, *to_look_for(PERSON))
        case _:
            found = one if meaning.is_deed_of_a_thing else ()
    return tuple(dict.fromkeys(found))
