"""Things that games draw with a few shapes: balls, keys, doors, chests, beasts of sixteen pixels. Drawn anew each time.

Icons are rich in detail; many games are not. These sprites teach what stays of a thing when a handful of flat shapes
must do: no game's own art is among them.
"""

from __future__ import annotations

import numpy as np

from engine.lab.data.chance import pick
from engine.lab.data.concepts import Concept
from engine.lab.data.paint import COLOURS, Colour, Pen, shaded, varied
from engine.lab.data.things import GREY, Drawing, Thing

_BROWN, _GREY, _DARK, _WHITE, _SKIN = (126, 82, 44), GREY, (40, 36, 40), (238, 236, 230), (226, 180, 140)


def _ball(pen: Pen, c: Colour) -> None:
    pen.oval(0.1, 0.1, 0.8, 0.8, c)
    if pen.rng.random() < 0.4:
        pen.oval(0.28, 0.24, 0.2, 0.2, shaded(c, 1.4))


def _box(pen: Pen, c: Colour) -> None:
    hollow = pen.rng.random() < 0.6
    pen.box(0.1, 0.12, 0.8, 0.76, None if hollow else c, c if hollow else shaded(c, 0.6), pen.rng.uniform(0.05, 0.14))
    if pen.rng.random() < 0.6:
        pen.line([(0.1, 0.5), (0.9, 0.5)], c if hollow else shaded(c, 0.6))


def _key(pen: Pen, c: Colour) -> None:
    if pen.rng.random() < 0.5:  # upright
        pen.oval(0.32, 0.06, 0.38, 0.38, None, c, 0.11)
        pen.box(0.46, 0.4, 0.12, 0.52, c)
        pen.box(0.26, 0.66, 0.24, 0.09, c)
        pen.box(0.26, 0.82, 0.24, 0.09, c)
    else:
        pen.oval(0.06, 0.32, 0.36, 0.36, None, c, 0.11)
        pen.box(0.4, 0.45, 0.52, 0.11, c)
        pen.box(0.66, 0.5, 0.09, 0.22, c)
        pen.box(0.82, 0.5, 0.09, 0.22, c)


def _door(pen: Pen, c: Colour) -> None:
    style = pen.rng.random()
    if style < 0.5:  # seen from above: a square with a frame
        pen.box(0.0, 0.0, 1.0, 1.0, shaded(c, pen.rng.uniform(0.1, 1.0)), c, pen.rng.uniform(0.06, 0.14))
        if style < 0.25:
            pen.box(0.2, 0.2, 0.6, 0.6, None, c, 0.07)
    else:
        pen.box(0.18, 0.02, 0.64, 0.96, c, shaded(c, 0.55), 0.07)
    pen.oval(0.66, 0.46, 0.14, 0.14, c if style < 0.5 else (230, 200, 90))


def _open_door(pen: Pen, c: Colour) -> None:
    pen.box(0.0, 0.0, 1.0, 1.0, None, shaded(c, 0.8), 0.07)
    pen.box(0.0, 0.0, 0.26, 1.0, c)


def _square(pen: Pen, c: Colour) -> None:
    pen.box(0.0, 0.0, 1.0, 1.0, c)


def _triangle(pen: Pen, c: Colour) -> None:
    corners = np.array([[-0.4, -0.4], [0.45, 0.0], [-0.4, 0.4]])
    turn = pen.rng.integers(4) * np.pi / 2
    turned = corners @ np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) + 0.5
    pen.shape([(float(x), float(y)) for x, y in turned], c)


def _star(pen: Pen, c: Colour) -> None:
    angle = np.arange(10) * np.pi / 5 - np.pi / 2
    radius = np.where(np.arange(10) % 2, 0.2, 0.48)
    pen.shape([(0.5 + float(r * np.cos(a)), 0.5 + float(r * np.sin(a))) for r, a in zip(radius, angle, strict=True)], c)


def _cross(pen: Pen, c: Colour) -> None:
    pen.box(0.38, 0.1, 0.24, 0.8, c)
    pen.box(0.1, 0.38, 0.8, 0.24, c)


def _gem(pen: Pen, c: Colour) -> None:
    pen.shape([(0.5, 0.06), (0.92, 0.4), (0.5, 0.95), (0.08, 0.4)], c)
    pen.shape([(0.5, 0.06), (0.7, 0.4), (0.3, 0.4)], shaded(c, 1.35))


def _heart(pen: Pen, c: Colour) -> None:
    pen.oval(0.06, 0.12, 0.48, 0.48, c)
    pen.oval(0.46, 0.12, 0.48, 0.48, c)
    pen.shape([(0.08, 0.46), (0.92, 0.46), (0.5, 0.94)], c)


