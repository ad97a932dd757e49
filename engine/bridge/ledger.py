"""What counts once: utterances that were dealt with, those that were put off, and decisions on disk."""

from __future__ import annotations

import os
import sqlite3
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from engine.errors import Fault

KEEP_S = 24 * 3600.0  # no client asks again after that
_REMEMBERED = 2048  # decided utterances that a client may ask for again
_PATIENCE_S = 5.0  # an utterance that was put off and does not come again holds up the later ones for so long

Key: TypeAlias = tuple[str, str]  # utterance id, NPC id

_SCHEMA = """
CREATE TABLE IF NOT EXISTS decided (
    session TEXT, utterance TEXT, npc TEXT, decision BLOB NOT NULL, at REAL NOT NULL,
    PRIMARY KEY (session, utterance, npc)
) WITHOUT ROWID
"""


class Journal:
    """One server's decisions on utterances, on disk: once killed, it sends them again instead of making others.

    To be used from one thread at a time.

    Written before a decision is sent, so that no client ever had one that is not in here. It outlives the death of
    the process. It is not synced to the disk for every decision: a power cut may lose the last ones, and then the
    promise of a server without a journal holds.

    Raises:
        Fault: `journal`.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        try:
            _own(path)
            self._base = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=0.2)
            self._base.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._base.execute("PRAGMA journal_mode = WAL")
            self._base.execute("PRAGMA synchronous = OFF")
            self._base.execute(_SCHEMA)
            self._base.execute("DELETE FROM decided WHERE at < ?", (clock() - KEEP_S,))
        except (sqlite3.Error, OSError) as error:
            raise Fault(
                "journal", f"{path} cannot be used as a journal: {error}.", "Give each server a file of its own with --journal."
            ) from None

    def write(self, rows: Iterable[tuple[str, str, str, bytes]]) -> None:
        """Keep decisions: session, utterance, NPC and the packed message. One transaction.

        Raises:
            Fault: `journal`: nothing was kept.
        """
        now = self._clock()
        try:
            with self._base:
                self._base.execute("BEGIN")
                self._base.executemany("INSERT OR REPLACE INTO decided VALUES (?, ?, ?, ?, ?)", ((*row, now) for row in rows))
        except sqlite3.Error as error:
            raise Fault("journal", f"The journal cannot be written: {error}.", "Is the disk full?") from None

    def read(self, session: str, utterance: str, npc: str) -> bytes | None:
        """The packed decision, or None where there was none."""
        row = self._base.execute(
            "SELECT decision FROM decided WHERE session = ? AND utterance = ? AND npc = ?", (session, utterance, npc)
        ).fetchone()
        return row[0] if row else None

    def forget(self, session: str) -> None:
        self._base.execute("DELETE FROM decided WHERE session = ?", (session,))

    def close(self) -> None:
        self._base.close()


def _own(path: Path) -> None:
    """Let nobody else read what was said; SQLite gives the files beside it the same mode."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600))
    if os.name == "posix":
        os.chmod(path, 0o600)


class Ledger:
    """Makes an utterance take effect once for each NPC, however often it is sent.

    Undecided utterances are never forgotten; of the decided ones the last `remembered` are kept, and with a journal
    also those of the server's earlier lives.
    """

    def __init__(self, session: str = "", journal: Journal | None = None, remembered: int = _REMEMBERED) -> None:
        self._session, self._journal, self._remembered = session, journal, remembered
        self._undecided: set[Key] = set()
        self._decided: OrderedDict[Key, list[bytes]] = OrderedDict()

    @property
    def undecided(self) -> int:
        """Answers that are still owed."""
        return len(self._undecided)

    def knows(self, key: Key) -> bool:
        """Whether `key` was taken on before."""
        return key in self._undecided or self.reply(key) is not None

    def open(self, key: Key) -> None:
        """Take `key` on."""
        self._undecided.add(key)

    def settle(self, key: Key, reply: list[bytes]) -> None:
        """Remember the reply for a client that asks again; forget the oldest."""
        self._undecided.discard(key)
        self._decided[key] = reply
        while len(self._decided) > self._remembered:
            self._decided.popitem(last=False)

    def reply(self, key: Key) -> list[bytes] | None:
        """The decision that was made, packed."""
        reply = self._decided.get(key)
        if reply is None and self._journal is not None:
            packed = self._journal.read(self._session, *key)
            return None if packed is None else [packed]
        return reply

    def forget_npc(self, npc: str) -> None:
        """Drop what an NPC still owes: it has left."""
        self._undecided = {key for key in self._undecided if key[1] != npc}


@dataclass(slots=True)
class PutOff:
    """Keeps utterances in order where some were put off: nothing newer is taken before the oldest of them.

    A client has several under way when the first is put off; had they room meanwhile, they would overtake it.
    """

    _seq: int | None = None  # of the oldest utterance that was put off
    _until: float = 0.0

    def lets_in(self, seq: int, now: float) -> bool:
        return self._seq is None or seq <= self._seq or now > self._until

    def put_off(self, seq: int, now: float) -> None:
        if self.lets_in(seq, now):
            self._seq, self._until = seq, now + _PATIENCE_S

    def take(self) -> None:
        """The oldest was taken."""
        self._seq = None
