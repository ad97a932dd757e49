from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import msgpack
import pytest
import zmq

from engine.bridge.client import BridgeError, Client, Frame, WireDecision
from engine.bridge.protocol import encode
from engine.bridge.server import Server
from engine.errors import EngineError


def frame(value: int = 0) -> Frame:
    return Frame(bytes([value]) * (8 * 4 * 3), 8, 4, "rgb")


def until(client: Client, wanted: Callable[[WireDecision], bool], seconds: float = 5.0) -> WireDecision:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for decision in client.poll(0.05):
            if wanted(decision):
                return decision
    raise AssertionError("the decision did not come")


@pytest.fixture
def raw(server: Server) -> Iterator[zmq.Socket]:
    """A bare socket, for what no decent client would send."""
    context = zmq.Context()
    socket = context.socket(zmq.DEALER)
    socket.setsockopt(zmq.LINGER, 0)
    socket.setsockopt(zmq.RCVTIMEO, 5000)
    socket.connect(server.endpoint)
    yield socket
    socket.close()
    context.term()


def reply(socket: zmq.Socket, *parts: bytes) -> dict:
    socket.send_multipart(parts)
    return msgpack.unpackb(socket.recv())


def greet(socket: zmq.Socket) -> None:
    assert reply(socket, encode("hello", version=[1, 0], client="raw"))["type"] == "welcome"
    assert reply(socket, encode("spawn", npc="a", persona="guard"))["type"] == "spawned"


def test_words_come_back_as_a_decision(server: Server) -> None:
    with Client(server.endpoint) as client:
        client.spawn("a", "guard", ["wolf"])
        seq = client.observe("a", frame=frame(), text="hello")
        decision = until(client, lambda d: d.seq == seq)
    assert (decision.action, decision.line, decision.npc) == ("talk", "hello", "a")
    assert decision.utterance_id


def test_only_those_addressed_hear(server: Server) -> None:
    with Client(server.endpoint) as client:
        client.spawn("a", "guard")
        client.spawn("b", "guard")
        client.observe(["a", "b"], frame=frame(), text="hello", to=["b"])
        assert until(client, lambda d: d.npc == "b").action == "talk"


def test_newest_frame_replaces_the_waiting_one(server: Server, thinker) -> None:
    with Client(server.endpoint) as client:
        client.spawn("a", "guard")
        thinker.gate.clear()
        client.observe("a", frame=frame(1))
        assert thinker.entered.wait(5)
        for value in range(2, 9):
            client.observe("a", frame=frame(value))
        last = client.observe("a", frame=frame(9))
        waiting = time.monotonic() + 5
        while server._mailbox.replaced < 7 and time.monotonic() < waiting:
            time.sleep(0.005)
        thinker.gate.set()
        until(client, lambda d: d.seq == last)
    assert thinker.frames == [1, 9]


def test_an_utterance_said_twice_takes_effect_once(server: Server, thinker, raw: zmq.Socket) -> None:
    greet(raw)
    message = encode("observe", seq=1, npcs=["a"], text="hello", utterance="u1")
    kinds = [reply(raw, message)["type"], msgpack.unpackb(raw.recv())["type"]]
    again = [reply(raw, message)["type"], msgpack.unpackb(raw.recv())["type"]]
    assert kinds == again == ["ack", "decision"]
    assert thinker.heard == ["hello"]


def test_no_utterance_is_dropped_while_the_model_is_busy(server: Server, thinker) -> None:
    with Client(server.endpoint) as client:
        client.spawn("a", "guard")
        thinker.gate.clear()
        said = [f"line {i}" for i in range(20)]
        for text in said:
            client.observe("a", frame=frame(), text=text)
        thinker.gate.set()
        last = until(client, lambda d: d.line == said[-1])
    assert last.line == said[-1]
    assert thinker.heard == said


