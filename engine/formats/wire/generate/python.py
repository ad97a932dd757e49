"""Python: pixels.py, constants.py and messages.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from textwrap import indent

from engine.formats.wire.generate.schema import Record, Schema, Size, Value

NOTE = "written by `python -m engine.formats.wire.generate` from protocol.yaml: do not edit."

_WIDTH = 128  # of a line
_TYPES = {
    "id": "str",
    "text": "str",
    "integer": "int",
    "number": "float",
    "flag": "bool",
    "texts": "tuple[str, ...]",
    "map": "Mapping[str, Any]",
    "integers": "Mapping[str, int]",
    "labels": "Mapping[str, tuple[str, ...]]",
    "boxes": "Mapping[str, Ltrb]",
    "card": "str | Mapping[str, Any]",
    "values": "Mapping[str, str | int | float | bool]",
    "data": "bytes",
}


def pixels(schema: Schema) -> str:
    """pixels.py: what the pixels of a frame may be, which those know, too, who know no wire."""
    return f'''"""Forms of pixels, {NOTE}"""

from __future__ import annotations

CHANNELS = {{{", ".join(f'"{name}": {count}' for name, count in schema.formats.raw.items())}}}  # bytes a pixel of raw frames
ENCODED = {_tuple(schema.formats.encoded)}
'''


def constants(schema: Schema) -> str:
    """constants.py: what the protocol fixes, and what a peer may ask for at most."""
    limits = "\n".join(f"    {name}: int = {limit.value}  # {limit.says}" for name, limit in schema.limits.items())
    timings = "\n".join(f"{name.upper()}_S = {timing.value}  # {timing.says}" for name, timing in schema.timings.items())
    return f'''"""Figures of the protocol, {NOTE}"""

from __future__ import annotations

from dataclasses import dataclass, replace

VERSION = "{schema.version}"
CAPABILITIES = {_tuple(schema.all_capabilities)}
UNWELCOME = {_tuple(schema.unwelcome)}  # errors after which a client waits
MAX_DEPTH = {schema.depth}  # levels of maps and lists, the header itself being the first
MAX_INTEGER = {schema.integer}  # integers up to here survive languages whose only number is a double
REPLY_HEADER = {schema.reply_header}  # bytes of a server's header
{timings}


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, characters or entries. Whatever exceeds one is refused with an error reply."""

{limits}

    @property
    def message(self) -> int:
        """Bytes that one part of a message may have; libzmq drops a connection that sends more."""
        return max(self.header, self.frame)


