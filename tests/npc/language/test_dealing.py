"""Deals in other words, put as the grammar of trade reads them."""

from __future__ import annotations

import pytest

from npc.conversation.reading import read
from npc.language.dealing import dealt
from npc.language.plain import plain
from npc.language.senses import Sense
from npc.memory.ledger import Bid, Ledger


@pytest.mark.parametrize(
    "said",
    [
        "FINE YOUR PRICE THEN. HERE",
        "ok I give in, your price it is. here's the money",
        "alright have it your way",
        "fair enough, wrap it up",
        "so be it",
        "ill pay what you ask",
        "shake on it!",
    ],
)
def test_a_price_is_agreed_to_in_many_words(said: str) -> None:
    assert dealt(plain(said), True) == "deal"
    assert dealt(plain("so be it"), False) == "so be it", "of no price"


@pytest.mark.parametrize(
    "said",
    [
        "is too expensive, can you make more cheap?",
        "less pls",
        "could you come down a bit",
        "any cheaper?",
        "two if you drop the price",
    ],
)
def test_a_price_is_found_too_high_in_many_words(said: str) -> None:
    assert dealt(plain(said), True) == "that is too much"


@pytest.mark.parametrize(
    ("said", "whole"),
    [
        ("ok i take two for this price", "make it two"),
        ("i'll take three at that price", "make it three"),
        ("sorry, i changed my mind, only one", "make it one"),
        ("ok here, take my bread for it then", "I will trade my bread for it"),
        ("I shall give you my scarf for the sword. What say you?", "I will give you my scarf for the sword"),
        (
            "I would gladly give you 2 coins for the lute, young lady. Would that be acceptable?",
            "I will give you 2 coins for the lute",
        ),
        ("That seems steep. Would you consider eighteen?", "I will give you 18 coins"),
        ("Goodness. My grandson says you sold it to him for nine.", "someone else sells it for nine"),
        ("Nine it is, then?", "I will give you Nine coins"),
        ("so be it, sixty", "I will give you 60 coins"),
        ("very well, one rope. We have a bargain.", "make it 1 rope"),
        ("oi smith knife how much", "how much is the knife?"),
        ("10 final", "10"),
        ("whatever, 12. gimme", "I will give you 12 coins"),
        ("20 for both reds", "20 for 2 red ones"),
        ("both of the ropes for 5 coins", "2 ropes for 5 coins"),
        ("let us settle on twenty, then", "I will give you twenty coins"),
        ("It is a little bit expensive no? I propose you 18", "I will give you 18 coins"),
        ("five, and not one more.", "five"),
        ("three, then? It is all that I can spare.", "three, then"),
        ("take my letter for the healer", "take my letter for the healer"),
        ("it is cold tonight, yes?", "it is cold tonight, yes?"),
    ],
)
def test_what_is_offered_in_other_words_is_put_plainly(said: str, whole: str) -> None:
    assert dealt(plain(said), True) == whole


def test_a_price_waits_for_an_answer_for_some_lines_only() -> None:
    ledger = Ledger(bids=(Bid(item="rope", by="npc", price=3, time=1.0),))
    assert read("so be it", ledger).clauses[0].sense is Sense.TRADE
    assert read("so be it", Ledger()).clauses[0].sense is not Sense.TRADE


@pytest.mark.parametrize(
    ("lines", "topic"),
    [
        (["how much is the knife?", "too much", "FINE YOUR PRICE THEN. HERE"], "sold"),
        (["how much is the rope?", "ok i take two for this price", "so be it"], "sold"),
    ],
)
def test_what_is_agreed_to_is_sold(stage, lines: list[str], topic: str) -> None:
    actor = stage(wares={"rope": 3, "knife": 12}, lines={topic: ["Sold, {item}."]})
    decision = None
    for line in lines:
        decision = actor.hear(line, "trade", "trade")
    assert decision is not None
    assert [effect.kind for effect in decision.effects] == ["sell"]


def test_what_is_priced_beside_and_not_told_is_not_bid_for(stage) -> None:
    actor = stage(wares={"red potion": {"price": 12, "least": 9}})
    actor.hear("I am interested in the two red potions. What would you ask for both?", "trade", "trade")
    effects = actor.hear("18", "trade", "trade").effects
    assert [(e.kind, e.values["price"], e.values["count"]) for e in effects] == [("sell", 18, 2)]


@pytest.mark.parametrize("said", ["my neighbour sells it for nine", "my grandson says you sold it to him for nine"])
def test_what_others_have_paid_bids_nothing(stage, said: str) -> None:
    actor = stage(wares={"potion": {"price": 12, "least": 9}})
    actor.hear("how much is the potion?", "trade", "trade")
    assert actor.hear(said, "trade", "trade").effects == ()


def test_what_was_never_sold_is_not_taken_back_for_something_else(stage) -> None:
    actor = stage(wares={"potion": 12, "needle": 1})
    actor.hear("how much is the potion?", "trade", "trade")
    actor.hear("deal", "trade", "trade")
    assert actor.hear("I have no use for the needle. May I return it?", "trade", "trade").effects == ()


def test_coins_for_a_thing_that_is_not_for_sale_are_refused_by_their_number(stage) -> None:
    decision = stage().hear("I would gladly give you two silver coins for your lute, young lady", "trade", "trade")
    assert (decision.action, "does not deal, for 2 coins" in decision.reason) == ("refuse", True)


def test_what_else_is_bid_for_what_is_not_for_sale_is_refused_as_well(stage) -> None:
    actor = stage()
    actor.hear("I'll trade you a ring for that lute", "trade", "trade")
    decision = actor.hear("A RING AND A KNIFE!", "trade", "trade")
    assert "for your ring and knife" in decision.reason
