"""Text in PNG files (W3C PNG 3rd edition, chunks tEXt, zTXt, iTXt): read with limits, written anew.

Pictures come from strangers: sizes, checksums and what compressed text grows to are checked before anything is used.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Collection, Iterator, Mapping

from npc.errors import PersonaError

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MAX_CHUNKS = 4096
_TEXTS = (b"tEXt", b"zTXt", b"iTXt")


def read_texts(data: bytes, wanted: Collection[str], most: int) -> dict[str, bytes]:
    """Keyword -> text of those text chunks that are `wanted`; the first of a keyword counts, in capitals or not.

    All others are passed over by their length: cards carry whole pictures and sounds as texts.

    Args:
        most: bytes of one text, unpacked.

    Raises:
        PersonaError: `card_png`: no PNG, damaged, or with a text of a size that no card has.
    """
    texts: dict[str, bytes] = {}
    for kind, body in _chunks(data):
        keyword = _keyword(kind, body)
        if keyword in wanted and keyword not in texts:
            texts[keyword] = _text(kind, body, most)
    return texts


def write_texts(data: bytes, texts: Mapping[str, bytes]) -> bytes:
    """The picture with these tEXt chunks (Latin-1 without zero bytes) instead of any of their keywords.

    Raises:
        PersonaError: as `read_texts`.
    """
    out = [SIGNATURE]
    for kind, body in _chunks(data):
        if _keyword(kind, body) in texts:
            continue
        if kind == b"IEND":
            out += [_chunk(b"tEXt", keyword.encode("latin-1") + b"\0" + text) for keyword, text in texts.items()]
        out.append(_chunk(kind, body))
    return b"".join(out)


def blank(width: int = 400, height: int = 600) -> bytes:
    """A plain grey portrait, for a card that has none."""
    rows = b"".join(b"\0" + b"\x60" * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return SIGNATURE + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(rows, 9)) + _chunk(b"IEND", b"")


def _chunks(data: bytes) -> Iterator[tuple[bytes, memoryview]]:
    """Kind and body of every chunk, of those of the picture itself the first counts as one with all that follow it."""
    if not data.startswith(SIGNATURE):
        raise _fault("is no PNG picture")
    view = memoryview(data)
    at, parts, last = len(SIGNATURE), 0, b""
    while parts <= MAX_CHUNKS:
        if at + 12 > len(data):
            raise _fault("is cut off")
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 8 + length
        if end + 4 > len(data):
            raise _fault("is cut off")
        if zlib.crc32(view[at + 4 : end]) != struct.unpack_from(">I", data, end)[0]:
            raise _fault("is damaged (a checksum is wrong)")
        yield kind, view[at + 8 : end]
        if kind == b"IEND":
            return
        parts += kind != b"IDAT" or last != b"IDAT"
        at, last = end + 4, kind
    raise _fault(f"has more than {MAX_CHUNKS} parts")


def _keyword(kind: bytes, body: memoryview) -> str:
    """The keyword of a text chunk in small letters; empty for any other chunk. It has at most 79 bytes."""
    return bytes(body[:80]).partition(b"\0")[0].decode("latin-1").lower() if kind in _TEXTS else ""


def _text(kind: bytes, body: memoryview, most: int) -> bytes:
    rest = bytes(body[: most + 1024]).partition(b"\0")[2]
    if kind == b"zTXt":
        rest = _unpacked(rest[1:], most)
    elif kind == b"iTXt":
        packed, rest = rest[:1] == b"\1", rest[2:]
        rest = rest.split(b"\0", 2)[2] if rest.count(b"\0") >= 2 else b""
        rest = _unpacked(rest, most) if packed else rest
    if len(rest) > most:
        raise _fault("holds a text that is far too long")
    return rest


def _unpacked(data: bytes, most: int) -> bytes:
    unpacker = zlib.decompressobj()
    try:
        text = unpacker.decompress(data, most)
    except zlib.error:
        raise _fault("is damaged (a text cannot be unpacked)") from None
    if unpacker.unconsumed_tail:
        raise _fault("holds a text that is far too long")
    return text


def _chunk(kind: bytes, body: bytes | memoryview) -> bytes:
    body = bytes(body)
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _fault(what: str) -> PersonaError:
    return PersonaError("card_png", f"The file {what}.", "Save the card again where it comes from.")
