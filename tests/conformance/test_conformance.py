"""The vectors are what the Python codec says, and what libzmq and a real server put on the wire."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import msgpack
import pytest
import zmq
from zmq.auth.thread import ThreadAuthenticator

from engine.formats.wire.codec import decode_client, decode_server, encode
from engine.formats.wire.fields import ProtocolError, unpack
from tests.conformance.annotate import PAGE, page
from tests.conformance.generate import text, vectors
from tests.conformance.notation import from_json, plain, to_json

HERE = Path(__file__).parent
DECODE = {"client": decode_client, "server": decode_server}
FILES = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in sorted(HERE.glob("*.json"))}
MESSAGES, MSGPACK, ZMTP = FILES["messages.json"], FILES["msgpack.json"], FILES["zmtp.json"]
FIELDS = FILES["fields.json"]["vectors"]


def _each(cases):
    return pytest.mark.parametrize("case", cases, ids=lambda case: "-".join([case.get("from", ""), case["name"]]).lstrip("-"))


@pytest.mark.parametrize("name", vectors())
def test_the_files_are_what_the_generator_writes(name):
    assert text(vectors()[name]) == (HERE / name).read_text(encoding="utf-8"), "run `python -m tests.conformance.generate`"


def test_the_examples_of_the_documentation_are_the_vectors():
    text = PAGE.read_text(encoding="utf-8")
    assert page(text) == text, "run `python -m tests.conformance.annotate`"


def test_the_documentation_has_an_example_of_every_message():
    text = PAGE.read_text(encoding="utf-8")
    types = {(case["from"], case["header"]["type"]) for case in MESSAGES["good"]}
    shown = {
        (case["from"], case["header"]["type"]) for case in MESSAGES["good"] if f"{case['from']} {case['name']} -->" in text
    }
    assert shown == types


@_each(MESSAGES["good"])
def test_a_message_means_what_its_vector_says(case):
    parts = [bytes.fromhex(part) for part in case["parts"]]
    assert plain(DECODE[case["from"]](parts)) == _tuples(from_json(case["message"]))


@_each([case for case in MESSAGES["good"] if case["canonical"]])
def test_a_message_is_written_as_its_vector_says(case):
    parts = [bytes.fromhex(part) for part in case["parts"]]
    assert [bytes(part) for part in encode(DECODE[case["from"]](parts))] == parts
    assert msgpack.packb(from_json(case["header"])) == parts[0]


@_each(MESSAGES["bad"])
def test_a_bad_message_is_refused_as_its_vector_says(case):
    with pytest.raises(ProtocolError) as refused:
        DECODE[case["from"]]([bytes.fromhex(part) for part in case["parts"]])
    assert refused.value.code == case["error"]


@_each(FIELDS)
def test_one_thing_alone_is_refused_or_not_as_its_vector_says(case):
    parts = [bytes.fromhex(part) for part in case["parts"]]
    if case["error"] is None:
        assert case["name"].partition(":")[0] == DECODE[case["from"]](parts).TYPE
        return
    with pytest.raises(ProtocolError) as refused:
        DECODE[case["from"]](parts)
    assert refused.value.code == case["error"]


@_each(MSGPACK["good"])
def test_msgpack_means_what_its_vector_says(case):
    packed = bytes.fromhex(case["hex"])
    assert to_json(unpack(packed)) == case["value"]
    assert (msgpack.packb(from_json(case["value"])) == packed) == case["canonical"]


@_each(MSGPACK["bad"])
def test_bad_msgpack_is_refused(case):
    with pytest.raises(ProtocolError) as refused:
        unpack(bytes.fromhex(case["hex"]))
    assert refused.value.code == case["error"]


@pytest.fixture
def router() -> Iterator[zmq.Socket]:
    """A ROUTER of libzmq that demands user and password where the test asks for PLAIN."""
    context = zmq.Context()
    with context.socket(zmq.ROUTER) as socket:
        socket.linger = 0
        yield socket
    context.term()


def _play(router: zmq.Socket, steps: list[dict[str, str]]) -> None:
    """Be the client of a conversation; fail where libzmq sends other bytes than the vector's server."""
    port = router.bind_to_random_port("tcp://127.0.0.1")
    with socket.create_connection(("127.0.0.1", port), timeout=10) as wire:
        for step in steps:
            expected = bytes.fromhex(step["hex"])
            if step["what"] == "the protocol's welcome":
                _answer(router, expected)
            if step["from"] == "client":
                wire.sendall(expected)
            else:
                assert _read(wire, len(expected)) == expected, step["what"]


def _answer(router: zmq.Socket, framed: bytes) -> None:
    """Let libzmq send what a frame holds to whoever has just spoken."""
    assert router.poll(10_000)
    route, _ = router.recv_multipart()
    router.send_multipart([route, framed[9 if framed[0] & 2 else 2 :]])


def _read(wire: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size and (piece := wire.recv(size - len(data))):
        data += piece
    return data


def test_libzmq_speaks_null_as_the_vectors_do(router):
    _play(router, ZMTP["conversations"]["NULL"])


def test_libzmq_pings_as_the_vectors_do(router):
    router.heartbeat_ivl, router.heartbeat_ttl = 20, 30_000
    _play(router, ZMTP["conversations"]["heartbeat"])


def test_libzmq_speaks_plain_as_the_vectors_do(router):
    gate = ThreadAuthenticator(router.context)
    gate.start()
    gate.configure_plain(domain="*", passwords={"admin": "secret"})
    router.plain_server = True
    try:
        _play(router, ZMTP["conversations"]["PLAIN"])
    finally:
        gate.stop()


@pytest.mark.parametrize("case", ZMTP["greetings"]["good"][:3], ids=lambda case: case["name"])
def test_libzmq_takes_every_greeting_of_this_kind(router, case):
    port = router.bind_to_random_port("tcp://127.0.0.1")
    with socket.create_connection(("127.0.0.1", port), timeout=10) as wire:
        wire.sendall(bytes.fromhex(case["hex"]))
        greeting = _read(wire, 64)
        assert greeting[:1] == b"\xff"
        assert _read(wire, 1) == b"\x04", "READY follows"


def _tuples(value):
    """Lists of names are tuples in Python's messages; lists inside free-form maps stay lists."""
    if value.get("npcs") is not None:
        value["npcs"] = tuple(value["npcs"])
    if value.get("utterance") is not None and value["type"] == "observe":
        value["utterance"]["to"] = tuple(value["utterance"]["to"])
    if value.get("frame") is not None:
        value["frame"]["entities"] = {name: tuple(box) for name, box in value["frame"]["entities"].items()}
    for name in ("capabilities", "watch", "utterances", "effects"):
        if value.get(name) == [] or (name in value and name != "effects"):
            value[name] = tuple(value[name])
    if value["type"] == "hear":
        value["to"], value["words"] = tuple(value["to"]), tuple(value["words"])
    if value["type"] == "sound":
        value["words"], value["shapes"] = value["words"] or (), value["shapes"] or ()
    if value["type"] == "welcome":
        value["labels"] = {head: tuple(labels) for head, labels in value["labels"].items()}
    return value
