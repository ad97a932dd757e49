"""The persona cards that a server knows: the shipped ones, and its own, which may be edited while it runs."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from engine.errors import Fault
from npc import Persona, characters, load_persona
from npc.card_file import did_you_mean

_EVERY_S = 1.0  # an author who saves a card sees it within a second
_Mark = tuple[int, int]


class Cards:
    """Cards by name.

    Args:
        own: directory with cards beside the shipped ones; they go before a shipped one of their name.
        clock: seconds.
    """

    def __init__(self, own: Path | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._own, self._clock, self._looked = own, clock, clock()
        self._loaded: dict[str, Persona] = {}
        self._marks: dict[str, _Mark] = {}

    def names(self) -> list[str]:
        """All that there are now."""
        return sorted({*characters(), *self._paths()})

    def get(self, name: str) -> Persona:
        """The card of that name. A name is never a path: no game reads the server's files.

        Raises:
            Fault: `persona_unknown`, or what is wrong with the card.
        """
        if name in self._loaded:
            return self._loaded[name]
        path = self._paths().get(name)
        if path is None and name not in characters():
            raise Fault(
                "persona_unknown",
                f"There is no persona '{name}'.",
                f"{did_you_mean(name, self.names())}Use one of: {', '.join(self.names())}; or send a whole card.",
            )
        if path is not None:
            self._marks[name] = _mark(path)  # before it is read: what is written meanwhile is an edit
        card = self._loaded[name] = load_persona(path or name)
        return card

    def edited(self) -> dict[str, Persona | Fault]:
        """Cards in use that have been edited since the last call; at most once a second it looks.

        An edit with a fault is told once, as that fault, and the old card stays in force.
        """
        if self._own is None or self._clock() - self._looked < _EVERY_S:
            return {}
        self._looked = self._clock()
        edited: dict[str, Persona | Fault] = {}
        for name, path in self._paths().items():
            mark = _mark(path)
            if name not in self._loaded or self._marks.get(name) == mark:
                continue
            self._marks[name] = mark
            try:
                card = load_persona(path)
                edited[name] = self._loaded[name] = card
            except Fault as error:
                edited[name] = error
        return edited

    def _paths(self) -> dict[str, Path]:
        return {path.stem: path for path in sorted(self._own.glob("*.yaml"))} if self._own else {}


def _mark(path: Path) -> _Mark:
    """Differs where the file has been written again; an editor may have taken it away for a moment."""
    try:
        state = path.stat()
    except OSError:
        return (0, 0)
    return state.st_mtime_ns, state.st_size
