"""Writes the annotated examples into docs/protocol.md: `python -m tests.conformance.annotate`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgpack

from engine.formats.wire.fields import unpack
from tests.conformance.messages import good

PAGE = Path(__file__).parents[2] / "docs" / "protocol.md"
_COLUMN = 64  # where the annotations begin
_WRAP = 24  # bytes of hexadecimal digits on one line
_PLACE = re.compile(r"(<!-- example: (client|server) (.+?) -->\n).*?(<!-- end -->)", re.DOTALL)


def page(text: str) -> str:
    """The page with every example as it must be."""
    parts = {(sender, name): parts for sender, name, parts, _ in good()}
    return _PLACE.sub(lambda place: place[1] + _example(parts[place[2], place[3]]) + place[4], text)


def _example(parts: list[bytes]) -> str:
    rows = list(_rows(unpack(parts[0]), b"", "", 0))
    if len(parts) == 2:
        rows += [(0, b"", "part 2:"), (0, bytes(parts[1]), "pixels")]
    lines = [line for depth, packed, note in rows for line in _lines("  " * depth, packed, note)]
    return "```\n" + "\n".join(lines) + "\n```\n"


def _rows(value: Any, key: bytes, name: str, depth: int) -> Iterator[tuple[int, bytes, str]]:
    """Depth, bytes and annotation of a value, behind its key if it has one."""
    if isinstance(value, dict):
        head = len(msgpack.packb(value)) - sum(len(msgpack.packb(k)) + len(msgpack.packb(v)) for k, v in value.items())
        yield depth, key + msgpack.packb(value)[:head], f"{name}map of {len(value)}"
        for inner, entry in value.items():
            yield from _rows(entry, msgpack.packb(inner), f'"{inner}": ', depth + 1)
    elif isinstance(value, list) and value:
        head = len(msgpack.packb(value)) - sum(len(msgpack.packb(entry)) for entry in value)
        yield depth, key + msgpack.packb(value)[:head], f"{name}list of {len(value)}"
        for entry in value:
            yield from _rows(entry, b"", "", depth + 1)
    else:
        shown = f"bin {value.hex()}" if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False)
        yield depth, key + msgpack.packb(value), name + shown


def _lines(indent: str, packed: bytes, note: str) -> Iterator[str]:
    pieces = [packed[i : i + _WRAP].hex() for i in range(0, len(packed), _WRAP)] or [""]
    for piece, text in zip(pieces, [note, *[""] * len(pieces)], strict=False):
        yield f"{indent + piece:<{_COLUMN}}{text}".rstrip()


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"wrote {PAGE}")
