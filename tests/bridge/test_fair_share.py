"""What one client costs, the others do not pay."""

from __future__ import annotations

import os
import threading
import time

import pytest

from engine.bridge import errands as errands_module
from engine.bridge import mailbox, sessions
from engine.bridge.client import BridgeError
from engine.bridge.errands import Errands
from engine.bridge.keys import load_server_keys
from engine.bridge.ledger import Journal
from engine.bridge.replies import without_paths
from engine.errors import Fault
from engine.formats.wire.codec import Event, Frame, Hello, Observe, Ping, Spawn, Utterance
from engine.formats.wire.constants import Limits
from tests.bridge.conftest import DEADLINE
from tests.bridge.wire import Wire


def test_an_answer_that_cannot_be_packed_costs_nobody_else_anything(server, connect, monkeypatch):
    mira, bram = connect(server), connect(server)
    mira.spawn("mira", persona={"name": "Mira", "lines": {"greet": "Hello."}})
    bram.spawn("bram", persona="elder")
    brain = server.server.sessions._brain
    decide = brain.decide

    def unsendable(frame, observations):
        made = decide(frame, observations)
        if observations[0].mind.character.npc_id == "mira":
            object.__setattr__(made[0][0], "reason", 2**70)  # msgpack has no integer of that size
        return made

    monkeypatch.setattr(brain, "decide", unsendable)
    seq = mira.observe("mira", text="hello")
    refused = mira.refusal()
    assert (refused.code, refused.about.seq, refused.about.npc) == ("internal", seq, "mira")
    bram.observe("bram", text="hello")
    assert bram.decisions(1)


def test_half_a_character_in_a_card_reaches_nobody_as_a_fault(client):
    client.spawn("mira", persona={"name": "Mira", "calls_player": "\ud83d\ude00", "lines": {"greet": "Hi, {player}."}})
    client.observe("mira", text="hello")
    assert client.decisions(1)[0].action == "greet"


def test_half_a_character_of_a_language_model_ends_nothing(server, connect):
    client = connect(server)
    client.spawn("mira", persona="healer")
    [session] = server.sessions
    brain = server.server.sessions._brain
    brain._tell_line(session.npcs["mira"].mind, None, "Well\ud83d", False)
    client.until(lambda: bool(found := client.events()) and isinstance(found[0], Event))
    client.observe("mira", text="hello")
    assert client.decisions(1)


@pytest.fixture
def slow_cards(server, monkeypatch):
    """Cards of the name `heavy` take until the event is set."""
    go_on, brain_mind = threading.Event(), server.server.sessions._brain.mind

    def mind(npc, persona, *rest):
        if npc == "heavy":
            assert go_on.wait(DEADLINE)
        return brain_mind(npc, persona, *rest)

    monkeypatch.setattr(server.server.sessions._brain, "mind", mind)
    yield go_on
    go_on.set()


def test_a_heavy_card_holds_up_nobody_but_its_client(server, connect, slow_cards):
    heavy = Wire(server.endpoint)
    heavy.say(Hello("heavy", "session-1"))
    for _ in range(3):  # one thread of several is all that one client gets
        heavy.say(Spawn("heavy", {"name": "Heavy"}))
    game = connect(server)
    game.spawn("mira", persona="healer")
    game.observe("mira", text="hello")
    assert game.decisions(1)
    heavy.say(Observe(1, ("heavy",), None, Utterance("u1", "hello", ("heavy",))))
    heavy.say(Ping(1))
    assert heavy.next("pong").id == 1  # even to that client itself
    slow_cards.set()
    assert heavy.next("spawned").name == "Heavy"
    assert heavy.next("decision").utterance_id == "u1"  # what it was told meanwhile is answered
    heavy.close()


def test_words_to_an_npc_whose_card_is_faulty_are_refused(server):
    wire = Wire(server.endpoint)
    wire.say(Hello("game", "session-1"))
    wire.say(Spawn("mira", {"name": "Mira", "traits": {"bravary": 1}}))
    wire.say(Observe(7, ("mira",), None, Utterance("u1", "hello", ("mira",))))
    assert wire.next("error").npc == "mira"
    refused = wire.next("error")
    assert (refused.code, refused.seq, refused.utterance) == ("unknown_npc", 7, "u1")
    wire.close()


def test_a_faulty_card_leaves_the_npc_as_it_was(server):
    wire = Wire(server.endpoint)
    wire.say(Hello("game", "session-1"))
    wire.say(Spawn("mira", "healer"))
    wire.next("spawned")
    wire.say(Spawn("mira", {"name": "Mira", "traits": {"bravary": 1}}))
    assert wire.next("error").npc == "mira"
    wire.say(Observe(1, ("mira",)))
    assert wire.next("decision").npc == "mira"
    wire.close()


def test_a_server_that_stops_still_answers_what_waits_for_a_card(server, slow_cards):
    wire = Wire(server.endpoint)
    wire.say(Hello("game", "session-1"))
    wire.say(Spawn("heavy", {"name": "Heavy"}))
    wire.say(Observe(1, ("heavy",), None, Utterance("u1", "hello", ("heavy",))))
    wire.next("ack")
    server.server.stop()
    slow_cards.set()
    assert wire.next("decision").utterance_id == "u1"
    wire.close()


