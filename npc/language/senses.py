"""What a clause is for: an order, its contrary, a question, an offer, leave that is asked, a promise ...

The model tells what the words are about; whether they are meant as a deed to be done is a matter of a few function words, and
those a small grammar reads more surely than 48 tokens of training lines. Nothing here looks at pictures.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from npc.language.grammar import GRAMMAR, expanded
from npc.language.mood import Mood, mood_of
from npc.language.patterns import TablePattern


class Sense(StrEnum):
    """What a clause is for."""

    ORDER = "order"  # do it
    FORBID = "forbid"  # do not, from now on
    CEASE = "cease"  # do it no longer
    RELEASE = "release"  # it need not be done
    LIFT = "lift"  # it may be done again
    LEAVE = "leave"  # may I?
    OFFER = "offer"  # I could do it for you
    PROMISE = "promise"  # I shall do it
    PEACE = "peace"  # I do you no harm
    FAREWELL = "farewell"
    SELF = "self"  # who I am, what I have and like
    CORRECT = "correct"  # not that, this
    TRADE = "trade"  # prices, bids, deals
    YES = "yes"
    NO = "no"
    QUESTION = "question"
    FOREIGN = "foreign"  # in another tongue, or in none
    OTHER = "other"


class Ask(StrEnum):
    """What a question asks for that is answered without the model; of all others the model tells what they mean."""

    NONE = ""
    VIEW = "view"  # what do you see?
    PRESENT = "present"  # is there a wolf near the well?
    COUNT = "count"  # how many?
    COLOUR = "colour"
    BESIDE = "beside"  # what is next to the well?
    CLAIM = "claim"  # there is no wolf here
    FAR = "far"  # how far is the well?
    INSIDE = "inside"  # what is in the chest?
    WHERE = "where"  # where is the well?
    LOOKS = "looks"  # what does the barrel look like?
    ACTS = "acts"  # what is the woman doing?
    NAMED = "named"  # what is that wooden thing? who is the man by the well?
    USE = "use"  # what is a rope good for?
    WHOSE = "whose"  # is that yours?
    MADE = "made"  # did you make that one?
    WRITTEN = "written"  # what does the sign say?
    DANGER = "danger"  # is that thing going to bite us?
    NEARER = "nearer"  # which is closer, the tree or the well?
    MY_NAME = "my_name"
    MINE = "mine"  # do you remember my dog?
    ABOUT = "about"  # do you remember the wolf? what did I say about the mill?
    I_SAID = "i_said"  # what did I ask you first?
    YOU_SAID = "you_said"  # what did you say?
    DOING = "doing"  # what are you doing?
    HOW_LONG = "how_long"
    WHY = "why"
    PRICE = "price"
    WARES = "wares"
    BUYS = "buys"  # what do you pay for a pelt?
    HAVE = "have"  # I have two wolf pelts
    ON_TABLE = "on_table"  # what did I offer?
    TOTAL = "total"  # what do I owe you?
    PASSES_ON = "passes_on"  # tell the guard that I went north
    KEEPS = "keeps"  # hold this for me
    GIVES_BACK = "gives_back"  # give it back
    TAKES_BACK = "takes_back"  # here, take it back


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the grammar makes of a clause.

    Attributes:
        verb: what an order, its contrary or an offer is of, as written: "follow".
        thing: the words for what it is about, without article: "red potion".
        values: what else the words give: `name`, `relation`, `who`, `number`, `item`, `first` …
    """

    sense: Sense
    ask: Ask = Ask.NONE
    verb: str = ""
    thing: str = ""
    values: dict[str, str] = field(default_factory=dict)

    @property
    def is_deed_of_a_thing(self) -> bool:
        """Whether it is an order that cannot be carried out without knowing what is meant."""
        return self.sense is Sense.ORDER and self.verb in _OF_A_THING

    @property
    def goes_to_a_thing(self) -> bool:
        """Whether it is an order to go to something, or to stand by it."""
        return self.sense is Sense.ORDER and self.verb in _GOES and _TO.match(self.values.get("rest", "")) is not None


_VERBS = frozenset(GRAMMAR["verbs"].split())
BEYOND = frozenset(GRAMMAR["beyond"].split())
WITH_A_THING = frozenset(GRAMMAR["with_a_thing"].split())
_OF_A_THING = WITH_A_THING | {"knock"}  # which is done at something
STEPS_BACK = re.compile(r"(?:please |just |now )*step back\b", re.IGNORECASE)
_GOES = frozenset({"go", "walk", "run", "head", "move", "come", "wait", "stay", "stand", "hide", "sneak", "step", "hurry"})
_TO = re.compile(
    r"(?:over |up |back |down |right )?(?:to|by|near|at|behind|beside|next to|under|in front of|close to|around|"
    r"outside(?: of)?) "
    r"(?:the|that|this|an?|your|my) ",
    re.IGNORECASE,
)
# What words of this mood are not, whatever verbs they have.
_DEEDS = frozenset({Sense.ORDER, Sense.FORBID, Sense.LIFT})
_NOT_MEANT = {
    Mood.OPEN: frozenset(),
    Mood.OTHERS: frozenset(),
    Mood.SAYING: _DEEDS | {Sense.CEASE, Sense.RELEASE},
}
_END = r"[\s?.!,]*$"
_ARTICLE = re.compile(expanded(r"^(?:<the>|to|of|at|for|with)\s+"), re.IGNORECASE)
_ASKS = re.compile(
    r"(?:(?:and|but) (?=who|what|where|how|when|why|which))?"
    r"(?:(?:since|until) when|for how|what(?! an? )|who|whom|whose|which|where|"
    r"when(?! (?:I|we|he|she|it|they|you|my|our|the) )|why|how|can|(?:could|would|may|might|should)(?! have\b)|will|shall|"
    r"do(?! not\b(?! (?:you|we|they|I) (?!(?:dare|ever|even)\b)))|does|did|is|are|"
    r"was|were|have|has|had(?! (?:him|her|it|them|to|a|an|the|my|some|no|enough|\w+ (?:days|years))\b)|am|got any|any|ever|"
    r"you ever|seen|heard)\b",
    re.IGNORECASE,
)


