"""Frames of several games are taken together where the model gains by it, and nobody waits alone."""

from __future__ import annotations

import threading
from functools import cache
from types import SimpleNamespace

import pytest

from engine.bridge import mailbox as mailbox_module
from engine.bridge.mailbox import Job, Mailbox
from engine.bridge.session import Npc
from engine.formats.wire.codec import Frame, Observe, Utterance


def jobs(session: object, seq: int, npcs: tuple[object, ...] = ("mira",), text: str = "") -> list[Job]:
    """One frame that all `npcs` see."""
    said = Utterance(f"u{seq}", text, ("mira",)) if text else None
    observe = Observe(seq, ("mira",), Frame(bytes(3), 1, 1), said)
    return [Job(session, _npc(npc), observe, text, 0.0) for npc in npcs]


@cache
def _npc(name: str) -> Npc:
    return Npc(name, "elder", mind=SimpleNamespace(watch=()))


def seqs(groups: list[list[Job]]) -> list[int]:
    return [group[0].observe.seq for group in groups]


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


class Idle:
    """In the place of the lock that the taker waits at: notes how long it would, and lets something happen meanwhile."""

    def __init__(self, happens=lambda: None) -> None:
        self.waits: list[float] = []
        self.happens = happens

    def acquire(self, timeout: float = -1) -> bool:
        self.waits.append(timeout)
        self.happens()
        return True

    def locked(self) -> bool:
        return False


@pytest.fixture
def clock(monkeypatch):
    """Seconds, which pass only where a test says so."""
    now = SimpleNamespace(s=0.0)
    monkeypatch.setattr(mailbox_module, "time", SimpleNamespace(monotonic=lambda: now.s))
    return now


def test_frames_of_several_games_are_taken_together(mailbox):
    for seq, game in enumerate("abc"):
        mailbox.put(game, jobs(game, seq, ("mira", "bram")))
    groups = mailbox.take(8)
    assert seqs(groups) == [0, 1, 2]
    assert [len(group) for group in groups] == [2, 2, 2]


def test_no_more_frames_than_asked_for_and_every_game_in_turn(mailbox):
    for seq in range(3):
        mailbox.put("floods", jobs("floods", seq, text="hello"))
    mailbox.put("plays", jobs("plays", 7))
    assert seqs(mailbox.take(3)) == [0, 7, 1]
    assert seqs(mailbox.take(3)) == [2]


def test_who_plays_alone_never_waits(mailbox, clock):
    mailbox._idle = idle = Idle()
    for seq in range(3):
        mailbox.put("a", jobs("a", seq))
        assert seqs(mailbox.take(8, wait=0.002)) == [seq]
    assert idle.waits == []


def test_a_batch_waits_for_those_who_came_along_the_last_time_but_not_longer(mailbox, clock):
    def later() -> None:
        clock.s += 0.0015
        if clock.s < 0.002:
            mailbox.put("b", jobs("b", 4))

    mailbox.put("a", jobs("a", 1))
    mailbox.put("b", jobs("b", 2))
    assert seqs(mailbox.take(8, wait=0.002)) == [1, 2]
    mailbox._idle = idle = Idle(later)
    mailbox.put("a", jobs("a", 3))
    assert seqs(mailbox.take(8, wait=0.002)) == [3, 4]
    assert idle.waits == pytest.approx([0.002, 0.0005])


def test_a_wait_in_vain_is_the_last(mailbox, clock):
    def nobody() -> None:
        clock.s += 0.002

    for game in "ab":
        mailbox.put(game, jobs(game, 1))
    mailbox.take(8, wait=0.002)
    mailbox._idle = idle = Idle(nobody)
    for seq in (2, 3):
        mailbox.put("a", jobs("a", seq))
        mailbox.take(8, wait=0.002)
    assert len(idle.waits) == 1


def test_a_full_batch_does_not_wait(mailbox, clock):
    mailbox._idle = idle = Idle()
    for _ in range(2):
        for game in "ab":
            mailbox.put(game, jobs(game, 1))
        mailbox.take(2, wait=0.002)
    assert idle.waits == []


def test_a_broken_frame_in_a_batch_is_refused_alone(server, connect, perceiver, picture):
    perceiver.frames_at_once = 8
    games = [connect(server) for _ in range(3)]
    for game in games:
        game.spawn("mira", persona="elder")
    held = _held_back(perceiver, games[0])
    games[0].observe("mira", frame=picture(51), text="hello", inspect=True)
    games[1].observe("mira", frame=Frame(b"no jpeg", format="jpeg"), text="hello")
    games[2].observe("mira", frame=picture(204), text="hello", inspect=True)
    for game in games:
        game.pong()  # everything has arrived
    held.set()
    assert games[0].decisions(2)[1].inspect["heat"][0][0] == 51
    assert games[1].refusal().code == "frame_broken"
    assert games[2].decisions(1)[0].inspect["heat"][0][0] == 204
    assert perceiver.batches == [2]  # the broken one never came near the model


def _held_back(perceiver, game) -> threading.Event:
    """Let the server think about something until the event is set."""
    game.spawn("bram", persona="elder")
    perceiver.gate.clear()
    game.observe("bram", text="hello")
    assert perceiver.entered.wait(10)
    return perceiver.gate


def test_a_crowd_is_taken_in_turns_with_the_others(mailbox):
    mailbox.put("crowd", jobs("crowd", 1, tuple(f"npc {i}" for i in range(40))))
    mailbox.put("game", jobs("game", 2))
    turns = [(group[0].session, len(group)) for _ in range(3) for group in mailbox.take(1)]
    assert turns == [("crowd", 32), ("game", 1), ("crowd", 8)]


def test_who_is_spoken_to_in_a_crowd_comes_first(mailbox):
    seen = Observe(1, ("mira",), Frame(bytes(3), 1, 1), Utterance("u1", "hello", ("npc 39",)))
    mailbox.put("a", [Job("a", _npc(f"npc {i}"), seen, "hello" if i == 39 else "", 0.0) for i in range(40)])
    [group] = mailbox.take(1)
    assert group[0].npc.id == "npc 39"


def test_what_is_told_to_an_npc_whose_card_is_still_read_waits_for_it(mailbox):
    late = Npc("late", "elder")
    said = Observe(1, ("late",), None, Utterance("u1", "hello", ("late",)))
    mailbox.put("a", [Job("a", late, said, "hello", 0.0)])
    mailbox.put("b", jobs("b", 2))
    assert seqs(mailbox.take(8)) == [2]
    late.mind = SimpleNamespace(watch=())
    mailbox.rouse()
    assert seqs(mailbox.take(8)) == [1]