def test_a_picture_that_takes_long_holds_up_nobody_but_its_client(server, connect, monkeypatch, picture):
    go_on = threading.Event()

    def slow(frame):
        assert go_on.wait(DEADLINE)
        raise Fault("frame_broken", "It took long and came to nothing.", "Send another.")

    monkeypatch.setattr(mailbox, "decode", slow)
    bomber, game = connect(server), connect(server)
    for client in (bomber, game):
        client.spawn("mira", persona="healer")
    bomber.observe("mira", frame=Frame(b"\xff\xd8 a bomb", 0, 0, "jpeg"))
    bomber.observe("mira", text="hello")
    for _ in range(3):
        game.observe("mira", frame=picture(), text="hello")
        assert game.decisions(1)
    assert bomber.decisions(1)  # words are not held up by a picture that nobody has to see for them
    go_on.set()
    assert bomber.refusal().code == "frame_broken"


def test_all_npcs_of_a_client_together_watch_for_so_many_phrases(serve, connect):
    client = connect(serve(limits=Limits(phrases=10)))
    client.spawn("a", persona={"name": "A"}, watch=[f"thing {i}" for i in range(6)])
    client.spawn("b", persona={"name": "B"}, watch=[f"thing {i}" for i in range(6)])  # the same ones
    with pytest.raises(BridgeError) as refused:
        client.spawn("c", persona={"name": "C"}, watch=[f"other {i}" for i in range(6)])
    assert refused.value.code == "field"
    assert "10" in refused.value.fix
    assert client.welcome.limits["phrases"] == 10


def test_a_crowd_sees_a_frame_that_is_encoded_once(client, perceiver, picture):
    names = [f"npc {i}" for i in range(40)]
    for name in names:
        client.spawn(name, persona="elder")
    client.observe(names, frame=picture())
    assert {d.npc for d in client.decisions(40)} == set(names)
    assert (perceiver.batches, perceiver.frames) == ([1], [])


def test_errands_of_one_client_are_bounded_and_in_order():
    errands, done, go_on = Errands(), [], threading.Event()
    errands.put("a", lambda: go_on.wait(DEADLINE))
    accepted = sum(errands.put("a", lambda i=i: done.append(i)) for i in range(1000))
    assert accepted < 1000
    finished = threading.Event()
    assert errands.put("b", finished.set)
    assert finished.wait(DEADLINE)  # b does not wait for a
    go_on.set()
    last = threading.Event()
    while not errands.put("a", last.set):
        pass
    assert last.wait(DEADLINE)
    assert done == list(range(accepted))
    errands.close()


def test_who_has_cards_read_without_end_leaves_time_to_the_others(monkeypatch):
    monkeypatch.setattr(errands_module, "_AT_ONCE_S", 0.05)
    errands, spent, enough = Errands(threads=1, share=0.2), [], threading.Event()

    def read() -> None:
        begun = time.thread_time()
        while time.thread_time() < begun + 0.01:
            pass
        spent.append(time.thread_time() - begun)
        if len(spent) == 30:
            enough.set()

    begun = time.monotonic()
    for _ in range(30):
        assert errands.put("a", read)
    assert enough.wait(DEADLINE)
    assert sum(spent) < 0.05 + 0.3 * (time.monotonic() - begun)
    errands.close()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("/srv/my game/cards/wren.yaml:3: no", "wren.yaml:3: no"),
        (r"C:\Users\Ada\cards\wren.yaml:3: no", "wren.yaml:3: no"),
        ("Either/or stays, and tcp://127.0.0.1:5571 too.", "Either/or stays, and tcp://127.0.0.1:5571 too."),
        ("There is no persona '/etc/passwd'.", "There is no persona 'passwd'."),
    ],
)
def test_a_client_is_not_told_where_files_lie(text, told):
    assert without_paths(text) == told


@pytest.mark.skipif(os.name != "posix", reason="Windows has other rules")
def test_secrets_on_disk_are_for_their_owner_alone(tmp_path):
    file = tmp_path / "journal.db"
    file.touch(0o644)
    Journal(file).close()
    assert file.stat().st_mode & 0o077 == 0
    keys = tmp_path / "server.keys"
    keys.write_text("{}")
    keys.chmod(0o644)
    with pytest.raises(Fault, match="chmod 600"):
        load_server_keys(keys)


def test_silence_ends_a_session(serve, connect):
    now = [0.0]
    server = serve(clock=lambda: now[0])
    connect(server).until(lambda: len(server.sessions) == 1)
    silent, other = server.sessions[0], connect(server)

    def is_gone() -> bool:
        now[0] += sessions.IDLE_S + 1  # again and again: what it said last may still be on its way
        return silent not in server.sessions

    other.until(is_gone)


def test_a_card_that_is_at_hand_waits_for_no_other(server, connect, slow_cards):
    first = connect(server)
    first.spawn("one", persona="guard")
    heavy = Wire(server.endpoint)
    heavy.say(Hello("heavy", "session-1"))
    heavy.say(Spawn("slow", "heavy"))
    heavy.say(Spawn("two", "guard"))  # of the same client, after one that takes long
    assert heavy.next("spawned").npc == "two"
    slow_cards.set()


def test_an_errand_lets_a_decision_go_before():
    deciding, done = [True], threading.Event()
    errands = Errands(1, busy=lambda: deciding[0])
    errands.put("client", done.set)
    assert not done.wait(0.005)
    deciding[0] = False
    assert done.wait(DEADLINE)
    deciding[0] = True
    done.clear()
    errands.put("client", done.set)  # it does not wait for ever
    assert done.wait(DEADLINE)
    errands.close()
