"""The C# codec says of every message what the Python codec says."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import msgpack
import pytest

from engine.formats.wire.codec import (
    Hello,
    Observe,
    Ping,
    Spawn,
    Utterance,
    decode_client,
    decode_server,
    encode,
)
from engine.formats.wire.fields import ProtocolError
from tests.conformance.messages import CLIENT, SERVER

FROM_CLIENT = [
    *CLIENT.values(),
    Hello("Dörfchen 🐺", "s" * 64, "1.3", ("inspect",), "secret"),
    Spawn("mira", {"name": "Mira", "traits": {"warm": 0.5, "brave": -1}, "rules": [], "big": -(2**40)}),
    Observe(1, ("a",), state={"depth": 200, "raw": b"\0\1", "nothing": None, "low": -33, "half": 0.5}),
    Observe(10, tuple(f"npc {i}" for i in range(200)), None, Utterance("u2", "ж" * 1000, ("npc 3",))),
]
FROM_SERVER = list(SERVER.values())
BROKEN = [
    b"",
    b"\xc1",
    b"\x81",
    b"\x93\x01\x02",
    b"\x07",
    b"\x81\xa4type\xa4ping",  # no id
    b"\x81\xa4type\xa5pingo",
    b"\x81\xa4type\x07",
    b"\x81\x07\xa4type",
    b"\xdf\xff\xff\xff\xff",
    b"\xdb\xff\xff\xff\xffabc",
    b"\x82\xa4type\xa4ping\xa2id\xd4\x00\x00",  # an extension type
    b"\x82\xa4type\xa4ping\xa2id\x07\x00",  # a byte too many
    b"\x81\xa4type\xa4p\xffng",
    b"\x91" * 5000 + b"\x90",
    msgpack.packb({"type": "ping", "id": -1}),
    msgpack.packb({"type": "ping", "id": 2**53 + 1}),
    msgpack.packb({"type": "ping", "id": 2**64 - 1}),
    msgpack.packb({"type": "ping", "id": True}),
    msgpack.packb({"type": "ping", "id": 7.0}),
    msgpack.packb({"type": "hello", "client": "a\nb", "session": "s", "version": "1.0"}),
    msgpack.packb({"type": "hello", "client": "", "session": "s", "version": "1.0"}),
    msgpack.packb({"type": "hello", "client": "a" * 65, "session": "s", "version": "1.0"}),
    msgpack.packb({"type": "despawn", "npc": "\u00a0"}),
    msgpack.packb({"type": "spawn", "npc": "mira", "persona": 7}),
    msgpack.packb({"type": "spawn", "npc": "mira", "persona": "x", "watch": ["w" * 101]}),
    msgpack.packb({"type": "observe", "seq": 1, "npcs": []}),
    msgpack.packb({"type": "observe", "seq": 1, "npcs": ["a"], "captured_at": float("nan")}),
    msgpack.packb({"type": "observe", "seq": 1, "npcs": ["a"], "utterance": {"id": "u", "text": ""}}),
    msgpack.packb({"type": "observe", "seq": 1, "npcs": ["a"], "utterance": {"id": "u", "text": "hi", "to": ["b"]}}),
    msgpack.packb({"type": "observe", "seq": 1, "npcs": ["a"], "frame": {"format": "rgb", "width": 1, "height": 1}}),
    msgpack.packb({"type": "ping", "id": 1, "stuffing": "x" * 70000}),
]


def answers(program: Path, lines: list[str]) -> list[str]:
    """What the C# codec says of each line."""
    done = subprocess.run(
        ["mono", program, "codec"], input="\n".join(lines) + "\n", capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout.splitlines()


def line(side: str, parts: list[bytes]) -> str:
    return " ".join([side, *(bytes(part).hex() for part in parts)])


def verdict(side: str, header: bytes) -> str:
    """What Python says of a message without a second part."""
    try:
        message = (decode_client if side == "client" else decode_server)([header])
    except ProtocolError as error:
        return f"error {error.code}"
    return line("ok", encode(message))


@pytest.mark.parametrize(("side", "messages"), [("client", FROM_CLIENT), ("server", FROM_SERVER)])
def test_every_message_survives_csharp_byte_for_byte(program, side, messages):
    said = answers(program, [line(side, encode(message)) for message in messages])
    assert said == [line("ok", encode(message)) for message in messages]


def test_what_python_refuses_csharp_refuses_with_the_same_code(program):
    assert answers(program, [line("client", [header]) for header in BROKEN]) == [verdict("client", header) for header in BROKEN]


def test_a_frame_must_fit_its_description(program):
    header = {"type": "observe", "seq": 1, "npcs": ["a"], "frame": {"format": "rgb", "width": 2, "height": 1}}
    wrong_format = header | {"frame": {"format": "bmp"}}
    pixels = bytes(6)
    said = answers(
        program,
        [
            line("client", [msgpack.packb(header), pixels]),
            line("client", [msgpack.packb(header), pixels[1:]]),
            line("client", [msgpack.packb(wrong_format), pixels]),
            line("client", [encode(Observe(1, ("a",)))[0], pixels]),
            line("client", [encode(Ping(1))[0], pixels]),
        ],
    )
    assert said[0].startswith("ok")
    assert said[1:] == ["error frame_size", "error frame_format", "error frame_size", "error malformed"]


def test_damaged_messages_meet_the_same_verdict_in_both_languages(program):
    chance = random.Random(7)
    cases = []
    for side, messages in (("client", FROM_CLIENT), ("server", FROM_SERVER)):
        for header in (encode(message)[0] for message in messages):
            for _ in range(100):
                damaged = bytearray(header)
                for _ in range(chance.randint(1, 3)):
                    damaged[chance.randrange(len(damaged))] = chance.randrange(256)
                cases.append((side, bytes(damaged[: chance.choice([None, chance.randrange(len(damaged))])])))
    said = answers(program, [line(side, [header]) for side, header in cases])
    verdicts = [verdict(side, header) for side, header in cases]
    wrong = [pair for pair in zip(cases, said, verdicts, strict=True) if _differ(*pair[1:])]
    assert not wrong, wrong[:3]


def _differ(csharp: str, python: str) -> bool:
    """Both must accept or both refuse; which of two faults is named first may differ."""
    return csharp.split()[0] != python.split()[0]
