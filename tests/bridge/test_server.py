"""The server, through real sockets on loopback."""

from __future__ import annotations

import time

import msgpack
import pytest

from engine.bridge.client import BridgeError, Client, Frame
from engine.bridge.mailbox import PHRASES, TURN
from engine.bridge.server import Server
from engine.errors import Fault
from engine.formats.wire.codec import Bye, Hello, Observe, Ping, Spawn, Utterance, encode
from engine.formats.wire.constants import Limits
from tests.bridge.wire import Wire


@pytest.fixture
def wire(server):
    wire = Wire(server.endpoint)
    yield wire
    wire.close()


@pytest.fixture
def greeted(wire):
    wire.say(Hello("test", "session-1"))
    wire.next("welcome")
    wire.say(Spawn("mira", "healer"))
    wire.next("spawned")
    return wire


# -- handshake ---------------------------------------------------------------------------------------------


def test_the_welcome_says_what_answers(client):
    assert client.welcome.provider == "echo"
    assert client.welcome.bundle == "stub"
    assert "greet" in client.welcome.labels["action"]


def test_another_major_version_is_refused(wire):
    wire.say(Hello("old", "s", version="2.0"))
    assert wire.next("error").code == "version"


def test_a_later_minor_version_is_welcome(wire):
    wire.say(Hello("new", "s", version="1.7"))
    assert wire.next("welcome").version == "1.0"


def test_nothing_goes_before_hello(wire):
    wire.say(Observe(1, ("mira",)))
    assert wire.next("error").code == "hello_required"


@pytest.mark.parametrize("token", [None, "wrong", "gehéim"])
def test_a_wrong_token_is_refused(serve, token):
    with pytest.raises(BridgeError) as refused:
        Client(serve(token="right").endpoint, token=token, timeout=10)
    assert refused.value.code == "token"


def test_the_right_token_opens(serve, connect):
    assert connect(serve(token="right"), token="right").connected


def test_no_more_clients_than_the_limit(serve, connect):
    server = serve(limits=Limits(clients=1))
    connect(server)
    with pytest.raises(BridgeError) as refused:
        Client(server.endpoint, timeout=10)
    assert refused.value.code == "too_many_clients"


def test_a_client_that_leaves_makes_room(serve, connect):
    server = serve(limits=Limits(clients=1))
    connect(server).close()
    deadline = time.monotonic() + 10
    while True:  # its bye and the next one's hello come by two connections, in either order
        try:
            assert connect(server).connected
            break
        except BridgeError as refused:
            if refused.code != "too_many_clients" or time.monotonic() > deadline:
                raise


# -- decisions ---------------------------------------------------------------------------------------------


def test_a_frame_and_words_are_answered(client, picture):
    client.spawn("mira", persona="healer", watch=["wolf"])
    seq = client.observe(["mira"], frame=picture(51), text="hello", captured_at=3.5)
    [decision] = client.decisions(1)
    assert (decision.npc, decision.seq, decision.action) == ("mira", seq, "greet")
    assert decision.utterance_id
    assert decision.captured_at == 3.5
    assert 0 <= decision.frame_age < 10


def test_a_frame_alone_is_answered(client, picture):
    client.spawn("mira", persona="healer")
    client.observe("mira", frame=picture())
    [decision] = client.decisions(1)
    assert decision.utterance_id is None
    assert decision.reason


def test_only_those_who_are_spoken_to_hear(client, picture):
    client.spawn("mira", persona="healer")
    client.spawn("bram", persona="guard")
    client.observe(["mira", "bram"], frame=picture(), text="hello", to=["mira"])
    told = {d.npc: d.utterance_id is not None for d in client.decisions(2)}
    assert told == {"mira": True, "bram": False}


def test_a_frame_is_encoded_once_for_all_who_see_it(client, perceiver, picture):
    names = [f"npc{i}" for i in range(8)]
    for name in names:
        client.spawn(name, persona="elder")
    client.observe(names, frame=picture())
    assert {d.npc for d in client.decisions(8)} == set(names)
    assert len(perceiver.frames) == 1


