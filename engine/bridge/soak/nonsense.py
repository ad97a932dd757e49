"""Messages that are almost right: sound ones with bits flipped, cut, glued, and fields exchanged."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import msgpack

from engine.formats.wire.codec import (
    Ack,
    Bye,
    ClientMessage,
    Despawn,
    Error,
    Frame,
    Hello,
    Observe,
    Ping,
    Pong,
    ServerMessage,
    Spawn,
    Spawned,
    Utterance,
    Welcome,
    WireDecision,
    encode,
)
from npc.types import Target


def _packed(*messages: ClientMessage | ServerMessage) -> list[list[bytes]]:
    return [[bytes(part) for part in encode(message)] for message in messages]


_FROM_CLIENT = _packed(
    Hello("fuzz", "fuzz-session", "1.0", ("inspect",), "token"),
    Spawn("mira", "healer", ("wolf",)),
    Spawn("odo", {"name": "Odo", "traits": {"bravery": 0.5}}),
    Despawn("nobody"),
    Observe(1, ("mira",), Frame(bytes(18), 3, 2), Utterance("u1", "hello", ("mira",)), {"near": "well"}, 1.5, True),
    Observe(2, ("mira",), Frame(b"\xff\xd8\xff\xe0 broken", 0, 0, "jpeg")),
    Observe(3, ("mira",), Frame(b"\x89PNG\r\n\x1a\n broken", 0, 0, "png")),
    Ping(1),
    Bye(),
)
_FROM_SERVER = _packed(
    Welcome("server", "cpu", "default", True, labels={"action": ("idle",)}, limits={"text": 1000}),
    Spawned("mira", "Mira"),
    Ack(("u1", "u2")),
    WireDecision("mira", 1, "give", "happy", "u1", Target(0.5, 0.5, 0.5), "Here.", 0.5, "why", 0.1, 1.5, {"heat": [b"x"]}),
    Pong(1, {"observed": 3}),
    Error("field", "What.", "How.", 1, "mira", "u1"),
    Bye(),
)
_VALUES: list[Any] = [
    *(None, True, 0, -1, 1, 2**31, 2**53, 2**53 + 1, 2**64 - 1, -(2**63), 0.5, float("nan"), float("inf"), -0.0),
    *("", "mira", "x" * 65, "x" * 1001, "\0", "..", "\u202e", "🗝", b"", b"x", [], {}, [[]], {"a": {}}, ["mira"] * 300),
]


class Nonsense:
    """An endless, repeatable source of messages, most of them broken."""

    def __init__(self, seed: int, from_server: bool = False) -> None:
        self._chance = random.Random(seed)
        self._sound = _FROM_SERVER if from_server else _FROM_CLIENT
        # The last goes deepest into the codec, so it is likelier than the others.
        self._ways = (self._flip, self._cut, self._glue, self._noise, self._extra_part, *[self._exchange] * 8)

    def message(self) -> list[bytes]:
        """The parts of one."""
        parts = list(self._chance.choice(self._sound))
        while True:
            parts = self._chance.choice(self._ways)(parts)
            if self._chance.random() < 0.8:
                return parts

    def _pick(self, parts: Sequence[bytes]) -> int:
        return self._chance.randrange(len(parts))

    def _flip(self, parts: list[bytes]) -> list[bytes]:
        i = self._pick(parts)
        damaged = bytearray(parts[i])
        for _ in range(self._chance.choice((1, 1, 1, 4)) if damaged else 0):
            damaged[self._chance.randrange(len(damaged))] = self._chance.randrange(256)
        return [*parts[:i], bytes(damaged), *parts[i + 1 :]]

    def _cut(self, parts: list[bytes]) -> list[bytes]:
        i = self._pick(parts)
        return [*parts[:i], parts[i][: self._chance.randint(0, len(parts[i]))], *parts[i + 1 :]]

    def _glue(self, parts: list[bytes]) -> list[bytes]:
        other = self._chance.choice(self._sound)[0]
        at = self._chance.randint(0, len(parts[0]))
        return [parts[0][:at] + other[self._chance.randint(0, len(other)) :], *parts[1:]]

    def _exchange(self, parts: list[bytes]) -> list[bytes]:
        """A sound header with a field of another type, size or name."""
        fields = dict(msgpack.unpackb(self._chance.choice(self._sound)[0], raw=False))
        name = self._chance.choice(list(fields))
        target = fields[name] if isinstance(fields[name], dict) and fields[name] and self._chance.random() < 0.7 else fields
        target[self._chance.choice(list(target))] = self._chance.choice(_VALUES)
        return [msgpack.packb(fields), *parts[1:]]

    def _noise(self, parts: list[bytes]) -> list[bytes]:
        return [self._chance.randbytes(self._chance.randint(0, 64)), *parts[1:]]

    def _extra_part(self, parts: list[bytes]) -> list[bytes]:
        return [*parts, self._chance.randbytes(self._chance.randint(0, 32))] if len(parts) < 4 else parts
