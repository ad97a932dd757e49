"""Is there one at all? What a designer can rely on: how likely is what the model calls likely, and what a threshold costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from rich.table import Table

from engine.lab.evaluation.ask_recording import Pointed
from engine.lab.evaluation.metrics import reliability

THRESHOLDS = (0.3, 0.4, 0.5, 0.7, 0.8, 0.9)
TILE, EDGE, CAPTION = 220, 44, 56  # pixels of a diagram, around it, and below it
PAGE, INK, GRID, BAR, EXACT = (22, 24, 30), (235, 235, 235), (60, 64, 74), (90, 160, 240), (250, 210, 70)
COLUMNS = 3


@dataclass(frozen=True)
class Threshold:
    """What comes of saying "it is there" from a probability on.

    Attributes:
        p: the threshold.
        found: of the things in view, the share of which it is said.
        false_alarms: of the things not in view, the share of which it is said.
        alike: the same of those for which something in view may be taken (`siblings`); nan without any.
        right: of what is said to be there, the share that is; nan where nothing is said.
    """

    p: float
    found: float
    false_alarms: float
    alike: float
    right: float


def thresholds(answers: Sequence[Pointed]) -> list[Threshold]:
    """A row each of `THRESHOLDS`."""
    p = np.array([a.p for a in answers])
    there = np.array([a.there for a in answers], bool)
    alike = np.array([a.question.alike for a in answers], bool)
    rows = []
    for least in THRESHOLDS:
        said = p >= least
        rows.append(Threshold(least, _share(said[there]), _share(said[~there]), _share(said[alike]), _share(there[said])))
    return rows


def _share(of: np.ndarray) -> float:
    return float(of.mean()) if len(of) else float("nan")


def thresholds_table(title: str, answers: Sequence[Pointed]) -> Table:
    table = Table(title=title, title_justify="left")
    for header in ("there from p ≥", "found", "false alarms", "of look-alikes", "right"):
        table.add_column(header, justify="right", no_wrap=True)
    for row in thresholds(answers):
        shares = (row.found, row.false_alarms, row.alike, row.right)
        table.add_row(f"{row.p:g}", *("–" if np.isnan(share) else f"{share:.0%}" for share in shares))
    return table


def draw_reliability(answers: Mapping[str, Sequence[Pointed]]) -> Image.Image:
    """Reliability diagrams (DeGroot & Fienberg 1983), one a name: of what is said with p, the share that is so.

    On the yellow line it is as often so as it is said to be; below, the model claims too much. A wide bar is said often.
    """
    rows = -(-len(answers) // COLUMNS)
    wide, high = TILE + 2 * EDGE, TILE + EDGE + CAPTION
    page = Image.new("RGB", (COLUMNS * wide, max(rows, 1) * high), PAGE)
    for i, (name, found) in enumerate(answers.items()):
        page.paste(_diagram(name, found), (i % COLUMNS * wide, i // COLUMNS * high))
    return page


def _diagram(name: str, answers: Sequence[Pointed]) -> Image.Image:
    picture = Image.new("RGB", (TILE + 2 * EDGE, TILE + EDGE + CAPTION), PAGE)
    draw, small = ImageDraw.Draw(picture), ImageFont.load_default(11)
    left, top = EDGE, EDGE // 2
    bottom = top + TILE
    bins = reliability([a.there for a in answers], [a.p for a in answers])
    for tenth in range(0, 11, 2):
        x, y = left + tenth * TILE / 10, bottom - tenth * TILE / 10
        draw.line((left, y, left + TILE, y), GRID)
        draw.text((left - 26, y - 7), f"{tenth / 10:.1f}", INK, small)
        draw.text((x - 8, bottom + 2), f"{tenth / 10:.1f}", INK, small)
    most = max((b.weight for b in bins), default=1.0)
    for b in bins:
        half = TILE / 20 * (0.15 + 0.85 * np.sqrt(b.weight / most))
        x = left + b.claimed * TILE
        draw.rectangle((x - half, bottom - b.so * TILE, x + half, bottom), BAR)
    draw.line((left, bottom, left + TILE, top), EXACT, 2)
    error = sum(b.weight * abs(b.claimed - b.so) for b in bins)
    draw.text((left + TILE / 2, bottom + 16), "claimed: p that it is there", INK, small, anchor="ma")
    upright = Image.new("RGB", (TILE, 14), PAGE)
    ImageDraw.Draw(upright).text((TILE / 2, 0), "so: share that is there", INK, small, anchor="ma")
    picture.paste(upright.rotate(90, expand=True), (2, top))
    draw.text((left, bottom + 34), f"{name}   ECE {error:.3f}", INK, ImageFont.load_default(13))
    return picture
