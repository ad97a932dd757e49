"""The Python client: what it promises to a game, above all when the server goes away."""

from __future__ import annotations

import subprocess
import sys

import msgpack
import numpy as np
import pytest
from PIL import Image

from engine.bridge.client import BridgeError, Client, Frame
from engine.formats.wire.codec import Welcome, WireDecision, encode
from tests.bridge.conftest import PatientClient


def test_without_a_server_it_says_so_and_what_to_do():
    with pytest.raises(BridgeError) as refused:
        Client("tcp://127.0.0.1:9", timeout=0.1)
    assert refused.value.code == "no_server"
    assert "python -m engine serve" in refused.value.fix


@pytest.mark.parametrize("endpoint", ["village", "", "tcp://127.0.0.1:\udce9"])
def test_a_senseless_endpoint_is_named(endpoint):
    with pytest.raises(BridgeError, match="is no address"):
        Client(endpoint, timeout=0.1)


@pytest.mark.parametrize("port", ["65536", "99999", "9" * 5000])
def test_a_port_beyond_all_ports_is_named_at_once(port):
    with pytest.raises(BridgeError, match=f"there is no port {port[:20]}") as refused:
        Client(f"tcp://127.0.0.1:{port}", timeout=0.0)
    assert refused.value.code == "endpoint"


def test_it_finds_a_restarted_server_and_introduces_its_npcs_again(serve, connect):
    server = serve()
    client = connect(server)
    client.spawn("mira", persona="healer")
    server.stop()
    serve(server.endpoint)
    client.until(lambda: client.connected)
    client.observe("mira", text="hello")
    assert client.decisions(1)[0].npc == "mira"


def test_what_is_said_while_the_server_is_away_is_answered_once(serve, connect, perceiver, picture):
    server = serve()
    client = connect(server)
    client.spawn("mira", persona="healer")
    server.stop()
    client.until(lambda: not client.connected)
    client.observe("mira", frame=picture(), text="anybody there?")
    client.observe("mira", frame=picture())  # a frame is not worth keeping
    serve(server.endpoint)
    assert len(client.decisions(1)) == 1
    assert client.pending == 0
    assert perceiver.heard == ["anybody there?"]


def test_words_that_died_with_the_server_are_said_again(serve, connect, perceiver, monkeypatch):
    server = serve()
    client = connect(server)
    client.spawn("mira", persona="healer")
    with monkeypatch.context() as patch:  # acknowledged, but the decision never leaves
        patch.setattr(server.server.sessions, "reply", lambda replies: None)
        client.observe("mira", text="hello")
        client.until(lambda: perceiver.heard == ["hello"])
        server.stop()
    serve(server.endpoint)
    assert len(client.decisions(1)) == 1
    assert client.poll(0.1) == []


def test_a_decision_that_comes_twice_is_given_once(client):
    client.spawn("mira", persona="healer")
    client.observe("mira", text="hello")
    [decision] = client.decisions(1)
    client._session.receive(encode(decision))
    assert client.poll() == []


def test_an_utterance_waits_for_everybody_who_heard_it(client):
    client.spawn("mira", persona="healer")
    client.spawn("bram", persona="guard")
    client.observe(["mira", "bram"], text="hello")
    assert {d.npc for d in client.decisions(2)} == {"mira", "bram"}
    assert client.pending == 0


def test_npcs_that_leave_are_not_waited_for(client, perceiver):
    client.spawn("mira", persona="healer")
    perceiver.gate.clear()
    client.observe("mira", text="hello")
    client.despawn("mira")
    assert client.pending == 0


def test_a_refused_utterance_is_not_repeated(client, server):
    client.spawn("mira", persona="healer")
    server.sessions[0].npcs.pop("mira")
    client.observe("mira", text="hello")
    error = client.refusal()
    assert error.code == "unknown_npc"
    assert client.pending == 0


@pytest.mark.parametrize("let_go", [False, True], ids=["never spawned", "let go"])
def test_an_npc_that_is_not_there_is_refused_at_once(client, let_go):
    client.spawn("mira", persona="healer")
    if let_go:
        client.spawn("odo", persona="merchant")
        client.despawn("odo")
    with pytest.raises(BridgeError, match=r"no NPC 'odo'\. Spawn it first: client\.spawn\('odo'") as refused:
        client.observe(["mira", "odo"], text="hello")
    assert refused.value.code == "unknown_npc"
    assert client.pending == 0


def test_what_the_server_refuses_later_reaches_the_game_once(server, caplog):
    told: list[BridgeError] = []
    with PatientClient(server.endpoint, on_error=told.append) as client:
        client.spawn("mira", persona="healer")
        server.sessions[0].npcs.pop("mira")
        client.observe("mira", text="hello")
        assert client.refusal().about.npc is None
        client.poll()
    assert [error.code for error in told] == ["unknown_npc"]
    assert not caplog.records


