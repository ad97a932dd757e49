"""Memories in one SQLite file: they outlive the game, the server, and a server that is killed."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from npc.errors import RecollectionError
from npc.memory.memory import Changes
from npc.memory.records import EPISODE, Episode, Life, Person, Recollection
from npc.memory.store import Key

# One script a version; a file of an older version goes through those that it lacks. Never edit one that was shipped.
_MIGRATIONS: Sequence[str] = (
    """
    CREATE TABLE life (world TEXT, npc TEXT, record TEXT NOT NULL, PRIMARY KEY (world, npc)) WITHOUT ROWID;
    CREATE TABLE person (
        world TEXT, npc TEXT, speaker TEXT, record TEXT NOT NULL, PRIMARY KEY (world, npc, speaker)
    ) WITHOUT ROWID;
    CREATE TABLE episode (
        world TEXT, npc TEXT, id INTEGER, record TEXT NOT NULL, PRIMARY KEY (world, npc, id)
    ) WITHOUT ROWID;
    """,
)


class SqliteStore:
    """Keeps memories in a file, for one process at a time.

    A write is one transaction of SQLite's write-ahead log: it survives the death of the process at any moment.
    It is not synced to the disk each time: a power cut may lose the last seconds, never more than that.

    Raises:
        RecollectionError: `memory_file`: it is no memory file, is of a newer version, or another server has it.
    """

    def __init__(self, path: Path, migrations: Sequence[str] = _MIGRATIONS) -> None:
        self._path = path
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)  # players' words are nobody else's business
            self._base = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=0.2)
            self._base.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._base.execute("PRAGMA journal_mode = WAL")
            self._base.execute("PRAGMA synchronous = NORMAL")
            self._migrate(migrations)
        except (sqlite3.Error, OSError) as error:
            raise self._unusable(error) from None

    def _unusable(self, error: Exception) -> RecollectionError:
        if "locked" in str(error):
            return RecollectionError(
                "memory_file",
                f"{self._path} is in use by another server.",
                "Give each server a file of its own with --memory, or none with `--memory none`.",
            )
        return RecollectionError(
            "memory_file",
            f"{self._path} cannot be used as a memory: {error}.",
            "Move it away, or name another with --memory.",
        )

    def _migrate(self, migrations: Sequence[str]) -> None:
        version = self._base.execute("PRAGMA user_version").fetchone()[0]
        if version > len(migrations):
            self._base.close()
            raise RecollectionError(
                "memory_file",
                f"{self._path} was written by a newer version ({version}; this one knows {len(migrations)}).",
                "Update the engine, or name another file with --memory.",
            )
        for number, script in enumerate(migrations[version:], version + 1):
            self._base.executescript(f"BEGIN; {script}; PRAGMA user_version = {number}; COMMIT;")

    def load(self, key: Key) -> Recollection | None:
        """See `MemoryStore.load`."""
        try:
            with self._lock:
                life = self._rows("SELECT record FROM life", key)
                people = self._rows("SELECT speaker, record FROM person", key)
                episodes = self._rows("SELECT record FROM episode", key)
            if not life:
                return None
            return Recollection(
                life=Life.model_validate_json(life[0][0]),
                people={speaker: Person.model_validate_json(record) for speaker, record in people},
                episodes=tuple(EPISODE.validate_json(record) for (record,) in episodes),
            )
        except (sqlite3.Error, ValidationError) as error:
            said = str(error).splitlines()[0]
            raise RecollectionError(
                "memory_file",
                f"What {key[1]} remembers cannot be read from {self._path}: {said}.",
                "Move the file away to begin anew.",
            ) from None

    def _rows(self, query: str, key: Key) -> list[tuple[str, ...]]:
        return self._base.execute(f"{query} WHERE world = ? AND npc = ?", key).fetchall()

    def write(self, changes: Iterable[tuple[Key, Changes]]) -> None:
        """See `MemoryStore.write`."""
        with self._transaction() as base:
            for key, change in changes:
                _write(base, key, change.life, change.people, change.episodes)
                base.executemany(f"DELETE FROM person {_OF} AND speaker = ?", [(*key, name) for name in change.gone])
                base.executemany(f"DELETE FROM episode {_OF} AND id = ?", [(*key, id) for id in change.forgotten])

    def replace(self, key: Key, recollection: Recollection) -> None:
        """See `MemoryStore.replace`."""
        with self._transaction() as base:
            base.execute(f"DELETE FROM person {_OF}", key)
            base.execute(f"DELETE FROM episode {_OF}", key)
            _write(base, key, recollection.life, recollection.people, recollection.episodes)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing, one thread at a time."""
        with self._lock:
            try:
                self._base.execute("BEGIN IMMEDIATE")
                try:
                    yield self._base
                except BaseException:
                    self._base.execute("ROLLBACK")
                    raise
                self._base.execute("COMMIT")
            except sqlite3.Error as error:
                raise RecollectionError(
                    "memory_file", f"{self._path} cannot be written: {error}.", "Is the disk full?"
                ) from None

    def close(self) -> None:
        """See `MemoryStore.close`."""
        with self._lock:
            self._base.close()


_OF = "WHERE world = ? AND npc = ?"


def _write(base: sqlite3.Connection, key: Key, life: Life, people: dict[str, Person], episodes: Iterable[Episode]) -> None:
    base.execute("INSERT OR REPLACE INTO life VALUES (?, ?, ?)", (*key, life.model_dump_json()))
    base.executemany(
        "INSERT OR REPLACE INTO person VALUES (?, ?, ?, ?)",
        [(*key, name, person.model_dump_json()) for name, person in people.items()],
    )
    base.executemany(
        "INSERT OR REPLACE INTO episode VALUES (?, ?, ?, ?)",
        [(*key, episode.id, EPISODE.dump_json(episode).decode()) for episode in episodes],
    )