DEFAULT_LIMITS = Limits()
REPLY_LIMITS = replace(DEFAULT_LIMITS, header=REPLY_HEADER)
'''


def messages(schema: Schema) -> str:
    """messages.py: one record a message, with its reader."""
    made = [_reader(schema, record) if record.python else _class(schema, record) for record in schema.records.values()]
    seen = set[str]()
    for _, message in schema.all_messages():
        if message.name not in seen:  # `bye` is one record, whoever says it
            seen.add(message.name)
            made.append(_class(schema, message))
    return "\n\n\n".join(["\n".join(_head(schema)), *made, _tables(schema)]) + "\n"


def _head(schema: Schema) -> Iterator[str]:
    yield f'"""The messages, {NOTE}"""'
    yield ""
    yield "from __future__ import annotations"
    yield ""
    yield "from collections.abc import Mapping"
    yield "from dataclasses import dataclass, field"
    yield "from typing import Any, ClassVar, TypeAlias"
    yield ""
    made = [record.python.rpartition(".") for record in schema.records.values() if record.python]
    modules = {module: sorted(name for other, _, name in made if other == module) for module, _, _ in made}
    imports = [f"from {module} import {', '.join(names)}" for module, names in modules.items()]
    imports += ["from engine.formats.wire import checks", "from engine.formats.wire.fields import Fields"]
    imports += ["from engine.formats.wire.constants import CAPABILITIES, MAX_INTEGER, REPLY_HEADER, VERSION, Limits"]
    yield from sorted(imports)
    yield ""
    yield "Buffer: TypeAlias = bytes | memoryview"


def _class(schema: Schema, record: Record) -> str:
    doc, _, rest = record.says.partition("\n")
    lines = ["@dataclass(frozen=True, slots=True)", f"class {class_name(record)}:"]
    lines += [f'    """{doc}"""'] if not rest else [f'    """{doc}', *indent(rest, "    ").rstrip().split("\n"), '    """']
    lines.append("")
    is_message = record.name not in schema.records
    if is_message:
        lines.append(f'    TYPE: ClassVar = "{record.name}"')
    lines += [_declared(schema, value) for value in record.fields.values()]
    if is_message:
        head = f"    def read(cls, fields: Fields, part: Buffer | None, limits: Limits) -> {class_name(record)}:"
        first, *more = _made(schema, record, "cls")
        lines += ["", "    @classmethod", head, f"        return {first}", *(f"        {line}" for line in more)]
        return "\n".join(lines)
    return "\n".join(lines) + "\n\n\n" + _reader(schema, record)


def _reader(schema: Schema, record: Record) -> str:
    """A function that reads a map inside a message."""
    arguments = "fields: Fields, part: Buffer | None, limits: Limits" if record.part else "fields: Fields, limits: Limits"
    made = _made(schema, record, class_name(record))
    head = f"def _read_{record.name}({arguments}) -> {class_name(record)}:"
    return "\n".join([head, f"    return {made[0]}", *(f"    {line}" for line in made[1:])])


def _made(schema: Schema, record: Record, maker: str) -> list[str]:
    if not record.fields and not record.part:
        return [f"{maker}()"]
    rows = ["part"] if record.part else []
    rows += [_read(schema, value) for value in record.fields.values()]
    made = [f"{maker}(", *(f"    {row}," for row in rows), ")"]
    if record.check is None:
        return made
    limits = [] if record.name == "observe" else ["    limits,"]
    return [f"checks.{record.check}(", *(f"    {line}" for line in made[:-1]), "    ),", *limits, ")"]


def _read(schema: Schema, value: Value) -> str:
    """The expression that reads a field."""
    default = "" if value.default is None else f", {_literal(value.default)}"
    at_least = f", least={value.least}" if value.least else ""
    name, most, entries = f'"{value.name}"', _size(value.most), _size(value.entries)
    reads: dict[str, Callable[[], str]] = {
        "id": lambda: f"fields.name({name}, limits)",
        "text": lambda: f"fields.text({name}, {most}{default}{at_least}{_is_ids(value)})",
        "integer": lambda: f"fields.integer({name}, 0, {most if value.most else 'MAX_INTEGER'}{default})",
        "number": lambda: f"fields.number({name}{default})",
        "flag": lambda: f"fields.required_flag({name})" if value.required else f"fields.flag({name})",
        "texts": lambda: f"fields.texts({name}, {entries}, {most}{default}{_is_ids(value)})",
        "map": lambda: f"fields.mapping({name}, {entries}{default})",
        "integers": lambda: f"fields.integers({name}, {entries}{default})",
        "labels": lambda: f"fields.labels({name}, {entries})",
        "boxes": lambda: f"checks.boxes(fields, {name}, {entries}, limits)",
        "card": lambda: f"fields.card({name}, {entries}, {most}{at_least})",
        "values": lambda: f"fields.values({name}, {entries}, {most})",
        "data": lambda: f"fields.data({name}, {most})",
    }
    if value.type in reads:
        read = reads[value.type]()
        return f"{read} if fields.has({name}) else None" if value.optional else read
    record = schema.records[value.type]
    if value.is_list:
        return f"tuple(_read_{record.name}(inside, limits) for inside in fields.each({name}, {entries}))"
    part, has = (", part", f"checks.has_part(fields, {name}, part)") if record.part else ("", f"fields.has({name})")
    read = f"_read_{record.name}(fields.inside({name}){part}, limits)"
    return f"{read} if {has} else None" if value.optional else read


def _is_ids(value: Value) -> str:
    return ", ids=True" if value.ids else ""


def _declared(schema: Schema, value: Value) -> str:
    kind = _TYPES.get(value.type) or class_name(schema.records[value.type])
    kind = f"tuple[{kind}, ...]" if value.is_list else kind
    if value.optional:
        return f"    {value.name}: {kind} | None = None"
    default = value.python if value.python is not None else value.default
    if value.among:
        default = None
    if default is None and value.type == "flag" and not value.required:
        default = False
    if value.type == "data":
        default = b""
    return f"    {value.name}: {kind}" + ("" if default is None else f" = {_initial(default)}")


def _initial(default: object) -> str:
    if default in ("VERSION", "CAPABILITIES"):
        return str(default)
    return "field(default_factory=dict)" if default == {} else _literal(default)


def _literal(default: object) -> str:
    if default == []:
        return "()"
    if default == b"":
        return 'b""'
    return f'"{default}"' if isinstance(default, str) else repr(default)


def _size(size: Size | None) -> str:
    if size == "reply_header":
        return "REPLY_HEADER"
    return f"limits.{size}" if isinstance(size, str) else str(size)


def _tuple(names: tuple[str, ...]) -> str:
    return "(" + ", ".join(f'"{name}"' for name in names) + (",)" if len(names) == 1 else ")")


def _tables(schema: Schema) -> str:
    rows = []
    for side in ("client", "server"):
        names = [class_name(record) for record in getattr(schema.messages, side).values()]
        rows.append(_alias(f"{side.title()}Message", " | ".join(names)))
    sparse = {message.name: [v.name for v in message.fields.values() if v.is_list] for _, message in schema.all_messages()}
    rows.append("SPARSE: Mapping[str, tuple[str, ...]] = {  # lists that a message leaves out where they are empty")
    rows += [f'    "{name}": {_tuple(tuple(lists))},' for name, lists in sparse.items() if lists] + ["}"]
    rows.append(f"WITH_PART = {_tuple(schema.with_part)}  # messages that may have a second part")
    for side in ("client", "server"):
        names = [class_name(record) for record in getattr(schema.messages, side).values()]
        rows += [f"_{side.upper()} = (", *(f"    {name}," for name in names), ")"]
        rows.append(f"OF_{side.upper()} = {{kind.TYPE: kind for kind in _{side.upper()}}}")
    return "\n".join(rows)


def _alias(name: str, kinds: str) -> str:
    """As the formatter breaks it."""
    whole = f"{name}: TypeAlias = {kinds}"
    return whole if len(whole) <= _WIDTH else f"{name}: TypeAlias = (\n    {kinds}\n)"


def class_name(record: Record) -> str:
    """Of a message or record in Python."""
    return record.python.rpartition(".")[2] if record.python else record.name.title()
