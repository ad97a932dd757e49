"""Whether a picture is a sprite sheet of which nobody has said what is where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from statistics import median_low
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Mask: TypeAlias = npt.NDArray[np.bool_]
SIDES = 3  # of the usual tile: an opaque picture of so many in both directions may be a sheet of such tiles


def large_tiles(tiles: Mapping[str, tuple[int, ...]]) -> Iterator[tuple[str, int]]:
    """Which opaque pictures are many times as large as most of a folder's, and the shorter side of most, in pixels.

    Args:
        tiles: height and width of every opaque picture, by its file.
    """
    usual = median_low(min(size) for size in tiles.values()) if tiles else 0
    yield from ((source, usual) for source, size in tiles.items() if min(size) >= SIDES * usual)


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
