"""Draws small pictures with dark outlines and smooth edges: three times too large, then scaled down."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pygame

Surface = pygame.Surface
Colour = tuple[int, int, int]
Point = tuple[float, float]

INK: Colour = (44, 33, 38)
OUTLINE = 2.0  # pixels
OVERSIZE = 3
MARGIN = 14  # around the nominal size, for flames, hats and spears


def lighter(colour: Colour, by: int) -> Colour:
    """The colour, `by` steps brighter (or darker, if negative)."""
    r, g, b = (max(0, min(255, c + by)) for c in colour)
    return r, g, b


class Pen:
    """A transparent picture in the making.

    Coordinates are screen pixels around the feet: (0, 0) is the middle of the lower edge, y is negative above it.
    Shapes have an outline unless `ink` is False.
    """

    def __init__(self, width: int, height: int) -> None:
        self.w, self.h = width, height
        size = (width + 2 * MARGIN, height + 2 * MARGIN)
        self._small = size
        self._surface = Surface((size[0] * OVERSIZE, size[1] * OVERSIZE), pygame.SRCALPHA)

    def picture(self) -> Surface:
        """The finished picture; its feet are at (width / 2 + MARGIN, height + MARGIN)."""
        return pygame.transform.smoothscale(self._surface, self._small)

    def poly(self, colour: Colour, points: Sequence[Point], *, ink: bool = True) -> None:
        shape = [self._at(*p) for p in points]
        pygame.draw.polygon(self._surface, colour, shape)
        if ink:
            for a, b in zip(shape, [*shape[1:], shape[0]], strict=True):
                self._stroke(INK, a, b, OUTLINE)

    def disc(self, colour: Colour, x: float, y: float, radius: float, *, ink: bool = True) -> None:
        if ink:
            pygame.draw.circle(self._surface, INK, self._at(x, y), (radius + OUTLINE / 2) * OVERSIZE)
        inner = radius - OUTLINE / 2 if ink else radius
        pygame.draw.circle(self._surface, colour, self._at(x, y), inner * OVERSIZE)

    def oval(self, colour: Colour, x: float, y: float, width: float, height: float, *, ink: bool = True) -> None:
        """An ellipse around (x, y)."""
        if ink:
            pygame.draw.ellipse(self._surface, INK, self._rect(x, y, width + OUTLINE, height + OUTLINE))
            width, height = width - OUTLINE, height - OUTLINE
        pygame.draw.ellipse(self._surface, colour, self._rect(x, y, width, height))

    def box(
        self, colour: Colour, left: float, top: float, width: float, height: float, radius: float = 3, *, ink: bool = True
    ) -> None:
        """A rectangle with round corners."""
        x, y = left + width / 2, top + height / 2
        if ink:
            pygame.draw.rect(
                self._surface,
                INK,
                self._rect(x, y, width + OUTLINE, height + OUTLINE),
                border_radius=int((radius + 1) * OVERSIZE),
            )
            width, height = width - OUTLINE, height - OUTLINE
        pygame.draw.rect(self._surface, colour, self._rect(x, y, width, height), border_radius=int(radius * OVERSIZE))

    def line(self, colour: Colour, a: Point, b: Point, width: float, *, ink: bool = True) -> None:
        """A stroke with round ends."""
        if ink:
            self._stroke(INK, self._at(*a), self._at(*b), width + 2 * OUTLINE)
        self._stroke(colour, self._at(*a), self._at(*b), width)

    def path(self, colour: Colour, points: Sequence[Point], width: float) -> None:
        """Strokes without outline from point to point."""
        for a, b in pairwise(points):
            self.line(colour, a, b, width, ink=False)

    def _at(self, x: float, y: float) -> Point:
        return (x + self.w / 2 + MARGIN) * OVERSIZE, (y + self.h + MARGIN) * OVERSIZE

    def _rect(self, x: float, y: float, width: float, height: float) -> pygame.Rect:
        cx, cy = self._at(x, y)
        w, h = width * OVERSIZE, height * OVERSIZE
        return pygame.Rect(round(cx - w / 2), round(cy - h / 2), round(w), round(h))

    def _stroke(self, colour: Colour, a: Point, b: Point, width: float) -> None:
        half = width * OVERSIZE / 2
        direction = pygame.Vector2(b) - pygame.Vector2(a)
        if direction.length() > 0:
            side = direction.normalize().rotate(90) * half
            pygame.draw.polygon(self._surface, colour, [a + side, b + side, b - side, a - side])
        for end in (a, b):
            pygame.draw.circle(self._surface, colour, end, half)
