"""A picture on which things of a game are put, the far ones first: it knows how much of each is still to be seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from engine.formats.boxes import Xywh
from engine.lab.data.chance import Rng
from engine.lab.data.things import Entity

VISIBLE = 40  # alpha from which a pixel counts
HALF_HIDDEN = 0.55  # of a thing that must stay in view when another one is put before it
INSIDE = 0.6  # of a thing that must lie in the picture
SMALLEST = 4  # pixels of a thing's shorter side


@dataclass(frozen=True)
class Air:
    """What lies between the eye and the things: `colour` covers a thing at `depth` 1 by `share`."""

    colour: tuple[int, int, int]
    share: float

    def over(self, picture: Image.Image, depth: float) -> Image.Image:
        """The RGBA picture as seen from so far, 0 (near) to 1."""
        flat = Image.new("RGBA", picture.size, (*self.colour, 255))
        flat.putalpha(picture.getchannel("A"))
        return Image.blend(picture, flat, min(self.share * depth, 0.95))


class Stage:
    """Puts pictures on a background and remembers what is where.

    Args:
        picture: the background, drawn on in place.
        rng: source of all chance.
        outlined: share of things with a line around them.
        shadowed: things throw a shadow on what they stand on.
        air: fog, or nothing.
    """

    def __init__(
        self, picture: Image.Image, rng: Rng, *, outlined: float = 0.0, shadowed: bool = False, air: Air | None = None
    ) -> None:
        self.picture = picture
        self._rng, self._outlined, self._shadowed, self._air = rng, outlined, shadowed, air
        self._owner = np.zeros((picture.height, picture.width), np.int32)  # of each pixel; 0: the background
        self._whole: dict[int, int] = {}  # pixels that a thing had when it was put
        self._put: list[tuple[Entity | None, Xywh]] = []

    def put(self, sticker: Image.Image, foot: tuple[float, float], entity: Entity | None, depth: float = 0.0) -> bool:
        """Put a picture (RGBA) so that the middle of its lower edge is at `foot` (x, y); returns whether there was room.

        There is none where it would lie outside or hide another thing.
        """
        at = round(foot[0] - sticker.width / 2), round(foot[1] - sticker.height)
        seen = np.asarray(sticker.getchannel("A")) >= VISIBLE
        cut = _inside(at, sticker.size, self.picture.size)
        if cut is None or not seen.any():
            return False
        (left, top, right, bottom), part = cut, seen[cut[1] - at[1] : cut[3] - at[1], cut[0] - at[0] : cut[2] - at[0]]
        box = _tight(part, left, top)
        if box is None or part.sum() < INSIDE * seen.sum() or min(box[2:]) < SMALLEST:
            return False
        below = self._owner[top:bottom, left:right]
        if self._hides(below[part]):
            return False
        self._draw(sticker if self._air is None else self._air.over(sticker, depth), at, foot)
        number = len(self._put) + 1
        below[part] = number
        self._whole[number] = int(part.sum())
        self._put.append((entity, box))
        return True

    def entities(self) -> list[Entity]:
        """What was put, with names and boxes."""
        return [Entity(e.names, box, e.tags, e.generic, e.colour) for e, box in self._put if e is not None]

    def reserve(self, box: Xywh) -> None:
        """Let nothing be put where much of it would lie here: an inventory, a dashboard."""
        x, y, w, h = box
        number = len(self._put) + 1
        self._owner[y : y + h, x : x + w] = number
        self._whole[number] = 0  # nothing of it may be hidden
        self._put.append((None, box))

    def _hides(self, owners: npt.NDArray[np.int32]) -> bool:
        numbers, counts = np.unique(owners, return_counts=True)
        for number, count in zip(numbers.tolist(), counts.tolist(), strict=True):
            if number == 0:
                continue
            left = int((self._owner == number).sum()) - count
            if self._whole[number] == 0 or left < HALF_HIDDEN * self._whole[number]:
                return True
        return False

    def _draw(self, sticker: Image.Image, at: tuple[int, int], foot: tuple[float, float]) -> None:
        alpha = sticker.getchannel("A")
        if self._shadowed:
            wide, high = max(round(sticker.width * 0.8), 2), max(round(sticker.width * 0.22), 2)
            shade = Image.new("L", (wide, high))
            yy, xx = np.mgrid[-1 : 1 : high * 1j, -1 : 1 : wide * 1j]
            shade = Image.fromarray(((xx**2 + yy**2 <= 1) * 90).astype(np.uint8))
            self.picture.paste((0, 0, 0), (round(foot[0] - wide / 2), round(foot[1] - high / 2)), shade)
        if self._outlined and self._rng.random() < self._outlined:
            around = Image.new("L", (alpha.width + 4, alpha.height + 4))
            around.paste(alpha, (2, 2))
            dark = self._rng.random() < 0.8
            self.picture.paste(
                (16, 14, 20) if dark else (240, 238, 230), (at[0] - 2, at[1] - 2), around.filter(ImageFilter.MaxFilter(3))
            )
        self.picture.paste(sticker, at, alpha)


def _inside(at: tuple[int, int], size: tuple[int, int], whole: tuple[int, int]) -> tuple[int, int, int, int] | None:
    """left, top, right, bottom of what lies in the picture."""
    left, top = max(at[0], 0), max(at[1], 0)
    right, bottom = min(at[0] + size[0], whole[0]), min(at[1] + size[1], whole[1])
    return (left, top, right, bottom) if right > left and bottom > top else None


def _tight(seen: npt.NDArray[np.bool_], left: int, top: int) -> Xywh | None:
    rows, columns = np.flatnonzero(seen.any(1)), np.flatnonzero(seen.any(0))
    if not len(rows):
        return None
    return left + int(columns[0]), top + int(rows[0]), int(columns[-1] - columns[0]) + 1, int(rows[-1] - rows[0]) + 1
