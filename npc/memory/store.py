"""Where memories are kept between the lives of a process, and those that are in use."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeAlias
from weakref import WeakValueDictionary

from pydantic import ValidationError

from npc.errors import RecollectionError
from npc.memory.memory import Changes, Memory
from npc.memory.records import EPISODE, CharacterState, Episode, MemoryData, Person

# The world that a character lives in (a game's name, so that two games do not share a Mira), and its id there.
Key: TypeAlias = tuple[str, str]
_LOG = logging.getLogger("npc.memory")
_MOST_UNSAVED, _REST = 4096, 16  # characters whose changes wait for a store that takes none; of them, written at one time


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

    def stale(self, keys: Collection[Key]) -> set[Key]:
        """Those that another server has written since they were loaded or written here; none where a store is one server's.

        Raises:
            RecollectionError: it cannot be asked.
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
        self._unsaved: dict[Key, Changes] = {}  # what no store has taken yet, the oldest first
        self._lock = threading.Lock()

    def of(self, key: Key) -> Memory:
        """The memory for `Character(…, memory=…)`: the one in use, else what the store has of it, else a new one.

        Raises:
            RecollectionError: it cannot be read.
        """
        with self._lock:
            memory = self._used.get(key)
            if memory is None:
                # In this order: what is written meanwhile is then known twice, which does no harm.
                unsaved, known = self._unsaved.get(key), self._store.load(key)
                memory = self._used[key] = Memory(known if unsaved is None else unsaved.added_to(known))
            return memory

    def refresh(self, keys: Iterable[Key]) -> None:
        """Take in what other servers have written of characters that are in use here. Call it before they are to answer.

        Where the store cannot be asked they go on with what they know.
        """
        used = {key: memory for key in keys if key not in self._unsaved and (memory := self._used.get(key)) is not None}
        try:
            for key in self._store.stale(used.keys()):
                if used[key].changed:
                    continue  # it stays stale, since it was not loaded
                known = self._store.load(key)
                if known is not None:
                    used[key].renew(known)
        except RecollectionError as error:
            _LOG.warning("What other servers have written is not known: %s", error.message)

    def keep(self, changes: Iterable[tuple[Key, Changes]]) -> None:
        """Write down what `Character.take_changes` gave. What fails is kept and written the next time, whoever's turn it is.

        Raises:
            RecollectionError: nothing was kept for now.
        """
        due: dict[Key, Changes] = {}
        for key, change in changes:
            before = due.get(key) or self._unsaved.get(key)
            due[key] = change if before is None else before.followed_by(change)
        try:
            self._store.write(due.items())
        except RecollectionError:
            self._unsaved.update(due)
            self._let_go_of_the_oldest()
            raise
        for key in due:
            self._unsaved.pop(key, None)
        self._write_the_rest()

    def _write_the_rest(self) -> None:
        for key in list(self._unsaved)[:_REST]:
            change = self._unsaved[key]
            try:
                self._store.write([(key, change)])
            except RecollectionError:
                self._unsaved[key] = self._unsaved.pop(key)  # now the last in the row
                return
            del self._unsaved[key]

    def _let_go_of_the_oldest(self) -> None:
        while len(self._unsaved) > _MOST_UNSAVED:
            key = next(iter(self._unsaved))
            del self._unsaved[key]
            _LOG.error("What %s has taken in could not be written for too long, and is lost with this server.", key[1])


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
        number = self.moved.pop(episode, episode.id)
        kept = self.episodes.get(number)
        if kept is not None and replace(kept, id=episode.id) == episode:
            del self.episodes[number]


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

    def stale(self, keys: Collection[Key]) -> set[Key]:
        """See `MemoryStore.stale`."""
        return set()

    def _rows(self, key: Key) -> _Rows:
        rows = self._kept.setdefault(key, _Rows())
        self._kept.move_to_end(key)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return rows

    def close(self) -> None:
        """Nothing to let go of."""


def kept_as(episode: Episode, record: str, rows: Mapping[int, str]) -> int | None:
    """The number under which a store has an episode, which is not its own where that was taken; None where it has not got it.

    Args:
        record: the episode as JSON.
        rows: records by their numbers, with all that may be it.
    """
    if rows.get(episode.id) == record:
        return episode.id
    if (moved := next((number for number, kept in rows.items() if kept == record), None)) is not None:
        return moved
    try:  # written by an older version, which put it in other words
        same = episode.id in rows and replace(EPISODE.validate_json(rows[episode.id]), id=episode.id) == episode
    except ValidationError:
        return None
    return episode.id if same else None


def whole(life: CharacterState, people: dict[str, Person], episodes: Mapping[int, Episode]) -> MemoryData:
    """A memory of records that were checked, with the numbers that the store has given their episodes."""
    life.next_episode = max(life.next_episode, max(episodes, default=-1) + 1)
    numbered = (e if e.id == number else replace(e, id=number) for number, e in sorted(episodes.items()))
    return MemoryData.model_construct(life=life, people=people, episodes=tuple(numbered))
