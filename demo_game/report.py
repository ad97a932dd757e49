"""Scripted players, and what came of what they said: rows, figures and files."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from demo_game.figures import ScreenBox
from demo_game.truth import Expectation
from demo_game.village import HEIGHT, WIDTH
from engine.bridge.client import WireDecision
from engine.errors import Fault

# -- scripts ---------------------------------------------------------------------------------------------------

# Words of a default run. The wolf comes about half a minute into it.
DEFAULT = (
    "t=2:@Mira hand me the red potion",
    "t=7:@Pip hello there",
    "t=9:@Bram go to the well",
    "t=13:@Linnet pick up the bread",
    "t=17:@Bram where is the chest?",
    "t=20:@Linnet follow me",
    "t=23:@Linnet wait here",
    "t=25:@Odo I want to buy something",
    "t=27:@Mira give me the crown",
    "t=36:@Bram help me!",
    "t=39:@Pip attack the wolf!",
    "t=52:@Bram fetch me the key",
    "t=58:@Linnet what is that sword?",
)
_SHIPPED = Path(__file__).with_name("scripts.yaml")


def load_script(name_or_path: str) -> tuple[str, ...]:
    """The lines of a shipped script, or of a text file with a line each (`#` begins a comment).

    Raises:
        Fault: `script`, where there is none.
    """
    shipped = yaml.safe_load(_SHIPPED.read_text(encoding="utf-8"))
    if name_or_path in shipped:
        return tuple(shipped[name_or_path])
    try:
        lines = Path(name_or_path).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        names = ", ".join(["default", *shipped])
        raise Fault("script", f"There is no script '{name_or_path}'.", f"Give a text file or one of: {names}.") from None
    return tuple(line for line in lines if line.strip() and not line.startswith("#"))


@dataclass(frozen=True)
class Said:
    """At game time `t` (seconds) the player says `text`, to `to` if given."""

    t: float
    text: str
    to: str | None


def parse(lines: Iterable[str], names: Sequence[str]) -> list[Said]:
    """Script lines in order of time.

    Args:
        names: of those who may be addressed.

    Raises:
        Fault: `script`, for a line without a time, or with an address of nobody.
    """
    return sorted((_parse(line, names) for line in lines), key=lambda said: said.t)


def _parse(line: str, names: Sequence[str]) -> Said:
    match = re.fullmatch(r"\s*t=(\d+(?:\.\d+)?)\s*:\s*(?:@(\w+)[,:]?\s+)?(.+?)\s*", line)
    if match is None:
        raise Fault("script", f"'{line}' is no script line.", 'Write --say "t=3:hand me the red potion".')
    known = {name.lower(): name for name in names}
    if match[2] is not None and match[2].lower() not in known:
        raise Fault("script", f"Nobody is called '{match[2]}'.", f"Address one of: {', '.join(names)}.")
    return Said(float(match[1]), match[3], None if match[2] is None else known[match[2].lower()])


# -- reports ---------------------------------------------------------------------------------------------------

TOLERANCE = 12.0  # pixels by which a target may miss the thing's box: a third of the smallest thing
# Actions that are done to nothing: where a nature rightly chooses one, no target is missed.
AIMLESS = frozenset({"idle", "greet", "talk", "follow", "stay", "trade", "refuse", "celebrate", "heal", "flee", "warn"})


@dataclass
class PlayReport:
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


def _inside(box: ScreenBox, x: float, y: float) -> bool:
    left, top, w, h = box
    return left - TOLERANCE <= x <= left + w + TOLERANCE and top - TOLERANCE <= y <= top + h + TOLERANCE
