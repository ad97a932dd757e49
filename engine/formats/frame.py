"""A frame: what the player sees, the same record in a game's client, on the wire and in perception."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.errors import Fault
from engine.formats.boxes import Ltrb
from engine.formats.pixels import CHANNELS

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

MADE = "Use Frame.from_array(picture) for a numpy array or a picture of Pillow, or Frame(picture.tobytes(), width, height)."


@dataclass(frozen=True, slots=True, repr=False)
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
        """A frame from a numpy array, uint8 [H, W, 3], first row on top, or from an RGB picture of Pillow.

        Raises:
            Fault: `frame_format`, of another shape or type.
        """
        import numpy as np  # here, so that games without numpy need not have it

        pixels = np.ascontiguousarray(rgb)
        if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8:
            what = f"The array is {pixels.dtype} {list(pixels.shape)}, but uint8 [height, width, 3] is wanted."
            raise Fault("frame_format", what, 'Convert it first: a picture of Pillow with convert("RGB").')
        return cls(pixels, pixels.shape[1], pixels.shape[0], entities=entities or {})

    def __repr__(self) -> str:
        size = f"{self.width}x{self.height} " if self.width or self.height else ""
        try:
            held = f"{memoryview(self.pixels).nbytes} bytes"
        except TypeError:  # shown nevertheless: it is told where the frame is used
            held = f"no bytes but {type(self.pixels).__name__}"
        return f"Frame({size}{self.format}, {held})"

    @property
    def buffer(self) -> memoryview:
        """The pixels, as they lie in memory.

        Raises:
            Fault: `frame_format` where they are none.
        """
        try:
            return memoryview(self.pixels)
        except TypeError:
            raise Fault("frame_format", f"The pixels are of the type {type(self.pixels).__name__}, no bytes.", MADE) from None

    @property
    def expected_bytes(self) -> int | None:
        """Bytes of a raw frame of this size; None for encoded frames."""
        channels = CHANNELS.get(self.format)
        return None if channels is None else self.width * self.height * channels
