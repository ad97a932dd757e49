"""The tables of docs/protocol.md, each between `<!-- generated: NAME -->` and `<!-- end -->`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from engine.errors import Fault
from engine.formats.wire.generate.schema import Record, Schema, Size, Value

_PLACE = re.compile(r"(<!-- generated: (.+?) -->\n).*?(<!-- end -->)", re.DOTALL)


def filled(schema: Schema, page: str) -> str:
    """The page with every table as it must be.

    Raises:
        Fault: `protocol_page`, where a message has no place for its table.
    """
    tables = _tables(schema)
    there = {place[1] for place in _PLACE.findall(page)}
    if there != tables.keys():
        missing = sorted(tables.keys() ^ there)[0]
        fix = f"Write `<!-- generated: {missing} -->` and `<!-- end -->` where it belongs, or take it away."
        raise Fault("protocol_page", f"docs/protocol.md and protocol.yaml disagree about the table '{missing}'.", fix)
    return _PLACE.sub(lambda place: place[1] + tables[place[2]] + "\n" + place[3], page)


def _tables(schema: Schema) -> dict[str, str]:
    both = schema.messages.client.keys() & schema.messages.server.keys()  # handed on by the server: one table
    sides = [("either" if record.name in both else side, record) for side, record in schema.all_messages()]
    tables = {f"{side} {record.name}": _fields(schema, record, "") for side, record in sides if record.fields}
    tables |= {name: _fields(schema, record, f"{name}.") for name, record in schema.records.items() if name != "target"}
    tables["capabilities"] = _table(
        ("capability", "means"), [(_code(*capability.names), capability.says) for capability in schema.capabilities]
    )
    tables["limits"] = _table(
        ("limit", "value", "of"), [(_code(name), f"{limit.value:,}", limit.says) for name, limit in schema.limits.items()]
    )
    tables["timings"] = _table(("seconds", "what"), [(f"{timing.value:g}", timing.says) for timing in schema.timings.values()])
    tables["errors"] = _table(
        ("code", "meaning", "repeat it?"), [(_code(*row.codes), row.means, row.again) for row in schema.errors]
    )
    return tables


def _fields(schema: Schema, record: Record, prefix: str) -> str:
    rows = [(_code(value.name), _type(schema, value), value.says) for value in record.fields.values()]
    return _table((_code(prefix) if prefix else "field", "type", "meaning"), rows)


def _type(schema: Schema, value: Value) -> str:
    entries, most = _number(schema, value.entries), _number(schema, value.most)
    least = f"{value.least} to " if value.least else "at most "
    kinds = {
        "values": f"map of strings of at most {most}, numbers and booleans, at most {entries}",
        "id": "id",
        "text": "string" if value.most == "reply_header" else f"string, {least}{most}",
        "integer": f"integer, 0..{most}" if value.most else "integer",
        "number": "number",
        "flag": "boolean",
        "texts": f"list of {least}{entries} {'ids' if value.ids else f'strings of 1 to {most}'}",
        "map": f"map, at most {entries} entries",
        "integers": f"map of integers, at most {entries}",
        "labels": f"map of lists of strings, at most {entries}",
        "boxes": f"map of lists of 4 numbers, at most {entries}",
        "card": f"string, {least}{most}, or map, at most {entries} entries",
    }
    inside = f"list of at most {entries} maps" if value.is_list else "map"
    return kinds.get(value.type, inside) + (", *opt*" if value.absent else "")


def _number(schema: Schema, size: Size | None) -> str:
    return f"{schema.size(size):,}" if schema.size(size) >= 10_000 else str(schema.size(size))


def _code(*names: str) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    cells = [head, ("---",) * len(head), *rows]
    return "\n".join("|".join(("", *(f" {cell} " if cell != "---" else cell for cell in row), "")) for row in cells)
