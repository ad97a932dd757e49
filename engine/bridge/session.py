"""What the server knows of one client: its NPCs, and which utterances it has dealt with."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from engine.bridge.journal import Journal
from engine.minds.mind import Mind

_REMEMBERED = 2048  # decided utterances that a client may ask for again
FLOODED = 30.0  # observations a second of a client that floods: enough to play, and little work
_PATIENCE_S = 5.0  # an utterance that was put off and does not come again holds up the later ones for so long


@dataclass(eq=False, slots=True)
class Npc:
    """One NPC, its character, and the card that it was made from."""

    id: str
    mind: Mind
    persona: str | Mapping[str, Any]


Key: TypeAlias = tuple[str, str]  # utterance id, NPC id


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
class Queue:
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


@dataclass(slots=True)
class Allowance:
    """So many messages a second, and as many at once after a second of silence (a token bucket).

    Who goes on sending when it is used up gets `FLOODED` a second, until there is a pause in what is sent.
    """

    rate: float
    _left: float = 0.0
    _at: float | None = None  # of the last message
    _taken_at: float = 0.0  # of the last that was let in

    def take(self, now: float) -> bool:
        """Use one up; False where none is left."""
        grown = self.rate if self._at is None else self._left + (now - self._at) * self.rate
        self._at = now
        if grown >= 1.0:
            self._left, self._taken_at = min(self.rate, grown) - 1.0, now
            return True
        self._left = 0.0  # only silence fills it again
        if now - self._taken_at < 1.0 / min(self.rate, FLOODED):
            return False
        self._taken_at = now
        return True


@dataclass(eq=False, slots=True)
class Session:
    """A client across its reconnections. Only the I/O thread touches it.

    `route` is the connection that it was last heard on, `heard_at` when (seconds on the server's clock), `user` who
    it is by its key.
    """

    key: str
    client: str
    user: str
    route: bytes
    heard_at: float
    ledger: Ledger
    allowance: Allowance
    floods: bool = False  # its last message was more than it may send
    queue: Queue = field(default_factory=Queue)
    capabilities: frozenset[str] = frozenset()
    npcs: dict[str, Npc] = field(default_factory=dict)
    counters: Counter[str] = field(default_factory=Counter)
