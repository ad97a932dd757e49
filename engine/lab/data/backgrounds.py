"""Backgrounds for scenes: from a flat colour to a corridor, all drawn, none borrowed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

from engine.lab.data.chance import Rng, pick

Size = tuple[int, int]  # height, width in pixels
Background = Callable[[Rng, Size], Image.Image]

EARTHS = [
    (96, 150, 70),
    (70, 120, 58),
    (150, 118, 76),
    (200, 180, 130),
    (120, 120, 125),
    (90, 90, 100),
    (60, 70, 90),
    (220, 228, 235),
    (140, 90, 60),
    (46, 60, 50),
    (70, 110, 150),
    (110, 85, 120),
]


def draw_background(rng: Rng, size: Size) -> Image.Image:
    """One random background, RGB, of the given height and width."""
    return pick(BACKGROUNDS, rng)(rng, size)


def flat(rng: Rng, size: Size) -> Image.Image:
    return _solid(_any_colour(rng), size)


def gradient(rng: Rng, size: Size) -> Image.Image:
    corners = rng.integers(0, 256, (2, 2, 3)).astype(np.uint8)
    if rng.random() < 0.5:
        corners[:, 1] = corners[:, 0]
    return Image.fromarray(corners).resize((size[1], size[0]), Image.Resampling.BILINEAR)


def noise(rng: Rng, size: Size) -> Image.Image:
    """Cloudy noise over a colour: soil, water, fog."""
    return _grain(
        rng,
        flat(rng, size) if rng.random() < 0.4 else _solid(_earth(rng), size),
        coarse=int(rng.integers(3, 24)),
        strength=float(rng.uniform(8, 40)),
    )


def ground(rng: Rng, size: Size) -> Image.Image:
    """Grass, gravel or sand: a base colour, two grains and many small strokes."""
    base = _grain(rng, _grain(rng, _solid(_earth(rng), size), 3, 14), 24, 18)
    draw = ImageDraw.Draw(base)
    for x, y, dx, dy, light in _strokes(rng, size, int(rng.integers(40, 220))):
        draw.line((x, y, x + dx, y + dy), fill=_lit(_pixel(base, (x, y)), light), width=1)
    return base


def tiles(rng: Rng, size: Size) -> Image.Image:
    """A map of square tiles with paths of another material, with or without seams."""
    tile = int(rng.choice([14, 16, 20, 24, 28, 32, 40]))
    rows, columns = size[0] // tile + 1, size[1] // tile + 1
    palette = np.array([_earth(rng) for _ in range(4)])
    kinds = (_cloud(rng, (rows, columns), 4) * 1.6 + 2).clip(0, 3).astype(int)
    if rng.random() < 0.25:
        kinds = np.add.outer(np.arange(rows), np.arange(columns)) % 2
    pixels = palette[kinds] + rng.normal(0, rng.uniform(0, 9), (rows, columns, 1))
    picture = Image.fromarray(pixels.clip(0, 255).astype(np.uint8))
    picture = picture.resize((columns * tile, rows * tile), Image.Resampling.NEAREST)
    picture = picture.crop((0, 0, size[1], size[0]))
    if rng.random() < 0.6:
        _seams(picture, tile, 1 if rng.random() < 0.7 else 2, int(rng.integers(-40, 30)))
    return _grain(rng, picture, 2, 8) if rng.random() < 0.5 else picture


def bricks(rng: Rng, size: Size) -> Image.Image:
    """Stone or brick wall, or wooden planks when the bricks are long."""
    picture = _solid(tuple(int(c * 0.55) for c in _earth(rng)), size)
    draw, base = ImageDraw.Draw(picture), _earth(rng)
    high = int(rng.integers(10, 26))
    wide = high * int(rng.choice([2, 3, 8]))
    for row, y in enumerate(range(0, size[0], high)):
        for x in range(-(row % 2) * wide // 2, size[1], wide):
            draw.rectangle((x, y, x + wide - 2, y + high - 2), fill=_lit(base, int(rng.normal(0, 10))))
    return _grain(rng, picture, 3, 10)


def blobs(rng: Rng, size: Size) -> Image.Image:
    """Painted patches, soft or hard: a meadow seen from above, an abstract wall."""
    picture = _solid(_earth(rng), size)
    draw = ImageDraw.Draw(picture)
    for _ in range(int(rng.integers(6, 28))):
        x, y = rng.integers(0, size[1]), rng.integers(0, size[0])
        w, h = rng.integers(10, 150, 2)
        draw.ellipse((x - w, y - h // 2, x + w, y + h // 2), fill=_earth(rng))
    return picture.filter(ImageFilter.BoxBlur(int(rng.integers(1, 9)))) if rng.random() < 0.6 else picture


def side_view(rng: Rng, size: Size) -> Image.Image:
    """Sky, hills and ground, as in a platform game."""
    horizon = int(size[0] * rng.uniform(0.4, 0.75))
    sky = np.stack([_sky(rng), _sky(rng)])[:, None].astype(np.uint8)
    picture = Image.fromarray(sky).resize((size[1], size[0]), Image.Resampling.BILINEAR)
    draw = ImageDraw.Draw(picture)
    for _ in range(int(rng.integers(0, 5))):
        x, w, h = int(rng.integers(0, size[1])), int(rng.integers(40, 160)), int(rng.integers(20, 120))
        shape = [(x - w, horizon), (x, horizon - h), (x + w, horizon)]
        colour = tuple(int(c * 0.8) for c in _earth(rng))
        (
            draw.polygon(shape, fill=colour)
            if rng.random() < 0.5
            else draw.ellipse((x - w, horizon - h, x + w, horizon + h), fill=colour)
        )
    soil = ground if rng.random() < 0.7 else tiles
    picture.paste(soil(rng, (size[0] - horizon, size[1])), (0, horizon))
    return picture


def corridor(rng: Rng, size: Size) -> Image.Image:
    """A room seen from inside: floor, ceiling, three walls, as in a first-person game."""
    height, width = size
    base = np.array(_earth(rng), float) * rng.uniform(0.5, 1.1)
    u, v = width * rng.uniform(0.25, 0.75), height * rng.uniform(0.35, 0.6)
    far_w, far_h = width * rng.uniform(0.1, 0.3), height * rng.uniform(0.12, 0.3)
    left, top, right, bottom = u - far_w, v - far_h, u + far_w, v + far_h
    picture = _solid(_shade(base, 0.6), size)
    draw = ImageDraw.Draw(picture)
    draw.polygon([(0, 0), (width, 0), (right, top), (left, top)], fill=_shade(base, rng.uniform(0.4, 1.0)))
    draw.polygon(
        [(0, height), (width, height), (right, bottom), (left, bottom)],
        fill=_shade(np.array(_earth(rng), float), rng.uniform(0.7, 1.1)),
    )
    draw.polygon([(0, 0), (left, top), (left, bottom), (0, height)], fill=_shade(base, 0.85))
    draw.polygon([(width, 0), (right, top), (right, bottom), (width, height)], fill=_shade(base, 0.75))
    for share in (0.25, 0.5, 0.75):
        draw.line((0, height * share, left, top + (bottom - top) * share), fill=_shade(base, 0.55))
        draw.line((width, height * share, right, top + (bottom - top) * share), fill=_shade(base, 0.55))
    return _grain(rng, picture, 3, 9)


def rooms(rng: Rng, size: Size) -> Image.Image:
    """A floor plan: rooms with walls, as in a dungeon crawler."""
    picture = tiles(rng, size) if rng.random() < 0.5 else ground(rng, size)
    draw, wall = ImageDraw.Draw(picture), _shade(np.array(_earth(rng), float), rng.uniform(0.3, 0.9))
    thick = int(rng.integers(4, 18))
    for _ in range(int(rng.integers(2, 7))):
        if rng.random() < 0.5:
            x, y = int(rng.integers(0, size[1])), int(rng.integers(0, size[0]))
            draw.rectangle((x, y, x + thick, y + int(rng.integers(40, size[0]))), fill=wall)
        else:
            x, y = int(rng.integers(0, size[1])), int(rng.integers(0, size[0]))
            draw.rectangle((x, y, x + int(rng.integers(40, size[1])), y + thick), fill=wall)
    return picture


def night(rng: Rng, size: Size) -> Image.Image:
    """Dark scenery, with or without stars."""
    scenery = pick((ground, side_view, tiles, bricks), rng)(rng, size)
    picture = scenery.point([int(v * 0.38) for v in range(256)] * 3)
    if rng.random() < 0.4:
        for x, y in rng.integers(0, (size[1], size[0] // 2), (30, 2)):
            picture.putpixel((int(x), int(y)), (220, 220, 200))
    return picture


BACKGROUNDS: tuple[Background, ...] = (
    flat,
    gradient,
    noise,
    ground,
    ground,
    tiles,
    tiles,
    bricks,
    blobs,
    side_view,
    side_view,
    corridor,
    rooms,
    night,
)


def _solid(colour: tuple[int, ...], size: Size) -> Image.Image:
    return Image.new("RGB", (size[1], size[0]), colour)


def _any_colour(rng: Rng) -> tuple[int, ...]:
    return tuple(rng.integers(0, 256, 3).tolist())


def _earth(rng: Rng) -> tuple[int, ...]:
    base = np.array(pick(EARTHS, rng))
    return tuple((base * rng.uniform(0.7, 1.15) + rng.normal(0, 8, 3)).clip(0, 255).astype(int).tolist())


def _sky(rng: Rng) -> tuple[int, ...]:
    skies = [(110, 175, 235), (180, 215, 240), (240, 190, 150), (90, 100, 150), (60, 40, 80), (200, 205, 210)]
    return tuple((np.array(pick(skies, rng)) + rng.normal(0, 12, 3)).clip(0, 255).astype(int).tolist())


def _shade(colour: npt.NDArray[np.float64], factor: float) -> tuple[int, ...]:
    return tuple((colour * factor).clip(0, 255).astype(int).tolist())


def _lit(colour: tuple[int, ...], light: int) -> tuple[int, ...]:
    return tuple(min(max(c + light, 0), 255) for c in colour)


def _pixel(picture: Image.Image, at: tuple[int, int]) -> tuple[int, ...]:
    value = picture.getpixel(at)
    assert isinstance(value, tuple)
    return value


def _cloud(rng: Rng, size: Size, coarse: int) -> npt.NDArray[np.float32]:
    """Smooth noise with deviation near 1: small noise, enlarged."""
    small = rng.standard_normal((size[0] // coarse + 2, size[1] // coarse + 2), np.float32)
    large = Image.fromarray(small).resize((size[1], size[0]), Image.Resampling.BILINEAR)
    return np.asarray(large)


def _grain(rng: Rng, picture: Image.Image, coarse: int, strength: float) -> Image.Image:
    size = picture.height, picture.width
    grain = np.asarray(_cloud(rng, size, coarse) * strength, np.int16)
    return Image.fromarray((np.asarray(picture, np.int16) + grain[..., None]).clip(0, 255).astype(np.uint8))


def _strokes(rng: Rng, size: Size, count: int) -> list[tuple[int, int, int, int, int]]:
    start = rng.integers(0, (size[1], size[0]), (count, 2))
    slope = rng.integers(-3, 4, (count, 2))
    light = rng.integers(-40, 35, (count, 1))
    return [tuple(row) for row in np.hstack([start, slope, light]).tolist()]


def _seams(picture: Image.Image, tile: int, width: int, light: int) -> None:
    draw = ImageDraw.Draw(picture)
    shade = _lit(_pixel(picture, (tile // 2, tile // 2)), light)
    for x in range(0, picture.width, tile):
        draw.line((x, 0, x, picture.height), fill=shade, width=width)
    for y in range(0, picture.height, tile):
        draw.line((0, y, picture.width, y), fill=shade, width=width)
