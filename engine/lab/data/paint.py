"""Colours by name, a pen for small sprites, and the ink of comics.

Sprites are painted in named colours and told by them; drawn in coordinates of 0..1, so that one drawing serves every size and
pixel grid; or redrawn in flat fills with dark contours, as many games have them and one icon family of the training alone.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

from engine.lab.data.chance import Rng
from engine.perception.colours import colour_names

# Name -> RGB that everybody would call so. Jitter when painting stays well inside the name.
COLOURS: dict[str, tuple[int, int, int]] = {
    "red": (214, 40, 40),
    "orange": (242, 135, 24),
    "yellow": (245, 214, 40),
    "green": (50, 165, 60),
    "blue": (45, 95, 215),
    "purple": (135, 60, 185),
    "pink": (245, 130, 185),
    "brown": (130, 80, 40),
    "white": (242, 242, 242),
    "grey": (135, 135, 140),
    "black": (28, 28, 32),
}
# Other words for them, as players say; few of them begin the name of a thing, too ("ivory tusks").
SHADES: dict[str, tuple[str, ...]] = {
    "red": ("crimson", "scarlet", "bright red", "ruby red", "vermilion"),
    "orange": ("amber", "tangerine"),
    "yellow": ("golden", "lemon yellow", "canary yellow"),
    "green": ("emerald green", "leaf green", "jade green"),
    "blue": ("azure", "navy", "sky blue", "cobalt", "sapphire blue"),
    "purple": ("violet", "lilac", "lavender"),
    "pink": ("rosy", "salmon pink", "fuchsia"),
    "brown": ("chestnut brown", "chocolate brown", "tan"),
    "white": ("snow white", "ivory"),
    "grey": ("gray", "ashen"),
    "black": ("jet black", "pitch black", "ebony"),
}
_CLEAR_SHARE = 0.7  # of a sprite's visible pixels must have one colour for the sprite to be called by it


def jittered(name: str, rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """An RGB value (0..255, float) near the named colour."""
    return np.clip(np.array(COLOURS[name], np.float32) + rng.normal(0, 9, 3), 0, 255).astype(np.float32)


def painted(rgba: npt.NDArray[np.uint8], colour: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    """The sprite in shades of one colour, its own light and dark kept as shading. uint8 [H, W, 4]."""
    light = rgba[..., :3].astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
    opaque = rgba[..., 3] > 128
    brightest = float(np.percentile(light[opaque], 95)) if opaque.any() else 255.0
    shade = 0.35 + 0.65 * np.clip(light / max(brightest, 1.0), 0, 1.1)
    out = rgba.copy()
    out[..., :3] = np.clip(shade[..., None] * colour, 0, 255).astype(np.uint8)
    return out


def turned(rgba: npt.NDArray[np.uint8], rng: Rng) -> npt.NDArray[np.uint8]:
    """The sprite (uint8 [H, W, 4]) with all its hues turned by the same angle, stronger or weaker in colour."""
    picture = Image.fromarray(rgba)
    hsv = np.asarray(picture.convert("RGB").convert("HSV")).copy()
    hsv[..., 0] += np.uint8(rng.integers(0, 256))
    hsv[..., 1] = (hsv[..., 1] * rng.uniform(0.4, 1.3)).clip(0, 255)
    out = rgba.copy()
    out[..., :3] = np.asarray(Image.fromarray(hsv, "HSV").convert("RGB"))
    return out


def colour_name(rgba: npt.NDArray[np.uint8]) -> str | None:
    """The one colour of most of the visible sprite (uint8 [H, W, 4]), or None for a colourful one."""
    visible = rgba[rgba[..., 3] > 128][:, :3].astype(np.float32)
    if len(visible) == 0:
        return None
    names, counts = np.unique(colour_names(visible), return_counts=True)
    best = int(counts.argmax())
    return str(names[best]) if counts[best] >= _CLEAR_SHARE * len(visible) else None


Colour = tuple[int, int, int]


class Pen:
    """Draws on a transparent square of `side` pixels. Places and sizes are shares of the side, with a little jitter."""

    def __init__(self, side: int, rng: Rng, jitter: float = 0.025) -> None:
        self.side, self.rng, self._jitter = side, rng, jitter
        self._picture = Image.new("RGBA", (side, side))
        self._draw = ImageDraw.Draw(self._picture)

    def box(
        self, x: float, y: float, w: float, h: float, fill: Colour | None, line: Colour | None = None, width: float = 0.06
    ) -> None:
        self._draw.rectangle(self._area(x, y, w, h), fill, line, self._width(width))

    def oval(
        self, x: float, y: float, w: float, h: float, fill: Colour | None, line: Colour | None = None, width: float = 0.06
    ) -> None:
        self._draw.ellipse(self._area(x, y, w, h), fill, line, self._width(width))

    def shape(self, points: list[tuple[float, float]], fill: Colour) -> None:
        self._draw.polygon([self._at(x, y) for x, y in points], fill)

    def line(self, points: list[tuple[float, float]], fill: Colour, width: float = 0.08) -> None:
        self._draw.line([self._at(x, y) for x, y in points], fill, self._width(width))

    def specks(self, x: float, y: float, w: float, h: float, fill: Colour, count: int, size: float = 0.1) -> None:
        """Small squares strewn over an area."""
        for dx, dy in self.rng.uniform(0, 1, (count, 2)):
            self._draw.rectangle(self._area(x + dx * (w - size), y + dy * (h - size), size, size), fill)

    def rgba(self) -> npt.NDArray[np.uint8]:
        """uint8 [side, side, 4]."""
        return np.asarray(self._picture)

    def _at(self, x: float, y: float) -> tuple[int, int]:
        dx, dy = self.rng.normal(0, self._jitter, 2)
        return round((x + dx) * (self.side - 1)), round((y + dy) * (self.side - 1))

    def _area(self, x: float, y: float, w: float, h: float) -> tuple[int, int, int, int]:
        left, top = self._at(x, y)
        return left, top, left + max(round(w * self.side) - 1, 0), top + max(round(h * self.side) - 1, 0)

    def _width(self, share: float) -> int:
        return max(round(share * self.side), 1)


def varied(rgb: Colour, rng: Rng, spread: float = 12) -> Colour:
    """A colour near another one."""
    r, g, b = (np.array(rgb) + rng.normal(0, spread / 2) + rng.normal(0, spread, 3)).clip(0, 255).astype(int).tolist()
    return r, g, b


def shaded(rgb: Colour, factor: float) -> Colour:
    """A colour made darker (below 1) or lighter."""
    r, g, b = (min(int(c * factor), 255) for c in rgb)
    return r, g, b


_EDGE = 60  # change of a colour, 0..441, from which a contour is drawn


def inked(rgba: npt.NDArray[np.uint8], rng: Rng) -> npt.NDArray[np.uint8]:
    """A sprite (uint8 [H, W, 4], H, W ≥ 16) redrawn in flat colours with dark lines around them; same shape."""
    picture = Image.fromarray(rgba)
    alpha = picture.getchannel("A")
    flat = _flat(picture.convert("RGB"), levels=int(rng.integers(3, 7)))
    lines = _contours(flat, alpha, wide=bool(rng.random() < 0.6))
    shade = tuple(int(v) for v in rng.integers(0, 60, 3))
    flat.paste(shade, (0, 0), lines)
    flat.putalpha(Image.fromarray(np.maximum(np.asarray(alpha), np.asarray(lines))))
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
