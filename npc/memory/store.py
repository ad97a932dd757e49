"""Where memories are kept between the lives of a process."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from npc.memory.memory import Changes
from npc.memory.records import Episode, Life, Person, Recollection

# The world that a character lives in (a game's name, so that two games do not share a Mira), and its id there.
Key: TypeAlias = tuple[str, str]


class MemoryStore(Protocol):
    """Keeps what characters remember. May be used from several threads."""

    def load(self, key: Key) -> Recollection | None:
        """What the character knew; None where there is nothing.

        Raises:
            RecollectionError: it cannot be read.
        """

    def write(self, changes: Iterable[tuple[Key, Changes]]) -> None:
        """Keep them all or none; when it returns, they outlast the death of the process.

        Raises:
            RecollectionError: nothing was kept.
        """

    def replace(self, key: Key, recollection: Recollection) -> None:
        """Put a whole memory in the place of what was there.

        Raises:
            RecollectionError: nothing was kept.
        """

    def close(self) -> None:
        """Let go of files."""


@dataclass(slots=True)
class _Rows:
    """One character's records. What changes later is kept as JSON, so that nobody who goes on living changes it here."""

    life: str = "{}"
    people: dict[str, str] = field(default_factory=dict)
    episodes: dict[int, Episode] = field(default_factory=dict)

    def put(self, life: Life, people: Mapping[str, Person], episodes: Iterable[Episode]) -> None:
        self.life = life.model_dump_json()
        self.people.update((name, person.model_dump_json()) for name, person in people.items())
        self.episodes.update((episode.id, episode) for episode in episodes)


class InMemoryStore:
    """Keeps memories for as long as the process lives: those of the last `most` characters."""

    def __init__(self, most: int = 4096) -> None:
        self._most = most
        self._kept: OrderedDict[Key, _Rows] = OrderedDict()
        self._lock = threading.Lock()

    def load(self, key: Key) -> Recollection | None:
        """See `MemoryStore.load`."""
        with self._lock:
            rows = self._kept.get(key)
            if rows is None:
                return None
            return Recollection(
                life=Life.model_validate_json(rows.life),
                people={name: Person.model_validate_json(record) for name, record in rows.people.items()},
                episodes=tuple(rows.episodes.values()),
            )

    def write(self, changes: Iterable[tuple[Key, Changes]]) -> None:
        """See `MemoryStore.write`."""
        with self._lock:
            for key, change in changes:
                rows = self._rows(key)
                rows.put(change.life, change.people, change.episodes)
                for name in change.gone:
                    rows.people.pop(name, None)
                for number in change.forgotten:
                    rows.episodes.pop(number, None)

    def replace(self, key: Key, recollection: Recollection) -> None:
        """See `MemoryStore.replace`."""
        with self._lock:
            self._kept.pop(key, None)
            self._rows(key).put(recollection.life, recollection.people, recollection.episodes)

    def _rows(self, key: Key) -> _Rows:
        rows = self._kept.setdefault(key, _Rows())
        self._kept.move_to_end(key)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return rows

    def close(self) -> None:
        """Nothing to let go of."""
