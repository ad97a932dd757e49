"""Picture files from anybody: PNG, JPEG and WebP, told apart by content, and read within bounds of structure and time.

The containers are walked before Pillow sees them. What a picture needs is kept, everything else (texts, colour profiles,
previews, animation) is left out, and what no honest encoder writes is refused: thousands of scans or chunks, more data than
the pixels could need. So a file costs a small multiple of an honest picture of its size, whatever stands in it.
Sources: PNG, third edition (W3C 2025); ITU-T T.81, annex B (JPEG); RFC 9649 (WebP).

Every function here may be called from several threads at once; Pillow decodes without the interpreter's lock.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError

from engine.errors import Fault

Pixels = npt.NDArray[np.uint8]

FORMATS = ("png", "jpeg", "webp")
MAX_PIXELS = 4096 * 4096  # a picture beyond this is an attack or a mistake
LARGEST_FILE = 64 << 20  # bytes: 4096 x 4096 pixels that nothing could compress
PAPER = (255, 255, 255)  # what shows through a transparent picture, as on a page

_PIECES = 8192  # chunks of a PNG; encoders write 8 KiB or more in each
_EXTRAS = 1024  # parts of any file beside the picture itself
_SCANS = 32  # of a JPEG; encoders write 1 to 13
_MOST = {"scans": _SCANS, "tables": 4 * _SCANS + 16, "extras": _EXTRAS}  # a progressive JPEG may have tables before each scan
_SPARE = 1 << 16  # bytes that the smallest picture may have beside its pixels
_EXIF = 1 << 16  # bytes; a JPEG cannot hold more
_ORIENTATION = 0x0112
_FRAMES = (0xC0, 0xC1, 0xC2)  # JPEG's headers: baseline, extended, progressive
_DHT, _EOI, _SOS = 0xC4, 0xD9, 0xDA
_TABLES = (_DHT, 0xDB, 0xDD, 0xE0, 0xEE)  # Huffman codes, quantisation, restarts; JFIF and Adobe, which tell the colours
_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]", re.DOTALL)  # the end of coded data: neither stuffing nor a restart
_EIGHT_BITS = ((np.arange(1 << 16) * 255 + 32767) // 65535).astype(np.uint8)
_NOT_FILL = re.compile(rb"[^\xff]", re.DOTALL)


@dataclass
class _Container:
    """What a walk found.

    Attributes:
        width, height: as stored, before any turn.
        depth: the bytes that a pixel has at most.
        kept: the parts of the file from which a decoder gets the picture, in order.
        bits: of a sample; 8 where the format has no other.
        exif: the block that says which way is up, or nothing.
    """

    width: int
    height: int
    depth: float
    kept: list[bytes | memoryview] = field(default_factory=list)
    bits: int = 8
    exif: bytes = b""

    @property
    def turned(self) -> int:
        """Orientation of EXIF, 1 to 8; 1 is upright."""
        return _orientation(self.exif)

    def check(self, kind: str) -> None:
        """Refuse a picture without pixels or with too many, and a file that is far larger than its pixels."""
        if self.width < 1 or self.height < 1:
            raise _broken(kind, "it has no pixels")
        if self.width * self.height > MAX_PIXELS:
            raise Fault(
                "frame_size",
                f"The {kind} picture has {self.width}x{self.height} pixels; {MAX_PIXELS} in all are the most.",
                "Send a smaller picture.",
            )
        if sum(map(len, self.kept)) > self.width * self.height * self.depth + self.height + _SPARE:
            raise _odd(kind, f"it has far more data than {self.width}x{self.height} pixels need")


def kind_of(data: bytes | memoryview) -> str | None:
    """`png`, `jpeg` or `webp` by what the bytes begin with; None for anything else."""
    start = bytes(data[:12])
    if start.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if start.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    return "webp" if start[:4] == b"RIFF" and start[8:12] == b"WEBP" else None


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
    kind, found = _walked(data, kind)
    try:
        with Image.open(io.BytesIO(b"".join(found.kept)), formats=[kind.upper()]) as image:
            if image.size != (found.width, found.height):
                raise _broken(kind, "its parts disagree about its size")
            image.load()
            return _upright(converted(image, found.bits), found.turned)
    except Fault:
        raise
    except UnidentifiedImageError:  # its message names an object of Python
        raise _broken(kind, "its header is damaged, or the rest is missing") from None
    except Exception as error:  # Pillow's plug-ins raise whatever they stumble upon in a damaged file
        raise _broken(kind, " ".join(str(error).split()) or type(error).__name__) from None


def size_of(data: bytes | memoryview) -> tuple[int, int]:
    """Width and height in pixels as a person sees them, from the container alone; nothing is decoded.

    Raises:
        Fault: as `read_picture`, for what the container shows.
    """
    found = _walked(data, None)[1]
    return (found.height, found.width) if found.turned > 4 else (found.width, found.height)


def _walked(data: bytes | memoryview, kind: str | None) -> tuple[str, _Container]:
    here = kind_of(data)
    if here is None or (kind is not None and here != kind):
        wanted = "PNG, JPEG or WebP" if kind is None else kind
        raise Fault("frame_broken", f"The frame is not a {wanted} picture.", "Check the format, or convert the picture.")
    found = _WALKS[here](memoryview(data))
    found.check(here)
    return here, found


def _odd(kind: str, why: str) -> Fault:
    return Fault("frame_broken", f"The {kind} frame is not taken: {why}.", "Save it anew with a picture program.")


def _broken(kind: str, why: str) -> Fault:
    fault = f"The {kind} frame cannot be decoded ({why})."
    return Fault("frame_broken", fault, "It is truncated or damaged; send the whole file.")


def _walk_png(data: memoryview) -> _Container:
    """Chunks: length, name, content, checksum. A file that breaks off ends the walk: the decoder says so."""
    if bytes(data[12:16]) != b"IHDR" or len(data) < 33:
        raise _broken("png", "its header is missing")
    width, height = int.from_bytes(data[16:20]), int.from_bytes(data[20:24])
    bits, colour = data[24], data[25]
    samples = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}.get(colour, 4)
    found = _Container(width, height, 2.2 * samples * max(bits, 8) / 8, [data[:33]], bits)
    at, others = 33, 0
    for _ in range(_PIECES):
        name, length = bytes(data[at + 4 : at + 8]), int.from_bytes(data[at : at + 4])
        if len(name) < 4:
            return found
        end = at + 12 + length
        if name in (b"PLTE", b"tRNS", b"IDAT", b"IEND"):
            found.kept.append(data[at:end])
        else:
            others += 1
            if name == b"eXIf" and length <= _EXIF:
                found.exif = bytes(data[at + 8 : end - 4])
        if name == b"IEND" or end > len(data):
            return found
        if others > _EXTRAS:
            break
        at = end
    raise _odd("png", "it has thousands of chunks")


def _walk_jpeg(data: memoryview) -> _Container:
    """Segments: marker, length, content; after each start of a scan, coded data up to the next marker."""
    found: _Container | None = None
    kept: list[bytes | memoryview] = [data[:2]]
    at, counts, exif = 2, {"scans": 0, "tables": 0, "extras": 0}, b""
    while (marker := _marker(data, at)) is not None:
        code, at = marker
        if code == _EOI:
            kept.append(b"\xff\xd9")
            break
        length = int.from_bytes(data[at : at + 2])
        if length < 2 or code < 0xC0 or 0xD0 <= code <= 0xD8:
            raise _broken("jpeg", "its segments are damaged")
        content, end = data[at + 2 : at + length], at + length
        if code in _FRAMES:
            if found is not None or len(content) < 6 or content[0] != 8:
                raise _broken("jpeg", "its header is damaged")
            found = _Container(int.from_bytes(content[3:5]), int.from_bytes(content[1:3]), 4.0 * content[5])
        elif code in range(0xC0, 0xD0) and code != _DHT:
            raise _odd("jpeg", "it is of a rare kind: neither baseline nor progressive")
        elif code == 0xE1 and bytes(content[:6]) == b"Exif\0\0":
            exif = exif or bytes(content[6:])
        if code == _SOS:
            following = _MARKER.search(data, end)
            end = len(data) if following is None else following.start()
        wanted = code in _FRAMES or code in _TABLES
        counts["scans" if code == _SOS else "tables" if wanted else "extras"] += 1
        if any(count > _MOST[what] for what, count in counts.items()):
            raise _odd("jpeg", "it has more parts than any encoder writes")
        if wanted or code == _SOS:
            kept.append(data[at - 2 : end])
        at = end
    if found is None:
        raise _broken("jpeg", "its header is missing")
    found.kept, found.exif = kept, exif
    return found


def _marker(data: memoryview, at: int) -> tuple[int, int] | None:
    """The code of the marker at `at`, any fill before it skipped, and where its content begins; None at a torn end."""
    if at + 1 >= len(data):
        return None
    if data[at] != 0xFF:
        raise _broken("jpeg", "no marker stands where one must")
    code = _NOT_FILL.search(data, at)
    return None if code is None else (data[code.start()], code.end())


def _walk_webp(data: memoryview) -> _Container:
    """Chunks: name, length, content, a byte of padding after an odd one. The frame is rebuilt around what is kept."""
    found: _Container | None = None
    at, exif = 12, b""
    picture: list[bytes | memoryview] = []
    for _ in range(_EXTRAS):
        name, length = bytes(data[at : at + 4]), int.from_bytes(data[at + 4 : at + 8], "little")
        if len(name) < 4:
            break
        content = data[at + 8 : at + 8 + length]
        if name in (b"ANIM", b"ANMF") or (name == b"VP8X" and content and content[0] & 2):
            raise _odd("webp", "it is animated")
        if name == b"VP8X" and len(content) >= 10:
            picture.append(b"VP8X\x0a\0\0\0" + bytes((content[0] & 0x10, 0, 0, 0)) + bytes(content[4:10]))
        elif name in (b"ALPH", b"VP8 ", b"VP8L"):
            picture.append(data[at : at + 8 + length])
            picture.append(b"\0" * (length % 2))
            if name != b"ALPH":
                found = found or _Container(*_webp_size(name, content), 8.0)
        elif name == b"EXIF" and length <= _EXIF:
            exif = bytes(content).removeprefix(b"Exif\0\0")
        at += 8 + length + length % 2
    else:
        raise _odd("webp", "it has thousands of chunks")
    if found is None:
        raise _broken("webp", "there is no picture in it")
    size = (4 + sum(map(len, picture))).to_bytes(4, "little")
    found.kept, found.exif = [b"RIFF" + size + b"WEBP", *picture], exif
    return found


def _webp_size(name: bytes, content: memoryview) -> tuple[int, int]:
    if name == b"VP8L" and len(content) >= 5 and content[0] == 0x2F:
        packed = int.from_bytes(content[1:5], "little")
        return (packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1
    if name == b"VP8 " and bytes(content[3:6]) == b"\x9d\x01\x2a" and len(content) >= 10:
        return int.from_bytes(content[6:8], "little") & 0x3FFF, int.from_bytes(content[8:10], "little") & 0x3FFF
    raise _broken("webp", "its header is damaged")


_WALKS: dict[str, Callable[[memoryview], _Container]] = {"png": _walk_png, "jpeg": _walk_jpeg, "webp": _walk_webp}


def _orientation(exif: bytes) -> int:
    """The entry of the first directory (EXIF 2.32, 4.6.4); whatever is damaged counts as upright."""
    if exif[:2] not in (b"II", b"MM"):
        return 1

    def number(at: int, size: int) -> int:
        return int.from_bytes(exif[at : at + size], "little" if exif[:1] == b"I" else "big")

    start = number(4, 4)
    for entry in range(start + 2, start + 2 + 12 * min(number(start, 2), 512), 12):
        if number(entry, 2) == _ORIENTATION:
            return turn if 1 <= (turn := number(entry + 8, 2)) <= 8 else 1
    return 1


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