def test_inspection_comes_only_where_it_was_asked_for(client, picture):
    client.spawn("mira", persona="healer", watch=["wolf"])
    client.observe("mira", frame=picture(255), text="hello", inspect=True)
    client.observe("mira", frame=picture(255), text="hello again")
    asked, plain = client.decisions(2)
    assert plain.inspect is None
    assert asked.inspect["intent"][0] == ["greet", 1.0]
    assert [len(asked.inspect["heat"]), len(asked.inspect["heat"][0])] == [28, 48]
    assert "wolf" in [phrase for phrase, *_ in asked.inspect["watch"]]
    assert asked.inspect["inference_ms"] >= 0


def test_newest_frame_replaces_the_waiting_ones(greeted, perceiver, picture):
    perceiver.gate.clear()
    greeted.say(Observe(1, ("mira",), picture()))
    assert perceiver.entered.wait(10)  # the first is being thought about
    for seq in range(2, 30):
        greeted.say(Observe(seq, ("mira",), picture()))
    greeted.say(Ping(1))
    greeted.next("pong")  # all of them have arrived
    perceiver.gate.set()
    assert [greeted.next("decision").seq for _ in range(2)] == [1, 29]
    greeted.say(Ping(2))
    assert greeted.next("pong").counters["superseded"] == 27


def test_io_does_not_wait_for_inference(greeted, perceiver, picture):
    perceiver.gate.clear()
    greeted.say(Observe(1, ("mira",), picture()))
    assert perceiver.entered.wait(10)
    greeted.say(Ping(1))
    assert greeted.next("pong").id == 1


def test_words_are_never_superseded_and_keep_their_order(client, perceiver, picture):
    client.spawn("mira", persona="healer")
    perceiver.gate.clear()
    seqs = [client.observe("mira", frame=picture(), text=f"hello {i}") for i in range(10)]
    perceiver.gate.set()
    assert [d.seq for d in client.decisions(10)] == seqs


def test_clients_do_not_see_each_other(server, connect):
    one, two = connect(server), connect(server)
    one.spawn("mira", persona="healer")
    two.spawn("mira", persona="guard")
    one.observe("mira", text="hello")
    assert one.decisions(1)[0].reason.startswith("Mira")
    assert two.poll() == []


def test_a_flood_of_frames_does_not_starve_another_client(server, connect, perceiver, picture):
    flooder, other = connect(server), connect(server)
    for i in range(20):
        flooder.spawn(f"npc{i}", persona="elder")
    other.spawn("mira", persona="healer")
    perceiver.gate.clear()
    for i in range(20):
        flooder.observe(f"npc{i}", frame=picture(i))
    other.observe("mira", frame=picture(99))
    for client in (flooder, other):
        client.pong()  # everything has arrived
    perceiver.gate.set()
    other.decisions(1)
    assert perceiver.frames.index(99) <= 2  # its turn came before the flood was through


def test_stopping_answers_what_was_said(server, client, perceiver):
    client.spawn("mira", persona="healer")
    perceiver.gate.clear()
    client.observe("mira", text="hello")
    assert perceiver.entered.wait(10)
    server.stop()
    assert client.decisions(1)[0].action == "greet"


# -- utterances take effect once ---------------------------------------------------------------------------


def test_an_utterance_that_is_sent_twice_takes_effect_once(greeted, perceiver):
    said = Observe(1, ("mira",), None, Utterance("u1", "hello", ("mira",)))
    greeted.say(said)
    first = greeted.next("decision")
    greeted.say(said)
    assert greeted.next("decision") == first  # sent again, not made again
    assert perceiver.heard == ["hello"]


def test_an_utterance_is_acknowledged_before_it_is_decided(greeted, perceiver):
    perceiver.gate.clear()
    said = Observe(1, ("mira",), None, Utterance("u1", "hello", ("mira",)))
    for _ in range(2):
        greeted.say(said)
        assert greeted.next("ack").utterances == ("u1",)
    perceiver.gate.set()
    greeted.next("decision")
    assert perceiver.heard == ["hello"]


