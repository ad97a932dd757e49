"""A whole memory as bytes, for a game's own save file."""

from __future__ import annotations

import zlib

from pydantic import ValidationError

from npc.errors import RecollectionError
from npc.memory.records import Recollection

_MARK = b"NPCM\x01"  # the last byte is the version of what follows
_MOST = 4 << 20  # bytes of the unpacked memory: a full one has about 200,000


def pack(recollection: Recollection) -> bytes:
    """Bytes that `unpack` reads: a mark, then zlib-compressed JSON, whose checksum finds damage."""
    return _MARK + zlib.compress(recollection.model_dump_json().encode(), 6)


def unpack(data: bytes) -> Recollection:
    """The memory in `data`.

    Raises:
        RecollectionError: `snapshot`: these bytes are no memory, were damaged, or are of another version.
    """
    if data[:4] != _MARK[:4]:
        raise _fault("These bytes are no snapshot of a character.")
    if data[:5] != _MARK:
        raise _fault(f"This snapshot is of version {data[4] if len(data) > 4 else 0}, this engine reads {_MARK[4]}.")
    unpacker = zlib.decompressobj()
    try:
        text = unpacker.decompress(data[5:], _MOST)
    except zlib.error:
        raise _fault("This snapshot is damaged.") from None
    if not unpacker.eof:
        raise _fault("This snapshot is cut off or far too large.")
    try:
        return Recollection.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise _fault(f"This snapshot is broken at `{place}`: {first['msg']}.") from None


def _fault(message: str) -> RecollectionError:
    return RecollectionError("snapshot", message, "Load another save, or let the character begin anew.")
