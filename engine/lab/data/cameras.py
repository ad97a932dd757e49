"""How games show their things: a small catalogue of cameras, each of which lays out a ground and says where things may stand.

A camera gives places, the far ones first; what stands there, and how it looks, is the caller's affair.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from PIL import Image

from engine.lab.data.backgrounds import draw_background
from engine.lab.data.chance import Rng, pick
from engine.lab.data.concepts import Concept
from engine.lab.data.packs import GroundTile
from engine.lab.data.surfaces import Size, backdrop, diamonds, plane, room, sky, texture
from engine.lab.data.terrain import Ground, Material, draw_ground
from engine.lab.data.things import Entity

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Place:
    """Where something may stand: x, y of its foot, its height in pixels, how far it is (0 near, 1 far); `fits`: its width."""

    x: float
    y: float
    height: float
    depth: float = 0.0
    fits: bool = False


@dataclass
class View:
    """An empty picture of a game.

    Attributes:
        places: in the order in which they are filled, the far ones first.
        ground: named ground below, to be told once it is known which cells are taken.
        deep: what is far is small: fog and sizes mean distance.
        drawn: the ground is drawn, not of a pack's tiles.
        taken: cells (row, column) of the ground on which something stands.
    """

    picture: Image.Image
    places: list[Place]
    ground: Ground | None = None
    deep: bool = False
    drawn: bool = True
    taken: set[tuple[int, int]] = field(default_factory=set)

    def named_ground(self) -> tuple[list[Entity], tuple[str, ...]]:
        """Ground that has a name, and names of ground that is not there: of a pack's tiles nobody knows all that they show."""
        if self.ground is None:
            return [], ()
        return self.ground.entities(self.taken), self.ground.absent() if self.drawn else ()


@dataclass(frozen=True)
class Scenery:
    """What a game's pictures are made of beside its things: ground tiles, painted backgrounds."""

    tiles: Sequence[GroundTile] = ()
    backdrops: Sequence[Pixels] = ()

    def pictures(self) -> list[Pixels]:
        return [tile.rgb for tile in self.tiles]


Camera = Callable[[Scenery, Size, float, int, Rng], View]  # scenery, size, usual height of a thing, how many things, chance


def tile_map(of: Scenery, size: Size, height: float, count: int, rng: Rng) -> View:
    """Straight from above, a thing on each cell: role-playing games, roguelikes."""
    drawn = not of.tiles or rng.random() < 0.3
    ground = draw_ground(rng, size) if drawn else _tiled(of.tiles, size, max(round(height), 8), rng)
    rows, columns = ground.kinds.shape
    free = sorted(rng.permutation(rows * columns)[:count].tolist())
    cell = ground.cell
    tall = float(rng.choice([1.0, 1.0, 1.25, 1.6]))  # of a cell: some maps show things from the side
    slip = float(rng.choice([0.0, 0.0, 0.3]))  # no grid for what moves
    places, taken = [], set()
    for i in free:
        row, column = divmod(i, columns)
        x, y = (column + 0.5 + float(rng.normal(0, slip))) * cell, (row + 1 + float(rng.normal(0, slip / 2))) * cell
        places.append(Place(x, y, cell * tall * float(rng.uniform(0.8, 1.0)), fits=tall == 1.0))
        taken |= {(row, column), (max(row - 1, 0), column)}
    return View(ground.picture, places, ground, drawn=drawn, taken=taken)