def _coin(pen: Pen, c: Colour) -> None:
    pen.oval(0.16, 0.1, 0.68, 0.8, c, shaded(c, 0.7), 0.09)


def _potion(pen: Pen, c: Colour) -> None:
    pen.box(0.4, 0.04, 0.2, 0.34, (205, 215, 220))
    pen.oval(0.16, 0.32, 0.68, 0.64, c, (205, 215, 220), 0.06)
    pen.box(0.36, 0.0, 0.28, 0.1, _BROWN)


def _sword(pen: Pen, c: Colour) -> None:
    pen.line([(0.22, 0.78), (0.88, 0.1)], c, 0.13)
    pen.line([(0.16, 0.52), (0.48, 0.84)], shaded(_BROWN, 0.8), 0.1)
    pen.line([(0.08, 0.92), (0.26, 0.74)], _BROWN, 0.12)


def _pickaxe(pen: Pen, c: Colour) -> None:
    pen.line([(0.2, 0.92), (0.7, 0.3)], _BROWN, 0.1)
    pen.line([(0.36, 0.14), (0.7, 0.26), (0.88, 0.62)], c, 0.12)


def _chest(pen: Pen, c: Colour) -> None:
    pen.box(0.06, 0.2, 0.88, 0.7, c, shaded(c, 0.5))
    pen.line([(0.06, 0.48), (0.94, 0.48)], shaded(c, 0.5))
    pen.box(0.42, 0.42, 0.16, 0.2, (235, 205, 90))


def _barrel(pen: Pen, c: Colour) -> None:
    pen.oval(0.18, 0.06, 0.64, 0.88, c, shaded(c, 0.6))
    pen.line([(0.18, 0.34), (0.82, 0.34)], _GREY)
    pen.line([(0.18, 0.66), (0.82, 0.66)], _GREY)


def _table(pen: Pen, c: Colour) -> None:
    if pen.rng.random() < 0.5:  # a workbench from above, tools on it
        pen.box(0.02, 0.04, 0.96, 0.92, c, shaded(c, 0.6))
        pen.specks(0.12, 0.14, 0.76, 0.7, pick((_GREY, _WHITE, shaded(c, 0.5)), pen.rng), 5, 0.14)
    else:
        pen.box(0.04, 0.28, 0.92, 0.2, c)
        for x in (0.1, 0.76):
            pen.box(x, 0.46, 0.13, 0.46, shaded(c, 0.75))


def _furnace(pen: Pen, c: Colour) -> None:
    pen.box(0.02, 0.02, 0.96, 0.96, c, shaded(c, 0.65))
    glow = pick((_DARK, (240, 130, 30), (250, 90, 20)), pen.rng)
    pen.box(0.22, 0.5, 0.56, 0.36, _DARK)
    pen.box(0.3, 0.62, 0.4, 0.22, glow)
    if pen.rng.random() < 0.5:
        pen.box(0.22, 0.16, 0.56, 0.14, shaded(c, 0.6))


def _tree(pen: Pen, c: Colour) -> None:
    style = pen.rng.random()
    if style < 0.35:  # a crown from above, or filling its tile
        pen.oval(0.02, 0.02, 0.96, 0.96, c)
        pen.specks(0.15, 0.15, 0.7, 0.7, shaded(c, pen.rng.uniform(0.6, 0.85)), 9, 0.13)
        return
    pen.box(0.42, 0.6, 0.16, 0.38, _BROWN)
    if style < 0.65:
        pen.oval(0.12, 0.02, 0.76, 0.68, c)
        pen.specks(0.25, 0.12, 0.5, 0.45, shaded(c, 0.75), 6, 0.12)
    else:
        for y in (0.38, 0.2, 0.02):
            pen.shape([(0.5, y), (0.92 - y / 3, y + 0.36), (0.08 + y / 3, y + 0.36)], c)


def _bush(pen: Pen, c: Colour) -> None:
    for x, y in ((0.04, 0.4), (0.5, 0.4), (0.26, 0.2)):
        pen.oval(x, y, 0.46, 0.5, c)
    if pen.rng.random() < 0.4:
        pen.specks(0.15, 0.35, 0.7, 0.45, (214, 40, 40), 5, 0.09)


def _sapling(pen: Pen, c: Colour) -> None:
    pen.line([(0.5, 0.95), (0.5, 0.35)], shaded(c, 0.75))
    for x, y in ((0.24, 0.2), (0.76, 0.3), (0.26, 0.56), (0.72, 0.66))[: int(pen.rng.integers(2, 5))]:
        pen.oval(x - 0.17, y - 0.1, 0.34, 0.22, c)