def test_what_spawning_raises_is_told_by_that_alone(server, caplog):
    told: list[BridgeError] = []
    with PatientClient(server.endpoint, on_error=told.append) as client:
        with pytest.raises(BridgeError, match="nobody"):
            client.spawn("mira", persona="nobody")
        client.poll()
    assert not told
    assert not caplog.records


def test_a_game_that_takes_no_errors_finds_them_in_the_log(client, server, caplog):
    client.spawn("mira", persona="healer")
    server.sessions[0].npcs.pop("mira")
    client.observe("mira", text="hello")
    client.refusal()
    client.poll()
    assert [record.getMessage() for record in caplog.records] == ["There is no NPC 'mira'. Spawn it first."]


def test_spawning_again_keeps_the_character(client, server):
    client.spawn("mira", persona="healer")
    before = server.sessions[0].npcs["mira"].mind.character
    client.spawn("mira", persona="healer", watch=["wolf"])
    npc = server.sessions[0].npcs["mira"]
    assert npc.mind.character is before
    assert "wolf" in npc.mind.watch


def test_another_persona_makes_another_character(client):
    assert client.spawn("x", persona="healer") != client.spawn("x", persona="guard")


def test_the_pixels_of_an_utterance_are_its_own(client, perceiver):
    client.spawn("mira", persona="healer")
    pixels = np.zeros((18, 32, 3), np.uint8)
    client.observe("mira", frame=Frame.from_array(pixels), text="hello")
    kept = next(iter(client._session.unanswered._said.values())).observe.frame
    pixels[:] = 255  # the game draws on
    assert bytes(kept.pixels) == bytes(18 * 32 * 3)


WRONG = {
    "frame_size": {"frame": Frame(bytes(10), 32, 18)},
    "frame_format": {"frame": Frame(bytes(10), 32, 18, "yuv")},
    "field": {"text": "x" * 2000},
}


@pytest.mark.parametrize(("code", "arguments"), WRONG.items(), ids=WRONG.keys())
def test_what_the_server_would_refuse_is_not_even_sent(client, code, arguments):
    client.spawn("mira", persona="healer")
    with pytest.raises(BridgeError) as refused:
        client.observe("mira", **arguments)
    assert refused.value.code == code
    assert client.connected


def test_state_that_cannot_be_sent_is_named(client):
    client.spawn("mira", persona="healer")
    with pytest.raises(BridgeError, match="cannot be sent"):
        client.observe("mira", state={"where": object()})


def test_a_strided_view_is_refused_with_the_cure(client):
    client.spawn("mira", persona="healer")
    with pytest.raises(BridgeError, match="ascontiguousarray"):
        client.observe("mira", frame=Frame(np.zeros((18, 64, 3), np.uint8)[:, ::2], 32, 18))


IMAGE = Image.new("RGB", (32, 18))


@pytest.mark.parametrize("frame", [IMAGE, np.asarray(IMAGE), bytes(5), Frame(IMAGE, 32, 18), Frame([1, 2], 2, 1)])
def test_a_picture_that_is_no_frame_is_refused_with_the_cure(client, frame):
    client.spawn("mira", persona="healer")
    with pytest.raises(BridgeError, match=r"no Frame|no bytes.*Frame\.from_array.*tobytes") as refused:
        client.observe("mira", frame=frame)
    assert "Frame.from_array(" in str(refused.value)
    assert client.observe("mira", frame=Frame.from_array(IMAGE))


def test_a_game_may_draw_over_a_large_frame_as_soon_as_it_has_shown_it(client, perceiver):
    client.spawn("mira", persona="healer")
    pixels = bytearray(200 * 200 * 3)
    for shade in (1, 2, 3):
        pixels[0] = shade
        client.observe("mira", frame=Frame(pixels, 200, 200))
        pixels[0] = 255
        client.decisions(1)
    assert perceiver.frames == [1, 2, 3]


HALVES = {
    "words": lambda client: client.observe("mira", text="hello \ud83d"),
    "state": lambda client: client.observe("mira", state={"near": {"well": ["\ude00"]}}),
    "a listener": lambda client: client.observe("mira", text="hello", to=["mira\ud83d"]),
    "an NPC": lambda client: client.observe("mira\ud83d"),
    "an NPC that enters": lambda client: client.spawn("mira\ud83d", "healer"),
    "a persona": lambda client: client.spawn("odo", "heal\udcffer"),
    "a card": lambda client: client.spawn("odo", {"name": "Odo", "lines": {"greet": ["\ud83d!"]}}),
    "a watched phrase": lambda client: client.spawn("odo", "guard", watch=["wolf \ud83d"]),
    "an entity": lambda client: client.observe("mira", frame=Frame(bytes(3), 1, 1, entities={"\ud83d": (0, 0, 1, 1)})),
    "the name of a game": lambda client: Client(client.endpoint, name="village \ud83d", timeout=0.1),
    "a token": lambda client: Client(client.endpoint, token="\ud83d", timeout=0.1),
}


