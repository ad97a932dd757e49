"""Where memories are kept between the lives of a process, and those that are in use."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeAlias
from weakref import WeakValueDictionary

from npc.errors import RecollectionError
from npc.memory.memory import Changes, Memory
from npc.memory.records import CharacterState, Episode, MemoryData, Person

# The world that a character lives in (a game's name, so that two games do not share a Mira), and its id there.
Key: TypeAlias = tuple[str, str]


class MemoryStore(Protocol):
    """Keeps what characters remember. May be used from several threads.

    Memories that were loaded apart may be written for one key (`Memories` has them share one instead). Each numbers its
    episodes alone; where a number is taken, the store gives another, so that nobody's episode takes the place of another's.
    """

    def load(self, key: Key) -> MemoryData | None:
        """What the character knew; None where there is nothing.

        Raises:
            RecollectionError: it cannot be read.
        """

    def write(self, changes: Iterable[tuple[Key, Changes]]) -> None:
        """Keep them all or none; when it returns, they outlast the death of the process.

        Raises:
            RecollectionError: nothing was kept.
        """

    def replace(self, key: Key, recollection: MemoryData) -> None:
        """Put a whole memory in the place of what was there.

        Raises:
            RecollectionError: nothing was kept.
        """

    def close(self) -> None:
        """Let go of files."""


class Memories:
    """The memories of a store that are in use. Who plays the same character of the same world has the very same one.

    So both keep what they take in, and know what the other has taken in from their next decision on. A memory is used by
    one thread at a time; this register may be used by several.
    """

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self._used: WeakValueDictionary[Key, Memory] = WeakValueDictionary()
        self._unsaved: set[Key] = set()
        self._lock = threading.Lock()

    def of(self, key: Key) -> Memory:
        """The memory for `Character(…, memory=…)`: the one in use, else what the store has of it, else a new one.

        Raises:
            RecollectionError: it cannot be read.
        """
        with self._lock:
            memory = self._used.get(key)
            if memory is None:
                memory = self._used[key] = Memory(self._store.load(key))
            return memory

    def keep(self, changes: Iterable[tuple[Key, Changes]]) -> None:
        """Write down what `Character.take_changes` gave. What fails is written the next time, as a whole.

        Raises:
            RecollectionError: nothing was kept for now.
        """
        due = list(changes)
        try:
            for key, _ in due:
                if key in self._unsaved and (memory := self._used.get(key)) is not None:
                    self._store.replace(key, memory.recollection())
            self._store.write((key, change) for key, change in due if key not in self._unsaved)
        except RecollectionError:
            self._unsaved.update(key for key, _ in due)
            raise
        self._unsaved.difference_update(key for key, _ in due)


@dataclass(slots=True)
class _Rows:
    """One character's records. What changes later is kept as JSON, so that nobody who goes on living changes it here."""

    life: str = "{}"
    people: dict[str, str] = field(default_factory=dict)
    episodes: dict[int, Episode] = field(default_factory=dict)
    moved: dict[Episode, int] = field(default_factory=dict)  # those whose number was taken

    def put(self, life: CharacterState, people: Mapping[str, Person], episodes: Iterable[Episode]) -> None:
        self.life = life.model_dump_json()
        self.people.update((name, person.model_dump_json()) for name, person in people.items())
        for episode in episodes:
            number = episode.id
            if self.episodes.setdefault(number, episode) != episode:
                number = self.moved[episode] = max(self.episodes) + 1
            self.episodes[number] = episode

    def forget(self, episode: Episode) -> None:
        self.episodes.pop(self.moved.pop(episode, episode.id), None)


class InMemoryStore:
    """Keeps memories for as long as the process lives: those of the last `most` characters."""

    def __init__(self, most: int = 4096) -> None:
        self._most = most
        self._kept: OrderedDict[Key, _Rows] = OrderedDict()
        self._lock = threading.Lock()

    def load(self, key: Key) -> MemoryData | None:
        """See `MemoryStore.load`."""
        with self._lock:
            rows = self._kept.get(key)
            if rows is None:
                return None
            return whole(
                CharacterState.model_validate_json(rows.life),
                {name: Person.model_validate_json(record) for name, record in rows.people.items()},
                rows.episodes,
            )

    def write(self, changes: Iterable[tuple[Key, Changes]]) -> None:
        """See `MemoryStore.write`."""
        with self._lock:
            for key, change in changes:
                rows = self._rows(key)
                for name in change.gone:
                    rows.people.pop(name, None)
                for episode in change.forgotten:
                    rows.forget(episode)
                rows.put(change.life, change.people, change.episodes)

    def replace(self, key: Key, recollection: MemoryData) -> None:
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


def whole(life: CharacterState, people: dict[str, Person], episodes: Mapping[int, Episode]) -> MemoryData:
    """A memory of records that were checked, with the numbers that the store has given their episodes."""
    life.next_episode = max(life.next_episode, max(episodes, default=-1) + 1)
    numbered = (e if e.id == number else replace(e, id=number) for number, e in sorted(episodes.items()))
    return MemoryData.model_construct(life=life, people=people, episodes=tuple(numbered))
