"""Colours by name: to paint sprites with, and to tell what colour a sprite has."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

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


def colour_name(rgba: npt.NDArray[np.uint8]) -> str | None:
    """The one colour of most of the visible sprite (uint8 [H, W, 4]), or None for a colourful one."""
    visible = rgba[rgba[..., 3] > 128][:, :3].astype(np.float32)
    if len(visible) == 0:
        return None
    names, counts = np.unique(_name_pixels(visible), return_counts=True)
    best = int(counts.argmax())
    return str(names[best]) if counts[best] >= _CLEAR_SHARE * len(visible) else None


def _name_pixels(rgb: npt.NDArray[np.float32]) -> npt.NDArray[np.str_]:
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
