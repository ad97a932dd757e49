"""Patterns of tables: there are hundreds, and each is compiled when it is first used, or all at leisure (`compile_all`).

Compiling them takes seconds, for which a game's first frames need not wait.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property

_ALL: list[TablePattern] = []


class TablePattern:
    """A regular expression for letters of any case, compiled at its first use."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        _ALL.append(self)

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """The expression itself."""
        return re.compile(self.pattern, re.IGNORECASE)

    def match(self, text: str) -> re.Match[str] | None:
        """As `re.Pattern.match`."""
        return self.compiled.match(text)

    def fullmatch(self, text: str) -> re.Match[str] | None:
        """As `re.Pattern.fullmatch`."""
        return self.compiled.fullmatch(text)

    def search(self, text: str) -> re.Match[str] | None:
        """As `re.Pattern.search`."""
        return self.compiled.search(text)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """As `re.Pattern.finditer`."""
        return self.compiled.finditer(text)

    def sub(self, replacement: str | Callable[[re.Match[str]], str], text: str, count: int = 0) -> str:
        """As `re.Pattern.sub`."""
        return self.compiled.sub(replacement, text, count)


def compile_all() -> None:
    """Compile what was not used yet, so that nobody's first words wait for it."""
    for pattern in _ALL:
        pattern.compiled  # noqa: B018  it is kept
