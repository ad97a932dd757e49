"""Short questions that go on about the fact of the card that was told last: "when?", "how many?", "what did they take?"."""

from __future__ import annotations

import re

from npc.conversation.recall import resumed
from npc.conversation.reply import Reply
from npc.language.senses import Ask, Sense
from npc.language.sentences import mentions
from npc.parts import best
from npc.turn import Turn

KNOWS = 0.7  # likeness from which a question is one of those of the card, whatever else it may be
FAR = 0.55  # likeness below which a short question after a fact goes on about that fact
_SHORT = 8  # words
_IN_VIEW = 0.5
# "when?", "and how many?", "which are good?": what is left out is what was spoken of.
_BARE = re.compile(
    r"^(?:and |but |so |wow |oh |okay )*(?:when|where|why(?: not)?|who|how(?: (?:many|much|long|far|often|old|big|come))?|"
    r"what (?:for|then|else)|which(?: ones?)?(?: (?:is|are) \w+)?|since when|until when|really)"
    r"(?: exactly| though| then| there)?[\s?.!]*$",
    re.IGNORECASE,
)
_REFERS = re.compile(
    r"\b(?:it|they|them|that|those|these(?! days| times)|he|she|him|her|his|its|their|there|not any ?more)\b", re.IGNORECASE
)
_COUNTS = re.compile(r"\bhow (?:many|much|old|long|far)\b", re.IGNORECASE)
_A_NUMBER = re.compile(
    r"\b(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|hundred|thousand|once|twice|half)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[a-z]{4,}", re.IGNORECASE)


def answer(turn: Turn) -> Reply | None:
    """What was told last, once more, where a short question goes on about it; None where it asks for something else."""
    told = turn.ledger.told
    if told not in turn.parts.persona.knowledge or not _goes_on(turn):
        return None
    parts = turn.parts
    moment = parts.moment(turn.heard, [], turn.person)
    line = parts.speaker.one_of(parts.persona.knowledge[told].say, moment, parts.variables(turn.heard))
    if not line:
        return None
    return Reply("again", f"was asked further about what it knows as {told}", {"line": resumed(line)}, fact=told)


def _goes_on(turn: Turn) -> bool:
    """Whether a question goes on about the fact that was told last: short, and of nothing else that is known or in view."""
    clause, percept, told = turn.clause, turn.heard, turn.ledger.told
    if clause.sense is not Sense.QUESTION or clause.meaning.ask not in {Ask.NONE, Ask.COUNT, Ask.HOW_LONG, Ask.PRICE}:
        return False
    fact, likeness = best(percept.knowledge)
    if (fact != told and likeness >= FAR) or len(clause.text.split()) > _SHORT:
        return False
    if fact == told and likeness >= KNOWS:  # the very question of the card
        return False
    if any(d.p >= _IN_VIEW and mentions(clause.text, d.phrase, plural=True) for d in (*turn.percept.looked, *percept.watch)):
        return False
    words = " ".join(line.say for line in turn.parts.persona.knowledge[told].say)
    if _COUNTS.search(clause.text) and not _A_NUMBER.search(words):
        return False
    shared = {w.lower()[:5] for w in _WORD.findall(clause.text)} & {w.lower()[:5] for w in _WORD.findall(words)}
    return bool(_BARE.match(clause.text) or _REFERS.search(clause.text) or shared or _COUNTS.search(clause.text))
