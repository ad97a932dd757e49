"""What is only told moves nobody: a remark is no alarm without a danger in it, no refusal where nothing was asked, and is not
refused either, whatever the model hears in the sound of it."""

from __future__ import annotations

import re
from dataclasses import replace

from npc.conversation.clause import Clause
from npc.language.harm import insults, means_harm
from npc.language.manners import DANGER
from npc.language.mood import Mood, mood_of
from npc.language.senses import Sense
from npc.language.tongues import is_unheard_of
from npc.memory.ledger import Ledger
from npc.parts import best
from npc.second_opinion import mostly
from npc.types import Percept

_FAIR, _HARDLY, _FAINTLY = 0.7, 0.5, 0.2
_YOU = re.compile(r"\b(?:you|yours?|yourself|ya|thee|thy)\b", re.IGNORECASE)
_SHORT = 4  # words of a shout
_LOOK_OUT = re.compile(
    r"\b(?:(?:look|watch|get|jump|move) (?:out|back|down|away|behind)|watch your|mind (?:the|your)|careful|duck|run|hide|flee|"
    r"behind (?:you|us|me)|over there|help|about to (?:fall|break|collapse|explode))\b",
    re.IGNORECASE,
)
_ENMITY = frozenset({"insult", "threaten", "attack"})
# What is answered to these, where the model would refuse or run away.
_ANSWERED = {"farewell": "greet", "greet": "greet", "trade": "trade"}
_CALM = frozenset({"chat", "none", "thank", "apologize", "agree", "compliment", "ask_about", "identify", "farewell", "greet"})
_MEANS_TO_BE = re.compile(
    r"(?:(?:and|but|so|someday|one day|when I grow up)[, ]+)*I (?:always |also |really |just )*"
    r"(?:(?:want|wanted|would like|would love|hope|plan|wish|dream)(?: to|ed to)?|"
    r"am going to|will) (?:be|become|I was|I were)\b",
    re.IGNORECASE,
)
# "I sell carpets in the capital" offers none here.
_OWN_TRADE = re.compile(
    r"(?:(?:and|but|well|so)[, ]+)*(?:I|we|my [a-z]+) (?:also |mostly |only |just |used to |have )*"
    r"(?:sell|sells|sold|trade in|deal in|deals in|make|makes|bake|carve|weave|brew)\b.*\b(?:in|at|down|up|over in|on) "
    r"(?!exchange|return|cash|sale)(?:the|my|our|a|[A-Z])",
)
# What hurts or calls for help in a manner of speaking.
_BY_THE_WAY = re.compile(
    r"\b(?:(?:cut|cuts|stung|hurt|wounded) me (?:to the (?:bone|quick|heart|core)|deep(?:ly)?)|send help|"
    r"(?:broke|breaks) my heart|(?:stabbed|stab) me in the back|help me (?:god|lord)|god help (?:me|us)|sick of|sick and tired|"
    r"pain in the|cannot help)\b",
    re.IGNORECASE,
)
_DEEDS = frozenset({"refuse", "flee", "attack", "defend", "stay", "heal", "use", "pick_up", "give", "follow", "go_to"})
_DECLINES = re.compile(
    r"(?:no (?:thanks?|way|deal|chance|need)|not (?:today|now|interested|for me|a chance|really)|never|"
    r"I (?:refuse|decline|will not|would rather not|do not (?:want|think so|need))|thanks but|forget it|leave me|"
    r"absolutely not|certainly not|maybe later|nothing)\b",
    re.IGNORECASE,
)


def as_remark(clause: Clause, percept: Percept, ledger: Ledger) -> Percept:
    """The percept of a remark without the deed that nobody asked for, and without manners that its words do not have."""
    intent, p = best(percept.intent)
    if clause.sense is not Sense.OTHER or not percept.talk:
        return percept
    if intent == "attack" and not means_harm(clause.text) and not _warns(clause.text):  # "at his age!"
        return _talked(percept)
    if intent in _ENMITY and p >= _FAIR:
        return percept
    if intent == "compliment" and _MEANS_TO_BE.match(clause.text):  # "I want to be a smith like you"
        return _talked(percept)
    insult = percept.intent.get("insult", 0.0)
    if _FAINTLY < insult < _FAIR and _is_of_others(clause.text, insult):  # "a knave did call my mother a goose"
        return _talked(percept)
    if insults(clause.text) or means_harm(clause.text) or is_unheard_of(clause.text):
        return percept
    if intent == "warn" and len(clause.text.split()) > _SHORT and not _warns(clause.text):
        return _talked(percept)
    if intent == "refuse" and not _is_asked(ledger) and _DECLINES.match(clause.text) is None:
        return _talked(percept)
    if intent == "agree" and not _is_asked(ledger):  # "yes, exactly this" closes no bargain
        return _talked(percept)
    if intent == "help_me" and _BY_THE_WAY.search(clause.text):
        return _talked(percept)
    if intent == "trade" and _OWN_TRADE.match(clause.text):
        return _talked(percept)
    action = best(percept.action)[0]
    if intent in _CALM and action in _DEEDS:
        return replace(percept, action=mostly(percept.action, _ANSWERED.get(intent, "talk"), _FAIR))
    return percept


def _is_of_others(text: str, insult: float) -> bool:
    """Whether words tell of what others did, or are hardly heard as an insult, and name nobody who is spoken to."""
    whole = len(text.split()) > _SHORT and _YOU.search(text) is None and not insults(text) and not means_harm(text)
    return whole and (insult < _HARDLY or mood_of(text) in {Mood.PAST, Mood.OTHERS, Mood.REPORTED})


def _warns(text: str) -> bool:
    return DANGER.search(text) is not None or _LOOK_OUT.search(text) is not None


def _is_asked(ledger: Ledger) -> bool:
    """Whether there is something to say no to."""
    return bool(ledger.asked) or ledger.line.rstrip().endswith("?") or ledger.open_bid("npc") is not None


def _talked(percept: Percept) -> Percept:
    return replace(percept, intent=mostly(percept.intent, "chat", _FAIR), action=mostly(percept.action, "talk", _FAIR))
