"""Frames as numbers: decoded, whatever a game sent, and fitted to the model's input."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from engine.errors import Fault
from engine.formats.frame import Frame
from engine.formats.pictures import FORMATS, MAX_PIXELS, Pixels, read_picture
from engine.formats.pixels import CHANNELS


def decode(frame: Frame) -> Pixels:
    """Pixels of a frame: uint8 [H, W, 3], RGB, first row on top.

    May be called from several threads at once, and is best called off the thread that serves others: 4096 x 4096 pixels
    take up to a second. A raw frame is taken as it was shown, whatever its alpha says; of files see `read_picture`.

    Raises:
        Fault: `frame_format`, `frame_size` or `frame_broken`.
    """
    if frame.format in CHANNELS:
        pixels = _decode_raw(frame)
    elif frame.format in FORMATS:
        view = frame.buffer
        plain = view.cast("B") if view.c_contiguous and view.nbytes else view.tobytes()
        pixels = read_picture(plain, frame.format)
    else:
        known = ", ".join((*CHANNELS, *FORMATS))
        raise Fault("frame_format", f"Frame format '{frame.format}' is not known.", f"Use one of: {known}.")
    return pixels[::-1] if frame.bottom_up else pixels


def _decode_raw(frame: Frame) -> Pixels:
    if frame.width < 1 or frame.height < 1 or frame.width * frame.height > MAX_PIXELS:
        raise Fault(
            "frame_size",
            f"A frame of {frame.width}x{frame.height} pixels is not possible.",
            f"Send at least 1x1 and at most {MAX_PIXELS} pixels.",
        )
    view = frame.buffer
    data = np.frombuffer(view if view.c_contiguous else view.tobytes(), np.uint8)
    if data.size != frame.expected_bytes:
        raise Fault(
            "frame_size",
            f"The frame has {data.size} bytes, but {frame.width}x{frame.height} {frame.format} needs {frame.expected_bytes}.",
            "Check width, height, format and row padding.",
        )
    pixels = data.reshape(frame.height, frame.width, CHANNELS[frame.format])
    return pixels[..., 2::-1] if frame.format == "bgra" else pixels[..., :3]


@dataclass(frozen=True)
class Letterbox:
    """How a frame was fitted: model pixel = frame pixel * scale + offset.

    Maps positions in the model's input (0..1 of its width and height) back to fractions of the frame.
    """

    picture: Pixels  # uint8 [H, W, 3] at the model's size
    scale: float
    left: int
    top: int
    width: int  # of the frame inside the picture
    height: int
    whole: Pixels | None = None  # the frame as it came, where it may be looked at more closely

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of the frame inside the picture, as fractions of the picture."""
        height, width = self.picture.shape[:2]
        return self.left / width, self.top / height, (self.left + self.width) / width, (self.top + self.height) / height

    def to_frame(self, x: float, y: float) -> tuple[float, float]:
        """Model pixels to fractions of the frame, clipped to 0..1."""
        return (min(max((x - self.left) / self.width, 0.0), 1.0), min(max((y - self.top) / self.height, 0.0), 1.0))

    def from_frame(self, x: float, y: float) -> tuple[float, float]:
        """Fractions of the frame to model pixels."""
        return x * self.width + self.left, y * self.height + self.top

    def valid_cells(self, rows: int, columns: int) -> npt.NDArray[np.float32]:
        """1 for grid cells whose centres lie in the picture, else 0: float32 [1, rows, columns]."""
        height, width = self.picture.shape[:2]
        down = _covered(rows, height, self.top, self.height)
        across = _covered(columns, width, self.left, self.width)
        cells: npt.NDArray[np.float32] = (down[:, None] & across[None])[None].astype(np.float32)
        return cells


def _covered(cells: int, pixels: int, start: int, length: int) -> npt.NDArray[np.bool_]:
    """Which of `cells` along an axis of `pixels` have their centre in [start, start + length): at least one."""
    centre = (np.arange(cells) + 0.5) * pixels / cells
    inside: npt.NDArray[np.bool_] = (centre >= start) & (centre < start + length)
    inside[int((start + length / 2) * cells / pixels)] = True  # a very thin picture may miss every centre
    return inside


def letterbox(pixels: Pixels, height: int, width: int) -> Letterbox:
    """Fit uint8 [H, W, 3] into height x width, keeping its aspect, black around it."""
    scale = min(height / pixels.shape[0], width / pixels.shape[1])
    inner = max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale))
    same = inner == (pixels.shape[1], pixels.shape[0])
    resized = (
        pixels
        if same
        else np.asarray(
            Image.fromarray(np.ascontiguousarray(pixels)).resize(inner, Image.Resampling.BILINEAR, reducing_gap=1.0)
        )
    )
    left, top = (width - inner[0]) // 2, (height - inner[1]) // 2
    canvas = np.zeros((height, width, 3), np.uint8)
    canvas[top : top + inner[1], left : left + inner[0]] = resized
    return Letterbox(canvas, scale, left, top, inner[0], inner[1])
