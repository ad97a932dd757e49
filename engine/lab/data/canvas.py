"""Puts sprites on a background: sized, turned, outlined, shaded, and hardly hidden behind one another."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from engine.formats.boxes import Xywh
from engine.lab.data.chance import Rng

MAX_OVERLAP = 0.15  # of the smaller of two boxes
MIN_CONTRAST = 55  # RGB distance between a sprite and what is behind it
VISIBLE = 40  # alpha from which a pixel counts


class Canvas:
    """A picture that remembers where its sprites are.

    Args:
        picture: the background, drawn on in place.
        rng: source of all chance.
        deep: what is lower in the picture is nearer, so larger.
        crisp: share of pictures with pixel-art scaling.
        most_overlap: of two things, as a share of the smaller one's box.
    """

    def __init__(
        self, picture: Image.Image, rng: Rng, *, deep: bool = False, crisp: float = 0.3, most_overlap: float = MAX_OVERLAP
    ) -> None:
        self.picture = picture
        self.boxes: list[Xywh] = []
        self._rng = rng
        self._deep = deep
        self._most_overlap = most_overlap
        self._crisp = bool(rng.random() < crisp)
        self._outlined = float(rng.choice([0.0, 0.15, 0.9], p=[0.5, 0.3, 0.2]))
        self._shadowed = bool(rng.random() < 0.25)

    def place(self, rgba: npt.NDArray[np.uint8], size: int) -> Xywh | None:
        """Paste a sprite (uint8 [H, W, 4]) about `size` pixels large where there is room.

        Returns the tight box of its visible pixels, or None where no room was found.
        """
        depth = float(self._rng.uniform(0.15, 1)) if self._deep else None
        sticker = self._sticker(rgba, size if depth is None else max(round(size * (0.4 + 1.2 * depth)), 8))
        if sticker is None:
            return None
        at = self._room(sticker.size, depth)
        if at is None:
            return None
        self._paste(sticker, at)
        box = (*at, *sticker.size)
        self.boxes.append(box)
        return box

    def hold(self, rgba: npt.NDArray[np.uint8]) -> Xywh:
        """Paste a sprite large into the lower right, as a first-person game shows what the player holds."""
        size = int(self.picture.height * self._rng.uniform(0.35, 0.6))
        picture = Image.fromarray(rgba).resize((size, size), Image.Resampling.BICUBIC)
        x = int(self.picture.width * self._rng.uniform(0.55, 0.95)) - size // 2
        y = self.picture.height - int(size * self._rng.uniform(0.6, 0.9))
        self.picture.paste(picture, (x, y), picture.getchannel("A"))
        return x, y, min(size, self.picture.width - x), self.picture.height - y

    def _sticker(self, rgba: npt.NDArray[np.uint8], size: int) -> Image.Image | None:
        """The sprite at its size, flipped and turned, cropped to what is visible."""
        rng = self._rng
        picture = Image.fromarray(rgba)
        if rng.random() < 0.5:
            picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        width = max(round(size * rng.uniform(0.88, 1.12)), 4)
        smooth = Image.Resampling.BOX if size < rgba.shape[0] else Image.Resampling.BICUBIC
        picture = picture.resize((width, size), Image.Resampling.NEAREST if self._crisp else smooth)
        if rng.random() < 0.25:
            picture = picture.rotate(float(rng.normal(0, 14)), Image.Resampling.BILINEAR, expand=True)
        visible = picture.getchannel("A").point(_VISIBLE_TABLE).getbbox()
        if visible is None or min(visible[2] - visible[0], visible[3] - visible[1]) < 3:
            return None
        return picture.crop(visible)

    def _room(self, size: tuple[int, int], depth: float | None = None) -> tuple[int, int] | None:
        """The left upper corner of a free place, at the height that the depth (0 far, 1 near) asks for."""
        free = self.picture.width - size[0], self.picture.height - size[1]
        if min(free) < 1:
            return None
        for x, y in self._rng.integers(0, free, (14, 2)).tolist():
            if depth is not None:
                y = int(free[1] * (0.3 + 0.7 * depth))
            if all(overlap((x, y, *size), other) <= self._most_overlap for other in self.boxes):
                return x, y
        return None

    def _paste(self, sticker: Image.Image, at: tuple[int, int]) -> None:
        alpha = sticker.getchannel("A")
        if self._shadowed:
            shadow = alpha.point([int(v * 0.45) for v in range(256)])
            shift = max(1, sticker.height // 14)
            self.picture.paste((0, 0, 0), (at[0] + shift, at[1] + shift), shadow)
        behind = _mean(self.picture.crop((*at, at[0] + sticker.width, at[1] + sticker.height)))
        if self._rng.random() < self._outlined or np.linalg.norm(behind - _mean(sticker)) < MIN_CONTRAST:
            self._outline(alpha, at, dark=bool(behind.mean() > 110))
        self.picture.paste(sticker, at, alpha)

    def _outline(self, alpha: Image.Image, at: tuple[int, int], *, dark: bool) -> None:
        wide = Image.new("L", (alpha.width + 4, alpha.height + 4))
        wide.paste(alpha, (2, 2))
        shade = (20, 18, 24) if dark else (240, 240, 235)
        self.picture.paste(shade, (at[0] - 2, at[1] - 2), wide.filter(ImageFilter.MaxFilter(3)))


class Grid:
    """The cells of a map of tiles, one sprite in each.

    Args:
        picture: the map, drawn on in place.
        cell: pixels of a tile's side.
        rng: source of all chance.

    Attributes:
        taken: (row, column) of the cells that hold a sprite or are kept free.
    """

    def __init__(self, picture: Image.Image, cell: int, rng: Rng) -> None:
        self.picture, self._cell, self._rng = picture, cell, rng
        self.taken: set[tuple[int, int]] = set()
        self._rows, self._columns = picture.height // cell, picture.width // cell
        self._crisp = bool(rng.random() < 0.8)
        self._coarse = int(rng.choice([8, 12, 16, 16, 32]))  # pixels that the game's own art has in a cell

    @property
    def free(self) -> int:
        return self._rows * self._columns - len(self.taken)

    def reserve(self, box: Xywh) -> None:
        """Keep the cells that a box touches free of sprites."""
        x, y, w, h = box
        rows = range(y // self._cell, (y + h - 1) // self._cell + 1)
        columns = range(x // self._cell, (x + w - 1) // self._cell + 1)
        self.taken |= {(row, column) for row in rows for column in columns}

    def place(self, rgba: npt.NDArray[np.uint8]) -> Xywh | None:
        """Paste a sprite (uint8 [H, W, 4]) into a free cell; returns its cell in pixels, or None where none was found."""
        at = int(self._rng.integers(self._rows)), int(self._rng.integers(self._columns))
        if at in self.taken:
            return None
        self.taken.add(at)
        picture = Image.fromarray(rgba)
        if self._rng.random() < 0.5:
            picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        coarse = min(self._coarse, self._cell)
        if coarse < picture.width:
            picture = picture.resize((coarse, coarse), Image.Resampling.BOX)
        how = Image.Resampling.NEAREST if self._crisp else Image.Resampling.BICUBIC
        picture = picture.resize((self._cell, self._cell), how)
        x, y = at[1] * self._cell, at[0] * self._cell
        self.picture.paste(picture, (x, y), picture.getchannel("A"))
        return x, y, self._cell, self._cell


_VISIBLE_TABLE = [0] * VISIBLE + [255] * (256 - VISIBLE)


def overlap(a: Xywh, b: Xywh) -> float:
    """Shared area as a share of the smaller box, 0..1."""
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    return max(width, 0) * max(height, 0) / min(a[2] * a[3], b[2] * b[3])


def _mean(picture: Image.Image) -> npt.NDArray[np.float64]:
    """Mean RGB of a picture's visible pixels."""
    pixels = np.asarray(picture, np.float64)[::2, ::2].reshape(-1, len(picture.getbands()))
    if pixels.shape[1] == 4:
        pixels = pixels[pixels[:, 3] > 128] if (pixels[:, 3] > 128).any() else pixels
    mean: npt.NDArray[np.float64] = pixels[:, :3].mean(0)
    return mean
