"""Where words and phrases point on a heat map.

A heat map says where chests are and another where the tree is; which of the chests is meant follows from the places
alone (composed as in Neural Module Networks, Andreas et al. 2016). Nothing is learned, so that it holds in every game.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from engine.formats.bundle import InputSpec
from engine.perception.types import EncodedFrame, Floats
from npc.language import mentions

CellSpan = tuple[float, float, float, float]  # first row and column, last row and column
Watched = Mapping[str, tuple[float, Floats]]  # how likely a phrase is in view, and its heat map
REACH = 8.0  # cells: how far from the anchor a thing "next to" it may be before it counts e^-0.5
ALIKE = 0.5  # of the hottest cell: what is as hot may be meant as well
EDGE = 1.0  # cells over which "left of" begins to hold


def agreed(thing: str, phrases: Sequence[str], heat: Floats, watched: Watched, threshold: float) -> Floats:
    """Where words name one of the watched things that is in view, what both heat maps say of where it is.

    A bare name points better than a whole sentence; the geometric mean keeps what the sentence adds ("the left one").

    Args:
        thing: the words, without what they place the thing by.
        threshold: presence from which a phrase is in view.
    """
    named = [phrase for phrase in phrases if phrase in watched and mentions(thing, phrase)] if thing else []
    if len(named) != 1 or watched[named[0]][0] < threshold:
        return heat
    both: Floats = np.sqrt(heat * watched[named[0]][1])
    return both


def the_one_named(words: str, phrases: Iterable[str]) -> str | None:
    """The one of the phrases that words name; None where they name none, or several. A "red ball" is no "ball"."""
    named = [phrase for phrase in dict.fromkeys(phrases) if mentions(words, phrase)] if words else []
    named = [phrase for phrase in named if not any(mentions(other, phrase) for other in named if other != phrase)]
    return named[0] if len(named) == 1 else None


def ranked(heat: Floats, place: CellSpan | None, farthest: bool) -> Floats:
    """The heat map of things, weighed by how near each is.

    Args:
        heat: probabilities [rows, columns].
        place: what distances are measured from, and what is never meant itself; None: the lower in the picture, the nearer,
            as in any view that is not from straight above.
        farthest: the farthest counts most.
    """
    down, across = np.indices(heat.shape, np.float32)
    alike = heat >= ALIKE * heat.max()
    away = heat.shape[0] - down
    if place is not None:
        top, left, bottom, right = place
        away = np.hypot(down - (top + bottom) / 2, across - (left + right) / 2)
        others = alike & ~((down >= top) & (down <= bottom) & (across >= left) & (across <= right))
        alike = others if others.any() else alike
    away = -away if farthest else away
    weight = np.where(alike, np.exp(np.minimum(away[alike].min() - away, 0.0) / REACH), 0.0)
    weighed: Floats = (heat * weight).astype(np.float32)
    return weighed


def placed(heat: Floats, kind: str, anchor: Floats) -> Floats:
    """The heat map of a thing, weighed by how well each cell stands in the relation to the anchor's peak.

    Args:
        heat, anchor: probabilities [rows, columns] of the thing and of its anchor.
    """
    row, column = np.unravel_index(int(anchor.argmax()), anchor.shape)
    down, across = np.indices(heat.shape, np.float32)
    down, across = down - float(row), across - float(column)
    beyond = {"left": -across, "right": across, "above": -down, "below": down}
    near = np.exp(-(across**2 + down**2) / (2 * REACH**2))
    holds = near if kind == "near" else np.sqrt(near) / (1 + np.exp(-(beyond[kind] - EDGE) / EDGE))
    weighed: Floats = (heat * holds * (1 - anchor)).astype(np.float32)
    return weighed


def peaks(heats: Floats, frame: EncodedFrame, spec: InputSpec) -> list[tuple[float, float]]:
    """Where each heat map [n, rows, columns] peaks, as fractions of the frame: the centroid of 3x3 cells around its hottest."""
    count, rows, columns = heats.shape
    row, column = np.divmod(heats.reshape(count, -1).argmax(1), columns)
    near = np.arange(-1, 2)
    down, across = row[:, None] + near, column[:, None] + near
    there = ((down >= 0) & (down < rows))[:, :, None] & ((across >= 0) & (across < columns))[:, None]
    each = np.arange(count)[:, None, None]
    around = np.where(there, heats[each, down.clip(0, rows - 1)[:, :, None], across.clip(0, columns - 1)[:, None]], 0)
    weight = around.sum((1, 2))
    weight = np.where(weight > 0, weight, 1)
    y = ((around.sum(2) * (down + 0.5)).sum(1) / weight).tolist()
    x = ((around.sum(1) * (across + 0.5)).sum(1) / weight).tolist()
    if frame.fit is None:
        return [(u / columns, v / rows) for u, v in zip(x, y, strict=True)]
    wide, high = spec.width / columns, spec.height / rows
    return [frame.fit.to_frame(u * wide, v * high) for u, v in zip(x, y, strict=True)]


def cells(box: tuple[float, float, float, float], frame: EncodedFrame, spec: InputSpec) -> CellSpan | None:
    """First row and column, last row and column of a box in fractions of the frame."""
    if frame.fit is None:
        return None
    (left, top), (right, bottom) = (frame.fit.from_frame(*box[i : i + 2]) for i in (0, 2))
    down, across = spec.grid[0] / spec.height, spec.grid[1] / spec.width
    return top * down - 0.5, left * across - 0.5, bottom * down - 0.5, right * across - 0.5
