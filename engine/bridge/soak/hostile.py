"""Messages that are almost right, for the codec and for a live server."""

from __future__ import annotations

import random
import socket
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgpack
import zmq

from engine.bridge.soak.kills import ServerProcess
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
    decode_client,
    decode_server,
    encode,
)
from engine.formats.wire.fields import ProtocolError
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


_ROUND = 100  # messages between two signs of life that the server must give
_ANSWER_S = 10.0
_GROWTH = 0.05
_MAX_FAULTS = 20  # reported ones


def codec(inputs: int, seed: int = 0, told: Callable[[str], None] = lambda how_far: None) -> dict[str, Any]:
    """Decode `inputs` messages as a server and as a client would.

    Returns:
        `inputs`, `codes` (how often each refusal), `read` (sound after all), `slowest_ms` (of the processor), `faults`
        (anything but a refusal, or a message that does not come out as it went in) and `passed`.
    """
    client, server = Nonsense(seed), Nonsense(seed, from_server=True)
    codes, faults = Counter[str](), list[str]()
    read, slowest = 0, 0.0
    for i in range(inputs):
        if i % 10_000 == 0:
            told(f"{i} of {inputs}")
        source, decode = (server, decode_server) if i % 4 == 0 else (client, decode_client)
        parts = source.message()
        start = time.thread_time()
        try:
            message: Any = decode(parts)
            slowest = max(slowest, time.thread_time() - start)
            read += 1
            if encode(decode(encode(message))) != encode(message):  # not the messages: NaN is not equal to itself
                faults.append(f"changed: {[part.hex() for part in parts]}")
        except ProtocolError as error:
            codes[error.code] += 1
            if not (error.message and error.fix):
                faults.append(f"no sentence: {[part.hex() for part in parts]}")
        except Exception as error:
            faults.append(f"{type(error).__name__}: {[part.hex() for part in parts]}")
    return {
        "inputs": inputs,
        "seed": seed,
        "read": read,
        "codes": dict(codes.most_common()),
        "slowest_ms": round(slowest * 1e3, 3),
        "faults": faults[:_MAX_FAULTS],
        "passed": not faults,
    }


def live(messages: int, folder: Path, seed: int = 0, told: Callable[[str], None] = lambda how_far: None) -> dict[str, Any]:
    """Send `messages` broken messages to a server process, and bytes that are no ZeroMQ to its port.

    Returns:
        `messages`, `errors` (codes of the replies), `memory_growth` (from a tenth of the run to its end), `faults`
        (no sign of life in time, an unclear error, a dead server) and `passed`.
    """
    source, chance = Nonsense(seed), random.Random(seed)
    errors, faults, memory = Counter[str](), list[str](), list[float]()
    with ServerProcess(folder) as server, zmq.Context() as context, context.socket(zmq.DEALER) as wire:
        wire.linger = 0
        wire.connect(server.address)
        rounds = max(10, messages // _ROUND)
        for number in range(rounds):
            told(f"{number * (messages // rounds)} of {messages}")
            _greet(wire)
            for _ in range(messages // rounds):
                wire.send_multipart(source.message())
            faults += _await_pong(wire, number, errors)
            _knock(server.address, chance)
            if number >= rounds // 10:
                memory.append(server.memory() or 0.0)
            if not server.alive or len(faults) >= _MAX_FAULTS:
                break
        if not server.alive:
            faults.append("the server died")
        elif server.terminate() != 0:
            faults.append("the server did not stop cleanly")
    growth = memory[-1] / memory[0] - 1 if memory and memory[0] else 0.0
    return {
        "messages": messages // rounds * rounds,
        "seed": seed,
        "errors": dict(errors.most_common()),
        "memory_growth": round(growth, 4),
        "faults": faults,
        "passed": not faults and growth <= _GROWTH,
    }


def _greet(wire: zmq.Socket[bytes]) -> None:
    """Open a session with an NPC (again): nonsense may have ended it."""
    for message in (Hello("fuzz", "fuzz-session"), Spawn("mira", "healer")):
        wire.send_multipart(encode(message))


def _await_pong(wire: zmq.Socket[bytes], number: int, errors: Counter[str]) -> list[str]:
    """Read until the server shows that it is through; returns what was wrong with its replies."""
    sign, faults = 2**40 + number, []
    wire.send_multipart(encode(Hello("fuzz", "fuzz-session")))
    wire.send_multipart(encode(Ping(sign)))
    while wire.poll(int(_ANSWER_S * 1e3)):
        try:
            message = decode_server(wire.recv_multipart())
        except ProtocolError as error:
            faults.append(f"a reply that is none: {error}")
            continue
        if isinstance(message, Pong) and message.id == sign:
            return faults
        if isinstance(message, Error):
            errors[message.code] += 1
            if message.code == "internal" or not (message.message and message.fix):
                faults.append(f"an unclear error: {message}")
    return [*faults, f"no sign of life within {_ANSWER_S:g} s after round {number}"]


def _knock(endpoint: str, chance: random.Random) -> None:
    """Send what is not ZMTP, and hang up without waiting."""
    host, _, port = endpoint.removeprefix("tcp://").rpartition(":")
    greeting = b"\xff" + bytes(8) + b"\x7f\x03\x01NULL" + bytes(48)
    with socket.create_connection((host, int(port)), timeout=_ANSWER_S) as knock:
        knock.sendall(greeting[: chance.randint(0, 64)] + chance.randbytes(chance.randint(0, 200)))
