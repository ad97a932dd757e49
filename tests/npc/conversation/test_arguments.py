"""What is brought forward for a price, and coins that are too many."""

from __future__ import annotations

from typing import Any

import pytest

from npc.conversation import accounts
from npc.conversation.basket import answer
from npc.conversation.reading import read
from npc.conversation.stall import Stall, Ware
from npc.language.plain import plain
from npc.memory.ledger import Ledger

STALL = Stall(
    {
        "rope": Ware(price=10, least=6),
        "needle": Ware(price=1),
        "haunted mirror": Ware(price=30, least=18),
        "red potion": Ware(price=12, least=9),
        "blue potion": Ware(price=12, least=9),
    },
    {"amber": 24},
)


def haggle(*lines: str, ledger: Ledger | None = None) -> Any:
    """The answer to the last line."""
    ledger, reply = ledger or Ledger(), None
    for time, line in enumerate(lines):
        clause = read(line, ledger).clauses[0]
        reply = answer(clause, ledger, STALL, "ada", float(time), whole=plain(line))
    return reply


MIRROR = "how much is the mirror?"


@pytest.mark.parametrize(
    ("lines", "topic", "value"),
    [
        ((MIRROR, "id give you 12", "meet me in the middle"), "sold", "18 coins"),
        ((MIRROR, "meet me in the middle"), "counter", "24 coins"),
        (("my neighbour sells rope for 7",), "counter", "8 coins"),
        (("my neighbour sells rope for 7", "can u match it"), "counter", "7 coins"),
        (("your neighbour sells rope for 2", "can you match that"), "firm", "6 coins"),
        (("whats the mirror go for",), "price", "30 coins"),
        (("what would the amber get me, in potions?",), "buys", "24 coins"),
        (("one red and one blue for the amber?",), "counter", "your amber"),
        ((MIRROR, "fine, but with the rope on top"), "sold", "30 coins"),
        ((MIRROR, "no discount for a regular?"), "counter", "24 coins"),
        (("a rope and two needles, how much?", "ill take the needles only"), "price", "2 coins"),
        (("how much is a needle?", "what else is cheap"), "price", "10 coins"),
        (("two ropes and five needles then, total?",), "price", "25 coins"),
        (("three ropes", "nah two is enough"), "price", "20 coins"),
        (("how much is the rope?", "and what if i take three"), "price", "30 coins"),
        (("how much is the rope?", "i was thinking of six"), "sold", "6 coins"),
        ((MIRROR, "i can go up to twenty two"), "sold", "22 coins"),
        (("how much for that mirror of yours?",), "price", "30 coins"),
        (("one of everything", "just the rope"), "price", "10 coins"),
        (("i have three ambers, what are they worth", "take two of them"), "buys", "48 coins"),
    ],
)
def test_a_price_is_argued_about(lines: tuple[str, ...], topic: str, value: str) -> None:
    reply = haggle(*lines)
    assert reply is not None
    assert (reply.topic, reply.values.get("price")) == (topic, value)


@pytest.mark.parametrize("line", ["thirty??", "30?!"])
def test_who_is_startled_buys_nothing(line: str) -> None:
    assert haggle(MIRROR, line).topic == "counter"


def test_coins_buy_no_old_coins() -> None:
    stall = Stall({}, {"old coin": 6})
    assert (stall.wanted("two coins"), stall.wanted("two old coins")) == ("", "old coin")


def test_the_change_may_be_kept_and_is_a_gift() -> None:
    ledger = Ledger()
    reply = haggle("how much is the rope?", "here's 15", "keep the change", ledger=ledger)
    assert (reply.topic, ledger.deeds[-1].what, ledger.deeds[-1].count) == ("given", "given", 5)


def test_all_that_was_spent_is_summed() -> None:
    ledger = Ledger()
    haggle("how much is the rope?", "deal", "how much is a needle?", "deal", ledger=ledger)
    spent = accounts.answer("what did i spend in total", ledger)
    assert spent is not None
    assert spent.values["price"] == "11 coins"


def test_what_was_bid_for_and_is_handed_over_is_no_gift(stage) -> None:
    actor = stage(wants={"wolf pelt": 12}, wares={"rope": 3})
    actor.hear("i want to sell you something. a wolf pelt, freshly skinned", "trade", "trade")
    assert [e.kind for e in actor.hear("here is the pelt", "gift", "celebrate").effects] == ["buy"]


def test_what_is_paid_too_much_is_given_back_and_remembered() -> None:
    ledger = Ledger()
    reply = haggle("how much is the rope?", "here's 15", ledger=ledger)
    assert (reply.topic, reply.values["value"], reply.values["price"]) == ("sold_change", "5 coins", "10 coins")
    change = accounts.answer("where is my change", ledger)
    assert change is not None
    assert change.values["value"] == "5 coins"


def test_coins_that_it_gave_out_are_counted() -> None:
    ledger = Ledger()
    haggle("what would the amber get me?", "deal", ledger=ledger)
    counted = accounts.answer("how many coins did i get from you", ledger)
    assert counted is not None
    assert counted.values["seen"] == "24 coins"


def test_more_of_several_that_were_sold_is_not_guessed() -> None:
    assert haggle("two ropes and three needles", "deal", "4 bags of them") is None


def test_a_deal_in_the_same_breath_closes_what_was_changed(stage) -> None:
    actor = stage(wares={"rope": 10, "needle": 1})
    actor.hear("a rope and a needle, how much?", "trade", "trade")
    decision = actor.hear("without the needle, deal", "trade", "trade")
    assert [effect.kind for effect in decision.effects] == ["sell"]
    actor.hear("a rope and a needle, how much?", "trade", "trade")
    assert not actor.hear("without the needle, deal?", "trade", "trade").effects


def test_a_knife_on_the_table_is_no_threat(stage) -> None:
    actor = stage(
        wares={"knife": 12}, rules=[{"when": {"intent": "threaten"}, "do": "attack", "because": "hits back", "say": "Ha!"}]
    )
    assert actor.hear("then just the knife", "threaten", "defend").action == "trade"


def test_the_rest_is_not_brought_tomorrow(stage) -> None:
    actor = stage(wares={"knife": 12})
    actor.hear("how much is the knife", "trade", "trade")
    assert "credit" in actor.hear("i only have 5 on me, can i bring the rest tomorrow", "trade", "trade").reason


@pytest.mark.parametrize(
    ("lines", "topic", "value"),
    [
        (("rope",), "price", "10 coins"),
        (("rope, you got that?",), "price", "10 coins"),
        (("i am interested in the red potion",), "price", "12 coins"),
        (("you make needles?",), "price", "1 coin"),
        (("how much is the red one?", "16 is steep"), "counter", "10 coins"),
        (("how much is the rope?", "would you take ten?"), "sold", "10 coins"),
        (("do you have any swords",), "not_for_sale", None),
    ],
)
def test_a_bargain_begins_in_few_words(lines: tuple[str, ...], topic: str, value: str | None) -> None:
    reply = haggle(*lines)
    assert reply is not None
    assert (reply.topic, reply.values.get("price")) == (topic, value)


def test_the_same_price_is_asked_for() -> None:
    reply = haggle("how much is the red potion?", "10", "and the blue one for the same?")
    assert (reply.topic, reply.values) == ("counter", {"item": "blue potion", "price": "10 coins"})


@pytest.mark.parametrize(
    ("words", "digits"), [("twenty two coins", "22 coins"), ("here's a tenner", "here is 10"), ("forty", "40")]
)
def test_numbers_in_words_count(words: str, digits: str) -> None:
    assert plain(words) == digits
