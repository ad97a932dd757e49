"""While a model elsewhere does not answer, words wait their turn, in order, and nobody else waits with them."""

from __future__ import annotations

import threading
import time

import pytest

from engine.bridge import worker
from engine.bridge.client import Client, Frame
from engine.bridge.server import Server
from engine.errors import Fault
from engine.minds.brain import Brain
from engine.perception.echo import EchoPerceiver
from engine.perception.types import AWAY

DEADLINE = 20.0


class Elsewhere(EchoPerceiver):
    """Echo that gives no answer on words while `away`."""

    def __init__(self):
        super().__init__()
        self.away, self.tries = threading.Event(), 0

    def see(self, frame, queries):
        if self.away.is_set() and any(query.text for query in queries):
            self.tries += 1
            raise Fault(AWAY, "Nobody answers.", "Say it again.")
        return super().see(frame, queries)


@pytest.fixture
def elsewhere(monkeypatch):
    monkeypatch.setattr(worker, "AGAIN_S", 0.01)
    return Elsewhere()


@pytest.fixture
def endpoint(elsewhere):
    server = Server("tcp://127.0.0.1:0")
    brain = Brain(elsewhere)
    thread = threading.Thread(target=server.run, args=(brain,))
    thread.start()
    yield server.endpoint
    server.stop()
    thread.join(DEADLINE)
    brain.close()


def until(client, enough):
    found, end = [], time.monotonic() + DEADLINE
    while not enough(found):
        assert time.monotonic() < end, found
        found += client.poll(0.05)
    return found


def test_words_wait_in_order_and_others_see_and_hear_on(elsewhere, endpoint):
    with Client(endpoint, name="spoken to") as one, Client(endpoint, name="shown") as other:
        one.spawn("mira", "elder")
        one.spawn("odo", "elder")
        other.spawn("bram", "elder")
        elsewhere.away.set()
        frame = Frame(bytes(12), 2, 2)
        said = [one.observe(["mira", "odo"], frame=frame, text="first"), one.observe("mira", text="second")]
        seen = other.observe("bram", frame=frame)
        until(other, lambda found: any(d.seq == seen for d in found))
        end = time.monotonic() + DEADLINE
        while elsewhere.tries < 3 and time.monotonic() < end:
            assert not [d for d in one.poll(0.01) if d.seq in said]
        elsewhere.away.clear()
        found = until(one, lambda found: sum(d.seq in said for d in found) == 3)
        assert [d.seq for d in found if d.npc == "mira" and d.seq in said] == said
        assert not one.errors


def test_who_only_looks_on_decides_while_words_to_another_wait(elsewhere, endpoint):
    with Client(endpoint) as game:
        game.spawn("mira", "elder")
        game.spawn("odo", "elder")
        elsewhere.away.set()
        game.observe(["mira", "odo"], frame=Frame(bytes(12), 2, 2), text="hello", to=["mira"])
        assert {d.npc for d in until(game, bool)} == {"odo"}
        elsewhere.away.clear()
        assert {d.npc for d in until(game, bool)} == {"mira"}


def test_words_that_have_waited_for_too_long_are_refused_with_a_reason(elsewhere, endpoint, monkeypatch):
    monkeypatch.setattr(worker, "WORDS_WAIT_S", 0.0)
    with Client(endpoint) as game:
        game.spawn("mira", "elder")
        elsewhere.away.set()
        game.observe("mira", text="hello")
        end = time.monotonic() + DEADLINE
        while not game.errors and time.monotonic() < end:
            game.poll(0.02)
        assert [error.code for error in game.errors] == [AWAY]
        assert not game.pending
