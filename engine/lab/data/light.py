"""Light and weather over a finished picture: night with lamps, rain, snow, sparks, fewer colours. Places stay as they are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from engine.formats.boxes import Xywh
from engine.lab.data.chance import Rng, pick

NIGHT, VIGNETTE, WEATHER, PALETTE = 0.14, 0.1, 0.12, 0.12  # shares of pictures


def light_up(picture: Image.Image, things: Sequence[Xywh], rng: Rng) -> Image.Image:
    """The picture at some hour and in some weather.

    Args:
        things: boxes of what should still be seen at night.
    """
    if rng.random() < NIGHT:
        picture = _night(picture, things, rng)
    elif rng.random() < VIGNETTE:
        picture = _shaded(picture, _round(picture, 0.35, float(rng.uniform(0.7, 1.1))))
    if rng.random() < WEATHER:
        _weather(picture, rng)
    if rng.random() < PALETTE:
        picture = picture.quantize(int(pick((16, 24, 32, 48), rng)), dither=Image.Dither.NONE).convert("RGB")
    return picture


def _night(picture: Image.Image, things: Sequence[Xywh], rng: Rng) -> Image.Image:
    """Dark and blue, lit in circles around some things; nothing is darker than a third."""
    light = np.full((picture.height, picture.width), rng.uniform(0.35, 0.6), np.float32)
    y, x = np.mgrid[0 : picture.height, 0 : picture.width]
    for _ in range(int(rng.integers(0, 4)) if things else 0):
        left, top, w, h = pick(things, rng)
        reach = picture.height * float(rng.uniform(0.15, 0.4))
        away = ((x - left - w / 2) ** 2 + (y - top - h / 2) ** 2) / reach**2
        light = np.maximum(light, np.exp(-away).astype(np.float32))
    tint = np.array([rng.uniform(0.75, 1.0), rng.uniform(0.8, 1.0), 1.0], np.float32)
    pixels = np.asarray(picture, np.float32) * light[..., None] * tint
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def _round(picture: Image.Image, dark: float, reach: float) -> np.ndarray:
    y, x = np.mgrid[-1 : 1 : picture.height * 1j, -1 : 1 : picture.width * 1j]
    light: np.ndarray = dark + (1 - dark) * np.exp(-(x**2 + y**2) / reach**2 / 2)
    return light


def _shaded(picture: Image.Image, light: np.ndarray) -> Image.Image:
    return Image.fromarray((np.asarray(picture, np.float32) * light[..., None]).clip(0, 255).astype(np.uint8))


def _weather(picture: Image.Image, rng: Rng) -> None:
    """Rain, snow or sparks, drawn in place."""
    draw, kind = ImageDraw.Draw(picture), int(rng.integers(3))
    colour = ((150, 170, 200), (240, 244, 250), (255, 190, 70))[kind]
    for x, y in rng.integers(0, (picture.width, picture.height), (int(rng.integers(20, 120)), 2)).tolist():
        if kind == 0:
            draw.line((x, y, x - 2, y + 6), fill=colour)
        else:
            r = int(rng.integers(0, 2))
            draw.rectangle((x, y, x + r, y + r), fill=colour)
