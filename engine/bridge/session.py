"""What the server knows of one client: its NPCs, and which utterances it has dealt with."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from engine.brain import Mind

_REMEMBERED = 2048  # decided utterances that a client may ask for again


@dataclass(eq=False, slots=True)
class Npc:
    """One NPC, its character, and the card that it was made from."""

    id: str
    mind: Mind
    persona: str | Mapping[str, Any]


Key: TypeAlias = tuple[str, str]  # utterance id, NPC id


class Ledger:
    """Makes an utterance take effect once for each NPC, however often it is sent.

    Undecided utterances are never forgotten; of the decided ones the last `remembered` are kept.
    """

    def __init__(self, remembered: int = _REMEMBERED) -> None:
        self._remembered = remembered
        self._undecided: set[Key] = set()
        self._decided: OrderedDict[Key, list[bytes]] = OrderedDict()

    @property
    def undecided(self) -> int:
        """Answers that are still owed."""
        return len(self._undecided)

    def open(self, key: Key) -> bool:
        """Take `key` on; False where it was taken on before."""
        if key in self._undecided or key in self._decided:
            return False
        self._undecided.add(key)
        return True

    def settle(self, key: Key, reply: list[bytes]) -> None:
        """Remember the reply for a client that asks again; forget the oldest."""
        self._undecided.discard(key)
        self._decided[key] = reply
        while len(self._decided) > self._remembered:
            self._decided.popitem(last=False)

    def reply(self, key: Key) -> list[bytes] | None:
        return self._decided.get(key)

    def forget_npc(self, npc: str) -> None:
        """Drop what an NPC still owes: it has left."""
        self._undecided = {key for key in self._undecided if key[1] != npc}


@dataclass(eq=False, slots=True)
class Session:
    """A client across its reconnections. Only the I/O thread touches it.

    `route` is the connection that it was last heard on, `heard_at` when (seconds on the server's clock).
    """

    key: str
    client: str
    route: bytes
    heard_at: float
    npcs: dict[str, Npc] = field(default_factory=dict)
    ledger: Ledger = field(default_factory=Ledger)
    counters: Counter[str] = field(default_factory=Counter)
