"""The grammar as data, see `grammar.yaml`."""

from __future__ import annotations

import re
from typing import Any

from npc.tables import table_beside

GRAMMAR: dict[str, Any] = table_beside(__file__, "grammar.yaml")
VERBS = "|".join(GRAMMAR["verbs"].split())
_PART = re.compile(r"(?<![?]P)<([a-z]+)>")


def expanded(pattern: str) -> str:
    """A pattern with its `<parts>` put in."""
    parts = {**GRAMMAR["parts"], "verbs": VERBS}
    while (found := _PART.search(pattern)) is not None:
        pattern = pattern[: found.start()] + parts[found[1]] + pattern[found.end() :]
    return pattern