@pytest.mark.parametrize("act", HALVES.values(), ids=HALVES.keys())
def test_half_a_character_is_a_fault_with_its_cure(client, act):
    client.spawn("mira", persona="healer")
    with pytest.raises(BridgeError) as refused:
        act(client)
    assert refused.value.fix
    str(refused.value).encode()  # a terminal can show it
    client.observe("mira", text="hello")
    assert len(client.decisions(1)) == 1


def test_a_character_in_two_halves_is_heard_whole(client, perceiver):
    client.spawn("mira", persona="healer")
    client.observe("mira", text="hello \ud83d\ude00")
    client.decisions(1)
    assert perceiver.heard == ["hello 😀"]


WRONG_TYPES = {"text": {"text": 7}, "state": {"state": 7}, "a key": {"state": {1: 2}}, "time": {"captured_at": "now"}}


@pytest.mark.parametrize("arguments", WRONG_TYPES.values(), ids=WRONG_TYPES.keys())
def test_what_is_of_another_type_is_named(client, arguments):
    client.spawn("mira", persona="healer")
    with pytest.raises(BridgeError) as refused:
        client.observe("mira", **arguments)
    assert refused.value.code in ("field", "malformed")


def test_the_state_of_an_utterance_is_its_own(client):
    client.spawn("mira", persona="healer")
    state = {"near": "well", "bag": ["rope"]}
    client.observe("mira", text="hello", state=state)
    kept = next(iter(client._session.unanswered._said.values())).observe
    state["bag"].append(object())  # the game plays on
    assert kept.state == {"near": "well", "bag": ["rope"]}


def _nested(levels: int) -> bytes:
    return b"\x81\xa4type" + b"\x81\xa1a" * levels + b"\xc0"


HOSTILE = {
    "nothing": [],
    "no map": [b"\x07"],
    "noise": [bytes(range(256))],
    "a map of 2^32 entries": [b"\xdf\xff\xff\xff\xff"],
    "a hundred thousand entries": [msgpack.packb({"type": "decision"} | {str(i): i for i in range(100_000)})],
    "deep nesting": [_nested(30_000)],
    "many parts": [b""] * 100,
    "a wrong type": [msgpack.packb({"type": "decision", "npc": 7, "seq": [], "action": None, "emotion": {}})],
    "limits that are no numbers": [msgpack.packb({"type": "welcome", "limits": {"text": "many"}})],
    "text that is no UTF-8": [b"\x82\xa4type\xa5event\xa4text\xa2\xed\xa0"],
    "a reply that is too long": [msgpack.packb({"type": "event", "npc": "mira", "kind": "card", "text": "x" * 2**20})],
    "an integer that is too large": [msgpack.packb({"type": "pong", "id": 2**63})],
    "NaN": encode(WireDecision("mira", 1, "idle", "neutral", confidence=float("nan"))),
}


@pytest.mark.parametrize("parts", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_server_never_ends_a_game(client, parts):
    client.spawn("mira", persona="healer")
    client._session.receive(parts)
    told: list[BridgeError] = []
    client._session.tell_errors(told.append)
    assert len(told) == 1
    assert told[0].code in ("malformed", "field", "header_size")
    client.observe("mira", text="hello")
    assert len(client.decisions(1)) == 1


def test_limits_of_nothing_are_not_believed(client):
    client._session.receive(encode(Welcome("s", "p", "b", True, limits={"text": 0, "name": 0, "message": 1})))
    client.spawn("mira", persona="healer")
    client.observe("mira", text="hello")
    assert len(client.decisions(1)) == 1


def test_decisions_that_nobody_takes_do_not_pile_up(client):
    client.spawn("mira", persona="healer")
    client.observe("mira", text="hello")
    [said] = client._session.unanswered._said
    client._session.receive(encode(WireDecision("mira", 1, "greet", "happy", said)))
    for seq in range(5000):
        client._session.receive(encode(WireDecision("mira", seq, "idle", "neutral")))
    waiting = client.poll()
    assert len(waiting) == 1025
    assert waiting[0].utterance_id == said, "an answer to words is kept"
    assert waiting[-1].seq == 4999


def test_a_game_that_imports_the_client_loads_nothing_heavy():
    code = (
        "import sys, engine.bridge.client, engine.bridge.async_client\n"
        "heavy = {'numpy', 'pydantic', 'yaml', 'onnxruntime', 'PIL', 'typer', 'npc.character', 'npc.persona', 'engine.minds'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
