"""A mind is changed by the thread that lets it tick; whoever else wants something leaves an order."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator

import pytest

from engine.minds.brain import Brain
from engine.minds.cards import Cards
from engine.minds.mind import Observation
from engine.perception.echo import EchoPerceiver
from npc.memory import InMemoryStore, SqliteStore

TAM = {"name": "Tam", "lines": {"greet": ["Who are you?", {"say": "You again.", "remembers": "greet"}]}}
DEADLINE = 10.0


class _Clock:
    now = 0.0

    def __call__(self) -> float:
        self.now += 10.0
        return self.now


class Folder:
    """A folder with one card that is edited; a file system's clock may be too coarse for a test."""

    time = 10**18

    def __init__(self, path) -> None:
        self.path = path

    def write(self, content: str) -> None:
        card = self.path / "tam.yaml"
        card.write_text(content)
        Folder.time += 1
        os.utime(card, ns=(Folder.time, Folder.time))


@pytest.fixture
def folder(tmp_path) -> Folder:
    folder = Folder(tmp_path)
    folder.write("name: Tam\nwatch: {wolf: threat}\nlines: {greet: [Mind the gap.]}\n")
    return folder


@pytest.fixture
def brain(folder) -> Brain:
    brain = Brain(EchoPerceiver(), folder.path)
    brain._cards = Cards(folder.path, _Clock())
    return brain


def _say(brain: Brain, mind, time: float) -> str:
    return brain.decide(None, [Observation(mind, time, "hello", source=f"{id(mind)} {time}")])[0][0].line


def test_a_spawn_that_is_repeated_while_a_card_is_taken_up_keeps_the_new_watch_list(brain, folder):
    mind = brain.mind("tam", "tam", ["boat"])
    _say(brain, mind, 1.0)
    begun, recast = threading.Event(), threading.Event()

    class Slowly:
        """Phrases of a thread that is held up in the midst of them."""

        def __iter__(self) -> Iterator[str]:
            begun.set()
            assert recast.wait(DEADLINE)
            return iter(["boat", "cart"])

    other = threading.Thread(target=mind.order, args=(Slowly(),))
    other.start()
    assert begun.wait(DEADLINE)
    folder.write("name: Tam\nwatch: {fire: hazard}\nlines: {greet: [Mind your step.]}\n")
    assert _say(brain, mind, 2.0) == "Mind your step."
    recast.set()
    other.join(DEADLINE)
    _say(brain, mind, 3.0)
    assert mind.watch == ("boat", "cart", "fire")


def test_a_card_that_is_edited_while_an_npc_is_spawned_is_taken_up_by_it(brain, folder, monkeypatch):
    other = brain.mind("other", "tam")
    look_up = brain._cards.get

    def get(name: str):
        card = look_up(name)
        folder.write("name: Tam\nlines: {greet: [Mind your step.]}\n")
        _say(brain, other, 1.0)  # the inference thread takes the edit up before the new NPC is there
        return card

    monkeypatch.setattr(brain._cards, "get", get)
    mind = brain.mind("tam", "tam")
    assert _say(brain, mind, 2.0) == "Mind your step."


@pytest.mark.parametrize("kept", ["in memory", "in a file"])
def test_an_npc_that_is_spawned_anew_remembers_what_its_predecessor_heard_meanwhile(tmp_path, kept):
    store = SqliteStore(tmp_path / "m.sqlite") if kept == "in a file" else InMemoryStore()
    brain = Brain(EchoPerceiver(), store=store)
    before = brain.mind("tam", TAM)
    _say(brain, before, 1.0)
    after = brain.mind("tam", TAM)  # on the thread of the sockets, while the predecessor still has something to decide
    _say(brain, before, 2.0)
    _say(brain, after, 3.0)
    assert after.character.memory.people["player"].heard == 3
    known = store.load(("", "tam"))
    assert (known.people["player"].heard, len(known.episodes)) == (3, 3)
    store.close()


@pytest.mark.parametrize("what", ["take_orders", "recast", "at"])
def test_a_mind_is_changed_by_no_other_thread_than_its_own(brain, what):
    mind = brain.mind("tam", "tam")
    _say(brain, mind, 1.0)
    arguments = {"take_orders": (), "recast": (mind.character.persona,), "at": (1.0,)}[what]
    failed: list[BaseException] = []

    def meddle() -> None:
        try:
            getattr(mind, what)(*arguments)
        except AssertionError as error:
            failed.append(error)

    other = threading.Thread(target=meddle)
    other.start()
    other.join(DEADLINE)
    assert "leave an order" in str(failed[0])


def test_two_sessions_of_one_name_and_npc_share_one_memory(tmp_path):
    store = SqliteStore(tmp_path / "m.sqlite")
    brain = Brain(EchoPerceiver(), store=store)
    one, other = brain.mind("tam", TAM, world="game"), brain.mind("tam", TAM, world="game")
    stranger = brain.mind("tam", TAM, world="another game")
    assert [_say(brain, mind, 1.0) for mind in (one, other, stranger)] == ["Who are you?", "You again.", "Who are you?"]
    for time in (2.0, 3.0):
        for mind in (other, one):
            _say(brain, mind, time)
    known = store.load(("game", "tam"))
    assert known.people["player"].heard == len(known.episodes) == 6
    brain.close()
    again = SqliteStore(tmp_path / "m.sqlite")
    assert len(again.load(("game", "tam")).episodes) == 6
    again.close()
