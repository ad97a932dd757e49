"""How things look (`village.KINDS` says which is which).

Every function draws one thing with its feet at (0, 0); `phase` 0..1 is its animation.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from demo_game.pen import INK, Colour, Pen, lighter

Draw = Callable[[Pen, float], None]

WOOD, WOOD_DARK, WOOD_LIGHT = (158, 106, 64), (112, 72, 46), (190, 138, 88)
STONE, STONE_DARK, STONE_LIGHT = (160, 162, 170), (118, 120, 132), (196, 198, 204)
GOLD, GOLD_LIGHT, STEEL = (238, 190, 58), (255, 228, 132), (206, 216, 228)
RED, BLUE = (216, 44, 52), (48, 98, 222)
LEAF, LEAF_DARK, LEAF_LIGHT = (70, 134, 70), (50, 104, 62), (112, 172, 84)
HAY, HAY_DARK, WATER = (226, 192, 96), (190, 150, 66), (74, 140, 196)
FLAMES = ((222, 66, 30), (248, 142, 38), (255, 222, 112))


def house(roof: Colour) -> Draw:
    """A cottage with a roof of that colour."""

    def draw(pen: Pen, phase: float) -> None:
        w, h = pen.w, pen.h
        wall = (236, 218, 182)
        pen.box(STONE_DARK, w * 0.22, -h, 18, 34, 2)
        pen.box(wall, -w / 2 + 10, -h * 0.58, w - 20, h * 0.58, 2)
        pen.box((214, 192, 152), -w / 2 + 11, -12, w - 22, 11, 1, ink=False)
        for x in (-w / 2 + 13, w / 2 - 13):
            pen.line(WOOD_DARK, (x, -h * 0.55), (x, -4), 5, ink=False)
        for x in (-w * 0.29, w * 0.29):
            pen.box(WOOD, x - 16, -h * 0.42, 32, 28, 2)
            pen.box((146, 200, 224), x - 12, -h * 0.42 + 4, 24, 20, 1, ink=False)
            pen.path(WOOD_DARK, [(x, -h * 0.42 + 3), (x, -h * 0.42 + 25)], 2.5)
            pen.path((226, 244, 250), [(x + 3, -h * 0.42 + 18), (x + 9, -h * 0.42 + 8)], 2)
        _roof(pen, roof)

    return draw


def _roof(pen: Pen, roof: Colour) -> None:
    w, h = pen.w, pen.h
    low, high = -h * 0.53, -h * 0.96
    pen.poly(roof, [(-w / 2 - 2, low), (-w / 2 + 26, high), (w / 2 - 26, high), (w / 2 + 2, low)])
    for row in range(4):
        y = high + (low - high) * (row + 1) / 4
        half = w / 2 - 26 + 28 * (row + 1) / 4
        pen.path(lighter(roof, -34), [(-half + 3, y - 1), (half - 3, y - 1)], 2)
        for i in range(8):
            x = -half + (i + 0.5 + row % 2 * 0.5) * 2 * half / 8.5
            pen.path(lighter(roof, -34), [(x, y - 8), (x, y - 2)], 1.6)
    pen.path(lighter(roof, 36), [(-w / 2 + 29, high + 3), (w / 2 - 29, high + 3)], 3)


def door(pen: Pen, phase: float) -> None:
    w, h = pen.w, pen.h
    pen.box(STONE, -w / 2 - 3, -h - 2, w + 6, h + 2, 14)
    pen.box(WOOD_DARK, -w / 2 + 2, -h + 3, w - 4, h - 3, 12)
    for x in (-w / 6, w / 6):
        pen.path(lighter(WOOD_DARK, -28), [(x, -h + 8), (x, -3)], 1.8)
    for y in (-h + 17, -12):
        pen.path(STONE_DARK, [(-w / 2 + 4, y), (w / 2 - 5, y)], 3)
    pen.disc(GOLD, w / 2 - 9, -h * 0.42, 3.6)


def well(pen: Pen, phase: float) -> None:
    w, h = pen.w, pen.h
    for x in (-w / 2 + 11, w / 2 - 11):
        pen.line(WOOD, (x, -h + 20), (x, -26), 5)
    pen.line(WOOD_DARK, (-w / 2 + 11, -h + 28), (w / 2 - 11, -h + 28), 3)
    pen.path((222, 206, 170), [(2, -h + 28), (2, -34)], 2)
    pen.box(STONE, -w / 2 + 3, -30, w - 6, 29, 10)
    pen.oval(STONE_LIGHT, 0, -30, w - 4, 20)
    pen.oval((40, 74, 120), 0, -30, w - 20, 11)
    for row, y in enumerate((-19, -10)):
        for i in range(4):
            x = -w / 2 + 12 + i * 15 + row * 7
            pen.path(STONE_DARK, [(x, y), (x + 7, y)], 2.2)
    pen.poly((168, 84, 58), [(-w / 2 - 2, -h + 24), (0, -h), (w / 2 + 2, -h + 24)])
    pen.path((204, 122, 88), [(-w / 2 + 8, -h + 19), (-2, -h + 5)], 2.5)


def campfire(pen: Pen, phase: float) -> None:
    """Burnt down: with flames people would take it for a fire that one runs from."""
    w = pen.w
    for i in range(8):
        angle = math.pi * (1 + i / 7)
        pen.disc(STONE_DARK, math.cos(angle) * w * 0.42, -11 + math.sin(angle) * 6, 5.5)
    for a, b in (((-17, -6), (14, -15)), ((17, -6), (-14, -15))):
        pen.line(WOOD_DARK, a, b, 6)
    _embers(pen, phase)
    for i in range(6):
        angle = math.pi * (0.05 + i * 0.18)
        pen.disc(STONE, math.cos(angle) * w * 0.43, -9 + math.sin(angle) * 6, 6)


def _embers(pen: Pen, phase: float) -> None:
    """Coals that glow and fade."""
    glow = math.sin(phase * math.tau)
    for x, y, radius in ((-8, -9, 4), (0, -11, 4.5), (8, -9, 4)):
        pen.disc((222, 96, 40), x, y, radius, ink=False)
        pen.disc((255, 190, 80), x + 1, y - 1, radius * (0.5 + 0.12 * glow), ink=False)


def hay_cart(pen: Pen, phase: float) -> None:
    w = pen.w
    pen.line(WOOD, (w / 2 - 16, -22), (w / 2 + 4, -13), 4)
    pen.oval(HAY, -6, -42, w - 24, 42)
    for i in range(9):
        x = -w / 2 + 14 + i * 8
        pen.path(HAY_DARK if i % 2 else lighter(HAY, 24), [(x, -36 - i % 3 * 6), (x + 6, -46 - i % 4 * 3)], 2)
    _cart_bed(pen, WOOD)


def _cart_bed(pen: Pen, wood: Colour) -> None:
    w = pen.w
    pen.box(wood, -w / 2 + 4, -34, w - 20, 20, 2)
    pen.path(lighter(wood, -36), [(-w / 2 + 8, -24), (w / 2 - 20, -24)], 2)
    for x in (-w / 2 + 22, w / 2 - 36):
        pen.disc(lighter(wood, -40), x, -12, 12)
        pen.disc(lighter(wood, 14), x, -12, 7.5, ink=False)
        for i in range(3):
            dx, dy = math.cos(i * math.pi / 3) * 8, math.sin(i * math.pi / 3) * 8
            pen.path(lighter(wood, -50), [(x - dx, -12 - dy), (x + dx, -12 + dy)], 2)
        pen.disc(STONE, x, -12, 2.5)


def fire(pen: Pen, phase: float) -> None:
    for i in range(5):
        rise = (phase + i / 5) % 1
        pen.disc(
            lighter((70, 64, 66), int(rise * 40)),
            -4 + math.sin(i * 2.4 + rise * 3) * 18,
            -66 - rise * 40,
            5 + rise * 6,
            ink=False,
        )
    pen.oval((96, 62, 34), -6, -38, pen.w - 26, 34)
    _flames(pen, -4, -26, pen.w - 14, 74, phase, 5)
    _cart_bed(pen, (92, 58, 42))


def _flames(pen: Pen, x: float, y: float, width: float, height: float, phase: float, tongues: int) -> None:
    for colour, size in zip(FLAMES, (1.0, 0.72, 0.42), strict=True):
        for i in range(tongues):
            middle = x + width * ((i + 0.5) / tongues - 0.5)
            tall = height * size * (0.8 + 0.2 * math.sin(phase * math.tau + i * 2.3)) * (1 if i % 2 == 0 else 0.82)
            half, lean = width / tongues * 0.66 * size, math.sin(phase * math.tau + i * 1.7) * 4
            pen.poly(
                colour,
                [
                    (middle - half, y - 3),
                    (middle - half * 0.8, y - tall * 0.42),
                    (middle + lean, y - tall),
                    (middle + half * 0.45, y - tall * 0.55),
                    (middle + half, y - tall * 0.3),
                    (middle + half, y - 3),
                ],
                ink=size == 1.0,
            )


def chest(pen: Pen, phase: float) -> None:
    w, h = pen.w, pen.h
    pen.box(WOOD, -w / 2, -h * 0.6, w, h * 0.6, 3)
    pen.box(lighter(WOOD, -26), -w / 2, -h, w, h * 0.5, 13)
    pen.path(WOOD_LIGHT, [(-w / 2 + 10, -h + 5), (w / 2 - 10, -h + 5)], 3)
    for x in (-w / 2 + 9, w / 2 - 9):
        pen.box(GOLD, x - 4, -h + 1, 8, h - 2, 2)
    pen.box(GOLD_LIGHT, -7, -h * 0.62, 14, 15, 3)
    pen.disc((60, 44, 40), 0, -h * 0.46, 2.5, ink=False)


def barrel(pen: Pen, phase: float) -> None:
    w, h = pen.w, pen.h
    pen.box(WOOD, -w / 2, -h + 3, w, h - 3, 11)
    pen.path(WOOD_LIGHT, [(-w / 4, -h + 15), (-w / 4, -8)], 5)
    for x in (-w / 8, w / 5):
        pen.path(WOOD_DARK, [(x, -h + 12), (x, -4)], 1.8)
    for y in (-h * 0.68, -h * 0.24):
        pen.box(STONE_DARK, -w / 2 - 1, y, w + 2, 6, 1)
    pen.oval(WOOD_DARK, 0, -h + 6, w - 8, 11)


def sign(pen: Pen, phase: float) -> None:
    w, h = pen.w, pen.h
    pen.box(WOOD_DARK, -4, -h * 0.6, 8, h * 0.6, 1)
    pen.box(WOOD, -w / 2, -h, w, h * 0.52, 3)
    pen.path(WOOD_LIGHT, [(-w / 2 + 5, -h + 4), (w / 2 - 5, -h + 4)], 2.4)
    for y in (-h * 0.82, -h * 0.66):
        pen.path(INK, [(-w / 2 + 9, y), (w / 2 - 9, y)], 2.6)


def potion(colour: Colour) -> Draw:
    """A round flask."""

    def draw(pen: Pen, phase: float) -> None:
        radius = pen.w * 0.46
        pen.box((220, 236, 244), -6, -pen.h + 6, 12, 18, 2)
        pen.box(WOOD_LIGHT, -6.5, -pen.h, 13, 9, 2)
        pen.disc(colour, 0, -radius - 1, radius)
        pen.oval(lighter(colour, 70), 0, -radius * 1.55, radius * 1.25, 5, ink=False)
        pen.disc((255, 255, 255), -radius * 0.42, -radius * 1.2, radius * 0.2, ink=False)
        pen.disc(lighter(colour, 90), radius * 0.35, -radius * 0.6, radius * 0.12, ink=False)

    return draw


def key(pen: Pen, phase: float) -> None:
    w, h = pen.w, pen.h
    y = -h + 13
    pen.line(GOLD, (-w / 2 + 22, y), (w / 2 - 3, y), 5)
    for x in (w / 2 - 4, w / 2 - 13):
        pen.line(GOLD, (x, y), (x, y + 11), 4.5)
    pen.path(GOLD, [(-w / 2 + 22, y), (w / 2 - 3, y)], 5)
    pen.disc(GOLD, -w / 2 + 13, y, 12)
    pen.disc(INK, -w / 2 + 13, y, 6, ink=False)
    pen.disc((150, 168, 98), -w / 2 + 13, y, 4.5, ink=False)
    pen.path(GOLD_LIGHT, [(-w / 2 + 25, y - 1), (w / 2 - 6, y - 1)], 1.6)


def sword(pen: Pen, phase: float) -> None:
    w, h = pen.w, pen.h
    hilt, tip = (-w / 2 + 14, -14), (w / 2 - 3, -h + 3)
    pen.line(STEEL, hilt, tip, 6.5)
    pen.path((250, 252, 255), [(hilt[0] + 3, hilt[1] - 4), (tip[0] - 2, tip[1] + 1)], 2)
    pen.line(WOOD_DARK, (-w / 2 + 5, -5), hilt, 5)
    pen.line(GOLD, (-w / 2 + 6, -22), (-w / 2 + 22, -7), 4.5)
    pen.disc(GOLD, -w / 2 + 4, -4, 4)


def bread(pen: Pen, phase: float) -> None:
    w, h = pen.w, pen.h
    pen.oval((204, 136, 66), 0, -h / 2 + 1, w, h - 2)
    pen.oval((226, 168, 94), -1, -h / 2 - 3, w - 12, h - 16, ink=False)
    for x in (-w * 0.22, 0, w * 0.22):
        pen.path((250, 222, 166), [(x - 4, -h / 2 + 5), (x + 4, -h / 2 - 9)], 3.4)


def apple(pen: Pen, phase: float) -> None:
    radius = pen.w * 0.42
    pen.disc((222, 54, 46), 0, -radius, radius)
    pen.path(WOOD_DARK, [(0, -2 * radius + 4), (3, -2 * radius - 7)], 3.4)
    pen.oval((96, 170, 70), 9, -2 * radius - 4, 16, 9)
    pen.disc((255, 176, 160), -radius * 0.42, -radius * 1.35, 4, ink=False)


def tree(pen: Pen, phase: float) -> None:
    w, h = pen.w, pen.h
    sway = math.sin(phase * math.tau) * 1.4
    pen.poly(WOOD_DARK, [(-13, -1), (-8, -h * 0.42), (8, -h * 0.42), (13, -1)])
    pen.path(WOOD, [(-3, -6), (-2, -h * 0.4)], 3)
    crown = ((0, -h * 0.78, 0.3), (-w * 0.24, -h * 0.6, 0.27), (w * 0.24, -h * 0.6, 0.27), (0, -h * 0.5, 0.3))
    for x, y, r in crown:
        pen.disc(LEAF_DARK, x + sway, y, w * r)
    for x, y, r in crown:
        pen.disc(LEAF_DARK, x + sway, y, w * r - 1, ink=False)
        pen.disc(LEAF, x + sway - 1, y - 3, w * r - 5, ink=False)
    for x, y, r in ((-0.1, -0.86, 0.1), (-0.3, -0.68, 0.09), (0.18, -0.7, 0.08), (-0.06, -0.6, 0.09), (0.1, -0.9, 0.05)):
        pen.oval(LEAF_LIGHT, w * x + sway, h * y, w * r * 2, w * r * 1.3, ink=False)


def pine_tree(pen: Pen, phase: float) -> None:
    w, h = pen.w, pen.h
    sway = math.sin(phase * math.tau) * 1.2
    pen.box(WOOD_DARK, -6, -h * 0.22, 12, h * 0.22, 2)
    for i, (low, high, half) in enumerate(((0.16, 0.56, 0.5), (0.38, 0.78, 0.4), (0.6, 1.0, 0.28))):
        lean = sway * i
        pen.poly((44, 98, 74), [(-w * half + lean, -h * low), (lean, -h * high), (w * half + lean, -h * low)])
        pen.poly(
            (70, 130, 90),
            [(-w * half * 0.7 + lean, -h * low - 3), (lean - 1, -h * high + 8), (-w * 0.02 + lean, -h * low - 3)],
            ink=False,
        )


def flower(pen: Pen, phase: float) -> None:
    h = pen.h
    sway = math.sin(phase * math.tau) * 1.5
    pen.line(LEAF, (0, -2), (sway, -h * 0.5), 3)
    pen.oval(LEAF_LIGHT, -8, -8, 14, 7)
    pen.oval(LEAF_LIGHT, 8, -11, 14, 7)
    for i in range(6):
        angle = i * math.tau / 6
        pen.disc((240, 120, 186), sway + math.cos(angle) * 9.5, -h * 0.64 + math.sin(angle) * 9.5, 7)
    pen.disc(GOLD, sway, -h * 0.64, 7)


def fence(pen: Pen, phase: float) -> None:
    w, h = pen.w, pen.h
    for y in (-h * 0.3, -h * 0.66):
        pen.box(WOOD, -w / 2, y, w, 6, 2)
    posts = round(w / 21)
    for i in range(posts):
        x = -w / 2 + 7 + i * (w - 14) / (posts - 1)
        pen.poly(WOOD_LIGHT, [(x - 5, 0), (x - 5, -h + 6), (x, -h), (x + 5, -h + 6), (x + 5, 0)])


def stall(pen: Pen, phase: float) -> None:
    w, h = pen.w, pen.h
    for x in (-w / 2 + 8, w / 2 - 8):
        pen.line(WOOD, (x, -h + 18), (x, -4), 5)
    pen.box(WOOD, -w / 2 + 2, -34, w - 4, 32, 2)
    pen.box(WOOD_LIGHT, -w / 2 - 2, -40, w + 4, 9, 2)
    for x in (-w * 0.2, w * 0.1, w * 0.34):
        pen.path(WOOD_DARK, [(x, -28), (x, -6)], 2)
    stripes = 6
    for i in range(stripes):
        left, step = -w / 2 - 4, (w + 8) / stripes
        x = left + i * step
        colour = (96, 70, 150) if i % 2 == 0 else (240, 232, 214)
        pen.poly(colour, [(x, -h + 26), (x + 6 - i * 2, -h + 2), (x + step + 4 - i * 2, -h + 2), (x + step, -h + 26)])
        pen.oval(colour, x + step / 2, -h + 26, step, 12)
    pen.disc((214, 158, 70), -w * 0.28, -45, 6)
    pen.disc((120, 170, 90), -w * 0.12, -45, 6)
    pen.box((190, 120, 150), w * 0.1, -52, 22, 12, 2)


def pond(pen: Pen, phase: float) -> None:
    w, h = pen.w, pen.h
    pen.oval((196, 172, 122), 0, -h / 2, w, h, ink=False)
    pen.oval((58, 112, 160), 0, -h / 2, w - 10, h - 9, ink=False)
    pen.oval(WATER, 0, -h / 2 + 3, w - 14, h - 16, ink=False)
    for i, (x, y) in enumerate(((-0.26, 0.4), (0.12, 0.3), (0.22, 0.62), (-0.1, 0.68), (-0.32, 0.58))):
        drift = math.sin((phase + i / 5) * math.tau) * 4
        pen.path((150, 202, 232), [(w * x - 10 + drift, -h * y), (w * x + 12 + drift, -h * y)], 2.2)
    for x, y in ((0.3, 0.34), (-0.2, 0.76), (0.02, 0.5)):
        pen.oval((92, 160, 88), w * x, -h * y, 19, 10)
        pen.disc((244, 170, 200), w * x + 2, -h * y - 2, 3.5, ink=False)
