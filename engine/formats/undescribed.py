"""Whether a picture is a sprite sheet of which nobody has said what is where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from statistics import median_low
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from engine.formats.pictures import Pixels

Mask: TypeAlias = npt.NDArray[np.bool_]
SIDES = 3  # of the usual tile: an opaque picture of so many in both directions may be a sheet of such tiles
TILES = (16, 24, 32, 48, 64, 128)  # pixels of a side that tiles of a sheet have
SEAM = 1.6  # how much more changes from tile to tile than within tiles
UNLIKE = 12.0  # levels by which the mean colours of tiles differ, where they are of several things
GROUND, EDGE = 0.25, 0.98  # share of a picture, and of its edge, that one flat colour has where things stand on it
PARTS, LEAST = 3, 8  # things in a picture, and pixels of the shorter side of each, from which on it may be a sheet
BLOCKS = 64  # a side of the mask in which parts are told from each other


def large_tiles(tiles: Mapping[str, tuple[int, ...]]) -> Iterator[tuple[str, int]]:
    """Which opaque pictures are many times as large as most of a folder's, and the shorter side of most, in pixels.

    Args:
        tiles: height and width of every opaque picture, by its file.
    """
    usual = median_low(min(size) for size in tiles.values()) if tiles else 0
    yield from ((source, usual) for source, size in tiles.items() if min(size) >= SIDES * usual)


def tile_side(pixels: Pixels) -> int | None:
    """The side in pixels of the tiles that an opaque picture, uint8 [H, W, 3 or 4], seems to be put together of; else None.

    Where tiles meet, more changes than within them, and they have different colours: bricks have not.
    """
    height, width = pixels.shape[:2]
    levels = pixels[..., :3].astype(np.float32)
    for side in sorted(TILES, reverse=True):
        if height % side or width % side or (height // side) * (width // side) < SIDES:
            continue
        cells = levels.reshape(height // side, side, width // side, side, 3)
        apart = cells.mean((1, 3)).reshape(-1, 3).std(0).max()
        if apart >= UNLIKE and _seam(levels, side) >= SEAM:
            return side
    return None


def _seam(levels: npt.NDArray[np.float32], side: int) -> float:
    """How many times as much changes across the borders of tiles as within them; the least of both directions."""
    ratios = []
    for axis in (0, 1):
        steps = np.abs(np.diff(levels, axis=axis)).mean((1 - axis, 2))
        borders = np.arange(len(steps)) % side == side - 1
        if borders.any():
            ratios.append(float(steps[borders].mean() / max(float(steps[~borders].mean()), 1.0)))
    return min(ratios)


def flat_ground(pixels: Pixels) -> tuple[int, int, int] | None:
    """The one flat colour on which an opaque picture, uint8 [H, W, 3 or 4], shows something; None where there is none."""
    colours = pixels[..., :3]
    corner = colours[0, 0]
    flat = (colours == corner).all(2)
    edge = np.concatenate([flat[0], flat[-1], flat[:, 0], flat[:, -1]])
    if edge.mean() < EDGE or not GROUND <= flat.mean() < 1:
        return None
    red, green, blue = map(int, corner)
    return red, green, blue


def is_key(colour: tuple[int, int, int]) -> bool:
    """Whether a colour is one that stands for "nothing" where a format has no alpha: magenta, pure green and their like."""
    return max(colour) >= 250 and min(colour) <= 5


def several_things(seen: Mask) -> int:
    """How many things of some size a cut-out picture shows, with nothing between them."""
    step = -(-max(seen.shape) // BLOCKS)
    high, wide = (-(-side // step) for side in seen.shape)
    padded = np.zeros((high * step, wide * step), bool)
    padded[: seen.shape[0], : seen.shape[1]] = seen
    blocks = padded.reshape(high, step, wide, step).any((1, 3))
    left, count = {(int(row), int(column)) for row, column in np.argwhere(blocks)}, 0
    while left:
        part, edge = set[tuple[int, int]](), [left.pop()]
        while edge:
            row, column = edge.pop()
            part.add((row, column))
            near = {(row + down, column + across) for down in (-1, 0, 1) for across in (-1, 0, 1)} & left
            left -= near
            edge += near
        sides = [(max(at) - min(at) + 1) * step for at in zip(*part, strict=True)]
        count += min(sides) >= LEAST
    return count


def looks_like_a_sheet(seen: Mask) -> bool:
    """Many pictures in rows and columns with nothing between them, three and more of a size in a row, or a square each."""
    columns, rows = _runs(np.any(seen, 0)), _runs(np.any(seen, 1))
    if columns >= 3 and rows >= 3 and columns * rows >= 12:
        return True
    strip = seen if seen.shape[1] >= seen.shape[0] else seen.T
    side = strip.shape[0]
    count = strip.shape[1] // side
    if count >= 2 and _are_of_a_size(strip):
        return True
    if count < 4 or strip.shape[1] % side:
        return False
    cells = np.any(strip.reshape(side, count, side), 0)
    return bool(np.any(cells, 1).all() and not (cells[:-1, -1] & cells[1:, 0]).any())


def _are_of_a_size(strip: Mask) -> bool:
    """Three and more things with nothing between them, none twice as large as another, none of them a dot or a spark."""
    edges = np.flatnonzero(np.diff(np.any(strip, 0).astype(np.int8), prepend=0, append=0))
    parts = [strip[:, left:right] for left, right in edges.reshape(-1, 2)]
    sides = [max(part.shape[1], int(np.ptp(np.flatnonzero(np.any(part, 1)))) + 1) for part in parts]
    return len(sides) >= 3 and max(sides) <= 2 * min(sides) and min(sides) >= strip.shape[0] / 3


def _runs(line: Mask) -> int:
    """Of a row of yes and no, the runs of yes."""
    return int((np.diff(line.astype(np.int8), prepend=0) == 1).sum())
