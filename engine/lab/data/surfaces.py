"""What a camera sees below, behind and around the things: textures as planes in perspective, diamonds, walls, skies."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image

from engine.lab.data.backgrounds import blobs, bricks, flat, ground, noise
from engine.lab.data.chance import Rng, pick

Pixels = npt.NDArray[np.uint8]
Size = tuple[int, int]  # height, width
_SKIES = ((110, 175, 235), (180, 215, 240), (240, 190, 150), (90, 100, 150), (40, 34, 66), (200, 205, 210), (150, 60, 50))
SIDE = 128  # pixels of a texture


def texture(tiles: Sequence[Pixels], rng: Rng) -> Pixels:
    """A square of ground that repeats, uint8 [128, 128, 3]: of one or two of the tiles, or drawn where there are none."""
    if tiles and rng.random() < 0.75:
        cells = int(pick((2, 4, 4, 8), rng))
        chosen = [Image.fromarray(pick(tiles, rng)).resize((SIDE // cells,) * 2, Image.Resampling.NEAREST) for _ in range(2)]
        picture = Image.new("RGB", (SIDE, SIDE))
        for row, column in np.ndindex(cells, cells):
            picture.paste(chosen[int(rng.random() < 0.12)], (column * SIDE // cells, row * SIDE // cells))
        return np.asarray(picture)
    if rng.random() < 0.25:  # low-poly games: nearly plain
        return np.asarray(flat(rng, (SIDE, SIDE)), np.uint8)
    return np.asarray(pick((ground, ground, noise, bricks, blobs), rng)(rng, (SIDE, SIDE)), np.uint8)


def plane(cloth: Pixels, size: Size, horizon: float, rng: Rng, *, camera: float = 1.0) -> Pixels:
    """Ground from `horizon` (a row, may lie above the picture) down to the lower edge, uint8 [rows, W, 3]."""
    height, width = size
    rows = np.arange(max(int(np.ceil(horizon)), 0), height)
    depth = camera * height / np.maximum(rows - horizon, 0.6)
    scale, turn = float(rng.uniform(12, 60)), float(rng.uniform(0, 2 * np.pi))
    across = (np.arange(width)[None] - width / 2) / width * depth[:, None] * 1.6
    along = np.broadcast_to(depth[:, None], across.shape)
    u = (np.cos(turn) * across - np.sin(turn) * along) * scale
    v = (np.sin(turn) * across + np.cos(turn) * along) * scale
    side = cloth.shape[0]
    seen = cloth[v.astype(np.int64) % side, u.astype(np.int64) % side]
    # What lies so far that a cell of the texture is less than a pixel is its mean colour: no glitter at the horizon.
    share = np.clip(depth / depth.min() / 9 - 0.4, 0, 1)[:, None, None]
    mean = cloth.reshape(-1, 3).mean(0)
    return np.asarray(seen * (1 - share) + mean * share, np.uint8)


def sky(size: Size, rng: Rng, backdrops: Sequence[Pixels]) -> Image.Image:
    """A backdrop, or a sky of two colours with hills before it now and then."""
    height, width = size
    if backdrops and rng.random() < 0.4:
        return backdrop(size, rng, backdrops)
    ends = np.array([pick(_SKIES, rng), pick(_SKIES, rng)], float) + rng.normal(0, 12, (2, 3))
    two = Image.fromarray(ends.clip(0, 255).astype(np.uint8)[:, None])
    picture = two.resize((width, height), Image.Resampling.BILINEAR)
    if rng.random() < 0.5:
        return picture
    pixels = np.asarray(picture).copy()
    for layer in range(int(rng.integers(1, 4))):
        heights = np.interp(np.arange(width), np.linspace(0, width, 9), rng.uniform(0.2, 0.9, 9)) * height * (1 - 0.25 * layer)
        if rng.random() < 0.5:
            heights = np.round(heights / 12) * 12
        colour = ends.mean(0) * rng.uniform(0.4, 0.9) + rng.normal(0, 14, 3)
        pixels[np.arange(height)[:, None] >= height - heights[None]] = colour.clip(0, 255)
    return Image.fromarray(pixels)


def backdrop(size: Size, rng: Rng, backdrops: Sequence[Pixels]) -> Image.Image:
    """A part of a painted background in the shape of the picture, perhaps mirrored."""
    painted = Image.fromarray(pick(backdrops, rng))
    ratio, share = size[1] / size[0], float(rng.uniform(0.5, 1.0))
    width = min(painted.width, painted.height * ratio) * share
    x, y = float(rng.uniform(0, painted.width - width)), float(rng.uniform(0, painted.height - width / ratio))
    how = Image.Resampling.NEAREST if rng.random() < 0.4 else Image.Resampling.BICUBIC
    part = painted.resize((size[1], size[0]), how, (x, y, x + width, y + width / ratio))
    return part.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if rng.random() < 0.5 else part


def diamonds(cloth: Pixels, size: Size, cell: int) -> Pixels:
    """Ground as isometric games show it: the texture turned by 45 degrees and half as high; a tile is `cell` pixels wide."""
    height, width = size
    y, x = np.mgrid[0:height, 0:width]
    scale = cloth.shape[0] / 4 / cell
    u, v = (x + 2 * y) * scale, (2 * y - x) * scale
    return np.asarray(cloth[v.astype(np.int64) % cloth.shape[0], u.astype(np.int64) % cloth.shape[0]], np.uint8)


def room(walls: Pixels, floor: Pixels, ceiling: Pixels, size: Size, rng: Rng) -> tuple[Pixels, float, npt.NDArray[np.float64]]:
    """A room with four walls seen from inside; the picture, the row of its horizon and each column's distance to the wall.

    A ray for each column, as in the first first-person games: a wall is as high as it is near.
    """
    height, width = size
    ahead, left, right = float(rng.uniform(2.5, 9)), float(rng.uniform(1, 5)), float(rng.uniform(1, 5))
    angle = np.linspace(-0.6, 0.6, width) + float(rng.normal(0, 0.25))
    sideways, forward = np.sin(angle), np.maximum(np.cos(angle), 1e-3)
    to_side = np.where(sideways > 0, right / np.maximum(sideways, 1e-6), left / np.maximum(-sideways, 1e-6))
    to_front = ahead / forward
    far = np.minimum(to_side, to_front)
    straight = far * np.cos(np.linspace(-0.6, 0.6, width))  # without the fisheye
    hit = np.where(to_front < to_side, far * sideways, far * forward)
    horizon = height * float(rng.uniform(0.42, 0.58))
    half = height * 0.62 / straight
    rows = np.arange(height)[:, None]
    inside = np.abs(rows - horizon) <= half[None]
    down = np.clip((rows - horizon + half[None]) / (2 * half[None]), 0, 0.999)
    picture = np.zeros((height, width, 3), np.uint8)
    lower = plane(floor, size, horizon, rng, camera=0.62)
    picture[height - len(lower) :] = lower
    upper = plane(ceiling, size, height - horizon, rng, camera=0.62)[::-1]
    picture[: len(upper)] = upper
    side = walls.shape[0]
    columns = (hit * side / 2).astype(np.int64) % side
    covered = walls[(down * side).astype(np.int64), np.broadcast_to(columns[None], down.shape)]
    dim = np.where(to_front < to_side, 1.0, 0.78) * np.clip(1.25 - straight / 14, 0.35, 1.0)
    picture = np.where(inside[..., None], covered * dim[None, :, None], picture).astype(np.uint8)
    return picture, horizon, straight
