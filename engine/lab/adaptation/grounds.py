"""What composed frames stand on: a game's own ground tiles and screenshots, or drawn ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image

from engine.formats.pictures import Pixels
from engine.lab.data.backgrounds import blobs, bricks, draw_background, flat, ground, noise
from engine.lab.data.cameras import Scenery
from engine.lab.data.chance import Rng, pick
from engine.lab.data.packs import GroundTile
from engine.lab.data.surfaces import backdrop

TILE = 128  # pixels of a side up to which a picture is a tile, and beyond which a screenshot
OWN = 0.8  # share of layouts on a game's own grounds, where there are some
DRAWN_TILES = 0.6  # share of maps on small drawn tiles
PATTERNED = 0.4  # of them
WALLS = 0.4  # share of maps with rows of another tile

Style = Callable[[tuple[int, int]], Image.Image]  # of a height and width


class Grounds:
    """Gives each layout a ground.

    Args:
        pictures: a game's own, uint8 [H, W, 3]; without any they are drawn.
    """

    def __init__(self, pictures: Sequence[Pixels]) -> None:
        self._tiles = [picture for picture in pictures if max(picture.shape[:2]) <= TILE]
        self._screens = [picture for picture in pictures if max(picture.shape[:2]) > TILE]

    @property
    def scenery(self) -> Scenery:
        """The game's own grounds, as cameras lay them out."""
        return Scenery([GroundTile(tile, ()) for tile in self._tiles], self._screens)

    def style(self, rng: Rng, *, tiled: bool, cell: int, crisp: bool) -> Style:
        """What draws the ground of each frame of a layout.

        Args:
            tiled: the layout is a map of cells of `cell` pixels.
            crisp: tiles are scaled by whole pixels.
        """
        own = [*([self._tiles] if self._tiles else []), *([self._screens] if self._screens else [])]
        if own and rng.random() < OWN:
            chosen = pick(own, rng)
            if chosen is self._screens:
                return lambda size: backdrop(size, rng, self._screens)
            return _tiling([pick(self._tiles, rng) for _ in range(2)], cell, crisp, rng)
        if tiled and rng.random() < DRAWN_TILES:
            return _tiling([_drawn_tile(rng) for _ in range(2)], cell, crisp, rng)
        return lambda size: draw_background(rng, size)


def _drawn_tile(rng: Rng) -> Pixels:
    """A small tile that repeats, as pixel art has it."""
    side = int(rng.choice([8, 16, 16, 24, 32]))
    if rng.random() < PATTERNED:
        return _patterned(side // 2, rng)
    return np.asarray(pick((flat, ground, noise, bricks, blobs), rng)(rng, (side, side)), np.uint8)


def _patterned(half: int, rng: Rng) -> Pixels:
    """Blots of few colours around both axes: the busy floors and walls of dungeons, where things are hardest to see."""
    few = rng.integers(0, 256, (int(rng.integers(2, 5)), 3)) * rng.uniform(0.3, 1.0)
    coarse = int(rng.choice([1, 2, 4]))
    kinds = rng.integers(0, len(few), (-(-half // coarse),) * 2).repeat(coarse, 0).repeat(coarse, 1)[:half, :half]
    whole = np.block([[kinds, kinds[:, ::-1]], [kinds[::-1], kinds[::-1, ::-1]]])
    return np.asarray(few[whole], np.uint8)


def _tiling(tiles: Sequence[Pixels], cell: int, crisp: bool, rng: Rng) -> Style:
    """The first tile everywhere, the second, perhaps, in rows of cells: walls, paths."""
    how = Image.Resampling.NEAREST if crisp else Image.Resampling.BICUBIC
    base, other = (Image.fromarray(tile).resize((cell, cell), how) for tile in tiles)
    walled = rng.random() < WALLS

    def draw(size: tuple[int, int]) -> Image.Image:
        height, width = size
        rows, columns = -(-height // cell) + 1, -(-width // cell) + 1
        kinds = _walls(rows, columns, rng) if walled else np.zeros((rows, columns), bool)
        picture = Image.new("RGB", (width, height))
        left, top = (int(v) for v in rng.integers(0, cell, 2))
        for row, column in np.ndindex(rows, columns):
            picture.paste(other if kinds[row, column] else base, (column * cell - left, row * cell - top))
        return picture

    return draw


def _walls(rows: int, columns: int, rng: Rng) -> np.ndarray:
    """Where a few rows and columns of cells stand, [rows, columns]."""
    walls = np.zeros((rows, columns), bool)
    for _ in range(int(rng.integers(1, 6))):
        row, column, long = int(rng.integers(rows)), int(rng.integers(columns)), int(rng.integers(2, 10))
        walls[(slice(row, row + long), column) if rng.random() < 0.5 else (row, slice(column, column + long))] = True
    return walls
