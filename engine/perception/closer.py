"""A closer look: what parts of a frame at a larger scale add to the look at the whole.

The model sees a frame at 320x192, where a thing of 32 pixels has 16: parts of it are shown to the same model again, and the
heat maps are joined by the mean of their logits (slicing aided inference, Akyon et al. 2022). Costs as much as `PARTS` frames.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np

from engine.formats.bundle import InputSpec
from engine.formats.pictures import Pixels
from engine.perception.odds import chance, logit
from engine.perception.pictures import Letterbox, letterbox
from engine.perception.types import Floats

# Left, top, right, bottom of the parts, as fractions of the frame; they overlap, so that nothing is cut in all of them.
PARTS = ((0.0, 0.0, 0.6, 0.6), (0.4, 0.0, 1.0, 0.6), (0.0, 0.4, 0.6, 1.0), (0.4, 0.4, 1.0, 1.0))
LEAST = 64  # pixels of a frame's shorter side, from which on there is more to be seen in its parts
# What the likeliest of the parts says of presence counts so much, and the best of several looks is too sure by so much of a
# logit: so more is found than by one look, and less that is not there.
BEST, OPTIMISM = 0.3, 0.2
UNSURE = (0.04, 0.87)  # presence by a glance from which on, and up to which, things that words ask about are looked at closely
Seen = tuple[Floats, Floats]  # probabilities [n] that things are there, and heat maps [n, rows, columns]


def is_unsure(presences: Iterable[float]) -> bool:
    """Whether a closer look tells more: of what is surely there by a glance, or surely not, it tells hardly anything."""
    return any(UNSURE[0] <= p < UNSURE[1] for p in presences)


def parts_of(pixels: Pixels, height: int, width: int) -> list[Letterbox]:
    """The `PARTS` of uint8 [H, W, 3], fitted into height x width; none where all of the frame's pixels were seen already."""
    high, wide = pixels.shape[:2]
    if min(high, wide) < LEAST or (high <= height and wide <= width):
        return []
    cuts = [(round(x0 * wide), round(y0 * high), round(x1 * wide), round(y1 * high)) for x0, y0, x1, y1 in PARTS]
    return [letterbox(pixels[top:bottom, left:right], height, width) for left, top, right, bottom in cuts]


def joined(whole: Seen, fit: Letterbox, parts: Sequence[Seen], fits: Sequence[Letterbox], spec: InputSpec) -> Seen:
    """What is seen in a frame and in its parts together, in the cells of the frame.

    Args:
        whole, parts: of the frame as fitted by `fit`, and of each of its `PARTS` by `fits`.
    """
    there, heats = whole
    added, weight = np.zeros_like(heats), np.zeros(heats.shape[1:], np.float32)
    for box, of, (_, heat) in zip(PARTS, fits, parts, strict=True):
        down, across = _sampled(box, _geometry(fit), _geometry(of), (spec.height, spec.width), spec.grid)
        added += down @ logit(heat) @ across.T
        weight += np.outer(down.sum(1), across.sum(1))
    seen = weight > 0
    logits = logit(heats)
    logits[:, seen] = (logits[:, seen] + added[:, seen] / weight[seen]) / 2
    best: Floats = np.max([p for p, _ in parts], 0)
    return chance((logit(there) * (1 - BEST) + logit(best) * BEST - OPTIMISM).astype(np.float32)), chance(logits)


def _geometry(fit: Letterbox) -> tuple[int, int, int, int]:
    return fit.left, fit.top, fit.width, fit.height


@lru_cache(maxsize=256)
def _sampled(
    box: tuple[float, float, float, float],
    frame: tuple[int, int, int, int],
    part: tuple[int, int, int, int],
    size: tuple[int, int],
    grid: tuple[int, int],
) -> tuple[Floats, Floats]:
    """Matrices [rows, rows] and [columns, columns] that interpolate a part's cells at the centres of the frame's.

    Rows of zeros belong to cells outside of the part.
    """
    down = _along(box[1], box[3], (frame[1], frame[3]), (part[1], part[3]), size[0], grid[0])
    across = _along(box[0], box[2], (frame[0], frame[2]), (part[0], part[2]), size[1], grid[1])
    return down, across


def _along(start: float, end: float, frame: tuple[int, int], part: tuple[int, int], pixels: int, cells: int) -> Floats:
    """The same along one axis; `frame` and `part` are where they begin in the model's picture, and how long they are there."""
    centres = (np.arange(cells) + 0.5) * pixels / cells
    at = (centres - frame[0]) / frame[1]  # of the frame
    inside = (at >= start) & (at < end)
    cell = ((at - start) / (end - start) * part[1] + part[0]) * cells / pixels - 0.5
    low = np.clip(np.floor(cell), 0, cells - 1).astype(int)
    high, share = np.minimum(low + 1, cells - 1), np.clip(cell - low, 0.0, 1.0)
    matrix = np.zeros((cells, cells), np.float32)
    rows = np.arange(cells)
    np.add.at(matrix, (rows, low), (1 - share) * inside)
    np.add.at(matrix, (rows, high), share * inside)
    return matrix
