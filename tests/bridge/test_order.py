"""Words keep their order and take effect once, also where some of them were put off."""

from __future__ import annotations

import pytest

from engine.bridge import sessions
from engine.bridge.ledger import PutOff
from engine.bridge.unanswered import Unanswered
from engine.formats.wire.codec import Frame, Observe, Utterance
from engine.formats.wire.constants import BUSY_FOR_S, DECISION_AFTER_S, RETRY_AFTER_S, Limits


def said(number: int, to: tuple[str, ...] = ("mira",)) -> Observe:
    return Observe(number, to, None, Utterance(f"u{number}", f"hello {number}", to))


class Wire:
    """Takes what is sent; `room` says how many messages still fit."""

    def __init__(self) -> None:
        self.sent: list[int] = []
        self.room = 100

    def send(self, observe: Observe) -> bool:
        if not self.room:
            return False
        self.room -= 1
        self.sent.append(observe.seq)
        return True

    def take(self) -> list[int]:
        sent, self.sent = self.sent, []
        return sent


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def spoken(wire) -> Unanswered:
    """Three utterances, sent at time 0."""
    spoken = Unanswered()
    for number in (1, 2, 3):
        spoken.add(said(number))
    spoken.send_due(0.0, wire.send)
    assert wire.take() == [1, 2, 3]
    return spoken


def test_words_without_acknowledgement_are_repeated_in_order(spoken, wire):
    spoken.send_due(RETRY_AFTER_S, wire.send)
    assert wire.take() == [1, 2, 3]


def test_acknowledged_words_wait_longer_for_their_decision(spoken, wire):
    spoken.acknowledge(["u1", "u2", "u3"], 0.1)
    spoken.send_due(DECISION_AFTER_S, wire.send)
    assert wire.take() == []
    spoken.send_due(DECISION_AFTER_S + 0.1, wire.send)
    assert wire.take() == [1, 2, 3]


def test_nothing_overtakes_words_that_found_no_room(spoken, wire):
    wire.room = 1
    spoken.send_due(RETRY_AFTER_S, wire.send)
    assert wire.take() == [1]
    wire.room = 100
    spoken.send_due(RETRY_AFTER_S, wire.send)
    assert wire.take() == [2, 3]


def test_while_words_are_put_off_only_the_oldest_is_repeated(spoken, wire):
    spoken.acknowledge(["u1"], 0.0)
    spoken.put_off("u2", 0.0)
    spoken.add(said(4))
    spoken.send_due(BUSY_FOR_S, wire.send)
    assert wire.take() == [2]
    spoken.send_due(RETRY_AFTER_S, wire.send)
    assert wire.take() == [2]


def test_once_the_oldest_is_taken_the_others_follow_at_once(spoken, wire):
    spoken.put_off("u1", 0.0)
    spoken.acknowledge(["u1"], 0.05)
    spoken.send_due(0.05, wire.send)
    assert wire.take() == [2, 3]


def test_words_that_are_refused_hold_nothing_up(spoken, wire):
    spoken.put_off("u1", 0.0)
    spoken.drop("u1")
    spoken.send_due(0.0, wire.send)
    assert wire.take() == [2, 3]


def test_another_server_hears_everything_that_is_undecided(spoken, wire):
    spoken.acknowledge(["u1", "u2", "u3"], 0.0)
    spoken.settle("u2", "mira")
    spoken.repeat_all()
    spoken.send_due(0.0, wire.send)
    assert wire.take() == [1, 3]


def test_a_queue_lets_nothing_newer_in_before_what_was_put_off():
    queue = PutOff()
    queue.put_off(5, now=0.0)
    queue.put_off(6, now=0.0)
    assert not queue.lets_in(6, now=1.0)
    assert queue.lets_in(5, now=1.0)
    queue.take()
    assert queue.lets_in(6, now=1.0)


def test_a_queue_does_not_wait_for_ever():
    queue = PutOff()
    queue.put_off(5, now=0.0)
    assert queue.lets_in(6, now=6.0)


def test_words_are_decided_in_order_though_many_were_put_off(serve, connect, perceiver):
    client = connect(serve(limits=Limits(utterances=2)))
    client.spawn("mira", persona="healer")
    perceiver.gate.clear()
    for i in range(30):
        client.observe("mira", text=f"hello {i}")
    assert client.pong()["busy"] > 0
    perceiver.gate.set()
    assert len(client.decisions(30)) == 30
    assert perceiver.heard == [f"hello {i}" for i in range(30)]


def test_repeated_words_are_acknowledged_however_busy_the_server_is(serve, connect, perceiver):
    client = connect(serve(limits=Limits(utterances=1)))
    client.spawn("mira", persona="healer")
    perceiver.gate.clear()
    client.observe("mira", text="hello")
    client.pong()
    client._session.unanswered.repeat_all()
    client.poll()
    counters = client.pong()
    assert (counters["repeated"], counters.get("busy", 0)) == (1, 0)


def test_frames_that_wait_are_limited_in_bytes(serve, connect, perceiver):
    client = connect(serve(limits=Limits(waiting=5000)))
    for npc in ("a", "b", "c", "d"):
        client.spawn(npc, persona="elder")
    perceiver.gate.clear()
    client.observe("a", frame=Frame(bytes(1728), 32, 18))
    assert perceiver.entered.wait(10)
    for npc in ("b", "c", "d"):
        client.observe(npc, frame=Frame(bytes(1728), 32, 18))
    assert client.pong()["busy"] == 1


def test_the_more_clients_there_are_the_fewer_bytes_of_frames_may_wait_of_each(serve, connect, perceiver, monkeypatch):
    monkeypatch.setattr(sessions, "_WAITING_OF_ALL", 5000)
    server = serve(limits=Limits(frame=2000))
    client, other = connect(server), connect(server)
    for npc in ("a", "b", "c"):
        client.spawn(npc, persona="elder")
    assert other.pong() is not None
    perceiver.gate.clear()
    client.observe("a", frame=Frame(bytes(1728), 32, 18))
    assert perceiver.entered.wait(10)
    for npc in ("b", "c"):
        client.observe(npc, frame=Frame(bytes(1728), 32, 18))
    assert client.pong()["busy"] == 1
