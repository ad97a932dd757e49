"""What the card has to say to a question, where nothing else had more than ignorance, or small talk, for it."""

from __future__ import annotations

import re

from npc.card_search import IGNORANT
from npc.conversation.episodes import asks_back
from npc.conversation.reply import Reply
from npc.facts import told_of
from npc.language.after import of_oneself
from npc.language.forms import form_of
from npc.language.senses import Ask, Sense
from npc.parts import best
from npc.turn import Turn
from npc.weighing import further_alone, is_asked_for, is_seen, told_further

_SURELY, _RATHER = 0.05, -0.05  # by so much surer, to go before small talk, and less sure, where nothing else is known
_LEAST, _SAID_SO = 0.42, 0.46  # how near something told further has to be, and where the words are no plain question
_ALONE = 0.46  # and where nothing was said of its fact before
_IGNORANT, _CLARIFIED = 0.4, 0.34  # and instead of saying that nobody knows, or of asking what is meant
_ASIDE = 0.08  # and more, where something else was said meanwhile
_OPEN = frozenset(
    {Ask.NONE, Ask.HOW_LONG, Ask.COUNT, Ask.WHY, Ask.FAR, Ask.PRICE, Ask.DANGER, Ask.PRESENT, Ask.NAMED, Ask.HAVE, Ask.COLOUR}
)
_OF_SIGHT = frozenset({Ask.COUNT, Ask.FAR, Ask.PRESENT, Ask.DANGER, Ask.NAMED, Ask.COLOUR})
_UNSEEN = frozenset({"cannot_tell", "absent", "blind", "what_thing", "which", "unknown"})
_NO_STALL = frozenset({"sells_nothing", "sells_not_for", "buys_nothing"})
_SAYS_LITTLE = IGNORANT | {"further_theirs", "further_whether", "to_own", "to_own_whether", "to_ever", "to_did", "to_remark"}
_TALKS = ("on_", "to_", "further_")
_REFERS = re.compile(r"\b(?:it|they|them|that|those|he|she|him|her|his|its|their|there|one)\b", re.IGNORECASE)
_WHY_NOT = re.compile(r"(?:(?:and|but|so) )*why (?:do|did|can|will|would) (?:not you|you not)\b", re.IGNORECASE)
_ASKS = re.compile(
    r"(?:(?:and|but|so|or|oh|well|okay) )*(?:(?:so )?(?:you|he|she|they) (?:really )?(?:think|mean|say)|says who|"
    r"how|what|when|where|who|whom|whose|why|which|can|could|may|might|is|are|was|were|do|does|did|has|have|had|will|would|"
    r"should|any|ever|got|if|let me|tell me|show me)\b",
    re.IGNORECASE,
)


def instead(turn: Turn, reply: Reply | None) -> Reply | None:
    """What the card has to say to a question instead of a likely answer of lesser worth; that answer, where it has nothing."""
    clause, percept, topic = turn.clause, turn.heard, turn.ledger.topic
    plainly = clause.sense is Sense.QUESTION
    if not plainly and not turn.percept.text.rstrip().endswith("?") and not _ASKS.match(clause.text):
        return reply
    if clause.meaning.ask not in _OPEN or asks_back(clause.text) or of_oneself(clause.text) or not _may_give_way(turn, reply):
        return reply
    key, near = told_further(turn, topic) if topic in turn.parts.persona.knowledge else ("", 0.0)
    if key and near >= _least(turn, reply) + (0.0 if turn.ledger.told == topic else _ASIDE):
        lines = turn.parts.persona.knowledge[topic].further[key]
        return told_of(turn, topic, lines, f"was asked further about {topic}: {key} ({near:.2f})") or reply
    if not plainly or reply is None or reply.topic in {"itself", "again"} or clause.meaning.ask in _OF_SIGHT - {Ask.COUNT}:
        return reply
    if reply.topic in _SAYS_LITTLE and (told := _of_another(turn)) is not None:
        return told
    if form_of(clause.text.rstrip(" ?.!,"), True)[0] == "to_if":  # what it would do is no fact
        return reply
    percept = turn.percept if reply.topic in _SAYS_LITTLE and _is_asked_in_all(turn) else percept
    name = best(percept.knowledge)[0]
    more = _RATHER if reply.topic in _SAYS_LITTLE else _SURELY if reply.topic.startswith("on_") else 0.0
    if name in turn.parts.persona.knowledge and name != turn.ledger.told and is_asked_for(percept, more):
        why = f"was asked about {name} ({percept.knowledge[name]:.2f})"
        return told_of(turn, name, turn.parts.persona.knowledge[name].say, why) or reply
    return reply


def _least(turn: Turn, reply: Reply | None) -> float:
    """How near something told further has to be to go before this answer."""
    if reply is not None and reply.topic in {"what_thing", "which", "cannot_tell"}:
        return _CLARIFIED
    if turn.clause.sense is Sense.LEAVE or (reply is not None and reply.topic in _SAYS_LITTLE):
        return _IGNORANT
    return _LEAST if turn.clause.sense is Sense.QUESTION else _SAID_SO


def _may_give_way(turn: Turn, reply: Reply | None) -> bool:
    """Whether what the card has may be told instead: nothing that is seen, remembered, done or dealt in is known better."""
    talks = reply is None or reply.topic in _SAYS_LITTLE | {"allow"} or reply.topic.startswith(_TALKS)
    if turn.clause.sense is Sense.ORDER and reply is None and _WHY_NOT.match(turn.clause.text):
        return True  # "why don't you chase them away?", after the robbers were spoken of
    if turn.clause.sense in {Sense.ORDER, Sense.TRADE}:
        return reply is not None and reply.topic in {"what_thing"} | _NO_STALL
    if turn.clause.meaning.ask not in _OF_SIGHT and not is_seen(turn):
        return talks or (reply is not None and reply.topic in {"what_thing", "unknown"})
    if is_seen(turn):
        return False
    return talks or (reply is not None and reply.topic in _UNSEEN)


def _of_another(turn: Turn) -> Reply | None:
    """What is told further of a fact that was not spoken of: "can we go after dark?" of the ferry."""
    name, near = further_alone(turn.heard)
    if _REFERS.search(turn.clause.text):  # of what was not spoken of nothing is meant by "it"
        return None
    if name not in turn.parts.persona.further or near < _ALONE or turn.heard.further[name] <= best(turn.heard.knowledge)[1]:
        return None
    topic, key = turn.parts.persona.further[name]
    lines = turn.parts.persona.knowledge[topic].further[key]
    return told_of(turn, topic, lines, f"was asked about {topic}: {key} ({turn.heard.further[name]:.2f})")


def _is_asked_in_all(turn: Turn) -> bool:
    """Whether all that was said is a question of the card's, and what decides alone is none: "you look pale. what is up?"."""
    return len(turn.clauses) > 1 and not is_asked_for(turn.heard, _RATHER) and is_asked_for(turn.percept)
