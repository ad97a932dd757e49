"""What was seen, for people: drawn on the frame, or as plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from engine.perception.types import EncodedFrame, Floats, Sight
from npc.types import HEAD_NAMES, Percept

Box = tuple[float, float, float, float]  # left, top, right, bottom, in pixels
TARGET, WATCHED, INK, PLATE = (255, 80, 60), (90, 220, 255), (245, 245, 245), (18, 20, 28, 190)


def draw_overlay(
    frame: npt.NDArray[np.uint8],
    sight: Sight,
    text: str = "",
    box: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0),
    threshold: float = 0.5,
) -> Image.Image:
    """The frame with what was seen in it, at the frame's size.

    Args:
        frame: uint8 [H, W, 3].
        text: what was said.
        box: the part of the heat map that the frame is (`Letterbox.box`).
        threshold: presence from which a watched thing is marked.
    """
    picture = Image.fromarray(frame).convert("RGBA")
    if sight.heat is not None:
        picture.alpha_composite(_heat_layer(sight.heat, picture.size, box))
    layer = Image.new("RGBA", picture.size)
    draw = ImageDraw.Draw(layer)
    size = max(12, picture.height // 30)
    font = _font(size)
    target, found = sight.target, [seen for seen in sight.watch if seen.p >= threshold]
    spots = [(seen.x * picture.width, seen.y * picture.height) for seen in (*found, target) if seen is not None]
    plate = _labels(draw, picture.size, _lines(sight, text), spots, font, size)
    marks = _Marks(draw, picture.size, font, size, plate)  # marks lie above the plate
    for seen in found:
        marks.mark(seen.x, seen.y, f"{seen.phrase} {seen.p:.0%}", WATCHED)
    if target is not None:
        _cross(draw, target.x * picture.width, target.y * picture.height, size)
        marks.mark(target.x, target.y, f"target {target.p:.0%}", TARGET)
    picture.alpha_composite(layer)
    return picture.convert("RGB")


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Letters of `size` pixels; of one size where Pillow has no FreeType, as in a pack."""
    try:
        return ImageFont.load_default(size)
    except ImportError:
        return ImageFont.load_default_imagefont()


