"""Comic look: flat fills and dark contours, as drawn by many games and by no icon family of the training but one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from engine.lab.data.chance import Rng

_EDGE = 60  # change of a colour, 0..441, from which a contour is drawn


def inked(rgba: npt.NDArray[np.uint8], rng: Rng) -> npt.NDArray[np.uint8]:
    """A sprite (uint8 [H, W, 4], H, W ≥ 16) redrawn in flat colours with dark lines around them; same shape."""
    picture = Image.fromarray(rgba)
    alpha = picture.getchannel("A")
    flat = _flat(picture.convert("RGB"), levels=int(rng.integers(3, 7)))
    lines = _contours(flat, alpha, wide=bool(rng.random() < 0.6))
    shade = tuple(int(v) for v in rng.integers(0, 60, 3))
    flat.paste(shade, (0, 0), lines)
    flat.putalpha(Image.fromarray(np.maximum(alpha, lines)))
    return np.asarray(flat, np.uint8)


def _flat(picture: Image.Image, levels: int) -> Image.Image:
    step = 255 / (levels - 1)
    table = [round(round(v / step) * step) for v in range(256)]
    return picture.filter(ImageFilter.MedianFilter(5)).point(table * 3)


def _contours(flat: Image.Image, alpha: Image.Image, *, wide: bool) -> Image.Image:
    """Where colours meet and where the sprite ends, as a mask."""
    rgb = np.asarray(flat, np.int16)
    inside = np.asarray(alpha) > 128
    change = np.zeros(inside.shape, bool)
    for axis in (0, 1):
        step = np.linalg.norm(np.diff(rgb, axis=axis, append=np.take(rgb, [-1], axis)), axis=-1) > _EDGE
        border = np.diff(inside, axis=axis, append=np.take(inside, [-1], axis))
        change |= (step & inside) | border
    mask = Image.fromarray((change * 255).astype(np.uint8))
    return mask.filter(ImageFilter.MaxFilter(3)) if wide else mask
