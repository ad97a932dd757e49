"""Additions to a card file that leave everything else as it is: comments, blank lines, order, quotes, line endings.

Text is only ever put in between; what the card then says is compared with what it said, and an addition that would change
anything else is refused.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from npc.card_file import CardFile, Where, shown
from npc.errors import PersonaError
from npc.text import unwrapped

_WIDTH = 1 << 20  # never folded: a comment stands behind each entry
_STEP = 2  # blanks by which what is within is set in


@dataclass(frozen=True, slots=True)
class Addition:
    """Something to be added: a line to the list at `where`, such as ("lines", "greet"), or an entry of that name to a map.

    Attributes:
        entry: for a list a text or a map; for an entry of a map its value.
        named: whether the last part of `where` is the name of a new entry, such as ("knowledge", "mill").
        note: a comment behind it.
    """

    where: Where
    entry: Any
    named: bool = False
    note: str = ""


def added(path: Path, additions: Sequence[Addition]) -> bytes:
    """The file of a card with additions.

    Raises:
        PersonaError: `card_edit`: the card is written so that nothing can be added where it should be, or has an entry of that
            name; and where it cannot be read.
    """
    CardFile.read(path)  # bounded, without aliases and tags: it may be parsed
    raw = path.read_bytes()
    text = unwrapped(raw)
    if raw.removeprefix(codecs.BOM_UTF8) != text.encode():
        raise PersonaError("card_edit", f"{_shown(path)}: is not UTF-8.", "Save it as UTF-8.")
    end = "\r\n" if "\r\n" in text else "\n"
    before = _as_texts(text)
    for addition in additions:
        text = _with(text, addition, path)
    expected = before
    for addition in additions:
        expected = _grown(expected, addition)
    if _as_texts(text) != expected:
        raise PersonaError(
            "card_edit", f"{_shown(path)}: what is to be added does not fit in.", "Write its entries on lines of their own."
        )
    text = text.replace("\r\n", "\n").replace("\n", end) if end == "\r\n" else text
    return (codecs.BOM_UTF8 if raw.startswith(codecs.BOM_UTF8) else b"") + text.encode()


def _with(text: str, addition: Addition, path: Path) -> str:
    """The text with one addition, at the end of what it belongs to."""
    root = yaml.compose(text, yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode):
        raise PersonaError("card_edit", f"{_shown(path)}: is no card.", "Begin with `name: `.")
    node: yaml.Node = root
    for depth, key in enumerate(addition.where):
        inner = _value(node, str(key)) if isinstance(node, yaml.MappingNode) else None
        if inner is None or (isinstance(inner, yaml.ScalarNode) and inner.value == "" and inner.style is None):
            return _with_entry(text, node, addition, depth, inner)
        node = inner
    if addition.named:
        fault = f"{_shown(path)}: there is `{'.'.join(map(str, addition.where))}` already."
        raise PersonaError("card_edit", fault, "Nothing is overwritten; choose another name.")
    return _with_item(text, node, addition)


def _value(node: yaml.MappingNode, key: str) -> yaml.Node | None:
    return next((value for name, value in node.value if name.value == key), None)


def _with_entry(text: str, node: yaml.Node, addition: Addition, depth: int, empty: yaml.Node | None) -> str:
    """A key that is not there yet, or has nothing behind it, with what is missing below it."""
    keys = [str(key) for key in addition.where[depth:]]
    value: Any = addition.entry if addition.named else [addition.entry]
    if not isinstance(node, yaml.MappingNode):
        raise PersonaError("card_edit", f"`{'.'.join(map(str, addition.where))}` is no place for an entry.", "Make it a map.")
    if node.flow_style:
        within = value
        for key in reversed(keys[1:]):
            within = {key: within}
        return _into_flow(text, node, f"{json.dumps(keys[0], ensure_ascii=False)}: {_flow(within)}")
    column = node.value[0][0].start_mark.column if node.value else 0
    lines = [f"{' ' * (column + _STEP * n)}{_scalar(key)}:" for n, key in enumerate(keys)]
    note = f"  # {addition.note}" if addition.note else ""
    if isinstance(value, list):
        lines += _items(value, column + _STEP * len(keys), note)
    else:
        lines[-1] += note
        lines += _indented(yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=_WIDTH), column + _STEP * len(keys))
    if empty is not None:  # "lines:" with nothing behind it
        return _after_line(text, empty.start_mark.index, lines[1:])
    return _after_line(text, _end(text, node), lines)


def _with_item(text: str, node: yaml.Node, addition: Addition) -> str:
    """One more item of a list, or of what is no list yet: one line that stands alone."""
    if isinstance(node, yaml.SequenceNode):
        if node.flow_style:
            return _into_flow(text, node, _flow(addition.entry))
        note = f"  # {addition.note}" if addition.note else ""
        return _after_line(text, _end(text, node), _items([addition.entry], node.start_mark.column, note))
    start, end = node.start_mark.index, node.end_mark.index
    if isinstance(node, yaml.ScalarNode) and node.style not in ("|", ">"):
        alone = json.dumps(node.value, ensure_ascii=False)
    elif isinstance(node, yaml.MappingNode) and node.flow_style:
        alone = text[start:end]
    else:
        raise PersonaError("card_edit", f"`{'.'.join(map(str, addition.where))}` is no list.", "Put a `- ` before its entry.")
    return f"{text[:start]}[{alone}, {_flow(addition.entry)}]{text[end:]}"


def _items(entries: Sequence[Any], column: int, note: str) -> list[str]:
    lines: list[str] = []
    for entry in entries:
        first, *more = yaml.safe_dump([entry], sort_keys=False, allow_unicode=True, width=_WIDTH).splitlines()
        lines += [f"{' ' * column}{first}{note}", *(f"{' ' * column}{line}" for line in more)]
    return lines


def _indented(block: str, column: int) -> list[str]:
    return [f"{' ' * column}{line}" for line in block.splitlines()]


def _flow(value: Any) -> str:
    """JSON is YAML, and stands on one line."""
    return json.dumps(value, ensure_ascii=False)


def _scalar(key: str) -> str:
    return yaml.safe_dump({key: 0}, allow_unicode=True, width=_WIDTH).rsplit(":", 1)[0]


def _into_flow(text: str, node: yaml.Node, entry: str) -> str:
    """`[a, b]` and `{a: b}`: before the bracket that closes."""
    close = node.end_mark.index - 1
    inside = text[node.start_mark.index + 1 : close].rstrip()
    comma = "" if not inside or inside.endswith(",") else ", "
    return f"{text[: node.start_mark.index + 1]}{inside}{comma}{entry}{text[close:]}"


def _end(text: str, node: yaml.Node) -> int:
    """Where the last that stands in a node ends; comments and blank lines after it belong to what follows."""
    while isinstance(node, (yaml.MappingNode, yaml.SequenceNode)) and node.value and not node.flow_style:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    return len(text[: node.end_mark.index].rstrip()) if isinstance(node, yaml.ScalarNode) else int(node.end_mark.index)


def _after_line(text: str, at: int, lines: Sequence[str]) -> str:
    """The lines, after the line in which `at` lies, and the comment at its end."""
    end = text.find("\n", at)
    head, tail = (text, "") if end < 0 else (text[: end + 1], text[end + 1 :])
    if not head.endswith("\n"):
        head += "\n"
    return head + "\n".join(lines) + "\n" + tail


def _as_texts(text: str) -> Any:
    """The card with every scalar as it is written."""
    return yaml.load(text, yaml.BaseLoader)


def _grown(data: Any, addition: Addition) -> Any:
    """What the card has to say afterwards."""
    entry = _as_texts(yaml.safe_dump(addition.entry, allow_unicode=True, width=_WIDTH))
    return _put(data, addition.where, entry, addition.named)


def _put(data: Any, where: Where, entry: Any, named: bool) -> Any:
    if not where:
        return [*(data if isinstance(data, list) else [data] if data not in (None, "") else []), entry]
    data = data if isinstance(data, dict) else {}
    key, *rest = where
    within = entry if named and not rest else _put(data.get(key), tuple(rest), entry, named)
    return {**data, key: within}


def _shown(path: Path) -> str:
    return shown(str(path), 400)
