"""What one tick of a character costs."""

from __future__ import annotations

import random
import statistics
import time

from npc.behaviour import load_behaviour
from npc.character import Character
from npc.persona import characters, load_persona
from npc.types import Detection, Percept, Target

_TICKS = 2000  # of each kind: enough for a steady 99th percentile


def bench() -> str:
    """Percentiles in microseconds of ticks with and without words, over all shipped characters."""
    actors = [Character(load_persona(name), name) for name in characters()]
    rows = ["one tick, µs      p50    p95    p99"]
    for kind, text in (("frame only", ""), ("frame and words", "what about that one?")):
        costs = [_cost(actors[n % len(actors)], _percept(n, text)) for n in range(_TICKS)]
        cuts = statistics.quantiles(costs, n=100)
        rows.append(f"{kind:<15}" + "".join(f"{cuts[at] * 1e6:7.0f}" for at in (49, 94, 98)))
    return "\n".join(rows)


def _cost(actor: Character, percept: Percept) -> float:
    start = time.perf_counter()
    actor.tick(percept)
    return time.perf_counter() - start


def _percept(number: int, text: str) -> Percept:
    """A percept with every label of every head, as a model gives it."""
    rng = random.Random(number)
    behaviour = load_behaviour()

    def head(labels: list[str]) -> dict[str, float]:
        raw = [rng.random() ** 6 for _ in labels]
        return {label: share / sum(raw) for label, share in zip(labels, raw, strict=True)}

    return Percept(
        time=number * 0.1,
        intent=head([*behaviour.appraisals.intent, *behaviour.pointing]),
        tone=head(["neutral", *behaviour.appraisals.tone]),
        action=head(list(behaviour.actions)),
        emotion=head(list(behaviour.emotions)),
        target=Target(0.5, 0.5, 0.9),
        watch=tuple(Detection(phrase, rng.random(), 0.5, 0.5) for phrase in ("wolf", "fire", "child")),
        text=text,
    )
