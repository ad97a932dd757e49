"""A Godot project as the one file that an exported game loads: PCK version 3, as Godot 4.6 reads it."""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Mapping

_DATA_AT = 0x70
_CLASS = re.compile(r"^class_name (\w+)$", re.MULTILINE)
_BASE = re.compile(r"^extends (\w+)$", re.MULTILINE)


def write_pck(files: Mapping[str, bytes]) -> bytes:
    """Pack files, named by their path below `res://`."""
    data, rows = bytearray(), []
    for path, content in sorted(files.items()):
        data += bytes(-len(data) % 16)
        rows.append(_row(path, len(data), content))
        data += content
    data += bytes(-len(data) % 16)
    head = b"GDPC" + struct.pack("<4I", 3, 4, 6, 0) + struct.pack("<I2Q", 2, _DATA_AT, _DATA_AT + len(data))
    return head.ljust(_DATA_AT, b"\0") + bytes(data) + struct.pack("<I", len(rows)) + b"".join(rows)


def _row(path: str, offset: int, content: bytes) -> bytes:
    name = path.encode()
    name += bytes(-len(name) % 4)
    digest = hashlib.md5(content, usedforsecurity=False).digest()
    return struct.pack("<I", len(name)) + name + struct.pack("<2Q", offset, len(content)) + digest + bytes(4)


def class_cache(files: Mapping[str, bytes]) -> bytes:
    """What the editor would write for every script with a `class_name`."""
    rows = []
    for path, content in sorted(files.items()):
        source = content.decode() if path.endswith(".gd") else ""
        if found := _CLASS.search(source):
            base = _BASE.search(source)
            assert base is not None, f"{path} has a class_name and no extends"
            rows.append(
                f'{{"base": &"{base[1]}", "class": &"{found[1]}", "icon": "", "is_abstract": false, '
                f'"is_tool": false, "language": &"GDScript", "path": "res://{path}"}}'
            )
    return f"list=[{', '.join(rows)}]".encode()
