"""The grammar as data, see `grammar.yaml`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

GRAMMAR: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("grammar.yaml").read_text(encoding="utf-8"))
VERBS = "|".join(GRAMMAR["verbs"].split())
_PART = re.compile(r"(?<![?]P)<([a-z]+)>")


def expanded(pattern: str) -> str:
    """A pattern with its `<parts>` put in."""
    parts = {**GRAMMAR["parts"], "verbs": VERBS}
    while (found := _PART.search(pattern)) is not None:
        pattern = pattern[: found.start()] + parts[found[1]] + pattern[found.end() :]
    return pattern
