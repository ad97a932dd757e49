"""Warnings of what is in view: "there's a wolf, by the well!" is no news that has to be looked for."""

from __future__ import annotations

import re
from dataclasses import replace

from npc.conversation.clause import Clause
from npc.conversation.things import seen
from npc.language.kinds import akin
from npc.language.phrases import singular, things_named
from npc.language.senses import Sense
from npc.parts import CharacterParts, best
from npc.second_opinion import SURE, mostly
from npc.types import Percept, Target

_THERE = 0.7  # presence from which it is
_BURNS = re.compile(
    r"(?<!cheeks )(?<!throat )(?<!ears )(?<!eyes )(?<!feet )(?<!head )(?<!face )(?<!skin )"
    r"\b(?:is|are|it) (?:really |all |now )?(?:on fire|burning(?! (?:down )?(?:my|your|to|with|question))|in flames|ablaze)\b",
    re.IGNORECASE,
)
_MATTERS = frozenset({"threat", "friend"})
_WORDS = frozenset({"talk", "idle", "greet"})


def as_warned(parts: CharacterParts, clause: Clause, heard: Percept, percept: Percept) -> Percept:
    """What a clause is heard as: a warning of a foe or friend in view is a matter of what stands there, not of words alone."""
    if _BURNS.search(clause.text) is not None and clause.sense is Sense.OTHER:
        return _of_fire(heard, percept)
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


def _of_fire(heard: Percept, percept: Percept) -> Percept:
    """A warning of a fire that is in view: "the house! It's burning!"."""
    fire = max((d for d in seen(percept) if d.phrase.lower() == "fire"), key=lambda d: d.p, default=None)
    if fire is None or fire.p < _THERE:
        return heard
    action = mostly(heard.action, "warn", SURE) if best(heard.action)[0] in _WORDS else heard.action
    there = Target(fire.x, fire.y, fire.p)
    return replace(heard, intent=mostly(heard.intent, "warn", SURE), action=action, talk={}, knowledge={}, target=there)
