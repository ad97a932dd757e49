"""The persona cards that a server knows: the shipped ones, and its own, which may be edited while it runs."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from engine.errors import Fault
from engine.minds.looks import seen_as
from engine.perception.looks import read_look
from npc import Persona, assistants, characters, load_persona
from npc.card_faults import did_you_mean, listed
from npc.card_file import cards_in, shown
from npc.picture_file import Unfit
from npc.text import valid
from npc.translations import tables_beside

_LOG = logging.getLogger("engine.brain")
_EVERY_S = 1.0  # an author who saves a card sees it within a second
_START_S = 10.0  # that a start may take for looking at cards
_PASSING = {"persona_file", "persona_unknown"}  # an editor holds the file, or has it taken away, just now
_Mark = tuple[tuple[int, int, int], ...]


class Cards:
    """Cards by name.

    Args:
        own: directory with cards beside the shipped ones; they go before a shipped one of their name.
        clock: seconds.
        aside: does what may take long, where it holds nobody up; by default at once.
    """

    def __init__(
        self,
        own: Path | None = None,
        clock: Callable[[], float] = time.monotonic,
        aside: Callable[[Callable[[], None]], None] = lambda work: work(),
    ) -> None:
        self._aside, self._looking = aside, False
        self._edited: deque[tuple[str, Persona | Fault]] = deque()  # and not told yet
        self._own, self._clock, self._looked = own, clock, clock()
        self._loaded: dict[str, Persona] = {}
        self._marks: dict[str, _Mark] = {}
        self._lock = threading.Lock()  # cards are looked up on one thread, edits taken up on another
        self._told: dict[str, str] = {}  # the fault of a card that its author has been told

    def names(self) -> list[str]:
        """All that there are now."""
        return sorted({*characters(), *assistants(), *self._paths()})

    def get(self, name: str) -> Persona:
        """The card of that name. A name is never a path: no game reads the server's files.

        Raises:
            Fault: `persona_unknown`, or what is wrong with the card.
        """
        name = valid(name)
        if name in self._loaded:
            return self._loaded[name]
        path = self._paths().get(name)
        if path is None and name not in self.names():
            raise Fault(
                "persona_unknown",
                f"There is no persona '{name}'.",
                f"{did_you_mean(name, self.names())}Use one of: {listed(self.names())}; or send a whole card.",
            )
        mark = _mark(path) if path is not None else None  # before it is read: what is written meanwhile is an edit
        card = load_persona(path or name, path.name if path else "")
        with self._lock:  # not while it is read: nobody waits for another's card
            if name not in self._loaded:
                self._loaded[name] = card
                if mark is not None:
                    self._marks[name] = mark
            return self._loaded[name]

    def folder(self, name: str) -> Path | None:
        """Where the pictures of the card of that name lie; None where it ships with the engine, or is none."""
        path = self._paths().get(valid(name))
        return path.parent if path is not None else None

    def current(self, name: str) -> Persona | None:
        """The card of that name as it is in force now; None where nobody has asked for it yet."""
        return self._loaded.get(name)

    def edited(self, look: bool = True) -> dict[str, Persona | Fault]:
        """Cards in use that were edited, and have been read since the last call; with `look` others are looked for, at most
        once a second.

        An edit with a fault is told once, as that fault, and the old card stays in force. A file that cannot be read just
        now is tried again until it can. Whatever is wrong with a card, nothing is raised: whoever speaks in this second
        has nothing to do with it.
        """
        if look and self._own is not None and not self._looking and self._clock() - self._looked >= _EVERY_S:
            self._looked, self._looking = self._clock(), True
            self._aside(self._look)
        edited: dict[str, Persona | Fault] = {}
        with suppress(IndexError):  # there are no more
            while True:
                name, card = self._edited.popleft()
                edited[name] = card
        return edited

    def _look(self) -> None:
        """Look for edits, and read them; on any thread, but not twice at once."""
        try:
            for name, path in self._paths().items():
                mark = _mark(path)
                if name in self._loaded and mark is not None and self._marks.get(name) != mark:
                    self._read_again(name, path, mark)
        except Exception:
            _LOG.exception("Edited cards cannot be looked for.")
        finally:
            self._looking = False

    def _read_again(self, name: str, path: Path, mark: _Mark) -> None:
        card = _read(path)
        if not isinstance(card, Fault):
            self._marks[name] = mark
            if self._told.pop(name, None) is not None or card != self._loaded[name]:
                with self._lock:
                    self._loaded[name] = card
                self._edited.append((name, card))
            return
        if card.code not in _PASSING:
            self._marks[name] = mark
        if self._told.get(name) != str(card):
            self._told[name] = str(card)
            self._edited.append((name, card))

    def _paths(self) -> dict[str, Path]:
        return cards_in(self._own) if self._own else {}


def unusable(folder: Path, clock: Callable[[], float] = time.monotonic) -> Iterator[str]:
    """A sentence for each card of the folder that nobody can spawn: its fault, or that of a picture that it names.

    A start does not wait for hundreds of cards: those that are not read within some seconds are left to `lint`.
    """
    until = clock() + _START_S
    for name, path in cards_in(folder).items():
        if clock() > until:
            yield f"{path.name} and the cards after it were not looked at: `python -m npc lint {folder}` looks at all of them."
            return
        card = _read(path)
        if isinstance(card, Fault):
            yield f"{card} Until then nobody can spawn '{name}'."
        else:
            yield from _unfit_pictures(path, card)


def _unfit_pictures(path: Path, card: Persona) -> Iterator[str]:
    for phrase, watched in card.watch.items():
        for name in watched.looks:
            if isinstance(found := seen_as(path.parent, name, read_look), Unfit):
                what = f"{path.name}: the picture {shown(name)} (in `watch.{shown(phrase)}.looks`)"
                yield f"{what} {found.why}. {found.fix} Until then nobody can spawn '{shown(path.stem)}'."


def on_a_thread(*after: Callable[[], None]) -> Callable[[Callable[[], None]], None]:
    """Does work on a thread of its own, and then what comes `after`."""

    def do(work: Callable[[], None]) -> None:
        for step in (work, *after):
            step()

    return lambda work: threading.Thread(target=do, args=(work,), name="edited cards", daemon=True).start()


def _read(path: Path) -> Persona | Fault:
    try:
        return load_persona(path, path.name)
    except Fault as fault:
        return fault
    except Exception:  # an error of ours costs its card, not another player's words
        _LOG.exception("A card could not be read: %s", path)
        return Fault("persona_value", f"{path.name} could not be read.", "The log tells why; please report it.")


def _mark(path: Path) -> _Mark | None:
    """Differs where the file or a table of translations beside it has been written again; None where an editor has taken one
    away for a moment."""
    try:
        states = [file.stat() for file in (path, *tables_beside(path).values())]
    except OSError:
        return None
    return tuple((state.st_mtime_ns, state.st_size, state.st_ino) for state in states)
