"""Perception elsewhere gives what perception here gives, and its absence costs no word."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import astuple, is_dataclass

import numpy as np
import pytest

from engine.bridge.client import Client
from engine.bridge.server import Server
from engine.cli.serve import _brain
from engine.errors import Fault
from engine.formats.frame import Frame
from engine.minds.brain import Brain
from engine.perception import Perceiver, Query, Sight
from engine.perception.types import is_away
from engine.remote.codec import VERSION, Answer, Look, pack_answer, pack_looks, unpack_answer, unpack_looks
from engine.remote.link import Away, Link, read_address
from engine.remote.perceiver import RemotePerceiver
from npc.memory import InMemoryStore

DEADLINE = 30.0
WATCH = ("wolf", "fire", "red potion")


def picture(seed: int, height: int = 180, width: int = 300) -> Frame:
    """Blocks of colour."""
    blocks = np.random.default_rng(seed).integers(0, 255, (height // 20, width // 20, 3), dtype=np.uint8)
    return Frame.from_array(blocks.repeat(20, 0).repeat(20, 1))


NEAR = 1e-3  # what words are encoded beside tells in the last bits


def alike(one: Sight, other: Sight) -> bool:
    same_heat = (one.heat is None) == (other.heat is None) and (
        one.heat is None or np.allclose(one.heat, other.heat, atol=NEAR)
    )
    fields = ("heads", "target", "watch", "looked", "has_frame", "heard")
    return same_heat and all(close(getattr(one, name), getattr(other, name)) for name in fields)


def close(one: object, other: object) -> bool:
    if is_dataclass(one) and is_dataclass(other):
        return close(astuple(one), astuple(other))
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(close(value, other[key]) for key, value in one.items())
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(close, one, other))
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) <= NEAR
    return one == other


@pytest.fixture
def remote(stand):
    made = RemotePerceiver(stand.address, patience=DEADLINE, frames=DEADLINE)
    yield made
    made.close()


QUERIES = [
    Query("the red potion left of the wolf", WATCH, {"me": (0.1, 0.1, 0.2, 0.4)}, ("wolf", "cheese"), True, {}, "village"),
    Query("", ("wolf",)),
]


@pytest.mark.parametrize("frame", [picture(1), picture(2, 300, 100), None], ids=["wide", "tall", "words alone"])
def test_what_is_seen_elsewhere_is_what_is_seen_here(remote, perceiver, frame):
    there = remote.see(remote.encode(frame, QUERIES), QUERIES)
    here = perceiver.see(perceiver.encode(frame, QUERIES), QUERIES)
    assert all(alike(a, b) for a, b in zip(there, here, strict=True))
    assert np.allclose(remote.sentences(["a wolf", "hello"]), perceiver.sentences(["a wolf", "hello"]), atol=NEAR)


def test_things_are_found_by_their_pictures_elsewhere_too(remote, perceiver):
    thing = np.zeros((40, 40, 4), np.uint8)
    thing[8:32, 8:32] = (200, 40, 30, 255)
    seen = remote.appearance(thing)
    assert np.array_equal(seen, perceiver.appearance(thing))
    queries = [Query("", ("gloomfang",), looks={"gloomfang": (seen,)})]
    there = remote.see(remote.encode(picture(3), queries), queries)
    here = perceiver.see(perceiver.encode(picture(3), queries), queries)
    assert alike(there[0], here[0])


def test_several_frames_travel_in_a_few_calls_at_the_same_time(remote, stand, perceiver):
    frames = [remote.encode(picture(seed), ()) for seed in range(8)]
    asked = [[Query("", (f"thing {seed}",), world=f"{seed}")] for seed in range(8)]
    stand.calls.clear()
    remote.ahead(list(zip(frames, asked, strict=True)))
    found = [remote.see(frame, queries) for frame, queries in zip(frames, asked, strict=True)]
    assert stand.calls == ["see"] * 4
    for seed, [sight] in enumerate(found):
        queries = [Query("", (f"thing {seed}",))]
        [here] = perceiver.see(perceiver.encode(picture(seed), queries), queries)
        assert alike(sight, here)


def test_questions_that_have_changed_meanwhile_are_asked_anew(remote, stand):
    frame = remote.encode(picture(1), ())
    remote.ahead([(frame, [Query("", ("wolf",))]), (None, [Query("hello")])])
    [sight] = remote.see(frame, [Query("", ("fire",))])
    assert [seen.phrase for seen in sight.watch] == ["fire"]


def test_what_was_asked_ahead_and_not_fetched_is_let_go(remote):
    brain = Brain(remote)
    remote.ahead([(picture(1), [Query("hello")]), (None, [Query("good bye")])])
    brain.foresee([(None, [])])
    assert not remote._ahead
    assert not remote._fits
    brain.close()


def test_words_are_encoded_once(remote, stand):
    remote.see(None, [Query("good morning")])
    stand.calls.clear()
    remote.sentences(["good morning"])
    assert stand.calls == []


# -- away ------------------------------------------------------------------------------------------------


def test_a_replica_that_dies_under_a_call_costs_no_word(remote, stand):
    stand.failing = 2
    [sight] = remote.see(None, [Query("hello")])
    assert max(sight.heads["intent"], key=sight.heads["intent"].get) == "greet"
    assert stand.calls.count("see") == 3


def test_while_perception_is_away_frames_are_not_waited_for_and_words_are(stand):
    remote, port = RemotePerceiver(stand.address, patience=DEADLINE, frames=0.1), stand.port
    stand.stop()
    [blind] = remote.see(remote.encode(picture(1), ()), [Query("", WATCH)])
    assert (blind.has_frame, blind.watch, blind.heads["intent"]["none"]) == (False, (), 1.0)
    back = threading.Timer(0.5, stand.start, (port,))
    back.start()
    [sight] = remote.see(None, [Query("hello")])
    assert sight.heads["intent"]["greet"] > 0.5
    back.join()
    remote.close()


def test_words_that_have_waited_for_too_long_are_refused_with_a_reason(stand):
    remote = RemotePerceiver(stand.address, patience=0.1)
    stand.stop()
    for _ in range(2):
        with pytest.raises(Fault, match="does not answer") as refused:
            remote.see(None, [Query("hello")])
        assert refused.value.code == "perception_away"
    stand.start(stand.port)
    remote.close()


def test_an_idle_connection_that_was_ended_is_no_failure(stand):
    link = Link(stand.address)
    link.info(DEADLINE)
    link._idle.queue[0].sock.shutdown(2)
    link.info(0.0)
    assert link.failed == 0


def test_perception_of_another_version_is_refused(stand, monkeypatch):
    monkeypatch.setattr(stand.replica, "info", lambda: {"version": 99})
    with pytest.raises(Fault, match="another version"):
        RemotePerceiver(stand.address)


def test_a_replica_that_hangs_shows_nothing_and_words_give_way_to_others(stand):
    remote = RemotePerceiver(stand.address, patience=0.05, frames=0.05)
    stand.hangs.set()
    [blind] = remote.see(remote.encode(picture(1), ()), [Query("", WATCH)])
    assert not blind.has_frame
    with pytest.raises(Fault) as away:
        remote.see(None, [Query("hello")])
    assert is_away(away.value)
    stand.hangs.clear()
    remote.close()


def test_who_closes_waits_for_nobody(stand):
    remote = RemotePerceiver(stand.address, patience=3600.0, frames=3600.0)
    stand.hangs.set()
    remote.ahead([(None, [Query("hello")]), (None, [Query("", WATCH)])])
    stand.called.wait(DEADLINE)
    remote.close()
    with pytest.raises(Fault) as away:
        remote.see(None, [Query("hello")])
    assert is_away(away.value)
    stand.hangs.clear()


def test_a_server_that_ends_lets_perception_go(stand):
    with ExitStack() as ends:
        brain, _ = _brain(Perceiver, (stand.address, None), None, InMemoryStore(), None, None, None, "", ends)
        brain.close()
    with pytest.raises(Fault, match="not asked any more"):
        brain.perceiver.see(None, [Query("hello")])


# -- a canary --------------------------------------------------------------------------------------------


def test_each_world_stays_with_one_version_and_a_canary_that_is_away_is_left_out(stand, replica):
    from tests.remote.conftest import Stand

    canary = Stand(replica)
    canary.start()
    remote = RemotePerceiver(stand.address, (canary.address, 0.25), frames=DEADLINE)
    stand.calls.clear()
    worlds = [f"world {number}" for number in range(60)]
    for _ in range(2):
        for world in worlds:
            remote.see(None, [Query("", world=world)])
    assert len(stand.calls) + len(canary.calls) == 120
    assert 10 <= len(canary.calls) <= 50
    assert len(canary.calls) % 2 == 0
    canary.stop()
    before = len(stand.calls)
    for world in worlds:
        remote.see(None, [Query("hello", world=world)])
    assert len(stand.calls) - before == 60
    remote.close()


# -- the whole way ---------------------------------------------------------------------------------------


def test_a_game_plays_on_a_gateway_while_replicas_die(stand):
    remote = RemotePerceiver(stand.address, patience=DEADLINE)
    server = Server("tcp://127.0.0.1:0")
    thread = threading.Thread(target=server.run, args=(Brain(remote), remote.bundle))
    thread.start()
    try:
        with Client(server.endpoint, name="one", timeout=DEADLINE) as one, Client(server.endpoint, name="two") as two:
            for client in (one, two):
                client.spawn("mira", "elder", timeout=DEADLINE)
            for turn in range(6):
                stand.failing = turn % 3
                for client in (one, two):
                    seq = client.observe("mira", frame=picture(turn), text="hello")
                    decisions = []
                    while not any(d.seq == seq for d in decisions):
                        decisions = client.poll(DEADLINE)
                        assert decisions
                    assert client.errors == type(client.errors)()
    finally:
        server.stop()
        thread.join(DEADLINE)
        remote.close()


# -- what is said on the way -----------------------------------------------------------------------------


def test_what_makes_no_sense_is_refused_and_costs_the_others_nothing(replica):
    right = pack_looks([Look(None, [Query("hello")])])
    wrong = [b"", b"\xc1", b"\x80", right[:-1], pack_looks([Look(None, [])]).replace(b"version", b"vershun")]
    answers = replica.answer([("see", right), *(("see", data) for data in wrong), ("nonsense", right), ("meanings", b"\x01")])
    assert isinstance(answers[0], bytes)
    assert all(isinstance(answer, Fault) and answer.code == "look_invalid" for answer in answers[1:])


def test_a_look_that_breaks_the_model_costs_its_neighbours_nothing(replica, monkeypatch, perceiver):
    see = replica._perceiver.see

    def breaks(frame, queries):
        if any(query.text == "poison" for query in queries):
            raise ValueError("a defect")
        return see(frame, queries)

    monkeypatch.setattr(replica._perceiver, "see", breaks)
    calls = [("see", pack_looks([Look(None, [Query(text)])])) for text in ("hello", "poison", "good bye")]
    answers = replica.answer([*calls, ("appearance", b"\x93\x00\x00\xc4\x00")])
    assert [isinstance(answer, bytes) for answer in answers] == [True, False, True, False]
    assert answers[1].code == "internal"


def test_who_shares_a_call_with_what_is_refused_is_answered(remote, stand, monkeypatch):
    see = stand.replica._perceiver.see
    refuse = Fault("internal", "a defect")

    def breaks(frame, queries):
        if any(query.text == "poison" for query in queries):
            raise refuse
        return see(frame, queries)

    monkeypatch.setattr(stand.replica._perceiver, "see", breaks)
    looks = [(None, [Query(text)]) for text in ("poison", "hello", "good bye", "thank you", "come here", "follow me")]
    remote.ahead(looks)
    for _, queries in looks[1:]:
        assert len(remote.see(None, queries)) == 1
    with pytest.raises(Fault, match="a defect"):
        remote.see(None, looks[0][1])


def test_who_hangs_is_asked_a_third_of_the_time_at_the_most(monkeypatch):
    now = 0.0

    def hangs(link, what, body, seconds):
        nonlocal now
        now += seconds
        raise Away("timed out")

    monkeypatch.setattr(Link, "_call", hangs)
    link, waited = Link("ray://host", 0.5, lambda: now, lambda seconds: None), 0.0
    while now < 60.0:
        before = now
        with pytest.raises(Fault):
            link.ask("see", b"", 0.5)
        waited += now - before
        now += 0.1
    assert waited < 20.0


def test_one_replica_that_hangs_keeps_nobody_from_asking_the_others(monkeypatch):
    now, answers = 0.0, iter([Away("timed out"), b"of another"])

    def one_hangs(link, what, body, seconds):
        nonlocal now
        now += seconds
        answer = next(answers)
        if isinstance(answer, Away):
            raise answer
        return answer

    monkeypatch.setattr(Link, "_call", one_hangs)
    link = Link("ray://host", 0.5, lambda: now, lambda seconds: None)
    with pytest.raises(Fault):
        link.ask("see", b"", 0.5)
    assert link.ask("see", b"", 0.5) == b"of another"


def test_a_gateway_of_another_version_is_told_so():
    with pytest.raises(Fault, match="version 99"):
        unpack_looks(pack_looks([]).replace(b"version" + bytes([VERSION]), b"version" + bytes([99])), 8, 8)


def test_answers_survive_the_way():
    [[sight]] = unpack_answer(pack_answer(Answer([[Sight({"intent": {"none": 1.0}})]]))).sights
    assert sight == Sight({"intent": {"none": 1.0}})


@pytest.mark.parametrize("address", ["http://host/x", "ray://", "ray://host:port/x", "ray://user@host/x", "ray://host/x?y"])
def test_what_is_no_address_is_refused(address):
    with pytest.raises(Fault, match="no address"):
        read_address(address)


def test_an_address_may_leave_port_and_route_out():
    assert read_address("ray://host") == ("host", 8000, "")
    assert read_address("ray://host:9000/a/b/") == ("host", 9000, "/a/b")
