"""C#: Wire.g.cs, the figures of the protocol and a class for each message, in the C# 7.2 that Unity compiles."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from xml.sax.saxutils import escape

from engine.formats.wire.generate.schema import Record, Schema, Size, Value

_HEAD = """\
// Written by `python -m engine.formats.wire.generate` from protocol.yaml: do not edit.
using System.Collections.Generic;

namespace NpcEngine
{
"""
_MAP = "IDictionary<string, object>"
_TYPES = {
    "id": "string",
    "text": "string",
    "integer": "long",
    "number": "double",
    "flag": "bool",
    "texts": "string[]",
    "map": _MAP,
    "integers": _MAP,
    "labels": _MAP,
    "boxes": "IDictionary<string, double[]>",
    "card": "object",
    "values": _MAP,
    "data": "byte[]",
}
_LINK = re.compile(r"\[(.+?)\]\(.+?\)")
_EMPTY = {"string[]": "new string[0]", "byte[]": "new byte[0]", _MAP: "new Dictionary<string, object>()"}
_BY_HAND = "by hand"  # the class stands elsewhere; its reading and writing is generated all the same


def wire(schema: Schema) -> str:
    """The file."""
    blocks = ["\n".join(block) for block in (_protocol(schema), _limits(schema), _timings(schema), _readers(schema))]
    blocks += ["\n".join(_class(schema, record)) for record in schema.records.values()]
    seen = set[str]()
    for _, message in schema.all_messages():
        if message.name not in seen:  # `bye` is one class, whoever says it
            seen.add(message.name)
            blocks.append("\n".join(_class(schema, message)))
    body = "\n\n".join(blocks)
    return _HEAD + "\n".join(f"    {line}" if line else "" for line in body.split("\n")) + "\n}\n"


def _protocol(schema: Schema) -> Iterator[str]:
    raw = ", ".join(f'{{ "{name}", {count} }}' for name, count in schema.formats.raw.items())
    yield "/// <summary>What the protocol fixes.</summary>"
    yield "public static class Protocol"
    yield "{"
    yield f'    public const string Version = "{schema.version}";'
    yield f"    internal const int MaxDepth = {schema.depth}; // levels of maps and lists, the header itself being the first"
    yield f"    internal const long MaxInteger = {schema.integer}; // survives languages whose only number is a double"
    yield f"    internal static readonly Dictionary<string, int> Channels = new Dictionary<string, int> {{ {raw} }};"
    yield f"    internal static readonly string[] Encoded = {{ {_strings(schema.formats.encoded)} }};"
    yield f"    internal static readonly string[] WithPart = {{ {_strings(schema.with_part)} }};"
    yield f"    internal static readonly string[] Unwelcome = {{ {_strings(schema.unwelcome)} }};"
    yield "}"


def _limits(schema: Schema) -> Iterator[str]:
    told = {name: limit for name, limit in schema.limits.items() if limit.told}
    yield "public sealed partial class Limits"
    yield "{"
    yield "    /// <summary>Bytes of a server's header.</summary>"
    yield f"    public const int ReplyHeader = {schema.reply_header};"
    yield ""
    yield from (f"    public readonly int {_camel(name)}; // {limit.says}" for name, limit in told.items())
    yield ""
    yield '    /// <param name="told">The `limits` of a welcome; what it leaves out has its default.</param>'
    yield f"    public Limits({_MAP} told)"
    yield "    {"
    yield from (f'        {_camel(name)} = Of(told, "{name}", {limit.value});' for name, limit in told.items())
    yield "    }"
    yield "}"


def _timings(schema: Schema) -> Iterator[str]:
    yield "/// <summary>Seconds.</summary>"
    yield "public static class Timings"
    yield "{"
    for name, timing in schema.timings.items():
        yield f"    public const double {_camel(name)} = {timing.value:g}; // {timing.says}"
    yield "}"


def _readers(schema: Schema) -> Iterator[str]:
    yield "internal static class Readers"
    yield "{"
    for side in ("client", "server"):
        yield f"    /// <summary>A message of a {side}; null for a type that it does not send.</summary>"
        yield f"    public static Message Of{side.title()}(string type, Fields fields, byte[] part, Limits limits)"
        yield "    {"
        yield "        switch (type)"
        yield "        {"
        for message in getattr(schema.messages, side).values():
            yield f'            case "{message.name}": return {_name(message)}.Read(fields, part, limits);'
        yield "            default: return null;"
        yield "        }"
        yield "    }"
        if side == "client":
            yield ""
    yield "}"


def _class(schema: Schema, record: Record) -> Iterator[str]:
    is_message = record.name not in schema.records
    if record.csharp != _BY_HAND:
        yield from _summary(record.says)
    yield f"public sealed partial class {_name(record)}" + (" : Message" if is_message else "")
    yield "{"
    body = [] if record.csharp == _BY_HAND else [*_fields(schema, record)]
    if is_message:
        body += [f'    public override string Type {{ get {{ return "{record.name}"; }} }}', ""]
        body += [*_part(schema, record)]
    yield from body
    yield from _reader(schema, record)
    if is_message and record.fields:
        yield ""
        yield "    internal override void Fill(Map fields)"
        yield "    {"
        yield from (f'        fields.Add("{value.name}", {_written(schema, value)});' for value in record.fields.values())
        yield "    }"
    elif not is_message:
        yield ""
        yield "    internal Map Described()"
        yield "    {"
        yield "        return new Map"
        yield "        {"
        yield from (f'            {{ "{value.name}", {_written(schema, value)} }},' for value in record.fields.values())
        yield "        };"
        yield "    }"
    yield "}"


def _part(schema: Schema, record: Record) -> Iterator[str]:
    """The second part of a message that may have one."""
    for value in record.fields.values():
        if value.type in schema.records and (part := schema.records[value.type].part):
            yield f"    internal override byte[] Part {{ get {{ return {_member(value)}?.{_camel(part)}; }} }}"
            yield ""


def _fields(schema: Schema, record: Record) -> Iterator[str]:
    if not record.fields:
        return
    for value in record.fields.values():
        yield from (f"    {line}" for line in _summary(value.says[:1].upper() + value.says[1:]))
        yield f"    public readonly {_type(schema, value)} {_member(value)};"
        yield ""
    arguments = ", ".join(_argument(schema, value) for value in record.fields.values())
    yield f"    public {_name(record)}({arguments})"
    yield "    {"
    for value in record.fields.values():
        empty = _empty(schema, value) if _initial(value) == "null" and not value.optional else None
        yield f"        {_member(value)} = {_local(value)}" + (f" ?? {empty};" if empty else ";")
    yield "    }"
    yield ""


def _empty(schema: Schema, value: Value) -> str | None:
    return f"new {_name(schema.records[value.type])}[0]" if value.is_list else _EMPTY.get(_type(schema, value))


def _argument(schema: Schema, value: Value) -> str:
    initial = _initial(value)
    return f"{_type(schema, value)} {_local(value)}" + (f" = {initial}" if initial else "")


def _initial(value: Value) -> str:
    """The default of a constructor's argument; empty where it must be given."""
    if value.python == "VERSION":
        return "Protocol.Version"
    if value.optional or value.python is not None or value.type == "data":
        return "null"
    if value.among or (value.default is None and not (value.type == "flag" and not value.required)):
        return ""
    if value.type == "flag":
        return "false"
    return "null" if value.default in ([], {}) else f'"{value.default}"' if value.type == "text" else f"{value.default:g}"


def _reader(schema: Schema, record: Record) -> Iterator[str]:
    is_message = record.name not in schema.records
    part = ", byte[] part" if is_message or record.part else ""
    yield f"    internal static {_name(record)} Read(Fields fields{part}, Limits limits)"
    yield "    {"
    rows = ["part"] if record.part else []
    rows += [_read(schema, value) for value in record.fields.values()]
    if record.csharp == _BY_HAND:  # its constructor has an order of its own
        names = [record.part, *(_local(value) for value in record.fields.values())]
        rows = [f"{name}: {row}" for name, row in zip(names, rows, strict=True)]
    made = f"new {_name(record)}(" + ",".join(f"\n            {row}" for row in rows) + ")"
    yield f"        return {f'Checks.{_camel(record.check)}({made}, fields, limits)' if record.check else made};"
    yield "    }"


def _read(schema: Schema, value: Value) -> str:
    """The expression that reads a field."""
    name, most, entries = f'"{value.name}"', _size(value.most), _size(value.entries)
    may_miss = ", true" if value.default is not None else ""
    if value.type in schema.records:
        record = schema.records[value.type]
        if value.is_list:
            return f"fields.Each({name}, {entries}).ConvertAll(inside => {_name(record)}.Read(inside, limits)).ToArray()"
        part, has = (", part", f"Checks.HasPart(fields, {name}, part)") if record.part else ("", f"fields.Has({name})")
        return f"{has} ? {_name(record)}.Read(fields.Inside({name}){part}, limits) : null"
    usual = f', "{value.default}"' if isinstance(value.default, str) else ", null" if value.least else ""
    least = f", {value.least}" if value.least else ""
    number = "" if value.default is None else f", {value.default:g}" if value.type in ("integer", "number") else ""
    reads = {
        "id": f"fields.Name({name}, limits)",
        "text": f"fields.Text({name}, {most}{usual}{least})",
        "integer": f"(int)fields.Integer({name}, {most}{number})"
        if value.most
        else f"fields.Integer({name}, Protocol.MaxInteger)",
        "number": f"fields.Number({name}{number})",
        "flag": f"fields.{'Required' if value.required else ''}Flag({name})",
        "texts": f"fields.Texts({name}, {entries}, {most}{may_miss})",
        "map": f"fields.Map({name}, {entries}{may_miss})",
        "integers": f"fields.Integers({name}, {entries}{may_miss})",
        "labels": f"fields.Labels({name}, {entries})",
        "boxes": f"Checks.Boxes(fields, {name}, {entries}, limits)",
        "card": f"fields.Card({name}, {entries}, {most}, {value.least})",
        "values": f"fields.Values({name}, {entries}, {most})",
        "data": f"fields.Data({name}, {most})",
    }
    read = reads[value.type]
    if not value.optional:
        return read
    kind = _TYPES[value.type]
    return f"fields.Has({name}) ? {read} : {f'({kind}?)null' if kind in ('long', 'double') else 'null'}"


def _written(schema: Schema, value: Value) -> str:
    member = _member(value)
    if value.is_list:
        return f"{member}.Length == 0 ? null : System.Array.ConvertAll({member}, one => one.Described())"
    if value.type in schema.records:
        return f"{member} == null ? null : {member}.Described()"
    return f"Map.Of({member})" if value.type == "boxes" else member


def _type(schema: Schema, value: Value) -> str:
    if value.type in schema.records:
        return _name(schema.records[value.type]) + ("[]" if value.is_list else "")
    kind = _TYPES[value.type]
    return f"{kind}?" if value.optional and kind in ("long", "double") else kind


def _name(record: Record) -> str:
    return _camel(record.name) if record.csharp in ("", _BY_HAND) else record.csharp


def _member(value: Value) -> str:
    return value.csharp or _camel(value.name)


def _local(value: Value) -> str:
    name = _member(value)
    return name[0].lower() + name[1:]


def _summary(says: str) -> Iterator[str]:
    """What is said of something, as an XML comment without Markdown's links."""
    plain = escape(_LINK.sub(r"\1", says)).rstrip(".") + "."
    lines = [line for paragraph in plain.split("\n") for line in textwrap.wrap(paragraph, 108) or [""]]
    if len(lines) == 1:
        yield f"/// <summary>{lines[0]}</summary>"
    else:
        yield "/// <summary>"
        yield from (f"/// {line}".rstrip() for line in lines)
        yield "/// </summary>"


def _camel(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def _size(size: Size | None) -> str:
    if size == "reply_header":
        return "Limits.ReplyHeader"
    return f"limits.{_camel(size)}" if isinstance(size, str) else str(size)


def _strings(names: tuple[str, ...]) -> str:
    return ", ".join(f'"{name}"' for name in names)
