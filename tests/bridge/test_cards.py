"""A server's own persona cards, and edits of them while it runs."""

from __future__ import annotations

import os
import threading
import time
import unicodedata

import pytest

from engine.bridge.client import Client
from engine.bridge.server import Server
from engine.errors import Fault
from engine.formats.wire.codec import Hello, Observe, Ping, Spawn, decode_server
from engine.minds import cards as cards_module
from engine.minds.brain import Brain, Observation
from engine.minds.cards import Cards
from engine.perception.echo import EchoPerceiver
from npc import assistants, characters
from tests.bridge.wire import Wire

CARD = "name: Tam\nwatch: {wolf: threat}\nlines:\n  greet: ['%s']\n"


@pytest.fixture
def folder(tmp_path):
    _write(tmp_path / "tam.yaml", "Mind the gap.")
    return tmp_path


def _write(path, greeting: str, content: str = CARD) -> None:
    path.write_text(content % greeting if "%s" in content else content, encoding="utf-8")
    _write.time += 1  # a file system's clock may be too coarse for a test
    os.utime(path, ns=(_write.time, _write.time))


_write.time = 10**18


class _Clock:
    now = 0.0

    def __call__(self) -> float:
        self.now += 10.0
        return self.now


@pytest.fixture
def brain(folder):
    brain = Brain(EchoPerceiver(), folder)
    brain._cards = Cards(folder, _Clock())
    return brain


def _greeting(brain, mind, time: float) -> str:
    return brain.decide(None, [Observation(mind, time, "hello")])[0][0].line


def test_an_edited_card_is_taken_up_with_memory_kept(brain, folder):
    mind = brain.mind("tam", "tam")
    assert _greeting(brain, mind, 1.0) == "Mind the gap."
    _write(folder / "tam.yaml", "Mind your step.")
    assert _greeting(brain, mind, 2.0) == "Mind your step."
    assert mind.character.memory.people["player"].heard == 2


def test_an_edit_with_a_fault_is_named_once_and_leaves_the_old_card_in_force(brain, folder, caplog):
    mind = brain.mind("tam", "tam")
    _write(folder / "tam.yaml", "", "name: Tam\nlines:\n  gret: [Hi]\n")
    assert [_greeting(brain, mind, float(n)) for n in range(3)] == ["Mind the gap."] * 3
    assert caplog.text.count("tam.yaml:3") == 1
    assert "The old card stays in force." in caplog.text
    _write(folder / "tam.yaml", "Better.")
    assert _greeting(brain, mind, 9.0) == "Better."


def test_what_the_game_asked_for_is_watched_with_what_the_new_card_looks_out_for(brain, folder):
    mind = brain.mind("tam", "tam", ["boat"])
    assert mind.watch == ("boat", "wolf")
    _write(folder / "tam.yaml", "", "name: Tam\nwatch: {fire: hazard}\n")
    _greeting(brain, mind, 1.0)
    assert mind.watch == ("boat", "fire")


def test_a_card_that_was_taken_away_stays_in_force_and_a_new_one_is_found(brain, folder):
    mind = brain.mind("tam", "tam")
    (folder / "tam.yaml").unlink()
    assert _greeting(brain, mind, 1.0) == "Mind the gap."
    _write(folder / "ida.yaml", "I am new here.")
    assert _greeting(brain, brain.mind("ida", "ida"), 2.0) == "I am new here."


def test_own_cards_go_before_shipped_ones_and_unknown_names_are_refused(folder):
    _write(folder / "guard.yaml", "Mine.")
    cards = Cards(folder)
    assert cards.get("guard").name == "Tam"
    assert cards.get("healer").name != "Tam"
    with pytest.raises(Fault, match="no persona") as refused:
        cards.get("../tam")
    assert "tam" in refused.value.fix
    with pytest.raises(Fault, match="Did you mean `guard`"):
        cards.get("gaurd")


@pytest.mark.parametrize(
    "content",
    ["name: Tam\nbackstory: !!timestamp x\n", "name: Tam\nlooks: !!int x\n", 'name: "\\ud83d"\n', "name: [\n", "\0\0", ""],
    ids=["timestamp", "tag", "half a character", "no YAML", "no text", "nothing"],
)
def test_whatever_an_edit_holds_the_words_of_others_are_answered(brain, folder, caplog, content):
    mind, other = brain.mind("tam", "tam"), brain.mind("mira", "healer")
    _greeting(brain, mind, 1.0)
    _write(folder / "tam.yaml", "", content)
    assert _greeting(brain, other, 1.0)
    assert _greeting(brain, mind, 2.0) == "Mind the gap."
    assert [(notice.mind, notice.kind) for notice in brain.notices()] == [(mind, "card")]
    assert caplog.text.count("The old card stays in force.") == 1
    assert str(folder) not in caplog.text


