"""What a game's look does to a finished picture: light, resolution, interface, compression; and an inventory at its edge, whose
icons look like things in view and are none.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from engine.formats.boxes import Xywh
from engine.lab.data.chance import Rng, pick
from engine.lab.data.paint import COLOURS

_WORDS = (
    "LEVEL 3",
    "Score 1200",
    "HP 45/100",
    "x12",
    "Quest updated",
    "Press E",
    "00:42",
    "FPS 60",
    "Mana",
    "New area",
    "Day 4",
    "Gold: 310",
    "Autosaving...",
    "Welcome, stranger.",
    "Wave 7",
    "MISSION",
    "Objective",
    "999",
    "Paused?",
)
_FONTS = [ImageFont.load_default(size) for size in (8, 10, 12, 15)]


def restyle(picture: Image.Image, rng: Rng) -> Image.Image:
    """A few random changes of light and grain; positions stay where they are."""
    picture = _light(picture, rng)
    if rng.random() < 0.12:
        picture = _night_tint(picture, rng)
    if rng.random() < 0.3:
        picture = _hue(picture, rng)
    draw = rng.random()
    if draw < 0.18:
        picture = _pixelate(picture, int(rng.choice([2, 2, 3])))
    elif draw < 0.30:
        picture = picture.filter(ImageFilter.GaussianBlur(float(rng.uniform(0.4, 1.1))))
    if rng.random() < 0.25:
        picture = _noise(picture, rng)
    if rng.random() < 0.25:
        picture = _jpeg(picture, int(rng.integers(30, 85)))
    return picture


def darken(picture: Image.Image, rng: Rng) -> Image.Image:
    """Night as games paint it: little light, hardly any colour, a tint, and grain."""
    light, colour = float(rng.uniform(0.35, 0.75)), float(rng.uniform(0.2, 0.9))
    grey = picture.convert("L").convert("RGB")
    return _noise(_night_tint(Image.blend(grey, picture, colour).point(lambda v: int(v * light)), rng), rng)


def overlay_interface(picture: Image.Image, rng: Rng) -> None:
    """Bars, slots and words along the edges, drawn in place."""
    draw = ImageDraw.Draw(picture)
    for _ in range(int(rng.integers(1, 4))):
        _bar(draw, rng, picture.size)
    for _ in range(int(rng.integers(0, 4))):
        _word(draw, rng, picture.size)
    if rng.random() < 0.3:
        _slots(draw, rng, picture.size)


def _light(picture: Image.Image, rng: Rng) -> Image.Image:
    """Brightness, contrast and gamma in one table."""
    x = np.arange(256) / 255
    gamma, contrast, lift = rng.uniform(0.8, 1.3), rng.uniform(0.75, 1.2), rng.uniform(-0.07, 0.07)
    table = ((x**gamma - 0.5) * contrast + 0.5 + lift).clip(0, 1) * 255
    return picture.point(table.astype(int).tolist() * 3)


def _hue(picture: Image.Image, rng: Rng) -> Image.Image:
    """A turn of the hue too small to change a colour's name, and more or less saturation."""
    turn, saturation = np.deg2rad(rng.uniform(-9, 9)), rng.uniform(0.6, 1.3)
    cos, sin = np.cos(turn) * saturation, np.sin(turn) * saturation
    yiq = np.array([[0.299, 0.587, 0.114], [0.596, -0.274, -0.322], [0.211, -0.523, 0.312]])
    matrix = np.linalg.inv(yiq) @ np.array([[1, 0, 0], [0, cos, -sin], [0, sin, cos]]) @ yiq
    return picture.convert("RGB", tuple(np.hstack([matrix, np.zeros((3, 1))]).ravel().tolist()))


def _night_tint(picture: Image.Image, rng: Rng) -> Image.Image:
    red, green, blue = rng.uniform(0.6, 0.85), rng.uniform(0.65, 0.9), rng.uniform(0.85, 1.0)
    return picture.point([int(v * share) for share in (red, green, blue) for v in range(256)])