def _flower(pen: Pen, c: Colour) -> None:
    pen.line([(0.5, 0.95), (0.5, 0.5)], (60, 150, 60))
    for x, y in ((0.3, 0.3), (0.54, 0.3), (0.42, 0.14), (0.42, 0.44)):
        pen.oval(x - 0.06, y - 0.04, 0.28, 0.28, c)
    pen.oval(0.4, 0.28, 0.2, 0.2, (245, 214, 40))


def _mushroom(pen: Pen, c: Colour) -> None:
    pen.box(0.38, 0.48, 0.24, 0.46, (235, 225, 205))
    pen.shape([(0.04, 0.55), (0.2, 0.16), (0.8, 0.16), (0.96, 0.55)], c)
    pen.specks(0.2, 0.2, 0.6, 0.3, _WHITE, 4, 0.1)


def _rock(pen: Pen, c: Colour) -> None:
    pen.shape([(0.06, 0.85), (0.16, 0.35), (0.5, 0.12), (0.86, 0.34), (0.95, 0.86)], c)
    pen.line([(0.3, 0.45), (0.5, 0.6), (0.46, 0.8)], shaded(c, 0.7), 0.06)


def _fire(pen: Pen, c: Colour) -> None:
    pen.shape([(0.12, 0.86), (0.22, 0.4), (0.38, 0.55), (0.52, 0.04), (0.68, 0.5), (0.82, 0.34), (0.88, 0.86)], c)
    pen.shape([(0.32, 0.86), (0.5, 0.4), (0.68, 0.86)], (250, 220, 80))


def _campfire(pen: Pen, c: Colour) -> None:
    _fire(pen, c)
    pen.line([(0.08, 0.94), (0.92, 0.8)], _BROWN, 0.12)
    pen.line([(0.08, 0.8), (0.92, 0.94)], shaded(_BROWN, 0.8), 0.12)


def _torch(pen: Pen, c: Colour) -> None:
    pen.line([(0.5, 0.95), (0.5, 0.42)], _BROWN, 0.12)
    pen.oval(0.34, 0.06, 0.32, 0.42, c)


def _well(pen: Pen, c: Colour) -> None:
    pen.oval(0.06, 0.36, 0.88, 0.58, c, shaded(c, 0.7), 0.12)
    pen.oval(0.24, 0.46, 0.52, 0.32, (60, 110, 190))
    pen.line([(0.5, 0.06), (0.08, 0.3), (0.92, 0.3), (0.5, 0.06)], (160, 70, 50), 0.1)


def _sign(pen: Pen, c: Colour) -> None:
    pen.box(0.44, 0.5, 0.12, 0.46, shaded(c, 0.7))
    pen.box(0.08, 0.12, 0.84, 0.42, c, shaded(c, 0.6))
    pen.line([(0.2, 0.28), (0.8, 0.28)], shaded(c, 0.5), 0.05)


def _ladder(pen: Pen, c: Colour) -> None:
    for x in (0.2, 0.7):
        pen.box(x, 0.0, 0.1, 1.0, c)
    for y in (0.12, 0.36, 0.6, 0.84):
        pen.box(0.2, y, 0.6, 0.08, c)


def _fence(pen: Pen, c: Colour) -> None:
    for x in (0.06, 0.42, 0.78):
        pen.box(x, 0.14, 0.14, 0.8, c)
    for y in (0.32, 0.64):
        pen.box(0.0, y, 1.0, 0.1, shaded(c, 0.85))


def _house(pen: Pen, c: Colour) -> None:
    pen.box(0.12, 0.42, 0.76, 0.54, shaded(_SKIN, pen.rng.uniform(0.6, 1.0)))
    pen.shape([(0.5, 0.02), (0.98, 0.46), (0.02, 0.46)], c)
    pen.box(0.42, 0.64, 0.18, 0.32, _BROWN)


def _humanoid(skin: Colour, hostile: bool = False) -> Drawing:
    def draw(pen: Pen, c: Colour) -> None:
        pen.box(0.32, 0.04, 0.36, 0.3, skin)
        if not hostile:
            pen.box(0.3, 0.0, 0.4, 0.12, varied(pick((_BROWN, _DARK, (200, 170, 80)), pen.rng), pen.rng))
        for x in (0.4, 0.54):
            pen.box(x, 0.16, 0.07, 0.07, _DARK)
        pen.box(0.28, 0.34, 0.44, 0.34, c)
        reach = 0.5 if hostile and pen.rng.random() < 0.5 else 0.14
        pen.box(0.14, 0.36, max(reach - 0.14, 0.14), 0.14 if reach > 0.2 else 0.3, skin)
        pen.box(0.72, 0.36, 0.14, 0.3, skin)
        for x in (0.32, 0.54):
            pen.box(x, 0.68, 0.15, 0.28, shaded(c, 0.6))

    return draw