# "How lovely!"
_EXCLAIMED = re.compile(
    r"(?:oh |aw )?how (?!(?:much|many|long|far|old|often|come|so|about|now|then|big|tall|high|deep|soon|late|bad|is|are|was|do|"
    r"does|did|exactly)\b)(?:very |really |incredibly )?[a-z]+[.! ]*",
    re.IGNORECASE,
)
_BLESSES = re.compile(r"(?:and )?may (?!I\b|we\b|be\b)(?!.*\?)", re.IGNORECASE)  # "may your scales tip your way"
# "If you could own one thing, what would it be": without its sign.
_IF_ASKS = re.compile(
    r"(?:and |but |so )?if (?:you|I|we|he|she|they|it) .*\b(?:(?:what|where|who|which|how|when)(?: [a-z]+)? (?:would|will|do|"
    r"could|should)|would you|will you|do you)\b(?! (?:please|mind)\b)",
    re.IGNORECASE,
)


def _grammar() -> tuple[tuple[Sense, Ask, TablePattern], ...]:
    """The patterns of `grammar.yaml`, one for each thing that a clause may be for."""
    return tuple(
        (Sense(sense), Ask(ask), _compiled("|".join(rule["like"])))
        for rule in GRAMMAR["senses"]
        for sense, _, ask in [rule["for"].partition(" ")]
    )


def _compiled(pattern: str) -> TablePattern:
    """One name may stand for several groups of the grammar; Python wants each once, so they are numbered."""
    counts: dict[str, int] = {}

    def number(found: re.Match[str]) -> str:
        counts[found[1]] = counts.get(found[1], 0) + 1
        return f"(?P<{found[1]}{'_' * (counts[found[1]] - 1)}>"

    numbered = re.sub(r"[(][?]P<(\w+)>", number, expanded(pattern))
    return TablePattern(f"(?:{numbered}){_END}")


_PATTERNS = _grammar()


@lru_cache(maxsize=512)  # what is perceived is read twice: before the model hears it, and by the character
def meaning_of(clause: str) -> Meaning:
    """What a `plain`, `trimmed` clause is for. Words of one kind have one name in `values`, whichever phrase gave them."""
    not_meant = _NOT_MEANT.get(mood_of(clause), _DEEDS)
    for sense, ask, pattern in _PATTERNS:
        found = None if sense in not_meant else pattern.match(clause)
        if found is None:
            continue
        values: dict[str, str] = {}
        for name, value in found.groupdict().items():
            if value:
                values.setdefault(name.rstrip("_"), value.strip(" ,.?!"))
        verb = values.pop("verb", "") or _stem(values.pop("ing", ""))
        thing = _ARTICLE.sub("", values.pop("thing", ""))
        if sense is Sense.ORDER and thing and not verb:  # "can I have it?", "I want the sword"
            verb = "give"
        return Meaning(sense, ask, verb.lower(), thing, values)
    return Meaning(Sense.QUESTION if is_question(clause) else Sense.OTHER)


def is_question(clause: str) -> bool:
    """Whether a `plain` clause asks something, by its first word or its last sign."""
    if _EXCLAIMED.fullmatch(clause) is not None or _BLESSES.match(clause) is not None:
        return False
    return clause.rstrip().endswith("?") or _ASKS.match(clause) is not None or _IF_ASKS.match(clause) is not None


_OF_WHOM = (
    (
        "you",
        re.compile(r"\b(?:did|were|was|have|are|will) you\b|\b(?:do|can|could|would) you (?!know how\b)|\byour", re.IGNORECASE),
    ),
    ("I", re.compile(r"\b(?:do|did|am|was|can|could|should|shall|may|must|will|would) I\b|\bmy\b", re.IGNORECASE)),
    (
        "they",
        re.compile(
            r"\b(?:is|was|does|did|has|will) (?:he|she|(?:the|this|that) [a-z]+|(?-i:[A-Z][a-z]+))\b|"
            r"\b(?:do|did|are|were) they\b|\b(?:his|her|their)\b",
            re.IGNORECASE,
        ),
    ),
)
_OF_ONE = re.compile(r"\b(?:how|what|which|where) (?:[a-z]+ )?(?:do|can|would|could) you\b", re.IGNORECASE)


@lru_cache(maxsize=4096)
def about_whom(question: str) -> str:
    """Whose life a `plain` question asks for: `you`, `I`, `they`; empty where that is open ("how do you make steel?")."""
    whom = [name for name, pattern in _OF_WHOM if pattern.search(question) is not None]
    if len(whom) != 1 or (whom == ["you"] and _OF_ONE.search(question) is not None):
        return ""
    return whom[0]


def _stem(ing: str) -> str:
    """ "follow" of "following"."""
    stem = str(GRAMMAR["stems"].get(ing.lower(), ing[:-3])) if ing else ""
    stem = stem[:-1] if len(stem) > 3 and stem[-1] == stem[-2] and stem[-1] not in "ls" else stem  # "digging"
    return f"{stem}e" if stem not in _VERBS and f"{stem}e" in _VERBS else stem  # "poking"
