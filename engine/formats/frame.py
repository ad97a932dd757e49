"""A frame: what the player sees, the same record in a game's client, on the wire and in perception."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.formats.boxes import Ltrb
from engine.formats.pixels import CHANNELS

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Frame:
    """What the player sees.

    Attributes:
        pixels: any C-contiguous buffer (bytes, a numpy array): raw rows from the top, or the bytes of an image file.
        width, height: in pixels; for encoded frames they may be 0 (the file knows).
        format: rgb, rgba or bgra (8 bits a channel, no padding), or jpeg, png, webp.
        bottom_up: the first row is the lowest (OpenGL, Unity).
        entities: boxes of things in it, by the game's ids. A decision whose target lies on one of them names it.
    """

    pixels: Any
    width: int = 0
    height: int = 0
    format: str = "rgb"
    bottom_up: bool = False
    entities: Mapping[str, Ltrb] = field(default_factory=dict)

    @classmethod
    def from_array(cls, rgb: npt.NDArray[np.uint8], entities: Mapping[str, Ltrb] | None = None) -> Frame:
        """A frame from a numpy array, uint8 [H, W, 3], first row on top."""
        import numpy as np  # here, so that games without numpy need not have it

        return cls(np.ascontiguousarray(rgb), rgb.shape[1], rgb.shape[0], entities=entities or {})

    @property
    def expected_bytes(self) -> int | None:
        """Bytes of a raw frame of this size; None for encoded frames."""
        channels = CHANNELS.get(self.format)
        return None if channels is None else self.width * self.height * channels
