"""The colour of a thing in a picture: by the pixels at its place that its surroundings do not have."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from engine.formats.pictures import Pixels
from engine.perception.pictures import Letterbox
from engine.perception.types import Floats

HOT = 0.5  # of the hottest cell: what belongs to the same thing
REACH = 3  # cells around the peak: a thing of which more is seen shows its colour there
MARGIN, RIM = 14, 6  # pixels around a thing: how far its surroundings go, and of these the outermost that are looked at
COMMON = 0.03  # of the surroundings' pixels must share a tone (an eighth of each channel) for it to be theirs
APART = 40.0  # of 441: a pixel so far from all tones of the surroundings is the thing's
FEWEST = 8  # pixels that tell a colour
CLEAR = 0.4  # of the thing's pixels must have a colour for it to be called by it
PALE = 0.5  # what black, white and grey pixels count: they are outlines, glints and shadows, too
_HUES = (
    ("red", 14),
    ("orange", 40),
    ("yellow", 66),
    ("green", 165),
    ("blue", 255),
    ("purple", 300),
    ("pink", 340),
    ("red", 361),
)
_PALE = ("black", "grey", "white")


def colour_names(rgb: npt.NDArray[np.float32]) -> npt.NDArray[np.str_]:
    """The colour of each pixel [n, 3], 0..255, as everybody would call it."""
    high, low = rgb.max(1), rgb.min(1)
    chroma = high - low
    safe = np.maximum(chroma, 1e-6)
    r, g, b = rgb.T
    sextant = np.where(high == r, (g - b) / safe, np.where(high == g, 2 + (b - r) / safe, 4 + (r - g) / safe))
    hue = sextant * 60 % 360
    names = np.array([n for n, _ in _HUES])[np.searchsorted([h for _, h in _HUES], hue)]
    names = np.where((hue > 10) & (hue < 42) & (high < 175), "brown", names)
    names = np.where((names == "red") & (high > 200) & (low > 110), "pink", names)
    grey = chroma < np.maximum(28, 0.16 * high)
    return np.where(
        grey, np.where(high > 205, "white", np.where(high < 60, "black", "grey")), np.where(high < 45, "black", names)
    )


def colour_of(heat: Floats, fit: Letterbox) -> str:
    """The colour of the thing at the peak of a heat map [rows, columns]; empty where it has no one colour."""
    own = _own_pixels(heat, fit)
    if len(own) < FEWEST:
        return ""
    names, counts = np.unique(colour_names(own), return_counts=True)
    weights = counts * np.where(np.isin(names, _PALE), PALE, 1.0)
    best = int(weights.argmax())
    return str(names[best]) if weights[best] >= CLEAR * weights.sum() else ""


def _own_pixels(heat: Floats, fit: Letterbox) -> npt.NDArray[np.float32]:
    """Pixels [n, 3] at the peak that the surroundings do not have."""
    inside = _around_peak(heat, fit.picture)
    rows, columns = np.nonzero(inside)
    top, bottom = max(fit.top, rows.min() - MARGIN), min(fit.top + fit.height, rows.max() + 1 + MARGIN)
    left, right = max(fit.left, columns.min() - MARGIN), min(fit.left + fit.width, columns.max() + 1 + MARGIN)
    picture, inside = fit.picture[top:bottom, left:right].astype(np.float32), inside[top:bottom, left:right]
    rim = ~inside
    rim[RIM:-RIM, RIM:-RIM] = False
    own, others = picture[inside], picture[rim]
    if not len(own) or not len(others):
        return own
    tones = (others // 32).astype(np.int64) @ np.array([64, 8, 1])
    shares = np.bincount(tones, minlength=512) / len(tones)
    common = [others[tones == tone].mean(0) for tone in np.flatnonzero(shares >= COMMON)] or [others.mean(0)]
    away = np.linalg.norm(own[:, None] - np.stack(common), axis=2).min(1)
    apart: npt.NDArray[np.float32] = own[away > APART]
    return apart


def _around_peak(heat: Floats, picture: Pixels) -> npt.NDArray[np.bool_]:
    """The pixels of the cells around the peak that are hot as well, as a mask of the picture."""
    row, column = divmod(int(heat.argmax()), heat.shape[1])
    down, across = np.indices(heat.shape)
    near = (np.abs(down - row) <= REACH) & (np.abs(across - column) <= REACH) & (heat >= HOT * heat.max())
    cell = picture.shape[0] // heat.shape[0], picture.shape[1] // heat.shape[1]
    return np.kron(near, np.ones(cell, bool))
