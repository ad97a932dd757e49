"""A branching dialogue, whatever language it was written in: nodes of statements, in the terms that both have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from npc.card_file import shown, unfit
from npc.errors import PersonaError
from npc.exchange.dialogue.expressions import Expression, Literal

MAX_FILE = 2 << 20  # bytes of all files of a dialogue
MAX_LINES = 40_000
MAX_WIDTH = 4000  # characters of a line
MAX_DEPTH = 40  # of options within options
SHOWN_LEFT = 400  # sentences about what was left out


@dataclass(frozen=True, slots=True)
class At:
    """A line of a source file."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Value:
    """A value that is written into a text."""

    of: Expression


@dataclass(frozen=True, slots=True)
class Either:
    """A part of a text that depends on conditions: the first that holds; None always does."""

    arms: tuple[tuple[Expression | None, Parts], ...]


@dataclass(frozen=True, slots=True)
class Turns:
    """A part of a text that is another one each time: `sequence` ends with its last, `cycle` begins again, `once` ends with
    nothing; of a `shuffle` any."""

    key: str
    kind: str
    arms: tuple[Parts, ...]


Parts: TypeAlias = "tuple[str | Value | Either | Turns, ...]"


@dataclass(frozen=True, slots=True)
class Said:
    """A line, by whoever its text names, with the id that its author gave it, and its tags."""

    at: At
    parts: Parts
    tags: tuple[str, ...] = ()
    id: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """Something that the player may say.

    Attributes:
        when: what must hold for it; `once`: a variable that says whether it was taken before, empty: it may be again.
        more: what the player says in full, where the option only names it.
        body: what comes of it.
    """

    at: At
    parts: Parts
    body: Body
    when: Expression | None = None
    once: str = ""
    more: Parts = ()
    id: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Options:
    """The player chooses; then what stands behind it goes on."""

    at: At
    options: tuple[Option, ...]
    fallback: Body | None = None  # where none of them is left


@dataclass(frozen=True, slots=True)
class Branch:
    """The first body whose condition holds; None always does."""

    at: At
    arms: tuple[tuple[Expression | None, Body], ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One of several, as the character likes, among those whose condition holds."""

    at: At
    arms: tuple[tuple[Expression | None, Body], ...]


@dataclass(frozen=True, slots=True)
class Assign:
    """A variable becomes a value."""

    at: At
    name: str
    value: Expression


@dataclass(frozen=True, slots=True)
class Command:
    """Something that the game does."""

    at: At
    name: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Jump:
    """Go on elsewhere; with `back` come back to what stands behind."""

    at: At
    target: str
    back: bool = False


@dataclass(frozen=True, slots=True)
class Stop:
    """The dialogue ends; with `back` only what was jumped to with a way back."""

    at: At
    back: bool = False


Statement: TypeAlias = Said | Options | Branch | AnyOf | Assign | Command | Jump | Stop
Body: TypeAlias = tuple[Statement, ...]


@dataclass
class Story:
    """A whole dialogue.

    Attributes:
        nodes: by name, in the order of the files; `entry`: the one that it begins with.
        labels: names within nodes, of which it is asked whether they were passed.
        starts: values of variables as they are declared, and where that is.
            left: what is not taken over, and where it stands.
    """

    nodes: dict[str, Body] = field(default_factory=dict)
    begins: dict[str, At] = field(default_factory=dict)
    entry: str = ""
    starts: dict[str, tuple[At, Literal]] = field(default_factory=dict)
    left: list[tuple[At, str]] = field(default_factory=list)
    labels: set[str] = field(default_factory=set)
    names_speakers: bool = False  # whoever stands before a colon speaks, even if it is only once
    counts_entries: bool = False  # whoever is in a node has visited it; else whoever has left it
    keeps_ways_back: bool = False  # a jump out of what was jumped to with a way back keeps that way

    def leave(self, at: At, what: str) -> None:
        """Note what is not taken over; once for each line."""
        if (at, what) not in self._noted:
            self._noted.add((at, what))
            self.left.append((at, what))

    _noted: set[tuple[At, str]] = field(default_factory=set, repr=False)


def source_fault(at: At | str, what: str, fix: str) -> PersonaError:
    """The error for a file that is no dialogue, or one beyond all bounds."""
    return PersonaError("dialogue", f"{at}: {what}.", fix)


def checked_size(files: Sequence[tuple[Path, str]]) -> None:
    """Refuse files with more or longer lines than anybody has written by hand, and with characters that no text has.

    Raises:
        PersonaError: `dialogue`.
    """
    lines = sum(text.count("\n") + 1 for _, text in files)
    if lines > MAX_LINES:
        raise source_fault(shown(str(files[0][0]), 400), f"{lines} lines, at most {MAX_LINES}", "Import it in parts.")
    for path, text in files:
        for number, line in enumerate(text.split("\n"), 1):
            if len(line) > MAX_WIDTH:
                at = f"{shown(str(path), 400)}:{number}"
                raise source_fault(at, f"a line of {len(line)} characters, at most {MAX_WIDTH}", "Break it into several.")
            if wrong := next(unfit(line), None):
                raise source_fault(f"{shown(str(path), 400)}:{number}", *wrong)
