"""A client that sends more than it may harms itself, a little, and nobody else."""

from __future__ import annotations

import pytest

from engine.bridge.session import FLOODED, RateLimit
from engine.formats.wire.codec import Frame, Hello, Observe, Ping, Spawn
from engine.formats.wire.constants import Limits
from tests.bridge.wire import Wire


def test_frames_beyond_the_allowance_are_dropped_but_never_words(serve, connect, perceiver):
    client = connect(serve(limits=Limits(observes=1)))
    client.spawn("mira", persona="healer")
    for _ in range(5):
        client.observe("mira", frame=Frame(bytes(1728), 32, 18))
        client.pong()  # it has arrived: the client itself drops frames that cannot leave
    client.observe("mira", text="hello")
    client.until(lambda: "hello" in perceiver.heard)
    assert client.pong()["dropped"] > 0


def test_words_of_a_flood_are_shown_only_to_those_who_are_spoken_to(serve, connect, picture):
    client = connect(serve(limits=Limits(observes=1)))
    for npc in ("mira", "bram"):
        client.spawn(npc, persona="elder")
    for _ in range(3):
        client.observe(["mira", "bram"], frame=picture(), text="hello", to=["mira"])
    client.decisions(3)
    shown = [client.observe(["mira", "bram"], frame=picture(), text="hello", to=["mira"]) for _ in range(20)]
    answers = [d for d in client.decisions(20) if d.seq in shown]
    assert {(d.npc, d.utterance_id is not None) for d in answers} == {("mira", True)}


@pytest.mark.parametrize("others", [1, 3])
def test_a_flood_is_left_unread_and_the_others_are_answered(serve, connect, others):
    server = serve(limits=Limits(observes=1))
    flooder, games = Wire(server.endpoint), [connect(server) for _ in range(others)]
    flooder.say(Hello("floods", "session-1"))
    flooder.say(Spawn("mira", "elder"))
    for seq in range(1, 200):
        flooder.say(Observe(seq, ("mira",), Frame(bytes(1728), 32, 18)))
    for game in games:
        game.spawn("bram", persona="elder")
        game.observe("bram", text="hello")
    assert all(game.decisions(1) for game in games)
    flooder.say(Ping(1))
    assert flooder.next("pong").counters["dropped"] > 150
    flooder.close()


def test_who_goes_on_beyond_the_allowance_gets_little_until_there_is_a_pause():
    limit = RateLimit(250)
    flood = [limit.take(i / 1000) for i in range(5000)]  # 1000 a second
    assert 250 < sum(flood[:1000]) < 400  # as many as may come at once, and what grew meanwhile
    assert FLOODED * 0.9 <= sum(flood[1000:]) / 4 <= FLOODED
    assert [limit.take(5.1 + i / 1000) for i in range(20)] == [True] * 20


def test_an_allowance_grows_again_with_time():
    limit = RateLimit(2)
    assert [limit.take(0.0) for _ in range(3)] == [True, True, False]
    assert limit.take(0.5)
    assert not limit.take(0.6)
