"""tests/conformance/fields.json: every field left out, of another type, at its limit and one above it, alone.

Each vector is a message that is sound but for the one thing that its name says. `error` is what decoding must fail with, or
null where it must not.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import msgpack

from engine.formats.wire.generate.schema import Record, Schema, Value

NOTE = "written by `python -m engine.formats.wire.generate` from protocol.yaml: do not edit"
_PART = b"\xff\xd8"  # of an encoded frame, which nobody decodes here
_OTHER = {"id": 7, "text": 7, "integer": "7", "number": "7", "flag": 1, "texts": "mira", "card": ["mira"]}  # else a list
_WIDEST = 4096  # bytes of text that a vector may need; longer ones are left to the tests of each language
_CASES = tuple[str, tuple[str, ...], Any, str | None]


def fields(schema: Schema) -> str:
    """The file, with one vector a line."""
    rows = [json.dumps(vector, ensure_ascii=False) for vector in _vectors(schema)]
    return f'{{"note": "{NOTE}", "protocol": "{schema.version}", "vectors": [\n' + ",\n".join(rows) + "\n]}\n"


def _vectors(schema: Schema) -> Iterator[dict[str, Any]]:
    for side, message in schema.all_messages():
        base = {"type": message.name} | _sample(schema, message)
        for name, path, value, error in _cases(schema, message, ()):
            header = _with(base, path, value)
            parts = [msgpack.packb(header)] + ([_PART] if header.get("frame") is not None else [])
            yield {
                "name": f"{message.name}: {name}",
                "from": side,
                "parts": [part.hex() for part in parts],
                "error": error,
            }


def _cases(schema: Schema, record: Record, above: tuple[str, ...]) -> Iterator[_CASES]:
    """What is changed, where, to what, and the error that this makes."""
    for value in record.fields.values():
        path = (*above, value.name)
        shown = ".".join(path)
        yield f"{shown} is nil", path, None, _missing(value)
        yield f"{shown} is of another type", path, "mira" if value.is_list else _OTHER.get(value.type, ["mira"]), "field"
        if value.is_list:
            yield from _in_lists(schema, value, path, shown)
            continue
        yield from _at_limits(schema, value, path, shown)
        if value.type in schema.records:
            yield from _cases(schema, schema.records[value.type], path)


def _in_lists(schema: Schema, value: Value, path: tuple[str, ...], shown: str) -> Iterator[_CASES]:
    """One sound record, too many of them, what is no record, and one with each of its own faults."""
    record, entries = schema.records[value.type], schema.size(value.entries)
    sound = _sample(schema, record)
    for count, error in ((0, None), (1, None), (entries, None), (entries + 1, "field")):
        yield f"{shown} has {count} entries", path, [sound] * count, error
    yield f"{shown} has an entry that is text", path, ["mira"], "field"
    for name, inner, changed, error in _cases(schema, record, ()):
        yield f"{shown}.{name}", path, [_with(sound, inner, changed)], error


def _missing(value: Value) -> str | None:
    return None if value.absent else "field"


def _at_limits(schema: Schema, value: Value, path: tuple[str, ...], shown: str) -> Iterator[_CASES]:
    most, entries = schema.size(value.most), schema.size(value.entries)
    if value.type == "integer":
        most = most or schema.integer
        yield f"{shown} is {most}", path, most, None
        yield f"{shown} is {most + 1}", path, most + 1, "field" if value.most else "malformed"
        yield f"{shown} is -1", path, -1, "field"
    if value.type in ("text", "id", "card"):
        most = most or schema.limits["name"].value
        least = value.least or int(value.type == "id")
        if most <= _WIDEST:
            known = value.name == "format"  # only some texts are formats
            yield f"{shown} has {most} characters", path, "ü" * most, "frame_format" if known else None
            yield f"{shown} has {most + 1} characters", path, "ü" * (most + 1), "field"
        if least:
            yield f"{shown} is empty", path, "", "field"
    if value.type == "id":
        yield f"{shown} cannot be printed", path, "mira\u200b", "field"
    if value.type == "number":
        yield f"{shown} is infinite", path, float("inf"), "field"
    if value.type == "values":
        wrong = {"a list": ["mira"], "a map": {"mira": 1}, "nil": None, "infinite": float("inf"), "too long": "ü" * (most + 1)}
        yield f"{shown} has an entry of {most} characters", path, {"n": "ü" * most}, None
        yield f"{shown} has entries of every kind", path, {"a": "", "b": -1, "c": 0.5, "d": False}, None
        yield from ((f"{shown} has an entry that is {what}", path, {"n": entry}, "field") for what, entry in wrong.items())
        yield f"{shown} has an entry without a name", path, {"": 1}, "field"
        yield f"{shown} has an entry with a name of 65 characters", path, {"n" * 65: 1}, "field"
    if value.type == "data":
        yield f"{shown} has {most} bytes", path, bytes(most), None
        yield f"{shown} has {most + 1} bytes", path, bytes(most + 1), "field"
    if value.type == "texts":
        yield f"{shown} has an entry of {most} characters", path, ["ü" * most], None
        yield f"{shown} has an entry of {most + 1} characters", path, ["ü" * (most + 1)], "field"
        yield f"{shown} has an empty entry", path, [""], "field"
        yield f"{shown} has an entry that is a number", path, [7], "field"
    if entries:
        one = {"texts": None, "integers": 1, "labels": ["idle"], "boxes": [0.0, 0.0, 1.0, 1.0]}.get(value.type, 1)
        for count, error in ((entries, None), (entries + 1, "field")):
            names = [f"n{i}" for i in range(count)]
            yield f"{shown} has {count} entries", path, names if one is None else dict.fromkeys(names, one), error


def _with(base: dict[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    """A copy of a message with one thing changed; who is spoken to is among those who see."""
    header = copy.deepcopy(base)
    place = header
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    if path == ("utterance", "to") and isinstance(value, list):
        header["npcs"] = value[:256] or header["npcs"]
    return {name: entry for name, entry in header.items() if entry is not None or path == (name,)}


def _sample(schema: Schema, record: Record) -> dict[str, Any]:
    """A sound record with every field but those that have to agree with another."""
    samples: dict[str, Any] = {
        "id": "mira",
        "text": "jpeg",
        "integer": 1,
        "number": 0.5,
        "flag": True,
        "texts": ["mira"],
        "map": {"near": "well"},
        "integers": {"text": 1000},
        "labels": {"action": ["idle"]},
        "boxes": {"mira": [0.0, 0.0, 1.0, 1.0]},
        "card": "guard",
        "values": {"item": "bread", "price": 4, "weight": 0.5, "fresh": True},
        "data": b"\x00\x01",
    }
    return {
        name: _sample(schema, schema.records[value.type]) if value.type in schema.records else samples[value.type]
        for name, value in record.fields.items()
        if not value.among and not value.is_list  # what every message may leave out makes no other vector
    }
