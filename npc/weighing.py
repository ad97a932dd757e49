"""What a question asks the card for, weighed: of all that is near, the fact, or what is told further of the fact spoken of.

Both weigh cosines as a logistic regression does that was fitted to some 650 questions in the words of very different players,
of which half ask for nothing that the card knows.
"""

from __future__ import annotations

import re

from npc.language.forms import further_of
from npc.language.kinds import PERSON, akin, is_anybody, may_be_seen
from npc.language.phrases import singular, thing_in
from npc.language.senses import Ask
from npc.language.sentences import mentions
from npc.lore import Fact
from npc.parts import best
from npc.turn import Turn
from npc.types import Percept

_NEAR, _BEFORE, _TALK = 0.41, 0.3, 0.23  # likeness of a fact, what being alone counts, and what small talk that is near does
_KIND, _OTHERWISE, _RIVAL, _TALKED = 0.25, 0.23, 0.11, 0.12
_ITSELF = 0.6  # likeness from which a question is the fact's own
_LONGEST = 16  # words of a question that goes on about a fact
_IN_VIEW = 0.5
_OF_SIGHT = frozenset(
    {
        Ask.VIEW, Ask.BESIDE, Ask.NEARER, Ask.COUNT, Ask.FAR, Ask.PRESENT, Ask.DANGER, Ask.NAMED, Ask.COLOUR, Ask.WHERE,
        Ask.LOOKS, Ask.ACTS, Ask.INSIDE, Ask.WHOSE, Ask.WRITTEN,
    }
)  # fmt: skip
_HERE = re.compile(
    r"\b(?:(?<!ever )(?<!did you )(?<!have you )see|view|sight|over there|standing|lying|in front of|around us|"
    r"(?:on|to) (?:the|your|my|our) (?:left|right)|in the middle)\b",
    re.IGNORECASE,
)
_NOT_WITH_EYES = re.compile(r"\bsee (?:my|your|what|how|why|that|if|any way|a way|the point|the difference)\b", re.IGNORECASE)
_ABOUT = re.compile(r"(?<!around )(?<!round )\b(?:here|nearby)\b", re.IGNORECASE)
_WHERE_IS = re.compile(r"\bwhere(?:'s| is| are)\b", re.IGNORECASE)
# How one asks, wherever in the question it stands, by the names of `further`.
_WAYS = {
    name: re.compile(pattern, re.IGNORECASE)
    for name, pattern in {
        "why": r"\b(?:why|how come|what for|what (?:made|makes|drove|caused)|reason|whose fault)\b",
        "long": r"\b(?:how long(?! ago)|how many (?:days|weeks|months|years|hours)|(?:un)?till? when)\b",
        "when": r"\b(?:when|how old|how long ago|how recently|(?:what|which) (?:year|time|season|day|month)|since)\b",
        "where": r"\b(?:where|(?:what|which) (?:place|city|town|village|road|house))\b",
        "who": r"\b(?:who|whom|whose|(?:is|was|were) (?:he|she|they) called|(?:his|her|their) names?)\b",
        "many": r"\bhow (?:many|much|often)\b",
        "then": r"\b(?:what then|then what|what (?:happened|came|comes|happens)|what (?:did|do|does) [a-z]+ do|"
        r"after(?:wards)?|next|later|in the end)\b",
        "bad": r"\b(?:how (?:bad|badly|high|deep|big|strong|dangerous|serious|hot|hard|close|near)|angry|cross|dangerous)\b",
        "how": r"\bhow\b(?! (?:come|many|much|often|long|old|bad|high|deep|big)\b)",
    }.items()
}


def is_asked_for(percept: Percept, more: float = 0.0) -> bool:
    """Whether a question is one of those of the nearest fact: near, alone in being near, and less of small talk.

    Args:
        more: by how much nearer than just enough it has to be.
    """
    if not percept.talk or len(percept.knowledge) < 2:
        return False
    first, second = sorted(percept.knowledge.values(), reverse=True)[:2]
    return first + _BEFORE * (first - second) - _TALK * best(percept.talk)[1] >= _NEAR + more


def further_alone(percept: Percept) -> tuple[str, float]:
    """The question that goes on about some fact which words come nearest to (`Persona.further`), weighed as a fact is."""
    ranked = sorted(percept.further.items(), key=lambda entry: -entry[1])
    if not ranked:
        return "", 0.0
    (name, first), second = ranked[0], ranked[1][1] if len(ranked) > 1 else 0.0
    return name, first + _BEFORE * (first - second) - _TALK * best(percept.talk)[1]


