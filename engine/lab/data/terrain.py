"""Maps of square tiles whose ground has names: water, sand, ore. What a tile-based game shows below its things."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from PIL import Image

from engine.formats.boxes import Xywh
from engine.lab.data.chance import Rng, pick
from engine.lab.data.concepts import Concept
from engine.lab.data.paint import Colour, varied
from engine.lab.data.things import Entity

Tile = npt.NDArray[np.uint8]  # [n, n, 3]
Motif = Callable[[npt.NDArray[np.float64], Rng], None]


@dataclass(frozen=True)
class Material:
    """One kind of ground.

    Attributes:
        floor: may cover a whole map (others come as patches and single tiles).
        motif: draws on a float tile [n, n, 3] what makes it more than a colour.
    """

    concept: Concept
    colours: tuple[Colour, ...]
    motif: Motif
    floor: bool = False

    def tile(self, side: int, base: Colour, rng: Rng, grain: float) -> Tile:
        """uint8 [side, side, 3]."""
        pixels = np.array(base, float) + rng.normal(0, grain, (side, side, 1))
        self.motif(pixels, rng)
        return pixels.clip(0, 255).astype(np.uint8)


def _plain(pixels: npt.NDArray[np.float64], rng: Rng) -> None:
    pass


def _tufts(pixels: npt.NDArray[np.float64], rng: Rng) -> None:
    side = len(pixels)
    for y, x in rng.integers(0, side, (side // 3 + 1, 2)):
        pixels[y : y + 2, x] *= rng.uniform(0.7, 1.25)


def _waves(pixels: npt.NDArray[np.float64], rng: Rng) -> None:
    side = len(pixels)
    for y, x in rng.integers(0, side, (max(side // 5, 1), 2)):
        pixels[y, x : x + max(side // 3, 2)] *= rng.uniform(1.1, 1.4)


def _cracks(pixels: npt.NDArray[np.float64], rng: Rng) -> None:
    side = len(pixels)
    y, x = rng.integers(0, side, 2)
    for _ in range(side // 2):
        pixels[y % side, x % side] *= 0.72
        y, x = y + rng.integers(-1, 2), x + rng.integers(0, 2)


def _planks(pixels: npt.NDArray[np.float64], rng: Rng) -> None:
    pixels[:: max(len(pixels) // 4, 2)] *= 0.75


def _bricks(pixels: npt.NDArray[np.float64], rng: Rng) -> None:
    side = len(pixels)
    high = max(side // 3, 2)
    pixels[::high] *= 0.65
    for row, y in enumerate(range(0, side, high)):
        pixels[y : y + high, (row % 2) * side // 2 % side] *= 0.65


def _hot(pixels: npt.NDArray[np.float64], rng: Rng) -> None:
    side = len(pixels)
    for y, x in rng.integers(0, side, (max(side // 4, 1), 2)):
        pixels[y, x : x + max(side // 3, 2)] = (255, 220, 90)


def _ore(colour: Colour) -> Motif:
    def motif(pixels: npt.NDArray[np.float64], rng: Rng) -> None:
        side = len(pixels)
        size = max(side // 6, 1)
        for y, x in rng.integers(size, side - size, (int(rng.integers(4, 8)), 2)):
            pixels[y : y + size, x : x + size + int(rng.integers(0, 2))] = varied(colour, rng, 10)

    return motif


def _material(names: str, tags: str, colours: tuple[Colour, ...], motif: Motif, floor: bool = False) -> Material:
    words = tuple(name.strip() for name in names.split(","))
    return Material(Concept(words[0], words, frozenset(tags.split())), colours, motif, floor)


_STONES = ((125, 125, 128), (105, 105, 112), (150, 148, 142), (95, 100, 105))
MATERIALS: tuple[Material, ...] = (
    _material("grass, meadow, lawn", "place", ((96, 160, 70), (80, 145, 60), (120, 175, 80), (70, 125, 62)), _tufts, True),
    _material("water, lake, river, pond", "place", ((60, 110, 205), (75, 140, 220), (50, 90, 170), (90, 170, 215)), _waves),
    _material("sand, beach, desert", "place", ((222, 200, 140), (235, 215, 160), (205, 180, 120)), _plain, True),
    _material("stone, rock, stone wall", "place", _STONES, _cracks),
    _material("path, dirt, dirt path, trail", "place", ((170, 135, 95), (150, 115, 80), (185, 160, 120)), _plain, True),
    _material("lava, magma", "hazard", ((220, 80, 20), (240, 110, 30), (200, 55, 15)), _hot),
    _material("snow", "place", ((238, 242, 248), (225, 232, 242)), _plain, True),
    _material("ice", "place", ((170, 215, 240), (190, 228, 245)), _cracks),
    _material("wooden floor, planks, floorboards", "place", ((160, 115, 70), (180, 135, 85), (130, 92, 56)), _planks, True),
    _material("brick wall, wall, bricks", "place", ((150, 75, 60), (120, 118, 120), (165, 100, 75)), _bricks),
    _material("wall", "place", ((100, 100, 100), (70, 70, 78), (140, 140, 140), (60, 60, 60)), _plain),
    _material("swamp, mud, bog", "place", ((92, 88, 58), (78, 84, 60)), _waves),
    _material("coal, coal ore", "item", _STONES, _ore((30, 30, 32))),
    _material("iron, iron ore", "item", _STONES, _ore((215, 170, 135))),
    _material("gold, gold ore", "item", _STONES, _ore((245, 205, 60))),
    _material("diamond, diamonds, diamond ore", "item", _STONES, _ore((225, 245, 250))),
    _material("emerald, emerald ore", "item", _STONES, _ore((50, 190, 90))),
    _material("ruby, ruby ore", "item", _STONES, _ore((215, 45, 60))),
    _material("copper, copper ore", "item", _STONES, _ore((200, 110, 60))),
)
_BLACKS: tuple[Colour, ...] = ((0, 0, 0), (14, 14, 18), (30, 30, 34))


@dataclass(frozen=True)
class Ground:
    """A drawn map of tiles.

    Attributes:
        picture: RGB, of the size asked for.
        cell: pixels of a tile's side.
        kinds: [rows, columns] index into `materials`.
        materials: what the map is made of; None is a nameless dark floor.
    """

    picture: Image.Image
    cell: int
    kinds: npt.NDArray[np.int64]
    materials: list[Material | None]

    def entities(self, taken: set[tuple[int, int]]) -> list[Entity]:
        """Rectangles of tiles of one named kind, in pixels of the picture, without the tiles (row, column) that are taken."""
        kinds = self.kinds.copy()
        for at in taken:
            kinds[at] = -1
        found = []
        for index, row, column, height, width in _rectangles(kinds):
            material = self.materials[index]
            if material is not None:
                box = self._box(row, column, height, width)
                found.append(Entity(material.concept.names, box, material.concept.tags))
        return found

    def absent(self) -> tuple[str, ...]:
        """Names of ground that lies nowhere on this map."""
        present = [self.materials[i] for i in np.unique(self.kinds)]
        seen = {name for m in present if m is not None for name in m.concept.names}
        return tuple(sorted({n for m in MATERIALS for n in m.concept.names} - seen))

    def _box(self, row: int, column: int, height: int, width: int) -> Xywh:
        x, y = column * self.cell, row * self.cell
        right, bottom = min(x + width * self.cell, self.picture.width), min(y + height * self.cell, self.picture.height)
        return x, y, right - x, bottom - y


def draw_ground(rng: Rng, size: tuple[int, int]) -> Ground:
    """A random map of height and width `size` in pixels."""
    cell = int(pick((10, 12, 14, 16, 18, 20, 21, 22, 24, 24, 27, 30), rng))
    rows, columns = -(-size[0] // cell), -(-size[1] // cell)
    side = min(int(pick((4, 8, 8, 12, 16, 16), rng)), cell)
    chosen = _chosen(rng)
    kinds = _layout(rng, (rows, columns), chosen)
    pixels = _painted(kinds, chosen, side, rng)
    picture = Image.fromarray(pixels).resize((columns * cell, rows * cell), Image.Resampling.NEAREST)
    picture = picture.crop((0, 0, size[1], size[0]))
    if rng.random() < 0.35:
        _lines(picture, cell, rng)
    return Ground(picture, cell, kinds, chosen)


def _chosen(rng: Rng) -> list[Material | None]:
    """What the map is made of: its floor first (None: a nameless dark floor)."""
    floors = [m for m in MATERIALS if m.floor]
    others = [m for m in MATERIALS if not m.floor]
    floor = None if rng.random() < 0.35 else pick(floors, rng)
    count = int(rng.integers(0, 6))
    rest = [others[i] for i in rng.permutation(len(others))[:count]]
    more = [m for m in (floors[i] for i in rng.permutation(len(floors))[:2]) if m is not floor]
    return [floor, *rest, *more[: int(rng.integers(0, 3))]]


def _layout(rng: Rng, shape: tuple[int, int], chosen: list[Material | None]) -> npt.NDArray[np.int64]:
    """Which of the chosen materials lies on each tile."""
    kinds = np.zeros(shape, np.int64)
    for i, material in enumerate(chosen[1:], 1):
        assert material is not None
        if "item" in material.concept.tags:
            where = rng.random(shape) < rng.uniform(0.01, 0.05)
        else:
            where = _cloud(rng, shape, float(rng.uniform(2, 6))) > rng.uniform(0.6, 1.4)
        kinds[where] = i
    if rng.random() < 0.3:
        walls = [i for i, m in enumerate(chosen) if m is not None and "wall" in " ".join(m.concept.names)]
        if walls:
            kinds[0] = kinds[-1] = walls[0]
            kinds[:, 0] = kinds[:, -1] = walls[0]
    return kinds


def _cloud(rng: Rng, shape: tuple[int, int], coarse: float) -> npt.NDArray[np.float32]:
    small = rng.standard_normal((int(shape[0] / coarse) + 2, int(shape[1] / coarse) + 2), np.float32)
    return np.asarray(Image.fromarray(small).resize((shape[1], shape[0]), Image.Resampling.BILINEAR))


def _painted(kinds: npt.NDArray[np.int64], chosen: list[Material | None], side: int, rng: Rng) -> Tile:
    """uint8 [rows * side, columns * side, 3]; a kind has a few tiles that repeat, as in a game."""
    rows, columns = kinds.shape
    out = np.zeros((rows, side, columns, side, 3), np.uint8)
    for i, material in enumerate(chosen):
        where = np.argwhere(kinds == i)
        if not len(where):
            continue
        grain = float(rng.uniform(0, 9))
        if material is None:
            tiles = [np.full((side, side, 3), pick(_BLACKS, rng), np.uint8)]
        else:
            base = varied(pick(material.colours, rng), rng, 10)
            tiles = [material.tile(side, base, rng, grain) for _ in range(int(rng.integers(1, 4)))]
        for row, column in where:
            out[row, :, column] = tiles[int(rng.integers(len(tiles)))]
    return out.reshape(rows * side, columns * side, 3)


def _lines(picture: Image.Image, cell: int, rng: Rng) -> None:
    pixels = np.asarray(picture, float).copy()
    shade = float(pick((0.6, 0.8, 1.25), rng))
    pixels[::cell] = pixels[::cell] * shade + 12
    pixels[:, ::cell] = pixels[:, ::cell] * shade + 12
    picture.paste(Image.fromarray(pixels.clip(0, 255).astype(np.uint8)))


def _rectangles(kinds: npt.NDArray[np.int64]) -> list[tuple[int, int, int, int, int]]:
    """Covers each kind from 0 on with rectangles: (kind, row, column, height, width)."""
    open_runs: dict[tuple[int, int, int], int] = {}  # (kind, first column, last column) -> first row
    found = []
    for row in range(kinds.shape[0] + 1):
        runs = _runs(kinds[row]) if row < kinds.shape[0] else set()
        for run in [r for r in open_runs if r not in runs]:
            kind, start, end = run
            first = open_runs.pop(run)
            found.append((kind, first, start, row - first, end - start))
        for run in sorted(runs):
            open_runs.setdefault(run, row)
    return sorted(found)


def _runs(row: npt.NDArray[np.int64]) -> set[tuple[int, int, int]]:
    edges = [0, *(np.flatnonzero(np.diff(row)) + 1).tolist(), len(row)]
    return {(int(row[a]), a, b) for a, b in pairwise(edges) if row[a] >= 0}
