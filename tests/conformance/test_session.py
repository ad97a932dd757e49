"""A client that knows nothing but the vectors holds a session with a real server."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.bridge.server import Server
from engine.formats.wire.codec import decode_server
from engine.minds.brain import Brain
from engine.perception.echo import EchoPerceiver

VECTORS = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in Path(__file__).parent.glob("*.json")}
MORE, LONG, COMMAND = 1, 2, 4


class RawClient:
    """A socket, and just enough of ZMTP."""

    def __init__(self, port: int) -> None:
        self._wire = socket.create_connection(("127.0.0.1", port), timeout=10)
        for step in VECTORS["zmtp"]["conversations"]["NULL"][:4]:
            expected = bytes.fromhex(step["hex"])
            if step["from"] == "client":
                self._wire.sendall(expected)
            else:
                assert self._read(len(expected)) == expected

    def close(self) -> None:
        self._wire.close()

    def say(self, name: str) -> None:
        """Send a message of the vectors."""
        [case] = [case for case in VECTORS["messages"]["good"] if (case["from"], case["name"]) == ("client", name)]
        for number, part in enumerate(case["parts"], 1):
            body = bytes.fromhex(part)
            flags = MORE * (number < len(case["parts"])) | LONG
            self._wire.sendall(bytes([flags]) + len(body).to_bytes(8, "big") + body)

    def next(self, kind: str):
        """The next message of a kind; everything else is passed over."""
        while True:
            [flags] = self._read(1)
            body = self._read(int.from_bytes(self._read(8 if flags & LONG else 1), "big"))
            if not flags & COMMAND and kind == (message := decode_server([body])).TYPE:
                return message

    def _read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            piece = self._wire.recv(size - len(data))
            assert piece, "the server hung up"
            data += piece
        return data


@pytest.fixture
def client() -> Iterator[RawClient]:
    server = Server("tcp://127.0.0.1:0")
    thread = threading.Thread(target=server.run, args=(Brain(EchoPerceiver()), "echo"))
    thread.start()
    client = RawClient(int(server.endpoint.rpartition(":")[2]))
    yield client
    client.close()
    server.stop()
    thread.join(10)


def test_it_is_welcome_and_its_npc_answers(client):
    client.say("hello")
    assert client.next("welcome").bundle == "echo"
    client.say("spawn by name")
    assert client.next("spawned").npc == "mira"
    client.say("observe an rgb frame")
    assert client.next("decision").seq == 2
    client.say("observe words")
    assert client.next("ack").utterances == ("u-1",)
    assert client.next("decision").utterance_id == "u-1"


def test_before_hello_it_is_told_to_say_hello(client):
    client.say("ping")
    assert client.next("error").code == "hello_required"


def test_its_ping_is_answered(client):
    client.say("hello")
    client.say("ping with a large id")
    assert client.next("pong").id == 4294967296