def test_nobody_waits_for_an_edit_that_takes_long_to_be_read(folder, monkeypatch):
    brain = Brain(EchoPerceiver(), folder)
    brain._cards._clock, brain._cards._looked = _Clock(), 0.0  # seconds go by whenever it is looked at
    mind, woken, go_on = brain.mind("tam", "tam"), threading.Event(), threading.Event()
    brain.wake = woken.set
    load = cards_module.load_persona
    monkeypatch.setattr(cards_module, "load_persona", lambda *where: go_on.wait(10) and load(*where))
    _write(folder / "tam.yaml", "Better.")
    assert [_greeting(brain, mind, float(n)) for n in range(3)] == ["Mind the gap."] * 3  # though it is being read
    assert not brain.notices()
    go_on.set()
    told, until = [], time.monotonic() + 10
    while not told and time.monotonic() < until:  # a look that found nothing wakes too
        woken.wait(1)
        woken.clear()
        told = [notice.text for notice in brain.notices()]
    assert told == ["The card tam was edited and taken up."]
    assert _greeting(brain, mind, 5.0) == "Better."
    for thread in threading.enumerate():
        if thread.name == "edited cards":
            thread.join(10)
            assert not thread.is_alive()
    assert "edited cards" not in {thread.name for thread in threading.enumerate()}, "one look does not lead to the next"


def test_an_error_of_our_own_in_reading_a_card_costs_nobody_their_words(brain, folder, monkeypatch):
    mind = brain.mind("tam", "tam")
    monkeypatch.setattr("engine.minds.cards.load_persona", lambda *_: 1 / 0)
    _write(folder / "tam.yaml", "Better.")
    assert _greeting(brain, mind, 1.0) == "Mind the gap."
    assert "could not be read" in brain.notices()[0].text


def test_a_card_that_cannot_be_read_just_now_is_told_once_and_taken_up_later(folder, monkeypatch):
    cards = Cards(folder, _Clock())
    cards.get("tam")
    _write(folder / "tam.yaml", "Better.")
    held = Fault("persona_file", "tam.yaml: Permission denied.", "Check the path.")

    def refuse(*_):
        raise held

    with monkeypatch.context() as locked:
        locked.setattr("engine.minds.cards.load_persona", refuse)
        assert [cards.edited() for _ in range(3)] == [{"tam": held}, {}, {}]
    assert cards.edited()["tam"].lines["greet"][0].say == "Better."


def test_a_card_that_is_saved_unchanged_is_no_edit_unless_it_mends_a_fault(folder):
    cards = Cards(folder, _Clock())
    whole = cards.get("tam")
    _write(folder / "tam.yaml", "Mind the gap.")
    assert cards.edited() == {}
    _write(folder / "tam.yaml", "", "name: [")
    assert isinstance(cards.edited()["tam"], Fault)
    _write(folder / "tam.yaml", "Mind the gap.")
    assert cards.edited() == {"tam": whole}


def test_a_card_that_was_broken_when_it_was_first_asked_for_is_found_once_it_is_mended(folder):
    cards = Cards(folder, _Clock())
    _write(folder / "ida.yaml", "", "name: [")
    for _ in range(2):
        with pytest.raises(Fault, match=r"ida\.yaml:"):
            cards.get("ida")
    _write(folder / "ida.yaml", "I am here.")
    assert cards.get("ida").name == "Tam"


def test_a_server_finds_the_cards_that_lint_checks(folder):
    for name in ("wren.yml", "Ida.YAML", "._wren.yml", ".#tam.yaml"):
        _write(folder / name, "Here.")
    (folder / unicodedata.normalize("NFD", "bär.yaml")).write_text("name: Bär\n", encoding="utf-8")
    cards = Cards(folder)
    assert set(cards.names()) - {*characters(), *assistants()} == {"tam", "wren", "Ida", "bär"}
    assert cards.get("wren").name == "Tam"
    for form in ("NFC", "NFD"):
        assert cards.get(unicodedata.normalize(form, "bär")).name == "Bär"


@pytest.fixture
def endpoint(brain):
    server = Server("tcp://127.0.0.1:0")
    thread = threading.Thread(target=server.run, args=(brain, "echo"))
    thread.start()
    yield server.endpoint
    server.stop()
    thread.join(10)


@pytest.mark.parametrize(("capabilities", "told"), [(("events",), True), ((), False)], ids=["wanted", "not wanted"])
def test_a_client_that_wants_events_is_told_of_edits(endpoint, folder, capabilities, told):
    wire = Wire(endpoint)
    wire.say(Hello("game", "5e55", capabilities=capabilities))
    wire.say(Spawn("mira", "tam"))
    wire.next("spawned")
    _write(folder / "tam.yaml", "", "name: Tam\nlines:\n  gret: [Hi]\n")
    wire.say(Observe(1, ("mira",)))
    wire.next("decision")
    if told:
        event = wire.next("event")
        assert (event.npc, event.kind, event.more) == ("mira", "card", False)
        assert "Did you mean `greet`? The old card stays in force." in event.text
    wire.say(Ping(1))
    assert decode_server(wire.socket.recv_multipart()).TYPE == "pong"
    wire.close()


def test_the_python_client_hands_events_to_the_game(endpoint, folder):
    with Client(endpoint, timeout=10) as client:
        client.spawn("mira", "tam")
        _write(folder / "tam.yaml", "Better.")
        client.observe("mira", text="hello")
        deadline = time.monotonic() + 10
        events = []
        while not events and time.monotonic() < deadline:
            client.poll(0.1)
            events = client.events()
        assert [(event.npc, event.text) for event in events] == [("mira", "The card tam was edited and taken up.")]
        assert client.events() == []
