"""What the server knows of one client: its connection, its NPCs, and which utterances it has dealt with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from engine.bridge.ledger import Ledger, PutOff
from engine.minds.mind import Mind
from engine.perception.looks import Appearance, Appearances

FLOODED = 30.0  # observations a second of a client that floods: enough to play, and little work


@dataclass(eq=False, slots=True)
class Npc:
    """One NPC and the card that it is made from; `mind` is None until that has been read, and what it is told waits.

    `before` is who stood in its place, and does so again where the card turns out to be faulty.
    """

    id: str
    persona: str | Mapping[str, Any]
    mind: Mind | None = None
    before: Npc | None = None


@dataclass(slots=True)
class RateLimit:
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


class Connection(Protocol):
    """One peer as `Sessions` sees it. `user` is who it is by its key, `address` where it comes from."""

    session: Session | None
    user: str
    address: str
    serial: int
    wrong_tokens: int

    def send(self, parts: Sequence[bytes]) -> bool:
        """Put a message on its way; False where it cannot be delivered."""

    def send_all(self, messages: Sequence[Sequence[bytes]]) -> bool:
        """Put several messages on their way at once; False where they cannot be delivered."""


@dataclass(eq=False, slots=True)
class Session:
    """A client across its reconnections. Only the I/O thread touches it.

    `connection` is the one that speaks for it, if any; `heard_at` is when it was last heard (seconds on the server's
    clock), `user` who it is by its key, `peer` whose share of the sessions it counts for.
    """

    key: str
    client: str
    user: str
    peer: str
    heard_at: float
    ledger: Ledger
    rate_limit: RateLimit
    connection: Connection | None = None
    floods: bool = False  # its last message was more than it may send
    put_off: PutOff = field(default_factory=PutOff)
    capabilities: frozenset[str] = frozenset()
    npcs: dict[str, Npc] = field(default_factory=dict)
    looks: Mapping[str, Mapping[int, Appearance]] = field(default_factory=dict)  # by phrase, and by the picture's number
    shown: Mapping[str, Appearances] = field(default_factory=dict)  # the same by phrase alone
    counters: Counter[str] = field(default_factory=Counter)
