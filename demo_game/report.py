"""What an unattended run says about itself: decisions against the game's own truth, and latencies."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from demo_game.script import Said
from demo_game.truth import Expectation
from demo_game.village import HEIGHT, WIDTH
from demo_game.world import Box
from engine.bridge.client import WireDecision

TOLERANCE = 12.0  # pixels by which a target may miss the thing's box: a third of the smallest thing
# Actions that are done to nothing: where a nature rightly chooses one, no target is missed.
AIMLESS = frozenset({"idle", "greet", "talk", "follow", "stay", "trade", "refuse", "celebrate", "heal", "flee", "warn"})


@dataclass
class Report:
    """Collects while the game runs; `utterances` by the number of their observation."""

    decisions: int = 0
    latencies: list[float] = field(default_factory=list)
    utterances: dict[int, dict[str, object]] = field(default_factory=dict)
    _expected: dict[int, Expectation] = field(default_factory=dict)

    def asked(self, seq: int, said: Said, npc: str, expectation: Expectation | None) -> None:
        """Something was said."""
        row: dict[str, object] = {"t": said.t, "text": said.text, "npc": npc, "expected": None, "expected_at": None}
        if expectation is not None:
            self._expected[seq] = expectation
            row["expected"] = list(expectation.actions)
            row["expected_at"] = [[round(v) for v in box] for box in expectation.boxes] or None
        self.utterances[seq] = row | {"action": None, "target": None, "hit": None}

    def decided(self, decision: WireDecision, latency: float) -> None:
        """A decision was applied, `latency` seconds after its frame."""
        self.decisions += 1
        self.latencies.append(latency)
        row = self.utterances.get(decision.seq)
        if row is None or decision.utterance_id is None:
            return
        spot = decision.target
        point = None if spot is None else (round(spot.x * WIDTH), round(spot.y * HEIGHT))
        row |= {
            "action": decision.action,
            "target": point,
            "line": decision.line,
            "reason": decision.reason,
            "hit": _hit(self._expected.get(decision.seq), decision.action, point),
        }

    def summary(self, provider: str) -> dict[str, object]:
        """The report; a rate is None where nothing could be scored."""
        rows = list(self.utterances.values())
        hits = [row["hit"] for row in rows if row["hit"] is not None]
        right = [row["action"] in row["expected"] for row in rows if row["expected"]]  # type: ignore[operator]
        return {
            "decisions": self.decisions,
            "target_hit_rate": _rate(hits),
            "action_accuracy": _rate(right),
            "latency_ms": {f"p{q}": percentile_ms(self.latencies, q) for q in (50, 95, 99)},
            "provider": provider,
            "utterances": rows,
        }


def percentile_ms(seconds: Sequence[float], q: int) -> float | None:
    """The q-th percentile in milliseconds (nearest rank); None of nothing."""
    ordered = sorted(seconds)
    return round(ordered[max(math.ceil(len(ordered) * q / 100) - 1, 0)] * 1e3, 2) if ordered else None


def _rate(outcomes: Sequence[object]) -> float | None:
    return sum(map(bool, outcomes)) / len(outcomes) if outcomes else None


def _hit(expectation: Expectation | None, action: str, point: tuple[int, int] | None) -> bool | None:
    """Whether the point is in a box that was meant; None where none was, or where none is needed."""
    if expectation is None or not expectation.boxes or (action in AIMLESS and action in expectation.actions):
        return None
    return point is not None and any(_inside(box, *point) for box in expectation.boxes)


def _inside(box: Box, x: float, y: float) -> bool:
    left, top, w, h = box
    return left - TOLERANCE <= x <= left + w + TOLERANCE and top - TOLERANCE <= y <= top + h + TOLERANCE
