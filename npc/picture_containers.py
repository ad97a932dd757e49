"""The containers of picture files, walked before anything decodes them: PNG, JPEG and WebP, told apart by content.

What a picture needs is kept, everything else (texts, colour profiles, previews, animation) is left out, and what no honest
encoder writes is refused: thousands of scans or chunks, more data than the pixels could need.
Sources: PNG, third edition (W3C 2025); ITU-T T.81, annex B (JPEG); RFC 9649 (WebP).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from npc.errors import Fault

MAX_PIXELS = 4096 * 4096  # a picture beyond this is an attack or a mistake

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
_NOT_FILL = re.compile(rb"[^\xff]", re.DOTALL)


@dataclass
class Container:
    """What a walk found.

    Attributes:
        width, height: as stored, before any turn.
        depth: the bytes that a pixel has at most.
        kept: the parts of the file from which a decoder gets the picture, in order.
        bits: of a sample; 8 where the format has no other.
        exif: the block that says which way is up, or nothing.
        whole: nothing of the file is missing at its end; what stands behind the end does not matter.
    """

    width: int
    height: int
    depth: float
    kept: list[bytes | memoryview] = field(default_factory=list)
    bits: int = 8
    exif: bytes = b""
    whole: bool = False

    @property
    def turned(self) -> int:
        """Orientation of EXIF, 1 to 8; 1 is upright."""
        return _orientation(self.exif)

    def check(self, kind: str) -> None:
        """Refuse a picture without pixels or with too many, and a file that is far larger than its pixels."""
        if self.width < 1 or self.height < 1:
            raise broken(kind, "it has no pixels")
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


def size_of(data: bytes | memoryview) -> tuple[int, int]:
    """Width and height in pixels as a person sees them, from the container alone; nothing is decoded.

    Raises:
        Fault: as `read_picture`, for what the container shows.
    """
    found = walked(data, None)[1]
    return (found.height, found.width) if found.turned > 4 else (found.width, found.height)


def walked(data: bytes | memoryview, kind: str | None) -> tuple[str, Container]:
    """The kind of a picture file, and what is in it; `kind` is the only one to take, None takes all.

    Raises:
        Fault: as `read_picture`, for what the container shows.
    """
    here = kind_of(data)
    if here is None or (kind is not None and here != kind):
        wanted = "PNG, JPEG or WebP" if kind is None else kind
        raise Fault("frame_broken", f"The frame is not a {wanted} picture.", "Check the format, or convert the picture.")
    found = container_of(data, here)
    found.check(here)
    return here, found


def container_of(data: bytes | memoryview, kind: str) -> Container:
    """What is in a file of a known kind, of whatever size; see `Container.check`.

    Raises:
        Fault: `frame_broken`.
    """
    return _WALKS[kind](memoryview(data))


def _odd(kind: str, why: str) -> Fault:
    return Fault("frame_broken", f"The {kind} frame is not taken: {why}.", "Save it anew with a picture program.")


def broken(kind: str, why: str) -> Fault:
    fault = f"The {kind} frame cannot be decoded ({why})."
    return Fault("frame_broken", fault, "It is truncated or damaged; send the whole file.")


def _walk_png(data: memoryview) -> Container:
    """Chunks: length, name, content, checksum. A file that breaks off ends the walk: the decoder says so."""
    if bytes(data[12:16]) != b"IHDR" or len(data) < 33:
        raise broken("png", "its header is missing")
    width, height = int.from_bytes(data[16:20]), int.from_bytes(data[20:24])
    bits, colour = data[24], data[25]
    samples = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}.get(colour, 4)
    found = Container(width, height, 2.2 * samples * max(bits, 8) / 8, [data[:33]], bits)
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
            found.whole = end <= len(data)
            return found
        if others > _EXTRAS:
            break
        at = end
    raise _odd("png", "it has thousands of chunks")


def _walk_jpeg(data: memoryview) -> Container:
    """Segments: marker, length, content; after each start of a scan, coded data up to the next marker."""
    found: Container | None = None
    kept: list[bytes | memoryview] = [data[:2]]
    at, counts, exif, whole = 2, {"scans": 0, "tables": 0, "extras": 0}, b"", False
    while (marker := _marker(data, at)) is not None:
        code, at = marker
        if code == _EOI:
            whole = True
            kept.append(b"\xff\xd9")
            break
        length = int.from_bytes(data[at : at + 2])
        if length < 2 or code < 0xC0 or 0xD0 <= code <= 0xD8:
            raise broken("jpeg", "its segments are damaged")
        content, end = data[at + 2 : at + length], at + length
        if code in _FRAMES:
            if found is not None or len(content) < 6 or content[0] != 8:
                raise broken("jpeg", "its header is damaged")
            found = Container(int.from_bytes(content[3:5]), int.from_bytes(content[1:3]), 4.0 * content[5])
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
        raise broken("jpeg", "its header is missing")
    found.kept, found.exif, found.whole = kept, exif, whole
    return found


def _marker(data: memoryview, at: int) -> tuple[int, int] | None:
    """The code of the marker at `at`, any fill before it skipped, and where its content begins; None at a torn end."""
    if at + 1 >= len(data):
        return None
    if data[at] != 0xFF:
        raise broken("jpeg", "no marker stands where one must")
    code = _NOT_FILL.search(data, at)
    return None if code is None else (data[code.start()], code.end())


def _walk_webp(data: memoryview) -> Container:
    """Chunks: name, length, content, a byte of padding after an odd one. The frame is rebuilt around what is kept."""
    found: Container | None = None
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
                found = found or Container(*_webp_size(name, content), 8.0)
        elif name == b"EXIF" and length <= _EXIF:
            exif = bytes(content).removeprefix(b"Exif\0\0")
        at += 8 + length + length % 2
    else:
        raise _odd("webp", "it has thousands of chunks")
    if found is None:
        raise broken("webp", "there is no picture in it")
    size = (4 + sum(map(len, picture))).to_bytes(4, "little")
    found.kept, found.exif = [b"RIFF" + size + b"WEBP", *picture], exif
    found.whole = is_whole_riff(data)
    return found


def is_whole_riff(data: bytes | memoryview) -> bool:
    """Whether a WebP is as long as its header says, which tells of one that breaks off before its size is told."""
    return len(data) >= int.from_bytes(data[4:8], "little") + 8


def _webp_size(name: bytes, content: memoryview) -> tuple[int, int]:
    if name == b"VP8L" and len(content) >= 5 and content[0] == 0x2F:
        packed = int.from_bytes(content[1:5], "little")
        return (packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1
    if name == b"VP8 " and bytes(content[3:6]) == b"\x9d\x01\x2a" and len(content) >= 10:
        return int.from_bytes(content[6:8], "little") & 0x3FFF, int.from_bytes(content[8:10], "little") & 0x3FFF
    raise broken("webp", "its header is damaged")


_WALKS: dict[str, Callable[[memoryview], Container]] = {"png": _walk_png, "jpeg": _walk_jpeg, "webp": _walk_webp}


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
