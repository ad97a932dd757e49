"""What one tick of a character costs, and a crowd of them."""

from __future__ import annotations

import json
import random
import statistics
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from npc.behaviour import load_behaviour
from npc.character import Character
from npc.errors import Fault
from npc.persona import characters, load_persona
from npc.types import Detection, Percept, Target

_TICKS = 2000  # of each kind: enough for a steady 99th percentile
_CROWD, _HERTZ, _SECONDS = 500, 10, 2
_BEFORE = 2  # seconds that the crowd lives before it is measured: by then everybody has been spoken to
_SPEECH = 20  # every so manieth percept of the crowd has words: each character is spoken to every two seconds


@dataclass(frozen=True, slots=True)
class Cost:
    """Microseconds of one tick."""

    p50: float
    p95: float
    p99: float


@dataclass(frozen=True, slots=True)
class BenchResult:
    """`crowd_core`: the share of one core that `crowd` characters take at `hertz` ticks a second each."""

    frame_us: Cost
    words_us: Cost
    crowd: int
    hertz: int
    crowd_core: float


def measure_ticks() -> BenchResult:
    """Ticks with and without words over all shipped characters, and a crowd of them."""
    return BenchResult(_costs(""), _costs("what about that one?"), _CROWD, _HERTZ, _crowd_core())


def bench(json_file: Path | None = None) -> str:
    """The figures as a table.

    Raises:
        Fault: `json`: the file cannot be written.
    """
    result = measure_ticks()
    rows = ["one tick, µs      p50    p95    p99"]
    for kind, cost in (("frame only", result.frame_us), ("frame and words", result.words_us)):
        rows.append(f"{kind:<15}{cost.p50:7.0f}{cost.p95:7.0f}{cost.p99:7.0f}")
    rows.append(f"{_CROWD} characters, {_HERTZ} ticks a second each: {result.crowd_core:.0%} of one core")
    if json_file is not None:
        try:
            json_file.write_text(json.dumps(asdict(result), indent=2) + "\n", encoding="utf-8")
        except OSError as error:
            raise Fault("json", f"{json_file} cannot be written: {error.strerror}.", "Check --json.") from None
        rows.append(f"figures: {json_file}")
    return "\n".join(rows)


def _costs(text: str) -> Cost:
    actors = _cast(len(characters()))
    costs = [_cost(actors[n % len(actors)], _percept(n, text)) for n in range(_TICKS)]
    cuts = statistics.quantiles(costs, n=100)
    return Cost(*(cuts[at] * 1e6 for at in (49, 94, 98)))


def _crowd_core() -> float:
    """Of a crowd that lives already: what each does once, when it comes into the world, is no part of it."""
    actors, spent = _cast(_CROWD), 0.0
    for frame in range(_HERTZ * (_SECONDS + _BEFORE)):
        percepts = [_percept(frame, "what about that one?" if (n + frame) % _SPEECH == 0 else "") for n in range(_SPEECH)]
        cost = sum(_cost(actor, percepts[n % _SPEECH]) for n, actor in enumerate(actors))
        spent += cost if frame >= _HERTZ * _BEFORE else 0.0
    return spent / _SECONDS


def _cast(count: int) -> list[Character]:
    cards = [load_persona(name) for name in characters()]
    return [Character(cards[n % len(cards)], f"npc {n}") for n in range(count)]


def _cost(actor: Character, percept: Percept) -> float:
    """Seconds of processor time, so that whatever else the machine does counts for nothing."""
    start = time.process_time()
    actor.tick(percept)
    return time.process_time() - start


def _percept(number: int, text: str) -> Percept:
    """A percept with every label of every head, as a model gives it."""
    rng = random.Random(number)
    behaviour = load_behaviour()

    def head(labels: list[str]) -> dict[str, float]:
        raw = [rng.random() ** 6 for _ in labels]
        return {label: share / sum(raw) for label, share in zip(labels, raw, strict=True)}

    return Percept(
        time=number / _HERTZ,
        intent=head(list(behaviour.intents)),
        tone=head(list(behaviour.tones)),
        action=head(list(behaviour.actions)),
        emotion=head(list(behaviour.emotions)),
        target=Target(0.5, 0.5, 0.9),
        watch=tuple(Detection(phrase, rng.random(), 0.5, 0.5) for phrase in ("wolf", "fire", "child")),
        text=text,
        knowledge={f"fact {n}": rng.random() / 2 for n in range(13)} if text else {},
    )