def test_a_session_goes_on_over_another_connection(greeted, server, perceiver):
    greeted.say(Observe(1, ("mira",), None, Utterance("u1", "hello", ("mira",))))
    first = greeted.next("decision")
    greeted.close()
    again = Wire(server.endpoint)
    again.say(Hello("test", "session-1"))
    assert again.next("welcome").resumed
    again.say(Observe(1, ("mira",), None, Utterance("u1", "hello", ("mira",))))
    assert again.next("decision") == first
    assert perceiver.heard == ["hello"]
    again.close()


def test_too_many_waiting_words_are_put_off(serve, connect, perceiver):
    client = connect(serve(limits=Limits(utterances=2)))
    client.spawn("mira", persona="healer")
    perceiver.gate.clear()
    for i in range(4):
        client.observe("mira", text=f"hello {i}")
    client.poll(0.2)
    perceiver.gate.set()
    assert len(client.decisions(4)) == 4
    assert sorted(perceiver.heard) == [f"hello {i}" for i in range(4)]


# -- bad input: an error reply, and the server lives -------------------------------------------------------


BAD_OBSERVES = {
    "wrong-sized frame part": (Observe(5, ("mira",), Frame(bytes(10), 32, 18)), "frame_size"),
    "frame of an unknown format": (Observe(5, ("mira",), Frame(bytes(10), 32, 18, "yuv")), "frame_format"),
    "broken JPEG": (Observe(5, ("mira",), Frame(b"no jpeg", format="jpeg")), "frame_broken"),
    "unknown NPC": (Observe(5, ("nobody",)), "unknown_npc"),
    "oversize text": (Observe(5, ("mira",), None, Utterance("u1", "x" * 2000, ("mira",))), "field"),
}


@pytest.mark.parametrize(("observe", "code"), BAD_OBSERVES.values(), ids=BAD_OBSERVES.keys())
def test_a_bad_observation_gets_an_error_and_the_server_lives(greeted, observe, code):
    greeted.say(observe)
    error = greeted.next("error")
    assert (error.code, error.seq) == (code, 5)
    assert error.fix
    greeted.say(Observe(6, ("mira",)))
    assert greeted.next("decision").seq == 6


@pytest.mark.parametrize("parts", [[b""], [b"\xc1"], [b"\0" * 100_000], [b"a", b"b", b"c"], [msgpack.packb(7)]])
def test_garbage_gets_an_error_and_the_server_lives(greeted, parts):
    greeted.send(*parts)
    assert greeted.next("error").code in {"malformed", "header_size"}
    greeted.say(Ping(1))
    assert greeted.next("pong").id == 1


def test_a_message_beyond_all_limits_closes_only_its_connection(serve, connect):
    server = serve(limits=Limits(header=1000, frame=1000))
    client, flooder = connect(server), Wire(server.endpoint)
    flooder.send(bytes(100_000))
    client.spawn("mira", persona={"name": "Mira"})
    flooder.close()


def test_a_fault_in_the_model_is_an_error_and_the_server_lives(client, perceiver, monkeypatch):
    client.spawn("mira", persona="healer")
    with monkeypatch.context() as patch:
        patch.setattr(perceiver, "see", lambda frame, queries: 1 / 0)
        client.observe("mira", text="hello")
        assert client.refusal().code == "internal"
    client.observe("mira", text="hello")
    assert client.decisions(1)


@pytest.mark.parametrize("persona", ["nobody", "../../secrets", "/etc/passwd", "healer.yaml"])
def test_a_persona_is_a_known_name_and_never_a_path(client, persona):
    with pytest.raises(BridgeError) as refused:
        client.spawn("mira", persona=persona)
    assert refused.value.code == "persona_unknown"
    assert "healer" in refused.value.fix