def _pixelate(picture: Image.Image, factor: int) -> Image.Image:
    small = picture.resize((picture.width // factor, picture.height // factor), Image.Resampling.BOX)
    return small.resize(picture.size, Image.Resampling.NEAREST)


def _noise(picture: Image.Image, rng: Rng) -> Image.Image:
    deviation = rng.uniform(3, 12)
    grain = (rng.standard_normal((picture.height, picture.width, 1), np.float32) * deviation).astype(np.int16)
    return Image.fromarray((np.asarray(picture, np.int16) + grain).clip(0, 255).astype(np.uint8))


def _jpeg(picture: Image.Image, quality: int) -> Image.Image:
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=quality)
    return Image.open(data).convert("RGB")


def _bar(draw: ImageDraw.ImageDraw, rng: Rng, size: tuple[int, int]) -> None:
    width, height = int(rng.integers(30, 110)), int(rng.integers(4, 11))
    x = int(rng.choice([4, size[0] - width - 4]))
    y = int(rng.choice([4, 16, 28, size[1] - height - 4, size[1] - height - 18]))
    filled = x + int(width * rng.uniform(0.1, 1))
    draw.rectangle((x, y, x + width, y + height), fill=(25, 25, 25), outline=(230, 230, 230))
    draw.rectangle((x + 1, y + 1, filled, y + height - 1), fill=pick(list(COLOURS.values())[:7], rng))


def _word(draw: ImageDraw.ImageDraw, rng: Rng, size: tuple[int, int]) -> None:
    at = (int(rng.integers(2, max(size[0] - 60, 3))), int(rng.choice([3, 14, size[1] - 16, size[1] - 30])))
    word, font = pick(_WORDS, rng), pick(_FONTS, rng)
    draw.text((at[0] + 1, at[1] + 1), word, fill=(0, 0, 0), font=font)
    draw.text(at, word, fill=(255, 255, 255) if rng.random() < 0.6 else (250, 220, 90), font=font)


def _slots(draw: ImageDraw.ImageDraw, rng: Rng, size: tuple[int, int]) -> None:
    side, count = int(rng.integers(12, 20)), int(rng.integers(4, 9))
    left, top = (size[0] - side * count) // 2, size[1] - side - 3
    for i in range(count):
        x = left + i * side
        draw.rectangle((x, top, x + side - 2, top + side - 2), fill=(50, 45, 40), outline=(170, 160, 140))


_PANELS = ((0, 0, 0), (24, 22, 26), (60, 52, 44), (40, 46, 62), (120, 104, 82), (200, 190, 168), (96, 96, 104))
_FONT = ImageFont.load_default(8)
Icon = npt.NDArray[np.uint8]


def draw_inventory(picture: Image.Image, icons: Sequence[Icon], side: int, rng: Rng) -> Xywh:
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


def _panel(size: tuple[int, int], side: int, count: int, rows: int, rng: Rng, *, level: bool, full: bool) -> Xywh:
    """Along an edge: all of it, or as many slots as there are, in the middle or at its start."""
    length = (size[0] if level else size[1]) if full else side * count
    room = (size[0] if level else size[1]) - length
    start = room // 2 if rng.random() < 0.6 else int(rng.integers(0, room + 1))
    far = (size[1] if level else size[0]) - side * rows
    edge = far if rng.random() < 0.8 else 0
    return (start, edge, length, side * rows) if level else (edge, start, side * rows, length)


def _slot(box: Xywh, x: int, y: int, side: int) -> tuple[int, int, int, int]:
    left, top = box[0] + x * side, box[1] + y * side
    return left, top, left + side - 2, top + side - 2


def _put(picture: Image.Image, icon: Icon, slot: tuple[int, int, int, int], rng: Rng) -> None:
    side = max(slot[2] - slot[0] - 1, 6)
    how = Image.Resampling.NEAREST if rng.random() < 0.3 else Image.Resampling.BOX
    small = Image.fromarray(icon).resize((side, side), how)
    picture.paste(small, (slot[0] + 1, slot[1] + 1), small.getchannel("A"))