def _skeleton(pen: Pen, c: Colour) -> None:
    pen.oval(0.32, 0.02, 0.36, 0.34, c)
    for x in (0.38, 0.53):
        pen.box(x, 0.14, 0.09, 0.1, _DARK)
    pen.line([(0.5, 0.34), (0.5, 0.68)], c, 0.07)
    for y in (0.42, 0.52):
        pen.line([(0.28, y), (0.72, y)], c, 0.05)
    for x in (0.34, 0.66):
        pen.line([(0.5, 0.68), (x, 0.97)], c, 0.07)
    pen.line([(0.3, 0.42), (0.18, 0.68)], c, 0.06)
    pen.line([(0.7, 0.42), (0.82, 0.68)], c, 0.06)


def _beast(head: Colour | None = None, patches: Colour | None = None, tail: bool = True) -> Drawing:
    def draw(pen: Pen, c: Colour) -> None:
        flip = pen.rng.random() < 0.5

        def box(x: float, y: float, w: float, h: float, fill: Colour) -> None:
            pen.box(1 - x - w if flip else x, y, w, h, fill)

        box(0.14, 0.32, 0.6, 0.36, c)
        box(0.66, 0.2, 0.28, 0.28, head or c)
        box(0.8, 0.27, 0.06, 0.06, _DARK)
        for x in (0.18, 0.34, 0.5, 0.62):
            box(x, 0.66, 0.1, 0.26, shaded(c, 0.8))
        if tail:
            box(0.06, 0.34, 0.1, 0.08, shaded(c, 0.8))
        if patches:
            pen.specks(0.2, 0.34, 0.5, 0.3, patches, 4, 0.16)

    return draw


def _chicken(pen: Pen, c: Colour) -> None:
    pen.oval(0.16, 0.36, 0.6, 0.46, c)
    pen.oval(0.56, 0.16, 0.28, 0.3, c)
    pen.box(0.62, 0.08, 0.14, 0.1, (210, 40, 40))
    pen.box(0.82, 0.28, 0.14, 0.07, (240, 160, 40))
    for x in (0.36, 0.52):
        pen.box(x, 0.78, 0.06, 0.18, (240, 160, 40))


def _slime(pen: Pen, c: Colour) -> None:
    pen.shape([(0.04, 0.92), (0.12, 0.5), (0.34, 0.24), (0.66, 0.24), (0.88, 0.5), (0.96, 0.92)], c)
    for x in (0.3, 0.58):
        pen.box(x, 0.5, 0.12, 0.14, _DARK)


def _spider(pen: Pen, c: Colour) -> None:
    for y0, y1 in ((0.4, 0.16), (0.48, 0.4), (0.56, 0.66), (0.62, 0.9)):
        pen.line([(0.5, y0), (0.05, y1)], c, 0.05)
        pen.line([(0.5, y0), (0.95, y1)], c, 0.05)
    pen.oval(0.28, 0.36, 0.44, 0.42, c)
    pen.oval(0.38, 0.2, 0.24, 0.24, shaded(c, 0.8))


def _bat(pen: Pen, c: Colour) -> None:
    pen.shape([(0.5, 0.5), (0.02, 0.2), (0.1, 0.66), (0.3, 0.56)], c)
    pen.shape([(0.5, 0.5), (0.98, 0.2), (0.9, 0.66), (0.7, 0.56)], c)
    pen.oval(0.36, 0.34, 0.28, 0.36, c)


def _ghost(pen: Pen, c: Colour) -> None:
    pen.oval(0.16, 0.04, 0.68, 0.7, c)
    pen.box(0.16, 0.4, 0.68, 0.46, c)
    for x in (0.34, 0.56):
        pen.oval(x, 0.3, 0.12, 0.16, _DARK)


def _thing(
    names: str, tags: str, draw: Drawing, colours: tuple[str, ...] = (), own: Colour = _GREY, generic: str = ""
) -> Thing:
    words = tuple(name.strip() for name in names.split(","))
    extra = tuple(word.strip() for word in generic.split(",") if word)
    return Thing(Concept(words[0], words, frozenset(tags.split()), extra), draw, colours, own)


