"""GDScript: wire.gd, the figures of the protocol and a reader for each message."""

from __future__ import annotations

from collections.abc import Iterator

from engine.formats.wire.generate.schema import Record, Schema, Size, Value

_HEAD = """\
# Written by `python -m engine.formats.wire.generate` from protocol.yaml: do not edit.
@tool
class_name NpcWire
extends RefCounted
## The figures of the protocol, and readers of its messages: dictionaries with every field, defaults filled in.
"""


def wire(schema: Schema) -> str:
    """The file."""
    lines = [*_HEAD.split("\n"), *_constants(schema), ""]
    for side in ("client", "server"):
        lines += ["", *_reader_of_side(schema, side), ""]
    for record in schema.records.values():
        lines += ["", *_reader_of_record(schema, record), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _constants(schema: Schema) -> Iterator[str]:
    yield f'const VERSION := "{schema.version}"'
    yield f"const MAX_DEPTH := {schema.depth}"
    yield f"const MAX_INTEGER := {schema.integer}"
    yield f"const REPLY_HEADER := {schema.reply_header}"
    yield "const CHANNELS := {" + ", ".join(f'"{name}": {count}' for name, count in schema.formats.raw.items()) + "}"
    yield f"const ENCODED := {_list(schema.formats.encoded)}"
    yield f"const WITH_PART := {_list(schema.with_part)}"
    yield f"const UNWELCOME := {_list(schema.unwelcome)}"
    yield "const LIMITS := {"
    yield from (f'\t"{name}": {limit.value},  # {limit.says}' for name, limit in schema.limits.items() if limit.told)
    yield "}"
    yield from (f"const {name.upper()}_S := {timing.value}  # {timing.says}" for name, timing in schema.timings.items())


def _reader_of_side(schema: Schema, side: str) -> Iterator[str]:
    yield f"## A message of a {side}; null for a type that it does not send."
    yield f"static func read_of_{side}(type: String, fields: NpcFields, part: Variant, limits: Dictionary) -> Variant:"
    yield "\tmatch type:"
    for message in getattr(schema.messages, side).values():
        yield f'\t\t"{message.name}":'
        yield f"\t\t\treturn _read_{message.name}(fields, part, limits)"
    yield "\treturn null"
    for message in getattr(schema.messages, side).values():
        if side == "client" or message.name not in schema.messages.client:
            yield from ("", "")
            yield f"static func _read_{message.name}({_arguments(schema, message)}) -> Dictionary:"
            yield from _returned(schema, message)


def _arguments(schema: Schema, message: Record) -> str:
    """Those that a reader does not use begin with an underscore."""
    values = message.fields.values()
    part = "part" if schema.carries_part(message) else "_part"
    fields = "fields" if values else "_fields"
    uses = any(_uses_limits(schema, value) for value in values)
    return f"{fields}: NpcFields, {part}: Variant, {'limits' if uses else '_limits'}: Dictionary"


def _uses_limits(schema: Schema, value: Value) -> bool:
    if value.type in schema.records or value.type == "id":
        return True
    return any(isinstance(size, str) and size != "reply_header" for size in (value.most, value.entries))


def _reader_of_record(schema: Schema, record: Record) -> Iterator[str]:
    part = ", part: Variant" if record.part else ""
    uses = record.check or any(_uses_limits(schema, value) for value in record.fields.values())
    limits = "limits" if uses else "_limits"
    is_listed = any(value.is_list and value.type == record.name for _, value in schema.all_fields())
    if is_listed:
        arguments = f"outer: NpcFields, name: String, entries: int, {limits}: Dictionary"
        yield f"static func _read_maps_{record.name}({arguments}) -> Array:"
        yield "\tvar found := []"
        yield "\tfor fields in outer.each(name, entries):"
    else:
        yield f"static func _read_map_{record.name}(outer: NpcFields, name: String{part}, {limits}: Dictionary) -> Dictionary:"
        yield "\tvar fields := outer.inside(name)"
    first, *more = _returned(schema, record)
    made = [first.replace("return ", "var read: Dictionary = "), *more, "\touter.adopt(fields)"]
    if is_listed:
        yield from (f"\t{row}" for row in (*made, "\tfound.append(read)"))
        yield "\treturn found"
    else:
        yield from made
        yield "\treturn read"


def _returned(schema: Schema, record: Record) -> list[str]:
    rows = [f'\t\t"{record.part}": part,'] if record.part else []
    rows += [f'\t\t"{value.name}": {_read(schema, value)},' for value in record.fields.values()]
    if not rows:
        return ["\treturn {}"]
    if record.check is None:
        return ["\treturn {", *rows, "\t}"]
    checked = [f"\treturn NpcChecks.{record.check}(", "\t\tfields,", "\t\t{", *(f"\t{row}" for row in rows), "\t\t},"]
    return [*checked, "\t\tlimits", "\t)"]


def _read(schema: Schema, value: Value) -> str:
    """The expression that reads a field."""
    name, most, entries = f'"{value.name}"', _size(value.most), _size(value.entries)
    default = "" if value.default is None else f", {_literal(value.default)}"
    optional = "optional_" if value.optional else ""
    if value.type in schema.records:
        record = schema.records[value.type]
        if value.is_list:
            return f"_read_maps_{record.name}(fields, {name}, {entries}, limits)"
        part, has = (", part", f"NpcChecks.has_part(fields, {name}, part)") if record.part else ("", f"fields.has({name})")
        return f"_read_map_{record.name}(fields, {name}{part}, limits) if {has} else null"
    least = f"{default or ', null'}, {value.least}" if value.least else default
    reads = {
        "id": f'fields.{optional}id({name}, limits["name"])',
        "text": f"fields.{optional}text({name}, {most}{least})",
        "integer": f"fields.{optional}integer({name}{f', {most}{default}' if value.most else ''})",
        "number": f"fields.{optional}number({name}{default})",
        "flag": f"fields.{'required_' if value.required else ''}flag({name})",
        "texts": f"fields.texts({name}, {entries}, {most}{default})",
        "map": f"fields.{optional}mapping({name}, {entries}{default})",
        "integers": f"fields.integers({name}, {entries}{default})",
        "labels": f"fields.lists_of_texts({name}, {entries})",
        "boxes": f"fields.boxes({name}, {entries}, {most})",
        "card": f"fields.card({name}, {entries}, {most}, {value.least})",
        "values": f"fields.values({name}, {entries}, {most})",
        "data": f"fields.data({name}, {most})",
    }
    return reads[value.type]


def _size(size: Size | None) -> str:
    if size == "reply_header":
        return "REPLY_HEADER"
    return f'limits["{size}"]' if isinstance(size, str) else str(size)


def _literal(default: object) -> str:
    return f'"{default}"' if isinstance(default, str) else str(default)


def _list(names: tuple[str, ...]) -> str:
    return "[" + ", ".join(f'"{name}"' for name in names) + "]"