def _drawable(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> str:
    """The letters that the font has: a bitmap font has those of Latin-1."""
    return text if isinstance(font, ImageFont.FreeTypeFont) else text.encode("latin-1", "replace").decode("latin-1")


def _heat_layer(heat: Floats, size: tuple[int, int], box: tuple[float, float, float, float]) -> Image.Image:
    rows, columns = heat.shape
    cells = (box[0] * columns, box[1] * rows, box[2] * columns, box[3] * rows)
    strength = Image.fromarray((np.clip(heat / max(float(heat.max()), 0.2), 0, 1) * 170).astype(np.uint8))
    alpha = strength.resize(size, Image.Resampling.BICUBIC, box=cells)
    layer = Image.new("RGBA", size, (255, 120, 30, 0))
    layer.putalpha(alpha)
    return layer


def _cross(draw: ImageDraw.ImageDraw, x: float, y: float, size: int) -> None:
    """A cross with a dark edge: it stays visible on its own heat."""
    reach, width = size * 1.3, max(2, size // 8)
    for colour, thick in ((PLATE, width + 4), ((*TARGET, 255), width)):
        draw.line((x - reach, y, x + reach, y), fill=colour, width=thick)
        draw.line((x, y - reach, x, y + reach), fill=colour, width=thick)


class _Marks:
    """Rings with a plate each, which stands where it hides no other plate, if there is such a place beside the ring."""

    def __init__(
        self,
        draw: ImageDraw.ImageDraw,
        size: tuple[int, int],
        font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
        height: int,
        taken: Box,
    ) -> None:
        self._draw, self._size, self._font, self._height = draw, size, font, height
        self._taken = [taken]

    def mark(self, x: float, y: float, text: str, colour: tuple[int, int, int]) -> None:
        """A ring around a place, in fractions of the picture."""
        height, text = self._height, _drawable(text, self._font)
        cx, cy, r = x * self._size[0], y * self._size[1], height * 0.9
        self._draw.ellipse((cx - r, cy - r, cx + r, cy + r), outline=(*colour, 255), width=max(2, height // 7))
        plate = self._free(cx, cy, r, self._draw.textlength(text, self._font) + 7)
        self._taken.append(plate)
        self._draw.rounded_rectangle(plate, 4, fill=PLATE)
        self._draw.text((plate[0] + 3, plate[1] + 2), text, font=self._font, fill=(*colour, 255))

    def _free(self, cx: float, cy: float, r: float, width: float) -> Box:
        """Where a plate goes: above right of the ring, on its other sides, else where it hides the least."""
        tall = self._height + 6
        rows = [cy - r - tall / 2, cy + r - tall / 2, *(cy - tall / 2 + step * tall for step in (0, -2, 2, -3, 3))]
        spots = [(left, top) for top in rows for left in (cx + r, cx - r - width)]
        right, bottom = self._size[0] - 1 - width, self._size[1] - 1 - tall
        inside = [(min(max(left, 0.0), right), min(max(top, 0.0), bottom)) for left, top in spots]
        plates = [(left, top, left + width, top + tall) for left, top in inside]
        return min(plates, key=lambda plate: sum(_shared(plate, other) for other in self._taken))


def _shared(a: Box, b: Box) -> float:
    """The area that two boxes share, in pixels."""
    across, down = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    return max(across, 0.0) * max(down, 0.0)


def _lines(sight: Sight, text: str) -> list[str]:
    """What was understood of the words, or of the frame alone."""
    heads = {head: sight.heads[head] for head in HEAD_NAMES}
    lines = [
        f"{name}: " + ", ".join(f"{label} {p:.0%}" for label, p in sorted(ps.items(), key=lambda kv: -kv[1])[:2])
        for name, ps in heads.items()
        if ps
    ]
    if not text.strip():
        return lines
    return [f"“{text}”", *lines, *(["target: nothing here"] if sight.target is None else [])]


def _labels(
    draw: ImageDraw.ImageDraw,
    size: tuple[int, int],
    lines: Sequence[str],
    spots: Sequence[tuple[float, float]],
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
    height: int,
) -> Box:
    """The lines on a plate, in the corner where it hides the least of what lies at the spots; returns its box."""
    lines = [_drawable(line, font) for line in lines]
    wide = max((draw.textlength(line, font) for line in lines), default=0) + 14
    tall, reach = 8.0 + len(lines) * (height + 4), 2 * height
    things = [(x - reach, y - reach, x + reach, y + reach) for x, y in spots]
    corners = [(left, top) for top in (6, size[1] - 6 - tall) for left in (6, size[0] - 6 - wide)]
    inside = [(max(left, 6.0), max(top, 6.0)) for left, top in corners]
    plates = [(left, top, left + wide, top + tall) for left, top in inside]
    plate = min(plates, key=lambda plate: sum(_shared(plate, thing) for thing in things))
    draw.rounded_rectangle(plate, 6, fill=PLATE)
    for i, line in enumerate(lines):
        draw.text((plate[0] + 7, plate[1] + 4 + i * (height + 4)), line, font=font, fill=(*INK, 255))
    return plate


def inspection(percept: Percept, heat: Floats | None, encoded: EncodedFrame | None, milliseconds: float) -> dict[str, Any]:
    """The percept as the protocol's `inspect` has it: likeliest labels, watch list, heat map of the words' target."""
    view: dict[str, Any] = {
        "intent": likeliest(percept.intent),
        "action": likeliest(percept.action),
        "watch": [[d.phrase, d.p, d.x, d.y] for d in percept.watch],
        "heat": None,
        "inference_ms": milliseconds,
    }
    if heat is not None and percept.text.strip():
        view["heat"] = [row.tobytes() for row in (heat.clip(0, 1) * 255).astype(np.uint8)]
        view["heat_box"] = frame_inside(encoded)
    return view


def frame_inside(encoded: EncodedFrame | None) -> list[float]:
    """Left, top, right, bottom of the frame inside the letterboxed heat map, as fractions of the map."""
    fit = encoded.fit if encoded else None
    return list(fit.box) if fit is not None else [0.0, 0.0, 1.0, 1.0]


def likeliest(probabilities: Mapping[str, float], count: int = 3) -> list[list[object]]:
    """The likeliest labels with their probabilities."""
    return [[label, p] for label, p in sorted(probabilities.items(), key=lambda item: -item[1])[:count]]
