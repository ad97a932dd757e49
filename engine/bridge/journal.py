"""Decisions on utterances, on disk: a server that was killed sends them again instead of making others."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from engine.errors import Fault

KEEP_S = 24 * 3600.0  # no client asks again after that

_SCHEMA = """
CREATE TABLE IF NOT EXISTS decided (
    session TEXT, utterance TEXT, npc TEXT, decision BLOB NOT NULL, at REAL NOT NULL,
    PRIMARY KEY (session, utterance, npc)
) WITHOUT ROWID
"""


class Journal:
    """One server's; to be used from one thread at a time.

    Written before a decision is sent, so that no client ever had one that is not in here. It outlives the death of
    the process. It is not synced to the disk for every decision: a power cut may lose the last ones, and then the
    promise of a server without a journal holds.

    Raises:
        Fault: `journal`.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        try:
            self._base = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=0.2)
            self._base.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._base.execute("PRAGMA journal_mode = WAL")
            self._base.execute("PRAGMA synchronous = OFF")
            self._base.execute(_SCHEMA)
            self._base.execute("DELETE FROM decided WHERE at < ?", (clock() - KEEP_S,))
        except sqlite3.Error as error:
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
