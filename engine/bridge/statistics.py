"""What a server counts. Plain numbers: `metrics` turns them into Prometheus' text, tests read them as they are."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

COUNTERS = {
    "observed": "observations that were taken",
    "superseded": "frames that gave way to a newer one before they were looked at",
    "dropped": "frames that were dropped unread because their client sends too many",
    "heard": "utterances that were taken, once for each NPC that they are for",
    "repeated": "utterances that came again, once for each NPC, and had no second effect",
    "busy": "observations that were put off because too much waits already",
    "refused": "messages that were answered with an error, `busy` apart",
    "decided": "decisions that were made",
    "undelivered": "replies that a client did not take",
    "strangers": "connections that were refused because of their key",
}


@dataclass(slots=True)
class Histogram:
    """Counts of values up to each bound, and beyond the last."""

    bounds: Sequence[float]
    counts: list[int] = field(init=False)
    total: float = 0.0

    def __post_init__(self) -> None:
        self.counts = [0] * (len(self.bounds) + 1)

    def add(self, value: float) -> None:
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value


_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


@dataclass(slots=True)
class Statistics:
    """Written by the server's threads, each field by one of them; read by anybody."""

    counters: Counter[str] = field(default_factory=Counter)
    frame_age: Histogram = field(default_factory=lambda: Histogram(_SECONDS))  # s from arrival to decision
    inference: Histogram = field(default_factory=lambda: Histogram(_SECONDS))  # s of one batch
    batch: Histogram = field(default_factory=lambda: Histogram((1, 2, 4, 8, 16, 32, 64, 128, 256)))  # NPCs of one batch
