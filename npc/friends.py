"""Friends of a card are attacked for nobody's words, whatever they are called: "kill it now!", "smite the beast"."""

from __future__ import annotations

import math
import re

from npc.conversation.clause import Clause
from npc.conversation.reply import Reply
from npc.conversation.things import seen
from npc.language.kinds import akin, is_alive
from npc.language.phrases import singular
from npc.language.senses import Sense
from npc.parts import best
from npc.turn import Turn
from npc.types import Target

_IS_US = re.compile(
    r"(?:me|us|yourself|myself)\b"
    r"(?! (?:an?|the|some|up|with (?:an?|the|your) (?:[a-z]+ )?(?:song|joke|story|news|best))\b)",
    re.IGNORECASE,
)
_AT = 0.12  # of the frame's width: what the words point at is the friend
_MAY_BE = 0.3  # presence from which a friend may be meant


def is_friend(turn: Turn, thing: str, target: Target | None) -> bool:
    """Whether what is to be attacked is a friend: by its name, by its place, or since no other living thing may be meant.

    Args:
        thing: what words name, singular; empty for "it".
        target: where the words point.
    """
    friends = {phrase for phrase, meaning in turn.parts.persona.meanings.items() if meaning == "friend"}
    if thing in friends:
        return True
    there = [d for d in seen(turn.percept) if d.phrase.lower() in friends and d.p >= _MAY_BE]
    if target is not None:
        return any(math.hypot(d.x - target.x, (d.y - target.y) * 9 / 16) < _AT for d in there)
    if not thing or any(akin(thing, d.phrase) for d in there):
        return bool(there)
    others = (d for d in seen(turn.percept) if d.phrase.lower() not in friends and d.p >= _MAY_BE)
    return bool(there) and is_alive(thing) and not any(akin(thing, d.phrase) for d in others)


def is_spared(turn: Turn, clause: Clause, target: Target | None) -> bool:
    """Whether an order to attack is of a friend, of who gives it ("stab me"), or of the character itself."""
    return _IS_US.match(clause.meaning.values.get("rest", "")) is not None or is_friend(turn, singular(clause.thing), target)


def denies_attack(turn: Turn) -> Reply | None:
    """The answer to an utterance that orders an attack on one who is spared, whatever else it orders; else None."""
    attacks = (
        (clause, percept)
        for clause, percept in turn.clauses
        if clause.sense is Sense.ORDER and turn.parts.behaviour.deeds.get(clause.meaning.verb, ())[:1] == ("attack",)
    )
    for clause, percept in attacks:
        decides = clause is turn.clause and is_friend(turn, singular(clause.thing), percept.target)
        if decides or _IS_US.match(clause.meaning.values.get("rest", "")):
            return Reply("deny", f"was told to attack {clause.thing or 'who is spared'}, a friend", action="refuse")
    return None


def spared(turn: Turn) -> Reply | None:
    """The answer to words that would have a friend attacked; None where no friend is meant."""
    (action, p), sure = best(turn.heard.action), turn.parts.behaviour.understood
    if action != "attack" or min(p, best(turn.heard.intent)[1]) < sure:
        return None
    if not is_friend(turn, singular(turn.clause.thing), turn.heard.target):
        return None
    return Reply("deny", "was told to attack a friend", action="refuse")