def test_a_fault_in_a_card_is_named(client):
    with pytest.raises(BridgeError, match="unknown trait"):
        client.spawn("mira", persona={"name": "Mira", "traits": {"bravary": 1}})


def test_no_more_npcs_than_the_limit(serve, connect):
    client = connect(serve(limits=Limits(npcs=2)))
    client.spawn("a", persona="elder")
    client.spawn("b", persona="elder")
    with pytest.raises(BridgeError) as refused:
        client.spawn("c", persona="elder")
    assert refused.value.code == "too_many_npcs"


def test_an_npc_that_left_is_unknown(greeted):
    greeted.send(*encode(Hello("test", "session-1")))
    greeted.send(msgpack.packb({"type": "despawn", "npc": "mira"}))
    greeted.say(Observe(1, ("mira",)))
    assert greeted.next("error").code == "unknown_npc"


def test_bye_ends_the_session(greeted):
    greeted.say(Bye())
    greeted.say(Ping(1))
    assert greeted.next("error").code == "hello_required"


# -- endpoints ---------------------------------------------------------------------------------------------


def test_a_port_in_use_is_named(server):
    with pytest.raises(Fault) as refused:
        Server(server.endpoint)
    assert refused.value.code == "port_in_use"
    assert server.endpoint in refused.value.message


@pytest.mark.parametrize("endpoint", ["tcp://*:0", "tcp://0.0.0.0:0", "tcp://localhost.example.com:0"])
def test_other_machines_are_kept_out_unless_told(endpoint):
    with pytest.raises(Fault) as refused:
        Server(endpoint)
    assert refused.value.code == "not_loopback"


@pytest.mark.parametrize("endpoint", ["localhost", "localhost:5571", "127.0.0.1:5571", "tcp://localhost", "tcp://:5571", ""])
def test_an_address_that_lacks_something_is_told_its_form(endpoint):
    with pytest.raises(Fault, match="tcp://HOST:PORT") as refused:
        Server(endpoint)
    assert refused.value.code == "bind"


def test_insecure_opens_to_the_network():
    server = Server("tcp://0.0.0.0:0", insecure=True)
    assert server.endpoint.startswith("tcp://0.0.0.0:")
    server.close()


def test_a_senseless_endpoint_is_named():
    with pytest.raises(Fault) as refused:
        Server("tcp://127.0.0.1:port")
    assert refused.value.code == "bind"


def test_a_crowd_has_its_turns_between_those_of_others_and_its_frame_is_encoded_once(serve, connect, perceiver, picture):
    server = serve()
    crowd, other = connect(server), connect(server)
    names = [f"n{n}" for n in range(100)]
    for name in names:
        crowd.spawn(name, persona="elder")
    other.spawn("mira", persona="healer")
    for client in (crowd, other):
        client.pong()
    perceiver.gate.clear()
    other.observe("mira", text="hold")
    assert perceiver.entered.wait(10)
    crowd.observe(names, frame=picture(7), text="hello")
    crowd.pong()
    other.observe("mira", text="me too")
    other.pong()
    perceiver.gate.set()
    assert len(crowd.decisions(100)) == 100
    assert len(other.decisions(2)) == 2
    assert perceiver.heard.index("me too") <= 1 + 2 * TURN  # not after all hundred
    assert perceiver.batches == [1]
    assert perceiver.frames == []  # all of its turns saw what was encoded before the first


def test_a_turn_of_those_who_watch_for_much_is_shorter(serve, connect, perceiver, picture):
    crowd = connect(serve())
    names = [f"n{n}" for n in range(12)]
    for name in names:
        crowd.spawn(name, {"name": name}, watch=[f"{name} {k}" for k in range(20)])
    crowd.pong()
    turns: list[int] = []
    see = perceiver.see

    def counted(frame, queries):
        turns.append(sum(len(query.watch) for query in queries))
        return see(frame, queries)

    perceiver.see = counted
    crowd.observe(names, frame=picture(7))
    assert len(crowd.decisions(12)) == 12
    assert turns == [PHRASES, 80]
