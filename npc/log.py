"""Logs of what a character perceived and decided, and their replay.

A log is text, one JSON value a line: first who the character is (card, id, seed, and what it remembered), then for
each tick the percept and the decision, in turn. The same percepts give the same decisions, byte for byte; where they
do not, the card, the rules or the engine have changed, and the replay says at which tick.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any

from pydantic import TypeAdapter, ValidationError

from npc.behaviour import BEHAVIOUR_FILE, TALK_FILE
from npc.character import Character
from npc.errors import Fault
from npc.persona import Persona
from npc.tables import read_table
from npc.types import Decision, Percept

_VERSION = 1
_PERCEPT: TypeAdapter[Percept] = TypeAdapter(Percept)
_DECISION: TypeAdapter[Decision] = TypeAdapter(Decision)


class LogError(Fault):
    """A log that cannot be replayed."""


class Recorder:
    """Writes the log of one character while it lives.

    Args:
        path: a new file; an older one of that name is replaced.
        character: before its first tick, with what it remembers of earlier lives.
    """

    def __init__(self, path: Path, character: Character, seed: int) -> None:
        self.path = path
        path.unlink(missing_ok=True)  # an older one keeps its mode
        private = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)  # what players said is its owner's alone
        self._file = os.fdopen(private, "w", encoding="utf-8", buffering=1)
        head = {
            "log": _VERSION,
            "npc": character.npc_id,
            "seed": seed,
            "behaviour": behaviour_mark(),
            "persona": character.persona.model_dump(mode="json", by_alias=True, exclude_defaults=True),
            "memory": base64.b64encode(character.snapshot()).decode(),
        }
        self._file.write(json.dumps(head, ensure_ascii=False) + "\n")

    def write(self, percept: Percept, decision: Decision) -> None:
        """Add one tick."""
        self._file.write(_json(_PERCEPT, percept) + "\n" + _json(_DECISION, decision) + "\n")

    def close(self) -> None:
        """Finish the file."""
        self._file.close()

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


@dataclass(frozen=True, slots=True)
class Replay:
    """How many ticks were decided as before; where one was not, its line in the log, and both decisions as JSON."""

    ticks: int
    line: int | None = None
    logged: str = ""
    decided: str = ""
    other_behaviour: bool = False  # behaviour.yaml is another one than when the log was written


def new_log(folder: Path, name: str) -> Path:
    """The path of the next log in a folder, which is made where there is none; logs of earlier chats stay.

    Raises:
        LogError: `logs`: the folder cannot be made or looked into.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        number = last_number(folder) + 1
    except OSError as error:
        raise LogError("logs", f"{folder} cannot be made: {error.strerror}.", "Check --logs.") from None
    return folder / file_name(number, name)


def last_number(folder: Path) -> int:
    """The highest number of a log in a folder, 0 without any."""
    numbers = (path.name.partition("-")[0] for path in folder.glob("*-*.jsonl"))
    return max((int(number) for number in numbers if number.isdecimal()), default=0)


def file_name(number: int, name: str) -> str:
    """What a log is called: numbered, since two games may have NPCs of one name, which is told as far as a file can have it."""
    return f"{number:04d}-{''.join(c if c.isalnum() or c in '-_' else '_' for c in name)[:60]}.jsonl"


def replay(path: Path) -> Replay:
    """Let a character live through a log again.

    Raises:
        LogError: the file cannot be read, or is no log.
    """
    lines = _lines(path)
    number, head = next(lines, (1, ""))
    character, other = _character(path, head)
    ticks = 0
    for number, text in lines:
        _, logged = next(lines, (0, ""))
        if not logged:  # the process was killed between the two
            break
        decided = _json(_DECISION, character.tick(_percept(path, number, text)))
        if decided != logged:
            return Replay(ticks, number + 1, logged, decided, other)
        ticks += 1
    return Replay(ticks, other_behaviour=other)


def relive(path: Path) -> Iterator[tuple[Character, Percept, Decision]]:
    """Let a character live through a log again: after each tick the character, what it perceived, and what it decides now.

    Raises:
        LogError: the file cannot be read, or is no log.
    """
    lines = _lines(path)
    _, head = next(lines, (1, ""))
    character, _ = _character(path, head)
    for number, text in lines:
        percept = _percept(path, number, text)
        yield character, percept, character.tick(percept)
        next(lines, None)  # the decision of then


_RARE = {"clauses", "looked", "talk", "recalled", "further", "follows", "asked", "remark"}


def _json(adapter: TypeAdapter[Any], entry: Percept | Decision) -> str:
    """A tick's percept or decision; what a silent, plain one has none of is left out, and so is what follows from the rest."""
    rare = _RARE if isinstance(entry, Percept) else {"effects"}
    return adapter.dump_json(entry, exclude={name for name in rare if not getattr(entry, name)} | {"line_id"}).decode()


@lru_cache(maxsize=1)
def behaviour_mark() -> str:
    """Names the rules of `behaviour.yaml` and `small_talk.yaml`: another one after any change."""
    tables = [read_table(file) for file in (BEHAVIOUR_FILE, TALK_FILE)]  # a pack has them as JSON
    return hashlib.sha256(json.dumps(tables).encode()).hexdigest()[:16]


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Whole lines with their numbers; one that was cut off is left out."""
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if line.endswith("\n"):
                    yield number, line[:-1]
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text"
        raise LogError("log", f"{path} cannot be read: {why}.", "Give the path of a log.") from None


def _character(path: Path, head: str) -> tuple[Character, bool]:
    """The character as it was, and whether the common rules have changed since."""
    try:
        entries = json.loads(head)
        if not isinstance(entries, dict) or "log" not in entries:
            raise ValueError("no log")
        if entries["log"] != _VERSION:
            raise LogError("log", f"{path} is a log of version {entries['log']}, this engine reads {_VERSION}.", "")
        character = Character(Persona.model_validate(entries["persona"]), str(entries["npc"]), int(entries["seed"]))
        character.restore(base64.b64decode(entries["memory"]))
        return character, entries["behaviour"] != behaviour_mark()
    except (ValueError, KeyError, TypeError):
        raise LogError(
            "log", f"{path} is no log of a character.", "Logs are written by `python -m engine serve --logs DIR`."
        ) from None


def _percept(path: Path, number: int, text: str) -> Percept:
    try:
        return _PERCEPT.validate_json(text)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        raise LogError(
            "log", f"{path}:{number}: this is no percept: {fault['msg']}.", "The file was changed or damaged."
        ) from None
