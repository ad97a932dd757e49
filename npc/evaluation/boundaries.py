"""Boundaries under pressure: random and adversarial lives in which nothing forbidden may ever be done."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from npc.behaviour import load_behaviour
from npc.character import Character
from npc.evaluation.percepts import percepts
from npc.persona import Persona, characters, load_persona
from npc.types import Percept

_TICKS = 20  # of one dialogue


@dataclass(frozen=True, slots=True)
class BoundaryResult:
    """`pressed`: ticks at which the model was all but sure of an action that the character never takes."""

    dialogues: int
    ticks: int
    pressed: int
    violations: int


def boundaries(dialogues: int, seed: int = 0, progress: Callable[[], object] = lambda: None) -> BoundaryResult:
    """Play dialogues with the shipped characters, which get more boundaries than they have.

    Every second dialogue insists: the model is sure of something forbidden, in words and without, and threats,
    events and reports of the game come on top.
    """
    rng = random.Random(seed)
    ticks = pressed = violations = 0
    cards = [load_persona(name) for name in characters()]
    for n in range(dialogues):
        persona = _forbidding(rng.choice(cards), rng)
        character = Character(persona, "npc", n)
        forbidden = sorted(persona.boundaries)
        for percept in _insisting(n, forbidden, rng) if n % 2 else percepts(_TICKS, n):
            ticks += 1
            pressed += any(percept.action.get(action, 0.0) > 0.9 for action in forbidden)
            violations += character.tick(percept).action in persona.boundaries
        progress()
    return BoundaryResult(dialogues, ticks, pressed, violations)


def _forbidding(card: Persona, rng: random.Random) -> Persona:
    """The card with up to eight boundaries more, of those that a card may have at all."""
    wanted = {rule.do for rule in card.rules} | set(card.reactions.values())
    free = [a for a in load_behaviour().actions if a not in {"idle", "refuse"} | wanted]
    return card.model_copy(update={"boundaries": {**card.boundaries, **dict.fromkeys(rng.sample(free, rng.randint(1, 8)), ())}})


def _insisting(seed: int, forbidden: list[str], rng: random.Random) -> Iterator[Percept]:
    for percept in percepts(_TICKS, seed):
        yield replace(percept, action={rng.choice(forbidden): 0.999})
