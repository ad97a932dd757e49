"""Draws small sprites in coordinates of 0..1, so that one drawing serves every size and pixel grid."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from engine.lab.data.chance import Rng

Colour = tuple[int, int, int]


class Pen:
    """Draws on a transparent square of `side` pixels. Places and sizes are shares of the side, with a little jitter."""

    def __init__(self, side: int, rng: Rng, jitter: float = 0.025) -> None:
        self.side, self.rng, self._jitter = side, rng, jitter
        self._picture = Image.new("RGBA", (side, side))
        self._draw = ImageDraw.Draw(self._picture)

    def box(
        self, x: float, y: float, w: float, h: float, fill: Colour | None, line: Colour | None = None, width: float = 0.06
    ) -> None:
        self._draw.rectangle(self._area(x, y, w, h), fill, line, self._width(width))

    def oval(
        self, x: float, y: float, w: float, h: float, fill: Colour | None, line: Colour | None = None, width: float = 0.06
    ) -> None:
        self._draw.ellipse(self._area(x, y, w, h), fill, line, self._width(width))

    def shape(self, points: list[tuple[float, float]], fill: Colour) -> None:
        self._draw.polygon([self._at(x, y) for x, y in points], fill)

    def line(self, points: list[tuple[float, float]], fill: Colour, width: float = 0.08) -> None:
        self._draw.line([self._at(x, y) for x, y in points], fill, self._width(width))

    def specks(self, x: float, y: float, w: float, h: float, fill: Colour, count: int, size: float = 0.1) -> None:
        """Small squares strewn over an area."""
        for dx, dy in self.rng.uniform(0, 1, (count, 2)):
            self._draw.rectangle(self._area(x + dx * (w - size), y + dy * (h - size), size, size), fill)

    def rgba(self) -> npt.NDArray[np.uint8]:
        """uint8 [side, side, 4]."""
        return np.asarray(self._picture)

    def _at(self, x: float, y: float) -> tuple[int, int]:
        dx, dy = self.rng.normal(0, self._jitter, 2)
        return round((x + dx) * (self.side - 1)), round((y + dy) * (self.side - 1))

    def _area(self, x: float, y: float, w: float, h: float) -> tuple[int, int, int, int]:
        left, top = self._at(x, y)
        return left, top, left + max(round(w * self.side) - 1, 0), top + max(round(h * self.side) - 1, 0)

    def _width(self, share: float) -> int:
        return max(round(share * self.side), 1)


def varied(rgb: Colour, rng: Rng, spread: float = 12) -> Colour:
    """A colour near another one."""
    r, g, b = (np.array(rgb) + rng.normal(0, spread / 2) + rng.normal(0, spread, 3)).clip(0, 255).astype(int).tolist()
    return r, g, b


def shaded(rgb: Colour, factor: float) -> Colour:
    """A colour made darker (below 1) or lighter."""
    r, g, b = (min(int(c * factor), 255) for c in rgb)
    return r, g, b
