"""Picture files from anybody: PNG, JPEG and WebP, told apart by content, and read within bounds of structure and time.

The containers are walked before Pillow sees them. What a picture needs is kept, everything else (texts, colour profiles,
previews, animation) is left out, and what no honest encoder writes is refused: thousands of scans or chunks, more data than
the pixels could need. So a file costs a small multiple of an honest picture of its size, whatever stands in it.
Sources: PNG, third edition (W3C 2025); ITU-T T.81, annex B (JPEG); RFC 9649 (WebP).

Every function here may be called from several threads at once; Pillow decodes without the interpreter's lock.
"""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError

from engine.errors import Fault
from npc.picture_containers import MAX_PIXELS, broken, kind_of, size_of, walked

__all__ = ["FORMATS", "LARGEST_FILE", "MAX_PIXELS", "PAPER", "Pixels", "kind_of", "read_layered", "read_picture", "size_of"]

Pixels = npt.NDArray[np.uint8]

FORMATS = ("png", "jpeg", "webp")
LARGEST_FILE = 64 << 20  # bytes: 4096 x 4096 pixels that nothing could compress
PAPER = (255, 255, 255)  # what shows through a transparent picture, as on a page

_EIGHT_BITS = ((np.arange(1 << 16) * 255 + 32767) // 65535).astype(np.uint8)


def read_picture(data: bytes | memoryview, kind: str | None = None) -> Pixels:
    """The pixels of a picture file as a person sees them: uint8 [H, W, 3], RGB, first row on top.

    16 bits become 8, palettes their colours, CMYK its mixture, EXIF's orientation is followed, and what is transparent
    shows white. Of an APNG it is the still picture; an animated WebP is refused.

    Args:
        data: the bytes of the file.
        kind: the only format to take; None takes all of `FORMATS`.

    Raises:
        Fault: `frame_format` (another format), `frame_size` (more than `MAX_PIXELS`), or `frame_broken`.
    """
    return _decoded(data, kind, _rgb)


def read_layered(data: bytes | memoryview, kind: str | None = None) -> Pixels:
    """As `read_picture`, with what shows through kept: uint8 [H, W, 4], RGB and alpha, not premultiplied.

    Raises:
        Fault: as `read_picture`.
    """
    return _decoded(data, kind, lambda image, bits: _layered(image, bits).convert("RGBA"))


def _decoded(data: bytes | memoryview, kind: str | None, converted: Callable[[Image.Image, int], Image.Image]) -> Pixels:
    """The pixels of a picture file, in the mode that `converted` makes of an image and the bits of its samples."""
    kind, found = walked(data, kind)
    try:
        with Image.open(io.BytesIO(b"".join(found.kept)), formats=[kind.upper()]) as image:
            if image.size != (found.width, found.height):
                raise broken(kind, "its parts disagree about its size")
            image.load()
            return _upright(converted(image, found.bits), found.turned)
    except Fault:
        raise
    except UnidentifiedImageError:  # its message names an object of Python
        raise broken(kind, "its header is damaged, or the rest is missing") from None
    except Exception as error:  # Pillow's plug-ins raise whatever they stumble upon in a damaged file
        raise broken(kind, " ".join(str(error).split()) or type(error).__name__) from None


_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def _upright(image: Image.Image, orientation: int) -> Pixels:
    turn = _TURNS.get(orientation)
    return np.asarray(image if turn is None else image.transpose(turn), np.uint8)


def _rgb(image: Image.Image, bits: int) -> Image.Image:
    """Any mode as RGB on `PAPER`."""
    layered = _layered(image, bits)
    if layered.mode == "RGB":
        return layered
    paper = Image.new("RGB", layered.size, PAPER)
    paper.paste(layered, mask=layered.getchannel("A"))
    return paper


def _layered(image: Image.Image, bits: int) -> Image.Image:
    """Any mode as RGB or, where something shows through, RGBA."""
    clear = image.info.get("transparency")
    if image.mode.startswith("I"):  # 16 bits of grey, which `convert` would clip at 255
        grey = np.asarray(image)
        seen = Image.fromarray(_EIGHT_BITS[grey]).convert("RGB")
        if isinstance(clear, int):
            seen.putalpha(Image.fromarray(np.where(grey == clear, np.uint8(0), np.uint8(255))))
        return seen
    if image.mode == "L" and isinstance(clear, int) and bits < 8:  # the decoder widens the samples, not the clear one
        image.info["transparency"] = clear * 255 // ((1 << bits) - 1)
    if image.mode == "RGB" and isinstance(clear, tuple) and bits == 16:
        image.info["transparency"] = tuple(sample >> 8 for sample in clear)
    return image.convert("RGBA" if image.has_transparency_data else "RGB")
