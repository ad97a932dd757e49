"""Patterns that are data: a YAML file of this folder with `parts`, which `<name>` stands for, and `like`."""

from __future__ import annotations

import re
from typing import Any

from npc.language.patterns import TablePattern
from npc.tables import table_beside

_PART = re.compile(r"(?<![?]P)<([A-Za-z]+)>")


def data_of(file: str) -> dict[str, Any]:
    """What a file of this folder holds, the parts put in their places."""
    data: dict[str, Any] = table_beside(__file__, file)
    parts = {name: pattern.strip() for name, pattern in data["parts"].items()}
    return {**data, "parts": {name: expanded(part, parts) for name, part in parts.items()}}


def expanded(pattern: str, parts: dict[str, str]) -> str:
    """A pattern with its `<parts>` put in."""
    while (found := _PART.search(pattern)) is not None:
        pattern = pattern[: found.start()] + parts[found[1]] + pattern[found.end() :]
    return pattern


def patterns(file: str, names: str) -> tuple[TablePattern, ...]:
    """The patterns of a file with these names, letters of any case; groups may share a name (`group`)."""
    data = data_of(file)
    return tuple(TablePattern(_numbered(expanded(data["like"][name], data["parts"]))) for name in names.split())


def _numbered(pattern: str) -> str:
    """One name may stand for several groups; Python wants each once."""
    counts: dict[str, int] = {}

    def number(found: re.Match[str]) -> str:
        counts[found[1]] = counts.get(found[1], 0) + 1
        return f"(?P<{found[1]}{'_' * (counts[found[1]] - 1)}>"

    return re.sub(r"[(][?]P<(\w+)>", number, pattern)


def group(found: re.Match[str], name: str) -> str:
    """What the groups of a name hold, whichever of them took part."""
    return next((value.strip() for key, value in found.groupdict().items() if value and key.rstrip("_") == name), "")
