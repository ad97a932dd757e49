"""Text in PNG files (W3C PNG 3rd edition, chunks tEXt, zTXt, iTXt): read with limits, written anew.

Pictures come from strangers: sizes, checksums and what compressed text grows to are checked before anything is used.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping

from npc.errors import PersonaError

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MAX_CHUNKS = 4096
MAX_TEXT = 4 << 20  # bytes of one text, unpacked


def read_texts(data: bytes) -> dict[str, bytes]:
    """Keyword -> text of every text chunk; the first of a keyword counts.

    Raises:
        PersonaError: `card_png`: no PNG, damaged, or with texts of a size that no card has.
    """
    texts: dict[str, bytes] = {}
    for kind, body in _chunks(data):
        if kind in (b"tEXt", b"zTXt", b"iTXt"):
            keyword, text = _text(kind, body)
            texts.setdefault(keyword, text)
    return texts


def write_texts(data: bytes, texts: Mapping[str, bytes]) -> bytes:
    """The picture with these tEXt chunks (Latin-1 without zero bytes) instead of any of their keywords.

    Raises:
        PersonaError: as `read_texts`.
    """
    out = [SIGNATURE]
    for kind, body in _chunks(data):
        if kind in (b"tEXt", b"zTXt", b"iTXt") and body.split(b"\0", 1)[0].decode("latin-1") in texts:
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


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    if not data.startswith(SIGNATURE):
        raise _fault("is no PNG picture")
    at = len(SIGNATURE)
    for _ in range(MAX_CHUNKS):
        if at + 12 > len(data):
            raise _fault("is cut off")
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 8 + length
        if end + 4 > len(data):
            raise _fault("is cut off")
        body = data[at + 8 : end]
        if zlib.crc32(data[at + 4 : end]) != struct.unpack_from(">I", data, end)[0]:
            raise _fault("is damaged (a checksum is wrong)")
        yield kind, body
        if kind == b"IEND":
            return
        at = end + 4
    raise _fault(f"has more than {MAX_CHUNKS} parts")


def _text(kind: bytes, body: bytes) -> tuple[str, bytes]:
    keyword, _, rest = body.partition(b"\0")
    if kind == b"zTXt":
        rest = _unpacked(rest[1:])
    elif kind == b"iTXt":
        packed, rest = rest[:1] == b"\1", rest[2:]
        rest = rest.split(b"\0", 2)[2] if rest.count(b"\0") >= 2 else b""
        rest = _unpacked(rest) if packed else rest
    if len(rest) > MAX_TEXT:
        raise _fault("holds a text that is far too long")
    return keyword.decode("latin-1"), rest


def _unpacked(data: bytes) -> bytes:
    unpacker = zlib.decompressobj()
    try:
        text = unpacker.decompress(data, MAX_TEXT)
    except zlib.error:
        raise _fault("is damaged (a text cannot be unpacked)") from None
    if unpacker.unconsumed_tail:
        raise _fault("holds a text that is far too long")
    return text


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _fault(what: str) -> PersonaError:
    return PersonaError("card_png", f"The file {what}.", "Save the card again where it comes from.")
