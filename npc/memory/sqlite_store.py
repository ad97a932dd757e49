"""Memories in one SQLite file: they outlive the game, the server, and a server that is killed."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from npc.errors import RecollectionError
from npc.memory.memory import Changes
from npc.memory.records import EPISODE, CharacterState, Episode, MemoryData, Name, Person
from npc.memory.store import Key, kept_as, whole
from npc.text import valid

_LOG = logging.getLogger("npc.memory")

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
# What older versions need not know of: who was written when, and records that could not be read.
_BESIDE = """
    CREATE TABLE IF NOT EXISTS used (world TEXT, npc TEXT, at REAL NOT NULL, PRIMARY KEY (world, npc)) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS set_aside (kind TEXT, world TEXT, npc TEXT, name, record);
"""
_OF = "WHERE world = ? AND npc = ?"
_TABLES = ("life", "person", "episode", "used", "set_aside")
MOST_BYTES = 256 << 20  # of all memories; a full one takes about 200,000
_LOOK = 256  # writes from one look at the size of the file to the next
_CHECKED = 32 << 20  # bytes of a file that is looked through at the start, which takes some 0.1 s
_WAL_BYTES = 4 << 20
_TIME = 600.0  # seconds for which a character counts as just used

_LIFE: TypeAdapter[CharacterState] = TypeAdapter(CharacterState)
_PERSON: TypeAdapter[Person] = TypeAdapter(Person)
_NAME: TypeAdapter[str] = TypeAdapter(Name)
_Record = TypeVar("_Record")


class SqliteStore:
    """Keeps memories in a file, for one process at a time.

    A write is one transaction of SQLite's write-ahead log: it survives the death of the process at any moment.
    It is not synced to the disk each time: a power cut may lose the last seconds, never more than that.

    Args:
        most_bytes: how large the file may grow; beyond it the characters that were not used for longest are forgotten.

    Raises:
        RecollectionError: `memory_in_use`: another server has it; `memory_file`: it is no memory file, or of a newer version.
    """

    def __init__(self, path: Path, migrations: Sequence[str] = _MIGRATIONS, most_bytes: int = MOST_BYTES) -> None:
        self._path, self._most = path, most_bytes
        self._lock = threading.Lock()
        self._writes = 0
        self._used: dict[Key, float] = {}
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)  # players' words are nobody else's business
            if not path.is_file():
                raise OSError("it is no file")
            self._base = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=0.2)
            self._base.text_factory = lambda data: data.decode(errors="replace")
            for pragma in ("locking_mode = EXCLUSIVE", "auto_vacuum = INCREMENTAL", "journal_mode = WAL"):
                self._base.execute(f"PRAGMA {pragma}")
            self._base.execute("PRAGMA synchronous = NORMAL")
            self._base.execute(f"PRAGMA journal_size_limit = {_WAL_BYTES}")
            self._check()
            self._migrate(migrations)
            self._base.executescript(f"BEGIN; {_BESIDE}; COMMIT;")
            if not self._base.execute("PRAGMA auto_vacuum").fetchone()[0]:
                self._base.execute("VACUUM")  # a file of before 0.2: from now on it can give room back
            self._make_room()
        except (sqlite3.Error, OSError) as error:
            raise self._unusable(error) from None

    def _unusable(self, error: Exception) -> RecollectionError:
        if "locked" in str(error):
            return RecollectionError(
                "memory_in_use",
                f"{self._path} is in use by another server.",
                "Give each server a file of its own with --memory, or none with `--memory none`.",
            )
        return RecollectionError(
            "memory_file",
            f"{self._path} cannot be used as a memory: {error}.",
            "Move it away, or name another with --memory.",
        )

    def _check(self) -> None:
        """Refuse a file with broken pages: it would fail later, with each line that somebody says."""
        if self._path.stat().st_size > _CHECKED:
            return
        found = str(self._base.execute("PRAGMA quick_check(1)").fetchone()[0])
        if found != "ok":
            raise sqlite3.DatabaseError(f"it is damaged ({' '.join(found.split())[:80]})")

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

    # -- reading ---------------------------------------------------------------------------------------

    def load(self, key: Key) -> MemoryData | None:
        """See `MemoryStore.load`. A record that is damaged is set aside, with a line in the log; the rest lives."""
        key = _valid(key)
        try:
            with self._lock:
                damaged: list[tuple[str, Any, Any]] = []
                lives = self._read("life", "''", key, _LIFE, damaged)
                people = self._read("person", "speaker", key, _PERSON, damaged)
                episodes = self._read("episode", "id", key, EPISODE, damaged)
                self._set_aside(key, damaged)
        except sqlite3.Error as error:
            raise RecollectionError(
                "memory_file",
                f"What {key[1]} remembers cannot be read from {self._path}: {error}.",
                "Move the file away to begin anew.",
            ) from None
        if not (lives or people or episodes):
            return None
        return whole(lives.get("", CharacterState()), people, episodes)

    def _read(
        self, table: str, column: str, key: Key, kind: TypeAdapter[_Record], damaged: list[tuple[str, Any, Any]]
    ) -> dict[Any, _Record]:
        """The records of one table by what names them; those that cannot be read go to `damaged`."""
        records: dict[Any, _Record] = {}
        for name, record in self._base.execute(f"SELECT {column}, record FROM {table} {_OF}", key).fetchall():
            try:
                known = name if table == "episode" else _NAME.validate_python(name)
                if not isinstance(known, int) and table == "episode":
                    raise TypeError("no number")
                records[known] = kind.validate_json(record)
            except (ValidationError, TypeError):
                damaged.append((table, name, record))
        return records

    def _set_aside(self, key: Key, damaged: Sequence[tuple[str, Any, Any]]) -> None:
        if not damaged:
            return
        with self._atomic() as base:
            for table, name, record in damaged:
                base.execute("INSERT INTO set_aside VALUES (?, ?, ?, ?, ?)", (table, *key, name, record))
                named = {"life": "", "person": "AND speaker IS ?", "episode": "AND id IS ?"}[table]
                base.execute(f"DELETE FROM {table} {_OF} {named}", (*key, name) if named else key)
        told = ", ".join(sorted({table for table, _, _ in damaged}))
        _LOG.warning(
            "%s: records of %s are damaged (%d: %s) and were set aside; the rest of its memory lives on.",
            self._path,
            key[1],
            len(damaged),
            told,
        )

    # -- writing ---------------------------------------------------------------------------------------

    def write(self, changes: Iterable[tuple[Key, Changes]]) -> None:
        """See `MemoryStore.write`."""
        with self._transaction() as base:
            for key, change in changes:
                key = _valid(key)
                base.executemany(f"DELETE FROM person {_OF} AND speaker = ?", [(*key, name) for name in change.gone])
                numbers = [number for e in change.forgotten if (number := self._number(base, key, e)) is not None]
                base.executemany(f"DELETE FROM episode {_OF} AND id = ?", [(*key, number) for number in numbers])
                self._put(key, change.life, change.people, change.episodes)

    @staticmethod
    def _number(base: sqlite3.Connection, key: Key, episode: Episode) -> int | None:
        record = _json(EPISODE, episode)
        query = f"SELECT id, record FROM episode {_OF} AND (id = ? OR record = ?)"
        return kept_as(episode, record, dict(base.execute(query, (*key, episode.id, record)).fetchall()))

    def stale(self, keys: Collection[Key]) -> set[Key]:
        """See `MemoryStore.stale`: no other server has this file."""
        return set()

    def _put(self, key: Key, life: CharacterState, people: dict[str, Person], episodes: Sequence[Episode]) -> None:
        base, now = self._base, time.time()
        base.execute("INSERT OR REPLACE INTO life VALUES (?, ?, ?)", (*key, _json(_LIFE, life)))
        base.executemany(
            "INSERT OR REPLACE INTO person VALUES (?, ?, ?, ?)",
            [(*key, name, _json(_PERSON, person)) for name, person in people.items()],
        )
        rows = [(*key, episode.id, _json(EPISODE, episode)) for episode in episodes]
        kept = base.executemany("INSERT OR IGNORE INTO episode VALUES (?, ?, ?, ?)", rows).rowcount if rows else 0
        if kept < len(rows):
            self._find_numbers(key, episodes)
        if now - self._used.get(key, 0.0) > _TIME:
            base.execute("INSERT OR REPLACE INTO used VALUES (?, ?, ?)", (*key, now))
            if len(self._used) > 65_536:
                self._used.clear()
            self._used[key] = now

    def _find_numbers(self, key: Key, episodes: Sequence[Episode]) -> None:
        """Keep those whose number is another's under the next that is free."""
        for episode in episodes:
            record = _json(EPISODE, episode)
            (there,) = self._base.execute(f"SELECT record FROM episode {_OF} AND id = ?", (*key, episode.id)).fetchone()
            if there != record:
                (last,) = self._base.execute(f"SELECT max(id) FROM episode {_OF}", key).fetchone()
                self._base.execute("INSERT INTO episode VALUES (?, ?, ?, ?)", (*key, last + 1, record))

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing, one thread at a time."""
        with self._lock:
            try:
                with self._atomic() as base:
                    yield base
                self._writes += 1
                if self._writes % _LOOK == 0:
                    self._make_room()
            except BaseException as error:
                self._used.clear()
                if isinstance(error, sqlite3.Error):
                    raise RecollectionError(
                        "memory_file", f"{self._path} cannot be written: {error}.", "Is the disk full?"
                    ) from None
                raise

    @contextmanager
    def _atomic(self) -> Iterator[sqlite3.Connection]:
        self._base.execute("BEGIN IMMEDIATE")
        try:
            yield self._base
            self._base.execute("COMMIT")
        except BaseException:
            if self._base.in_transaction:
                self._base.execute("ROLLBACK")
            raise

    def _make_room(self) -> None:
        """Give what is free back to the disk; where it is too much, forget whom nobody has met for longest."""
        forgotten = 0
        while self._bytes() > self._most:
            oldest = self._base.execute(
                "SELECT world, npc FROM life LEFT JOIN used USING (world, npc) ORDER BY coalesce(at, 0)"
                " LIMIT (SELECT 1 + count(*) / 10 FROM life)"
            ).fetchall()
            if not oldest:
                break
            with self._atomic() as base:
                for table in _TABLES:
                    base.executemany(f"DELETE FROM {table} {_OF}", oldest)
            forgotten += len(oldest)
        if forgotten:
            told = "%s had grown beyond %d MiB: what %d characters remember, who were not met for longest, is forgotten."
            _LOG.warning(told, self._path, self._most >> 20, forgotten)
        self._base.executescript("PRAGMA incremental_vacuum")

    def _bytes(self) -> int:
        """How much of the file is in use."""
        pages, free, size = (
            self._base.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
        )
        return int((pages - free) * size)

    def close(self) -> None:
        """See `MemoryStore.close`."""
        with self._lock:
            self._base.close()


def _valid(key: Key) -> Key:
    return valid(key[0]), valid(key[1])


def _json(kind: TypeAdapter[_Record], record: _Record) -> str:
    return kind.dump_json(record).decode()
