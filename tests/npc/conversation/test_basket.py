"""What customers name, however they put it."""

from __future__ import annotations

from typing import Any

import pytest

from npc.conversation.basket import Basket, answer, basket
from npc.conversation.reading import read
from npc.conversation.stall import Stall, Ware
from npc.memory.ledger import Ledger

INN = Stall(
    {"ale": Ware(price=2), "pie": Ware(price=5, least=4), "stew": Ware(price=4), "room": Ware(price=10, least=8)},
    {"rabbit": 3},
)


def talk(*lines: str) -> list[Any]:
    """The answers to what decides in each line, at an inn."""
    ledger, replies = Ledger(), []
    for time, line in enumerate(lines):
        clauses = read(line, ledger, names=frozenset(INN.wares)).clauses
        clause = min(clauses, key=lambda c: (c.sense != "trade", c.sense == "other", c.meaning.ask))
        replies.append(
            answer(
                clause,
                ledger,
                INN,
                "ada",
                float(time),
                whole=", ".join(p.text.rstrip(" .?!") for c in clauses for p in (c, *c.conditions)),
            )
        )
    return replies


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("two stews, one ale and a room for the night", Basket(((2, "stew"), (1, "ale"), (1, "room")))),
        ("leave out the ale", Basket((), frozenset({"ale"}))),
        ("I will take the pie without the ale", Basket(((1, "pie"),), frozenset({"ale"}))),
        ("27 coins for all ten", Basket(coins=27, many=10)),
        ("3 more of those", Basket(many=3)),
        ("I want pie crumbs everywhere", Basket()),
        ("the weather is fine", Basket()),
    ],
)
def test_words_name_wares_numbers_and_coins(words: str, found: Basket) -> None:
    assert basket(words, INN) == found


@pytest.mark.parametrize(
    ("lines", "topic", "item", "price"),
    [
        (
            ["two stews, one ale and a room. how much is that alltogether?"],
            "price",
            "2 stews and ale and room",
            "20",
        ),
        (["2 stews and an ale please", "thats more than i have. leave out the ale"], "price", "2 stews", "8"),
        (["2 stews and a room please", "nvm the stew, just the room then"], "price", "room", "10"),
        (["how much is the pie", "and 10 of them?"], "price", "10 pies", "50"),
        (["how much is the pie", "and 10 of them?", "45 for all ten"], "sold", "10 pies", "45"),
        (["how much is the pie", "ok deal", "i'd like two more of those please"], "price", "2 pies", "10"),
        (["how much is the room", "8 and throw in an ale"], "counter", "room and ale", "11"),
        (["how much is the room", "ill give you 11 if you throw in the ale"], "sold", "room and ale", "11"),
        (["how much is the ale", "how much is the pie", "deal", "u drive a hard bargain, deal"], "agreed", "pie", "5"),
        (["2 rabbits and 4 coins for the room"], "sold", "room", "your 2 rabbits"),
        (["how much is the pie", "three please", "10?"], "counter", "3 pies", "14"),
        (["and an ale please. actually make that two, my friend is coming"], "price", "2 ales", "4"),
        (["2 pies please", "no sorry just one, im short on coin"], "price", "pie", "5"),
        (["whats the stew today", "give me four bowls"], "price", "4 stews", "16"),
        (["how much is the pie", "four of course"], "price", "4 pies", "20"),
        (["how much is the room", "can i get it for 9"], "sold", "room", "9"),
        (["ok one stew one pie", "plus two ales"], "price", "stew and pie and 2 ales", "13"),
        (["ok one stew one pie", "*hands over the coins*"], "sold", "stew and pie", "9"),
        (["what do you pay for two rabbits", "hm. 7 or i keep them"], "bought", "2 rabbits", "7"),
        (["how much is the pie", "half price?"], "counter", "pie", "4"),
        (["how much is the pie", "and an ale too"], "price", "pie and ale", "7"),
        (["i shot 3 rabbits today, would u take those for the room"], "sold", "room", "your 3 rabbits"),
        (["how much is the room", "9 and we have a deal"], "sold", "room", "9"),
        (["you got a bed left for tonight?"], "price", "room", "10"),
        (["you got a bed left?", "10 is a bit much, i'm only staying till midnight"], "counter", "room", "9"),
        (["one of each please", "actually no pie for me"], "price", "ale and stew and room", "16"),
        (["a pie and an ale please", "too rich for my blood. just the pie then"], "price", "pie", "5"),
        (["wanna buy some rabbit?", "5 pieces"], "buys", "5 rabbits", "15"),
        (["a stew and an ale please", "ok", "could i get the same again for my friend"], "price", "stew and ale", "6"),
        (["a stew and an ale please", "he doesnt like ale. only stew"], "price", "stew", "4"),
        (["i want 6 rabbits", "wanna buy some rabbit?", "6 pieces", "3 then"], "bought", "6 rabbits", "18"),
        (["one pie pls"], "price", "pie", "5"),
        (["how much is the ale per piece", "give me four", "i only need 3 actually"], "price", "3 ales", "6"),
        (["how much is the room", "9 it is. here"], "sold", "room", "9"),
        (["do u want a rabbit? caught it this morning", "how about 3 for it"], "bought", "rabbit", "3"),
        (["i got 3 rabbits, 3 each"], "bought", "3 rabbits", "9"),
        (["how much is the pie", "wanna buy some rabbit?", "deal", "alright 45"], "agreed", "rabbit", "3"),
    ],
)
def test_a_trade_goes_on_however_it_is_put(lines: list[str], topic: str, item: str, price: str) -> None:
    reply = talk(*lines)[-1]
    assert (reply.topic, reply.values["item"]) == (topic, item)
    assert reply.values["price"].startswith(price)


@pytest.mark.parametrize("line", ["I want to see the pie", "a pie thief", "do you like pie?", "I had an ale yesterday"])
def test_who_only_speaks_of_wares_buys_none(line: str) -> None:
    assert talk(line) == [None]
