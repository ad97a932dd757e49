"""Small signs over heads: feelings as faces, and the actions that no walk shows."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

import pygame

from demo_game.pen import INK, Colour, Pen

SIZE = 26
YELLOW, RED, BLUE, GREEN, WHITE = (255, 214, 84), (232, 84, 70), (126, 176, 240), (150, 190, 92), (250, 250, 244)


def _face(colour: Colour, brow: float, mouth: tuple[tuple[float, float], ...]) -> Callable[[Pen], None]:
    def draw(pen: Pen) -> None:
        pen.disc(colour, 0, -SIZE / 2, 12)
        for side in (-1, 1):
            pen.disc(INK, 4.2 * side, -15, 1.9, ink=False)
            if brow:
                pen.path(INK, [(2.2 * side, -18.5 + brow), (7 * side, -18.5 - brow)], 1.8)
        pen.path(INK, [(x, y - 8) for x, y in mouth], 2)

    return draw


def _warn(pen: Pen) -> None:
    pen.poly(YELLOW, [(0, -SIZE), (13, -2), (-13, -2)])
    pen.path(INK, [(0, -18), (0, -10)], 3)
    pen.disc(INK, 0, -6, 1.8, ink=False)


def _refuse(pen: Pen) -> None:
    pen.disc(WHITE, 0, -SIZE / 2, 12)
    for a, b in (((-5, -18), (5, -8)), ((5, -18), (-5, -8))):
        pen.path((210, 52, 48), [a, b], 4)


def _trade(pen: Pen) -> None:
    pen.disc((222, 160, 44), 3, -11, 10)
    pen.disc(YELLOW, -2, -14, 10)
    pen.path((196, 138, 36), [(-2, -19), (-2, -9)], 2.6)


def _use(pen: Pen) -> None:
    spikes = [(math.pi * i / 5, 5.5 if i % 2 else 13) for i in range(10)]
    pen.poly(YELLOW, [(math.sin(angle) * r, -13 - math.cos(angle) * r) for angle, r in spikes])


def _heal(pen: Pen) -> None:
    for width, height in ((6, 16), (16, 6)):
        pen.box((88, 196, 108), -width / 2, -13 - height / 2, width, height, 2)
    pen.box((88, 196, 108), -2.5, -18, 5, 10, 1, ink=False)


DRAWINGS: dict[str, Callable[[Pen], None]] = {
    "happy": _face(YELLOW, 0, ((-5, -1), (-2, 2), (2, 2), (5, -1))),
    "angry": _face(RED, 1.8, ((-4, 2), (0, 0), (4, 2))),
    "afraid": _face(BLUE, -1.5, ((-4, 1), (-1.4, -1), (1.4, 1), (4, -1))),
    "sad": _face(BLUE, -1.5, ((-4, 2), (0, -0.5), (4, 2))),
    "surprised": _face(YELLOW, -1, ((-1, 0), (1, 0), (1, 2), (-1, 2), (-1, 0))),
    "disgusted": _face(GREEN, 1, ((-5, 2), (-2, 0), (2, 1), (5, -1))),
    "warn": _warn,
    "refuse": _refuse,
    "trade": _trade,
    "use": _use,
    "heal": _heal,
}


@lru_cache(maxsize=32)
def icon(name: str) -> pygame.Surface:
    """A sign; its middle is the middle of the picture."""
    pen = Pen(SIZE, SIZE)
    DRAWINGS[name](pen)
    return pen.picture()