def told_further(turn: Turn, topic: str) -> tuple[str, float]:
    """What the card tells further of the fact spoken of that a question comes nearest to, by its words and by how it is put.

    Empty, and 0, where the question is too long to go on about it, or nothing is told further.
    """
    if not turn.heard.follows or topic != turn.ledger.topic or len(turn.clause.text.split()) > _LONGEST:
        return "", 0.0
    fact: Fact = turn.parts.persona.knowledge[topic]
    percept, words = turn.heard, turn.clause.text.rstrip(" ?.!,")
    ways = ways_of(words) | {further_of(words)}
    rivals = {name: p for name, p in percept.knowledge.items() if name != turn.ledger.topic}
    others = turn.parts.persona.further
    further = (p for name, p in percept.further.items() if name in others and others[name][0] != turn.ledger.topic)
    aside = _RIVAL * max(best(rivals)[1], *further, 0.0) + _TALKED * best(percept.talk)[1]

    def nearness(key: str, near: float) -> float:
        kinds = {kind for kind, entry in fact.kinds.items() if entry == key}
        asked = frozenset[str]().union(*map(ways_of, fact.asked_further.get(key, ())))
        fits = not ways.isdisjoint(kinds)
        jars = bool(ways - {""}) and bool(asked) and not fits and ways.isdisjoint(asked)
        return near + _KIND * fits - _OTHERWISE * jars - aside

    key, near = best({key: nearness(key, near) for key, near in percept.follows.items() if key in fact.further})
    itself, asked = percept.knowledge.get(turn.ledger.topic, 0.0), percept.further.get(f"{topic}: {key}", 0.0)
    if itself >= _ITSELF and itself > asked and ways.isdisjoint(kind for kind, entry in fact.kinds.items() if entry == key):
        return "", 0.0  # it is asked for once more
    return key, near


def ways_of(question: str) -> frozenset[str]:
    """The ways in which a question goes on: `why`, `when` ... of `further`, by the first word in it that asks.

    "Who looked after you when you were little?" asks for no time.
    """
    found = {name: match.start() for name, pattern in _WAYS.items() if (match := pattern.search(question)) is not None}
    first = min(found.values(), default=0)
    return frozenset(name for name, start in found.items() if start == first)


def is_here_and_now(turn: Turn) -> bool:
    """Whether a question is plainly about what stands in view, however near it comes to a fact: "is there a wolf by the well?".

    It says so ("do you see", "on the left"), places it by what is in view, or asks whether something that one can see is here.
    "Is there a doctor here?" may ask for whom the card knows of.
    """
    clause = turn.clause
    if clause.meaning.ask not in _OF_SIGHT or _NOT_WITH_EYES.search(clause.text):
        return False
    anchor = singular(thing_in(clause.meaning.values.get("anchor", "")))
    if (
        clause.meaning.ask is Ask.ACTS
        or _HERE.search(clause.text)
        or (anchor and any(d.p >= _IN_VIEW and d.phrase == anchor for d in turn.percept.looked))
    ):
        return True
    thing = singular(clause.thing)
    there = any(d.p >= _IN_VIEW and akin(d.phrase, thing) for d in turn.percept.looked)
    if there and clause.meaning.ask is Ask.PRESENT and may_be_seen(thing):  # "is there a wolf?", with one before it
        return True
    somebody = akin(thing, PERSON) and not is_anybody(thing)
    return _ABOUT.search(clause.text) is not None and (not thing or (may_be_seen(thing) and not somebody))


def is_seen(turn: Turn) -> bool:
    """Whether a question is after what is in view, and no fact: "how many wolves are there?", with wolves about."""
    if is_here_and_now(turn):
        return True
    where = _WHERE_IS.search(turn.clause.text) is not None  # "where is the sword?"
    if turn.clause.meaning.ask not in _OF_SIGHT and not where:
        return False
    if not where and _HERE.search(turn.clause.text):
        return True
    seen = (*turn.percept.looked, *turn.percept.watch)
    return any(d.p >= _IN_VIEW and mentions(turn.clause.text, d.phrase, plural=True) for d in seen)
