"""Whose turn it is: the mailbox alone, without a server."""

from __future__ import annotations

import pytest

from engine.bridge.limits import DEFAULT_LIMITS
from engine.bridge.mailbox import Job, Mailbox
from engine.bridge.protocol import Frame, Observe
from engine.bridge.session import Allowance, Ledger, Npc, Session


def client(name):
    return Session(name, name, "", name.encode(), 0.0, Ledger(name), Allowance(DEFAULT_LIMITS.observes))


class Queue:
    """A mailbox whose worker takes `seconds` a batch."""

    def __init__(self, *names):
        self.mailbox, self.seq = Mailbox(), 0
        self.clients = {name: client(name) for name in names}
        self.npcs = {name: Npc("a", None, "") for name in names}

    def put(self, name, text=""):
        self.seq += 1
        observe = Observe(self.seq, ("a",), frame=Frame(bytes(12), 2, 2))
        self.mailbox.put(self.clients[name], [Job(self.clients[name], self.npcs[name], observe, text, 0.0)])

    def take(self, seconds=0.01):
        session = self.mailbox.take()[0].session
        self.mailbox.charge(session, seconds)
        return session.client


def test_a_client_that_floods_gets_no_second_turn_while_another_waits():
    queue = Queue("floods", "a", "b", "c")
    for word in range(20):
        queue.put("floods", f"word {word}")
    assert queue.take() == "floods"
    for name in "abc":
        queue.put(name)
    assert [queue.take() for _ in range(4)] == ["a", "b", "c", "floods"]


def test_who_takes_long_waits_long():
    queue = Queue("slow", "quick")
    for word in range(8):
        queue.put("slow", f"word {word}")
        queue.put("quick", f"word {word}")
    turns = [queue.take(0.03 if i == 0 else 0.01) for i in range(5)]
    assert turns == ["slow", "quick", "quick", "quick", "slow"]


def test_idling_saves_nothing_up():
    queue = Queue("idle", "busy")
    queue.put("busy", "first")
    for _ in range(50):
        queue.put("busy", "more")
        queue.take()
    for word in range(4):
        queue.put("idle", f"word {word}")
        queue.put("busy", f"word {word}")
    assert [queue.take() for _ in range(6)].count("idle") == 3


def test_a_client_that_was_forgotten_may_come_again():
    queue = Queue("a")
    queue.put("a")
    queue.mailbox.forget(queue.clients["a"])
    assert len(queue.mailbox) == 0
    queue.put("a")
    assert queue.take() == "a"


@pytest.mark.parametrize("seconds", [0.0, 5.0])
def test_one_client_alone_is_served_whatever_it_has_had(seconds):
    queue = Queue("a")
    for word in range(3):
        queue.put("a", f"word {word}")
    assert [queue.take(seconds) for _ in range(3)] == ["a"] * 3