_ANY = tuple(COLOURS)
_CLEAR = ("red", "orange", "yellow", "green", "blue", "purple", "pink", "grey")
_FOES = "monster, enemy, something dangerous"
THINGS: tuple[Thing, ...] = (
    _thing("ball, sphere", "item", _ball, _ANY),
    _thing("box, crate", "item", _box, _ANY),
    _thing("box, crate", "item", _box, own=_BROWN),
    _thing("key", "item", _key, _ANY),
    _thing("door", "place", _door, _ANY),
    _thing("open door, door", "place", _open_door, _ANY),
    _thing("square, tile", "", _square, _CLEAR),
    _thing("goal, goal square, goal tile, exit", "place", _square, ("green",)),
    _thing("triangle, arrow", "", _triangle, _ANY),
    _thing("star", "item", _star, _CLEAR),
    _thing("cross, plus sign", "", _cross, _CLEAR),
    _thing("gem, jewel, crystal", "item", _gem, _CLEAR),
    _thing("diamond, gem, jewel", "item", _gem, own=(190, 235, 245)),
    _thing("heart", "item", _heart, ("red", "pink")),
    _thing("coin, gold coin, money", "item", _coin, own=(240, 200, 60)),
    _thing("potion, flask, bottle, vial", "item", _potion, _CLEAR),
    _thing("sword, blade", "item", _sword, own=(200, 205, 215)),
    _thing("pickaxe, pick", "item", _pickaxe, own=_GREY),
    _thing("chest, treasure chest", "item", _chest, own=(150, 95, 45)),
    _thing("barrel", "item", _barrel, own=(140, 90, 50)),
    _thing("table, workbench, crafting table", "place", _table, own=(150, 105, 60)),
    _thing("furnace, oven, stove", "place", _furnace, own=(110, 110, 115)),
    _thing("tree", "plant", _tree, own=(45, 125, 50), generic="plant"),
    _thing("bush, shrub", "plant", _bush, own=(60, 140, 60)),
    _thing("sapling, plant, seedling, young plant", "plant", _sapling, own=(70, 170, 60)),
    _thing("flower", "plant", _flower, ("red", "yellow", "blue", "purple", "pink", "white"), generic="plant"),
    _thing("mushroom, toadstool", "plant", _mushroom, ("red", "brown", "purple")),
    _thing("rock, stone, boulder", "item", _rock),
    _thing("fire, flames", "hazard", _fire, own=(235, 100, 30), generic="danger"),
    _thing("campfire, bonfire", "place", _campfire, own=(240, 120, 30)),
    _thing("torch", "item", _torch, own=(245, 160, 40)),
    _thing("well", "place", _well),
    _thing("sign, signpost", "place", _sign, own=(160, 115, 65)),
    _thing("ladder", "place", _ladder, own=(150, 105, 60)),
    _thing("fence", "place", _fence, own=(165, 120, 75)),
    _thing("house, hut, home", "place", _house, ("red", "brown", "blue", "grey")),
    _thing("person, villager, man, human", "person", _humanoid(_SKIN), _CLEAR),
    _thing("zombie, undead", "hostile", _humanoid((110, 160, 80), True), own=(70, 90, 120), generic=_FOES),
    _thing("skeleton, bones", "hostile", _skeleton, own=(232, 228, 215), generic=_FOES),
    _thing("goblin, orc", "hostile", _humanoid((90, 150, 60), True), own=_BROWN, generic=_FOES),
    _thing("slime, blob", "hostile", _slime, ("green", "blue", "purple", "red"), generic=_FOES),
    _thing("spider", "hostile animal", _spider, own=_DARK, generic=_FOES + ", animal"),
    _thing("bat", "animal", _bat, own=(80, 70, 95), generic="animal"),
    _thing("ghost, spirit", "hostile", _ghost, own=(235, 238, 245), generic=_FOES),
    _thing("cow", "animal", _beast(patches=(245, 240, 235)), own=(110, 72, 48), generic="animal"),
    _thing("cow", "animal", _beast(patches=_DARK), own=(240, 238, 232), generic="animal"),
    _thing("pig", "animal", _beast(), own=(240, 170, 180), generic="animal"),
    _thing("sheep", "animal", _beast(head=(70, 60, 60), tail=False), own=(240, 238, 232), generic="animal"),
    _thing("horse", "animal", _beast(), own=(130, 85, 50), generic="animal"),
    _thing("wolf", "hostile animal", _beast(), own=(110, 112, 120), generic=_FOES + ", animal"),
    _thing("dog", "animal", _beast(), own=(190, 140, 85), generic="animal"),
    _thing("chicken, hen", "animal", _chicken, own=(245, 242, 235), generic="animal"),
)
