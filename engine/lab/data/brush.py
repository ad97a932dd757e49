"""A sprite as another hand would have painted it: other light, other shading, other grain; its name and colour stay true.

What is learnt from few styles is learnt by heart; a thing in ever other paint is known by its shape.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from engine.lab.data.chance import Rng

RELIEF, TONE, MOTTLED, FLAT, SOFT = 0.35, 0.6, 0.2, 0.15, 0.12  # shares of sprites
SMALLEST = 10  # pixels of the shorter side: of less nothing but its tone is changed
Rgba = npt.NDArray[np.uint8]
Light = npt.NDArray[np.float32]


def repainted(rgba: Rgba, rng: Rng) -> Rgba:
    """The sprite (uint8 [H, W, 4]) in another manner; same shape, same outline."""
    colour = rgba[..., :3].astype(np.float32)
    detailed = min(rgba.shape[:2]) >= SMALLEST
    if detailed and rng.random() < FLAT:
        step = 255 / int(rng.integers(3, 6))
        colour = np.round(colour / np.float32(step)) * np.float32(step)
    if detailed and rng.random() < RELIEF:
        colour *= _relief(rgba[..., 3], rng)[..., None]
    if detailed and rng.random() < MOTTLED:
        colour *= _mottling(rgba.shape[:2], rng)[..., None]
    if rng.random() < TONE:
        colour = _toned(colour, rng)
    out = rgba.copy()
    out[..., :3] = colour.clip(0, 255).astype(np.uint8)
    if detailed and rng.random() < SOFT:
        soft = Image.fromarray(out[..., :3]).filter(ImageFilter.GaussianBlur(float(rng.uniform(0.4, 1.1))))
        out[..., :3] = np.asarray(soft)
    return out


def _relief(alpha: Rgba, rng: Rng) -> Light:
    """Light [H, W] on the shape as if it were rounded: flat icons become what painters and renderers make."""
    reach = max(min(alpha.shape) * float(rng.uniform(0.06, 0.16)), 1.0)
    height = np.asarray(Image.fromarray(alpha).filter(ImageFilter.GaussianBlur(reach)), np.float32) / 255
    down, right = np.gradient(height)
    angle = rng.uniform(-np.pi, 0)  # light comes from above, mostly
    slope = (np.cos(angle) * right + np.sin(angle) * down) * reach
    return np.asarray(1 - float(rng.uniform(0.6, 1.6)) * slope, np.float32).clip(0.35, 1.7)


def _mottling(size: tuple[int, int], rng: Rng) -> Light:
    """Light and dark [H, W] in patches or grains."""
    cells = max(2, round(min(size) / float(rng.uniform(1.5, 8))))
    coarse = Image.fromarray((rng.random((cells, cells)) * 255).astype(np.uint8))
    patches = np.asarray(coarse.resize((size[1], size[0]), Image.Resampling.BILINEAR), np.float32) / 255
    return np.asarray(1 + float(rng.uniform(0.15, 0.5)) * (patches - 0.5), np.float32)


def _toned(colour: Light, rng: Rng) -> Light:
    """More or less contrast, light and strength of colour: never so little that a red thing would not be called red."""
    grey = colour @ np.array([0.299, 0.587, 0.114], np.float32)
    colour = grey[..., None] + (colour - grey[..., None]) * float(rng.uniform(0.65, 1.35))
    middle = float(grey.mean())
    return np.asarray((colour - middle) * float(rng.uniform(0.7, 1.3)) + middle * float(rng.uniform(0.8, 1.2)), np.float32)