def test_a_client_goes_on_after_the_server_was_restarted(thinker) -> None:
    first = Server(thinker, "tcp://127.0.0.1:*")
    thread = threading.Thread(target=first.run, daemon=True)
    thread.start()
    client = Client(first.endpoint)
    client.spawn("a", "guard")
    first.stop()
    thread.join(5)
    client.observe("a", text="are you back?")
    second = Server(thinker, first.endpoint)
    thread = threading.Thread(target=second.run, daemon=True)
    thread.start()
    try:
        assert until(client, lambda d: d.line == "are you back?", 10).action == "talk"
        assert thinker.heard.count("are you back?") == 1
    finally:
        client.close()
        second.stop()
        thread.join(5)


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ([b"\xc1"], "header"),
        ([b""], "header"),
        ([msgpack.packb([1, 2])], "header"),
        ([msgpack.packb({"type": "dance"})], "unknown_type"),
        ([b"x" * 70_000], "header_size"),
        ([encode("observe", seq=1, npcs=["a"], frame={"width": 8, "height": 4, "format": "rgb"}), b"short"], "frame_size"),
        ([encode("observe", seq=1, npcs=["a"], frame={"width": 8, "height": 4, "format": "gif"}), b"x"], "frame_format"),
        ([encode("observe", seq=1, npcs=["a"], frame={"width": 8, "height": 4, "format": "rgb"})], "frame"),
        ([encode("observe", seq=1, npcs=["ghost"], text="x", utterance="u")], "unknown_npc"),
        ([encode("observe", seq=1, npcs=["a"], text="x" * 3000, utterance="u")], "text"),
        ([encode("observe", seq=1, npcs=["a"], text="x")], "utterance"),
        ([encode("observe", seq=-1, npcs=["a"])], "seq"),
        ([encode("spawn", npc="b", persona="nobody")], "persona"),
        ([encode("spawn", npc="b", persona="guard", watch=["x" * 200])], "watch"),
        ([encode("hello", version=[2, 0], client="raw")], "version"),
        ([encode("ping"), b"1", b"2"], "parts"),
    ],
)
def test_a_bad_message_gets_an_error_and_the_server_lives(raw: zmq.Socket, parts: list[bytes], code: str) -> None:
    greet(raw)
    error = reply(raw, *parts)
    assert (error["type"], error["code"]) == ("error", code)
    assert error["message"]
    assert error["fix"]
    assert reply(raw, encode("ping", seq=7)) == {"type": "pong", "seq": 7}


def test_before_hello_there_is_no_session(raw: zmq.Socket) -> None:
    assert reply(raw, encode("ping"))["code"] == "no_session"


def test_a_fault_in_the_model_is_an_error_reply(server: Server) -> None:
    with Client(server.endpoint) as client:
        client.spawn("a", "guard")
        client.observe("a", text="crash")
        client.observe("a", text="still there?")
        assert until(client, lambda d: d.line == "still there?").action == "talk"
        assert client.errors[0].code == "internal"


def test_a_port_in_use_is_named(server: Server, thinker) -> None:
    with pytest.raises(EngineError, match="in use") as caught:
        Server(thinker, server.endpoint)
    assert caught.value.code == "port_in_use"


def test_other_machines_are_shut_out_unless_asked_in(thinker) -> None:
    with pytest.raises(EngineError) as caught:
        Server(thinker, "tcp://0.0.0.0:5599")
    assert caught.value.code == "insecure"


def test_a_wrong_token_is_refused(thinker) -> None:
    served = Server(thinker, "tcp://127.0.0.1:*", token="secret")
    thread = threading.Thread(target=served.run, daemon=True)
    thread.start()
    try:
        with pytest.raises(BridgeError) as caught:
            Client(served.endpoint, token="guess")
        assert caught.value.code == "token"
        Client(served.endpoint, token="secret").close()
    finally:
        served.stop()
        thread.join(5)


def test_no_server_is_a_clear_error() -> None:
    with pytest.raises(BridgeError, match="No server answered"):
        Client("tcp://127.0.0.1:1", timeout=0.3)
