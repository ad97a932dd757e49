"""msgpack itself: what an encoder must write, what a decoder must read and what it must refuse."""

from __future__ import annotations

import struct
from typing import Any

import msgpack


def _nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth - 1):
        value = [value]
    return value


# An encoder writes each of these in the shortest form that msgpack has; floats always have 8 bytes.
ENCODED: dict[str, Any] = {
    "nil": None,
    "false": False,
    "true": True,
    **{
        f"integer {number}": number
        for number in (
            *(0, 1, 127, 128, 255, 256, 65535, 65536, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**53),
            *(-1, -32, -33, -128, -129, -32768, -32769, -(2**31), -(2**31) - 1, -(2**53)),
        )
    },
    **{f"float {number!r}": number for number in (0.0, -0.0, 0.5, 1.0, -2.25, 0.1, 1e10, float("inf"), float("-inf"))},
    "empty text": "",
    "text": "hello",
    "text of 31 bytes": "x" * 31,
    "text of 32 bytes": "x" * 32,
    "text of 255 bytes": "x" * 255,
    "text of 256 bytes": "x" * 256,
    "text beyond ASCII": "Schlüssel 鍵 🗝",
    "no bytes": b"",
    "bytes": bytes(range(8)),
    "255 bytes": b"\xaa" * 255,
    "256 bytes": b"\xaa" * 256,
    "empty list": [],
    "list of everything": [None, True, 1, -1, 0.5, "x", b"x", [], {}],
    "list of 15": list(range(15)),
    "list of 16": list(range(16)),
    "empty map": {},
    "map": {"b": 1, "a": 2},
    "map of 15": {f"k{i}": i for i in range(15)},
    "map of 16": {f"k{i}": i for i in range(16)},
    "lists 32 deep": _nested(32),
    "nested": {"a": [{"b": [1, {"c": []}]}, "d"], "e": {"f": {"g": None}}},
}


def encoded() -> list[tuple[str, bytes, Any, bool]]:
    """Name, bytes, value and whether an encoder must write just these bytes."""
    return [(name, msgpack.packb(value), value, True) for name, value in ENCODED.items()] + _wider()


def _wider() -> list[tuple[str, bytes, Any, bool]]:
    """Longer forms than needed: a decoder reads them, an encoder does not write them."""
    forms = {
        "1 as uint8": (b"\xcc\x01", 1),
        "1 as uint16": (b"\xcd\x00\x01", 1),
        "1 as uint32": (b"\xce\x00\x00\x00\x01", 1),
        "1 as uint64": (b"\xcf" + struct.pack(">Q", 1), 1),
        "1 as int8": (b"\xd0\x01", 1),
        "-1 as int8": (b"\xd0\xff", -1),
        "-1 as int16": (b"\xd1\xff\xff", -1),
        "-1 as int32": (b"\xd2\xff\xff\xff\xff", -1),
        "-1 as int64": (b"\xd3" + b"\xff" * 8, -1),
        "2^53 as int64": (b"\xd3" + struct.pack(">q", 2**53), 2**53),
        "0.5 as float32": (b"\xca" + struct.pack(">f", 0.5), 0.5),
        "text as str8": (b"\xd9\x02hi", "hi"),
        "text as str16": (b"\xda\x00\x02hi", "hi"),
        "text as str32": (b"\xdb\x00\x00\x00\x02hi", "hi"),
        "bytes as bin16": (b"\xc5\x00\x02\x01\x02", b"\1\2"),
        "bytes as bin32": (b"\xc6\x00\x00\x00\x02\x01\x02", b"\1\2"),
        "list as array16": (b"\xdc\x00\x01\x07", [7]),
        "list as array32": (b"\xdd\x00\x00\x00\x01\x07", [7]),
        "map as map16": (b"\xde\x00\x01\xa1a\x07", {"a": 7}),
        "map as map32": (b"\xdf\x00\x00\x00\x01\xa1a\x07", {"a": 7}),
    }
    return [(name, packed, value, False) for name, (packed, value) in forms.items()]


# A decoder refuses every one of these; on a wire all are `malformed`.
REFUSED = {
    "a key twice": bytes.fromhex("82a16101a16102"),
    "a key twice further in": bytes.fromhex("81a16182a16201a16202"),
    "a key twice in two forms": bytes.fromhex("82a16101d9016102"),
    "nothing": b"",
    "a byte that msgpack never uses": b"\xc1",
    "two values": b"\x01\x02",
    "uint8 cut short": b"\xcc",
    "uint16 cut short": b"\xcd\x01",
    "uint32 cut short": b"\xce\x01\x02\x03",
    "uint64 cut short": b"\xcf" + bytes(7),
    "float32 cut short": b"\xca\x00\x00\x00",
    "float64 cut short": b"\xcb" + bytes(7),
    "fixstr cut short": b"\xa5hell",
    "str8 without its length": b"\xd9",
    "str8 cut short": b"\xd9\x05hell",
    "str32 that promises 4 GB": b"\xdb\xff\xff\xff\xffx",
    "bin8 cut short": b"\xc4\x02\x01",
    "bin32 that promises 4 GB": b"\xc6\xff\xff\xff\xffx",
    "list cut short": b"\x92\x01",
    "array32 that promises 4 billion": b"\xdd\xff\xff\xff\xff",
    "map cut short": b"\x81\xa1a",
    "map32 that promises 4 billion": b"\xdf\xff\xff\xff\xff",
    "map with an integer key": b"\x81\x01\x02",
    "map with a binary key": b"\x81\xc4\x01a\x02",
    "map with a list for a key": b"\x81\x90\x02",
    "map with nil for a key": b"\x81\xc0\x02",
    "text that is not UTF-8": b"\xa2\xff\xfe",
    "text that ends within a character": b"\xa2\xe2\x82",
    "text with a lone surrogate": b"\xa3\xed\xa0\x80",
    "2^53+1": b"\xcf" + struct.pack(">Q", 2**53 + 1),
    "-2^53-1": b"\xd3" + struct.pack(">q", -(2**53) - 1),
    "2^64-1": b"\xcf" + b"\xff" * 8,
    "-2^63": b"\xd3" + struct.pack(">q", -(2**63)),
    "fixext1": b"\xd4\x01\x00",
    "fixext16": b"\xd8\x01" + bytes(16),
    "ext8": b"\xc7\x01\x05\x00",
    "ext8 of nothing": b"\xc7\x00\x05",
    "timestamp": b"\xd6\xff" + bytes(4),
    "lists 33 deep": b"\x91" * 32 + b"\x90",
    "maps 33 deep": b"\x81\xa1a" * 32 + b"\x80",
    "lists 3000 deep": b"\x91" * 3000,
}
