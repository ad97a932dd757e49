"""Warnings of what is in view: "there's a wolf, by the well!" is no news that has to be looked for."""

from __future__ import annotations

from dataclasses import replace

from npc.conversation.clause import Clause
from npc.conversation.things import seen
from npc.language.kinds import akin
from npc.language.phrases import singular, things_named
from npc.parts import CharacterParts, best
from npc.second_opinion import SURE, mostly
from npc.types import Percept, Target

_THERE = 0.7  # presence from which it is
_MATTERS = frozenset({"threat", "friend"})
_WORDS = frozenset({"talk", "idle", "greet"})


def as_warned(parts: CharacterParts, clause: Clause, heard: Percept, percept: Percept) -> Percept:
    """What a clause is heard as: a warning of a foe or friend in view is a matter of what stands there, not of words alone."""
    if best(heard.intent)[0] != "warn" or best(heard.action)[0] not in _WORDS or not clause.thing:
        return heard
    meanings = {**parts.behaviour.watch, **parts.persona.meanings}
    named = {singular(clause.thing), *things_named(clause.text)}
    there = [
        d
        for d in seen(percept)
        if d.p >= _THERE
        and meanings.get(d.phrase.lower()) in _MATTERS
        and any(thing == d.phrase.lower() or akin(thing, d.phrase) for thing in named)
    ]
    if not there:
        return heard
    surest = max(there, key=lambda d: d.p)
    return replace(heard, action=mostly(heard.action, "defend", SURE), target=Target(surest.x, surest.y, surest.p))
