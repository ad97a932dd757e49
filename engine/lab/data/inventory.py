"""An inventory at the edge of the picture: its icons look like things in view and are none."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from engine.lab.data.chance import Rng, pick
from engine.lab.data.entities import Box

_PANELS = ((0, 0, 0), (24, 22, 26), (60, 52, 44), (40, 46, 62), (120, 104, 82), (200, 190, 168), (96, 96, 104))
_FONT = ImageFont.load_default(8)
Icon = npt.NDArray[np.uint8]


def draw_inventory(picture: Image.Image, icons: Sequence[Icon], side: int, rng: Rng) -> Box:
    """Draw icons (uint8 [H, W, 4]) in slots of `side` pixels on a panel, in place; returns the panel's box."""
    along = picture.width if (level := rng.random() < 0.8) else picture.height
    count = max(min(int(rng.integers(4, 14)), along // side), 1)
    rows = 2 if rng.random() < 0.3 else 1
    full = rng.random() < 0.4
    box = _panel(picture.size, side, count, rows, rng, level=level, full=full)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((box[0], box[1], box[0] + box[2] - 1, box[1] + box[3] - 1), fill=pick(_PANELS, rng))
    framed, numbered = rng.random() < 0.5, rng.random() < 0.5
    slots = [(i, row) if level else (row, i) for row in range(rows) for i in range(count)]
    used = slots[: len(icons)] if rng.random() < 0.6 else [slots[int(i)] for i in rng.permutation(len(slots))[: len(icons)]]
    if framed:
        for x, y in slots:
            draw.rectangle(_slot(box, x, y, side), outline=(170, 160, 140))
    for (x, y), icon in zip(used, icons, strict=False):
        _put(picture, icon, _slot(box, x, y, side), rng)
        if numbered:
            at = _slot(box, x, y, side)
            draw.text((at[2] - 6, at[3] - 9), str(int(rng.integers(1, 10))), fill=(255, 255, 255), font=_FONT)
    return box


def _panel(size: tuple[int, int], side: int, count: int, rows: int, rng: Rng, *, level: bool, full: bool) -> Box:
    """Along an edge: all of it, or as many slots as there are, in the middle or at its start."""
    length = (size[0] if level else size[1]) if full else side * count
    room = (size[0] if level else size[1]) - length
    start = room // 2 if rng.random() < 0.6 else int(rng.integers(0, room + 1))
    far = (size[1] if level else size[0]) - side * rows
    edge = far if rng.random() < 0.8 else 0
    return (start, edge, length, side * rows) if level else (edge, start, side * rows, length)


def _slot(box: Box, x: int, y: int, side: int) -> tuple[int, int, int, int]:
    left, top = box[0] + x * side, box[1] + y * side
    return left, top, left + side - 2, top + side - 2


def _put(picture: Image.Image, icon: Icon, slot: tuple[int, int, int, int], rng: Rng) -> None:
    side = max(slot[2] - slot[0] - 1, 6)
    how = Image.Resampling.NEAREST if rng.random() < 0.3 else Image.Resampling.BOX
    small = Image.fromarray(icon).resize((side, side), how)
    picture.paste(small, (slot[0] + 1, slot[1] + 1), small.getchannel("A"))