def free_map(of: Scenery, size: Size, height: float, count: int, rng: Rng) -> View:
    """From above or anyhow, things anywhere: strategy, shooters seen from above, menus and cards."""
    cloth = texture(of.pictures(), rng)
    if rng.random() < 0.4:
        picture = draw_background(rng, size)
    elif of.backdrops and rng.random() < 0.3:
        picture = backdrop(size, rng, of.backdrops)
    else:
        cover = np.tile(cloth, (-(-size[0] // len(cloth)), -(-size[1] // len(cloth)), 1))[: size[0], : size[1]]
        picture = Image.fromarray(np.ascontiguousarray(cover))
    at = rng.uniform((0.03, 0.12), (0.97, 1.0), (count * 2, 2)) * (size[1], size[0])
    places = [Place(x, y, height * float(np.exp(rng.normal(0, 0.28)))) for x, y in sorted(at.tolist(), key=lambda p: p[1])]
    return View(picture, places)


def side_view(of: Scenery, size: Size, height: float, count: int, rng: Rng) -> View:
    """From the side, things on the ground and on platforms: jump-and-run games."""
    rows, columns = size
    picture, floor = sky(size, rng, of.backdrops), rows * float(rng.uniform(0.72, 0.95))
    cell = max(round(height * float(rng.uniform(0.6, 1.1))), 8)
    cloth = Image.fromarray(texture(of.pictures(), rng)).resize((cell * 4, cell * 4), Image.Resampling.NEAREST)
    levels = [(0.0, float(columns), floor)]
    for _ in range(int(rng.integers(0, 6))):
        x, wide = float(rng.uniform(-0.1, 0.9)) * columns, cell * int(rng.integers(2, 9))
        levels.append((x, x + wide, float(rng.uniform(0.2, 0.7)) * rows))
    for i, (left, right, top) in enumerate(levels):
        deep = rows if i == 0 else round(top + cell * float(rng.choice([0.4, 1.0])))
        for y in range(round(top), deep, cloth.height):
            for x in range(round(left), round(right), cloth.width):
                part = cloth.crop((0, 0, min(cloth.width, round(right) - x), min(cloth.height, deep - y)))
                picture.paste(part, (x, y))
    places = []
    for _ in range(count * 2):
        left, right, top = levels[0] if rng.random() < 0.5 else pick(levels, rng)
        up = height * float(rng.uniform(0.5, 3)) if rng.random() < 0.15 else 0.0  # flies, or hangs in the air to be taken
        places.append(Place(float(rng.uniform(left, right)), top - up, height * float(np.exp(rng.normal(0, 0.2)))))
    return View(picture, places)


def isometric(of: Scenery, size: Size, height: float, count: int, rng: Rng) -> View:
    """From above at a slant, on diamonds, without perspective: builders, tactics."""
    cell = max(round(height * float(rng.uniform(1.0, 1.8))), 10)
    picture = Image.fromarray(diamonds(texture(of.pictures(), rng), size, cell))
    if rng.random() < 0.25:  # an island on one colour
        wide, edge = size[1], Image.new("RGB", picture.size, tuple(rng.integers(0, 256, 3).tolist()))
        y, x = np.mgrid[0 : size[0], 0:wide]
        land = np.abs(x - wide / 2) / (wide * 0.48) + np.abs(y - size[0] / 2) / (size[0] * 0.48) < 1
        picture = Image.composite(picture, edge, Image.fromarray((land * 255).astype(np.uint8)))
    at = rng.uniform((0, height * 0.7), (size[1], size[0]), (count * 2, 2)) - (size[1] / 2, size[0] / 2)
    # To the middle of the nearest diamond: along both of its sides it is a whole number.
    spots = {(round(x / cell + 2 * y / cell), round(2 * y / cell - x / cell)) for x, y in at.tolist()}
    places = [
        Place(size[1] / 2 + (a - b) * cell / 2, size[0] / 2 + (a + b) * cell / 4, height * float(rng.uniform(0.85, 1.15)))
        for a, b in sorted(spots, key=lambda spot: (spot[0] + spot[1], spot))
    ]
    return View(picture, places)


def third_person(of: Scenery, size: Size, height: float, count: int, rng: Rng) -> View:
    """Behind and above somebody on open ground, far things small and high up: 3D adventures, races."""
    rows, columns = size
    horizon = rows * float(rng.uniform(-0.25, 0.5))
    camera = float(rng.uniform(0.4, 1.2))
    picture = sky(size, rng, of.backdrops)
    cover = Image.fromarray(plane(texture(of.pictures(), rng), size, horizon, rng, camera=camera))
    picture.paste(cover, (0, rows - cover.height))
    near, far = rows - horizon, max(rows * 0.08, height * 0.12)
    below = np.sort(far + (near * 1.02 - far) * rng.random(count * 2) ** 1.4)
    middle = float(np.sqrt(near * far))
    places = [
        Place(
            float(rng.uniform(0.02, 0.98)) * columns,
            horizon + float(b),
            height * float(b) / middle * float(rng.uniform(0.7, 1.3)),
            depth=float(np.clip(1 - (b - far) / max(near - far, 1), 0, 1)),
        )
        for b in below
    ]
    return View(picture, places, deep=True)


def first_person(of: Scenery, size: Size, height: float, count: int, rng: Rng) -> View:
    """Through somebody's eyes, in a room or corridor: shooters, dungeon crawlers."""
    rows, columns = size
    pictures = of.pictures()
    seen, horizon, far = room(texture(pictures, rng), texture(pictures, rng), texture(pictures, rng), size, rng)
    share = float(np.clip(height / rows * 2.2, 0.25, 1.0))  # of a man's height
    places = []
    for _ in range(count * 2):
        x = float(rng.uniform(0.03, 0.97)) * columns
        distance = max(float(far[int(x)]) * float(rng.uniform(0.15, 0.95)), float(rng.uniform(0.8, 1.6)))
        tall = rows * 0.62 / distance
        places.append(Place(x, horizon + tall, tall * 2.0 * share * float(rng.uniform(0.5, 1.2)), depth=min(distance / 9, 1.0)))
    return View(Image.fromarray(seen), sorted(places, key=lambda place: -place.depth), deep=True)


def shelf(of: Scenery, size: Size, height: float, count: int, rng: Rng) -> View:
    """A sheet of many things, each on a ground of its own: where names are learnt, as many as a picture holds."""
    cell = int(rng.choice([size[0] // 6, size[0] // 5, size[0] // 4, size[0] // 3]))
    picture = Image.new("RGB", (size[1], size[0]))
    rows, columns = -(-size[0] // cell), -(-size[1] // cell)
    some = [Image.fromarray(texture(of.pictures(), rng)) for _ in range(3)]
    places = []
    for row, column in np.ndindex(rows, columns):
        draw = rng.random()
        if draw < 0.5:
            ground = pick(some, rng).resize((cell, cell), Image.Resampling.BILINEAR)
        elif draw < 0.8:
            ground = Image.new("RGB", (cell, cell), tuple(rng.integers(0, 256, 3).tolist()))
        else:
            ground = draw_background(rng, (160, 160)).resize((cell, cell), Image.Resampling.BOX)
        picture.paste(ground, (column * cell, row * cell))
        tall = cell * float(rng.uniform(0.45, 0.95))
        places.append(Place((column + 0.5) * cell, (row + 0.5) * cell + tall / 2, tall, fits=True))
    return View(picture, places)


CAMERAS: dict[str, tuple[Camera, float]] = {  # with how often each is taken
    "tile_map": (tile_map, 0.26),
    "free_map": (free_map, 0.12),
    "side_view": (side_view, 0.13),
    "isometric": (isometric, 0.13),
    "third_person": (third_person, 0.2),
    "first_person": (first_person, 0.16),
}


def _tiled(tiles: Sequence[GroundTile], size: Size, cell: int, rng: Rng) -> Ground:
    """A map of a pack's own tiles: a floor, patches of others, walls around them now and then."""
    rows, columns = -(-size[0] // cell), -(-size[1] // cell)
    chosen = [pick(tiles, rng) for _ in range(int(rng.integers(1, 5)))]
    kinds = np.zeros((rows, columns), np.int64)
    for i in range(1, len(chosen)):
        if rng.random() < 0.5:
            small = rng.standard_normal((rows // 4 + 2, columns // 4 + 2)).astype(np.float32)
            cloud = np.asarray(Image.fromarray(small).resize((columns, rows), Image.Resampling.BILINEAR))
            kinds[cloud > rng.uniform(0.4, 1.2)] = i
        else:
            for _ in range(int(rng.integers(1, 6))):
                row, column, long = int(rng.integers(rows)), int(rng.integers(columns)), int(rng.integers(2, 12))
                kinds[(slice(row, row + long), column) if rng.random() < 0.5 else (row, slice(column, column + long))] = i
    how = Image.Resampling.NEAREST if rng.random() < 0.7 else Image.Resampling.BILINEAR
    looks = [np.asarray(Image.fromarray(tile.rgb).resize((cell, cell), how)) for tile in chosen]
    pixels = np.stack(looks)[kinds].transpose(0, 2, 1, 3, 4).reshape(rows * cell, columns * cell, 3)
    picture = Image.fromarray(np.ascontiguousarray(pixels[: size[0], : size[1]]))
    return Ground(picture, cell, kinds, [_material(tile) for tile in chosen])


def _material(tile: GroundTile) -> Material | None:
    if not tile.names:
        return None
    tags = frozenset({"hazard"} if "lava" in tile.names else {"place"})
    return Material(Concept(tile.names[0], tile.names, tags), (), lambda pixels, rng: None)
