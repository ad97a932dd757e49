"""Long measurements in parts: each is kept when it is done, so that a command that was interrupted goes on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from rich.console import Console
from rich.progress import track

from engine.files import write_json

_Row = TypeVar("_Row")


class Parts:
    """What has been measured so far, in a file beside the figures; without a file nothing is kept."""

    def __init__(self, figures: Path | None, of: Mapping[str, Any]) -> None:
        """
        Args:
            figures: where all of it will be written in the end.
            of: what is measured, and how: parts of anything else are of no use, and are measured anew.
        """
        self.path = figures and figures.with_name(f"{figures.name}.parts")
        self._of = json.loads(json.dumps(of))
        self._done = self._read()

    def __len__(self) -> int:
        return len(self._done)

    def part(self, name: str, measure: Callable[[], Any]) -> Any:
        """The figures of a part, which are measured where they are not yet known."""
        if name not in self._done:
            self._done[name] = measure()
            if self.path:
                write_json(self.path, {"of": self._of, "parts": self._done})
        return self._done[name]

    def close(self) -> None:
        """All is measured, and written elsewhere."""
        if self.path:
            self.path.unlink(missing_ok=True)

    def _read(self) -> dict[str, Any]:
        try:
            kept = json.loads(self.path.read_text(encoding="utf-8")) if self.path else {}
        except (OSError, ValueError):  # none yet, or one that cannot be read: it is measured again
            return {}
        is_same = isinstance(kept, dict) and kept.get("of") == self._of and isinstance(kept.get("parts"), dict)
        return dict(kept["parts"]) if is_same else {}


def shown(rows: Sequence[_Row], title: str) -> Iterable[_Row]:
    """The rows, with a bar on standard error that says how far they are, where that is a terminal."""
    console = Console(stderr=True)
    return track(rows, title, console=console, transient=True, disable=not console.is_terminal)
