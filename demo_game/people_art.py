"""How people and the wolf look. Every function draws one figure with its feet at (0, 0), looking to the right.

A pose is `stand`, `walk0` … `walk3`, `cheer`, `wave`, `point` or `fight`; `phase` 0..1 is the breath of those who stand.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from demo_game.pen import Colour, Pen, Point, lighter
from demo_game.thing_art import GOLD, RED, STEEL, STONE, STONE_DARK, WOOD, WOOD_DARK

SKIN = (240, 198, 160)
LEGS: dict[str, tuple[float, float]] = {"walk0": (-4, 0), "walk1": (0, 4), "walk2": (4, 0), "walk3": (0, -4)}
ARMS: dict[str, tuple[Point, Point]] = {  # where the hands are: left, right
    "cheer": ((-19, -54), (19, -54)),
    "point": ((-15, -17), (25, -34)),
    "wave": ((-17, -19), (20, -54)),
    "fight": ((-13, -26), (22, -32)),
}


@dataclass(frozen=True)
class Look:
    """Colours of a kind of person, and what only it wears or carries."""

    tunic: Colour
    trousers: Colour
    hair: Colour
    wears: Callable[[Pen, Look, float], None]
    carries: Callable[[Pen, Point, float], None] | None = None


def person(look: Look, pen: Pen, pose: str, phase: float) -> None:
    """Somebody, from the boots up; the head bobs with the breath."""
    breath = math.sin(phase * math.tau) * 0.7
    left, right = LEGS.get(pose, (0.0, 0.0))
    for x, lift in ((-7, left), (7, right)):
        pen.box(look.trousers, x - 5, -15 - max(lift, 0), 10, 12, 3)
        pen.box((70, 52, 48), x - 6 + lift * 0.4, -6 - max(lift, 0), 13, 7, 3)
    hands = ARMS.get(pose, ((-17, -19 + breath), (17, -19 + breath)))
    _arm(pen, look, (-11, -34 + breath), hands[0])
    _body(pen, look, breath)
    if look.carries is not None:
        look.carries(pen, hands[1], breath)
    _arm(pen, look, (11, -34 + breath), hands[1])
    _head(pen, look, breath)


def _body(pen: Pen, look: Look, breath: float) -> None:
    top = -38 + breath
    pen.poly(look.tunic, [(-11, top), (11, top), (16, -11), (-16, -11)])
    pen.poly(lighter(look.tunic, -24), [(4, top + 2), (10, top + 2), (15, -12), (7, -12)], ink=False)
    pen.box(lighter(look.trousers, -20), -14, -21, 28, 5, 1)


def _arm(pen: Pen, look: Look, shoulder: Point, hand: Point) -> None:
    pen.line(lighter(look.tunic, -12), shoulder, hand, 6)
    pen.disc(SKIN, *hand, 4.5)


def _head(pen: Pen, look: Look, breath: float) -> None:
    y = -50 + breath
    pen.disc(SKIN, 0, y, 14)
    look.wears(pen, look, y)
    for x in (-2, 7):
        pen.oval((44, 33, 38), x, y + 2, 3.4, 5, ink=False)
    pen.disc((236, 150, 128), -6, y + 6, 2.4, ink=False)
    pen.disc((236, 150, 128), 10, y + 6, 2, ink=False)


def _fringe(pen: Pen, colour: Colour, y: float) -> None:
    pen.poly(
        colour,
        [
            (-15, y + 3),
            (-14, y - 9),
            (-6, y - 15),
            (6, y - 15),
            (14, y - 8),
            (14, y - 3),
            (5, y - 7),
            (-7, y - 5),
            (-10, y + 3),
        ],
    )
    pen.path(lighter(colour, 40), [(-7, y - 11), (3, y - 12)], 2.4)


def _plain(pen: Pen, look: Look, y: float) -> None:
    _fringe(pen, look.hair, y)


def _healer(pen: Pen, look: Look, y: float) -> None:
    for x in (-13, 13):
        pen.oval(look.hair, x, y + 6, 9, 25)
    _fringe(pen, look.hair, y)
    pen.box(RED, -3, y + 18, 6, 17, 1, ink=False)
    pen.box(RED, -9, y + 23.5, 18, 6, 1, ink=False)


def _guard(pen: Pen, look: Look, y: float) -> None:
    pen.poly(STEEL, [(-16, y - 1), (-14, y - 11), (-5, y - 17), (5, y - 17), (14, y - 11), (16, y - 1)])
    pen.box(STONE_DARK, -16, y - 5, 32, 5, 2)
    pen.path((250, 252, 255), [(-9, y - 11), (-3, y - 14)], 2.4)
    pen.line(RED, (0, y - 17), (-6, y - 23), 4)
    pen.oval(STEEL, 0, y + 20, 19, 15)


def _merchant(pen: Pen, look: Look, y: float) -> None:
    pen.oval(look.hair, 0, y - 7, 36, 9)
    pen.poly(look.hair, [(-11, y - 8), (-9, y - 20), (9, y - 20), (11, y - 8)])
    pen.box(GOLD, -11, y - 12, 22, 4, 1, ink=False)
    pen.path((70, 46, 40), [(-1, y + 8), (4, y + 7), (9, y + 8)], 3)
    pen.disc(GOLD, -8, y + 30, 5.5)


def _coward(pen: Pen, look: Look, y: float) -> None:
    _fringe(pen, look.hair, y)
    for x, tip in ((-8, -13), (-1, -4), (6, 4)):
        pen.line(look.hair, (x, y - 13), (tip, y - 20), 3)
    pen.path((70, 46, 40), [(1, y + 9), (4, y + 8)], 2)


def _bard(pen: Pen, look: Look, y: float) -> None:
    pen.oval(look.hair, -1, y - 8, 33, 11)
    pen.poly(look.hair, [(-14, y - 10), (-8, y - 19), (9, y - 18), (13, y - 9)])
    pen.line((240, 120, 80), (10, y - 13), (20, y - 25), 3)


def _hermit(pen: Pen, look: Look, y: float) -> None:
    pen.poly(
        lighter(look.tunic, -10),
        [
            (-16, y + 10),
            (-15, y - 9),
            (-4, y - 18),
            (6, y - 18),
            (14, y - 8),
            (13, y - 5),
            (2, y - 9),
            (-8, y - 4),
            (-9, y + 10),
        ],
    )
    pen.poly(look.hair, [(-9, y + 6), (4, y + 4), (14, y + 4), (10, y + 17), (3, y + 27), (-5, y + 17)])


def _spear(pen: Pen, hand: Point, breath: float) -> None:
    x = hand[0] + 3
    pen.line(WOOD, (x, -1), (x, -66), 3)
    pen.poly(STEEL, [(x - 6, -64), (x, -79), (x + 6, -64)])


def _lute(pen: Pen, hand: Point, breath: float) -> None:
    pen.line(WOOD_DARK, (2, -24), (21, -40), 3)
    pen.oval(WOOD, -2, -22, 21, 17)
    pen.disc((60, 40, 34), -1, -22, 3.4, ink=False)


def _staff(pen: Pen, hand: Point, breath: float) -> None:
    x = hand[0] + 2
    pen.line(WOOD_DARK, (x, -1), (x, -58), 3.4)
    pen.line(WOOD_DARK, (x, -58), (x + 5, -63), 3.4)


def _satchel(pen: Pen, hand: Point, breath: float) -> None:
    pen.path(WOOD_DARK, [(-9, -37), (11, -18)], 3)
    pen.box(WOOD, 6, -19, 12, 11, 2)


LOOKS: dict[str, Look] = {
    "player": Look((60, 118, 200), (92, 74, 66), (104, 66, 42), _plain, _satchel),
    "healer": Look((246, 244, 238), (170, 150, 140), (200, 92, 52), _healer),
    "guard": Look((112, 120, 140), (74, 76, 92), STONE, _guard, _spear),
    "merchant": Look((138, 74, 160), (78, 62, 92), (54, 44, 76), _merchant),
    "coward": Look((222, 176, 78), (122, 96, 66), (244, 212, 124), _coward),
    "bard": Look((48, 150, 118), (66, 88, 90), (30, 98, 82), _bard, _lute),
    "hermit": Look((126, 106, 82), (92, 78, 62), (222, 220, 214), _hermit, _staff),
}


def wolf(pen: Pen, pose: str, phase: float) -> None:
    """Grey, with yellow eyes and teeth."""
    fur, dark, pale = (98, 100, 116), (66, 66, 82), (140, 144, 160)
    stride = {"walk0": 5, "walk1": 0, "walk2": -5, "walk3": 0}.get(pose, 0)
    for x, sign in ((-18, 1), (-11, -1), (9, -1), (16, 1)):
        pen.line(dark if sign < 0 else fur, (x, -18), (x + stride * sign, -3), 6)
    pen.poly(dark, [(-20, -30), (-38, -40), (-42, -33), (-34, -22), (-20, -20)])
    pen.oval(fur, -3, -25, 48, 24)
    pen.oval(pale, -2, -18, 32, 8, ink=False)
    pen.poly(dark, [(-20, -31), (-10, -40), (-4, -35), (4, -42), (10, -34), (14, -30)], ink=False)
    for x in (14, 24):
        pen.poly(dark, [(x - 5, -40), (x, -53), (x + 6, -39)])
    pen.poly(fur, [(8, -34), (12, -42), (26, -43), (33, -34), (43, -30), (43, -24), (30, -20), (14, -20)])
    pen.poly(pale, [(26, -24), (42, -26), (42, -24), (30, -21), (20, -21)], ink=False)
    pen.poly((250, 250, 246), [(31, -23), (34, -16), (36, -24)])
    pen.poly((250, 250, 246), [(37, -24), (39, -18), (41, -25)])
    pen.disc((44, 33, 38), 42, -30, 3.2, ink=False)
    pen.oval((255, 214, 62), 25, -34, 7, 5)
    pen.disc((44, 33, 38), 26, -34, 1.6, ink=False)
