"""What a game carries out beside the action: it comes whole, within bounds, and with its decision, once."""

from __future__ import annotations

import logging
import math

import pytest

from engine.bridge.ledger import Journal
from engine.bridge.replies import sendable
from engine.formats.wire.codec import Hello, Observe, Spawn, Utterance, WireDecision, decode_server, encode
from npc.types import Effect
from tests.bridge.wire import Wire

BAKER = {"name": "Mira", "wares": {"bread": 4}}
SALE = Effect("sell", {"item": "bread", "price": 4, "against": "", "to": "player", "count": 1})


def _decision(effects: tuple[Effect, ...]) -> WireDecision:
    return WireDecision("mira", 1, "trade", "happy", effects=effects)


def test_a_deal_reaches_the_game_and_words_without_one_bring_nothing(client):
    client.spawn("mira", BAKER)
    client.observe("mira", text="how much is the bread?")
    client.observe("mira", text="deal")
    asked, sold = client.decisions(2)
    assert asked.effects == ()
    assert sold.effects == (SALE,)


def test_a_sale_is_made_to_who_spoke(client):
    client.spawn("mira", BAKER)
    for words in ("how much is the bread?", "deal"):
        client.observe("mira", text=words, speaker="bram")
    assert client.decisions(2)[1].effects[0].values["to"] == "bram"


def test_a_restarted_server_sends_the_effects_of_the_decision_that_was_made_and_makes_no_others(serve, tmp_path):
    price = Observe(1, ("mira",), None, Utterance("u1", "how much is the bread?", ("mira",)))
    deal = Observe(2, ("mira",), None, Utterance("u2", "deal", ("mira",)))

    def greeted(server) -> Wire:
        wire = Wire(server.endpoint)
        wire.say(Hello("test", "session-1"))
        wire.next("welcome")
        wire.say(Spawn("mira", BAKER))
        wire.next("spawned")
        return wire

    server = serve(journal=Journal(tmp_path / "journal.db"))
    wire = greeted(server)
    wire.say(price)
    wire.next("decision")
    wire.say(deal)
    sold = wire.next("decision")
    assert sold.effects == (SALE,)
    wire.close()
    server.stop()
    wire = greeted(serve(journal=Journal(tmp_path / "journal.db")))
    wire.say(deal)
    assert wire.next("decision") == sold
    wire.close()


def test_a_decision_without_effects_has_the_bytes_that_it_always_had():
    assert b"effects" not in encode(_decision(()))[0]


@pytest.mark.parametrize(
    "effects",
    [
        (Effect("sell", {"item": "x" * 5000}),),
        (Effect("sell", {f"n{i}": i for i in range(40)}),),
        (Effect("sell", {"n" * 70: 1, "": 2, "price": 4}),),
        (Effect("sell", {"a": math.nan, "b": math.inf, "c": 2**60, "d": [1], "e": None}),),  # type: ignore[dict-item]
        (Effect("k" * 90), Effect("")),
        tuple(Effect("step", {"n": i}) for i in range(60)),
        (Effect("half \ud83d a character", {"name \ud83d": "text \ud83d"}),),
    ],
    ids=["a long text", "many values", "names", "values of other kinds", "kinds", "many effects", "half characters"],
)
def test_effects_beyond_the_bounds_cost_no_decision(effects, caplog):
    with caplog.at_level(logging.WARNING):
        sent = sendable(effects)
    received = decode_server(encode(_decision(sent)))
    assert len(received.effects) == len(sent) <= 32
    if "half" not in effects[0].kind:
        assert received.effects == sent
        assert "effects_cut" in caplog.text


def test_effects_within_the_bounds_stay_as_they_are(caplog):
    effects = (SALE, Effect("quest", {"step": "ü" * 1000, "share": 0.5, "done": True, "debt": -(2**53)}))
    assert sendable(effects) == effects
    assert not caplog.text
