"""Bargains over several turns, and what changed hands: counted, asked for, disputed, after a restart too."""

from __future__ import annotations

from typing import Any

import pytest

from npc.conversation import accounts, no_stall
from npc.conversation.basket import answer
from npc.conversation.reading import read
from npc.conversation.stall import Stall, Ware
from npc.language.plain import plain
from npc.memory.ledger import MOST_DEEDS, Deed, Ledger

STALL = Stall(
    {
        "rope": Ware(price=3),
        "mirror": Ware(price=30, least=18),
        "red cloak": Ware(price=20, least=15),
        "blue cloak": Ware(price=24, least=18),
        "bed for the night": Ware(price=10, least=8),
    },
    {"pelt": 12, "amber": 20},
)


def bargain(*lines: str, ledger: Ledger | None = None) -> list[Any]:
    """The answers to all lines."""
    ledger, replies = ledger if ledger is not None else Ledger(), []
    for time, line in enumerate(lines):
        found = accounts.answer(plain(line), ledger)
        for clause in () if found is not None else read(line, ledger, names=frozenset(STALL.wares)).clauses:
            found = found or answer(clause, ledger, STALL, "ada", float(time), "", False, line)
        replies.append(found)
    return replies


@pytest.mark.parametrize(
    ("lines", "topic", "item", "price"),
    [
        (["how much is the rope", "make it three"], "price", "3 ropes", "9 coins"),
        (["how much is the mirror", "make it 20"], "sold", "mirror", "20 coins"),
        (
            ["how much is the red cloak", "and the blue cloak?", "ill take both for 20"],
            "counter",
            "red cloak and blue cloak",
            "",
        ),
        (["how much is the mirror", "what if i throw in a pelt"], "counter", "mirror", "your pelt and 18 coins"),
        (["how much is the mirror", "10 coins", "and a pelt on top"], "sold", "mirror", ""),
        (["i have two pelts", "nah 28 for both"], "bought", "2 pelts", "28 coins"),
        (["what do you pay for amber", "it is worth at least 24"], "bought", "amber", "24 coins"),
        (["how much is the rope", "ok fine here"], "sold", "rope", "3 coins"),
        (["how much is the rope", "deal", "make that three"], "price", "2 ropes", "6 coins"),
        (["how much is the red cloak", "deal", "i want the blue one instead"], "exchange", "blue cloak", "4 coins"),
        (
            ["how much is the red cloak", "deal", "i want the blue cloak instead", "how much more is that"],
            "exchange",
            "",
            "4 coins",
        ),
        (["how much is the rope", "deal", "here is 5 coins"], "change", "rope", "5 coins"),
        (["i have a pelt", "ok deal", "14?"], "agreed", "pelt", "12 coins"),
        (["how much is the red cloak", "and the blue cloak?"], "price", "blue cloak", "24 coins"),
        (["how much is the mirror", "3 coins", "and a pelt on top"], "counter", "mirror", "your pelt"),
        (["what is a bed"], "price", "bed for the night", "10 coins"),
        (["how much is the rope", "deal", "can you do 2"], "agreed", "rope", "3 coins"),
    ],
)
def test_a_bargain_goes_on(lines: list[str], topic: str, item: str, price: str) -> None:
    reply = bargain(*lines)[-1]
    assert reply is not None
    assert reply.topic == topic
    assert item in reply.values["item"]
    assert price in reply.values["price"]


def test_what_is_exchanged_comes_back_and_the_rest_is_paid() -> None:
    ledger = Ledger()
    reply = bargain("how much is the red cloak", "deal", "i want the blue one instead", "deal", ledger=ledger)[-1]
    assert [(e.kind, e.values["item"], e.values["price"], e.values["against"]) for e in reply.effects] == [
        ("sell", "blue cloak", 4, "red cloak")
    ]
    assert accounts.bought_from(ledger) == {"blue cloak": 1}


def test_who_exchanges_for_what_is_cheaper_gets_the_rest_back() -> None:
    offered, closed = bargain("how much is the blue cloak", "deal", "no wait the red cloak instead", "deal")[2:]
    assert (offered.topic, offered.values["price"]) == ("exchange_back", "4 coins")
    assert [(e.kind, e.values["item"], e.values["price"]) for e in closed.effects] == [
        ("buy", "blue cloak", 4),
        ("sell", "red cloak", 0),
    ]


BOUGHT = ["how much is the rope", "make it three", "deal", "here is 10 coins"]
SOLD = ["i have two pelts", "deal"]


@pytest.mark.parametrize(
    ("lines", "asked", "topic", "seen"),
    [
        (BOUGHT, "how many ropes did i buy again?", "tally", "3 ropes"),
        (BOUGHT, "wait i gave you 10 not 7, wheres my change", "change", "10 coins"),
        (BOUGHT, "i gave you 12", "counts_otherwise", "10 coins"),
        (BOUGHT, "what do i have from you now?", "you_have", "3 ropes for 9 coins"),
        (BOUGHT, "i only got two ropes!", "counts_otherwise", "3 ropes"),
        (BOUGHT, "who owns the rope now", "is_yours", "rope"),
        (SOLD, "how many did you take?", "tally", "2 pelts"),
        (SOLD, "so how much did you pay me for the pelts?", "i_paid", "2 pelts"),
        (SOLD, "did you give me the money yet?", "i_paid", "2 pelts"),
        (SOLD, "how much do you owe me", "owes_you_paid", "2 pelts"),
        (SOLD, "remember you owe me 3 silver", "denies_debt", ""),
        (["i have two pelts"], "what do we have so far", "recap_buys", ""),
        (SOLD, "did you get the spoon?", "tally_none", ""),
    ],
)
def test_what_changed_hands_is_told_after_a_restart_too(lines: list[str], asked: str, topic: str, seen: str) -> None:
    ledger = Ledger()
    bargain(*lines, ledger=ledger)
    reply = accounts.answer(plain(asked), Ledger.model_validate_json(ledger.model_dump_json()))
    assert reply is not None
    assert reply.topic == topic
    assert seen in reply.values.get("seen", "")


@pytest.mark.parametrize("said", ["how many sheep do you have", "you owe me a favour", "did you get married", "what did I do"])
def test_other_questions_are_not_the_accounts(said: str) -> None:
    ledger = Ledger()
    bargain(*BOUGHT, ledger=ledger)
    assert accounts.answer(plain(said), ledger) is None


def test_the_account_is_bounded_and_still_counts_all() -> None:
    ledger = Ledger()
    for time in range(3 * MOST_DEEDS):
        ledger.did(Deed(what="sold", item="rope", price=3, time=float(time)))
    assert len(ledger.deeds) == MOST_DEEDS
    assert accounts.bought_from(ledger) == {"rope": 3 * MOST_DEEDS}


@pytest.mark.parametrize(
    ("lines", "topics"),
    [
        (["wanna buy a sword", "20 coins", "15 and a beer"], ["buys_nothing", "buys_not_for", "buys_not_for"]),
        (
            ["can i buy your lute", "50 coins", "what would you take for it"],
            ["sells_nothing", "sells_not_for", "sells_nothing"],
        ),
        (["here's 10 coins to look the other way"], ["bribe"]),
    ],
)
def test_who_neither_sells_nor_buys_says_so_of_the_thing_that_is_meant(lines: list[str], topics: list[str]) -> None:
    ledger = Ledger()
    replies = [no_stall.answer(read(line, ledger).clauses[0], ledger, float(time)) for time, line in enumerate(lines)]
    assert [reply.topic if reply is not None else None for reply in replies] == topics


def test_coins_for_nothing_are_a_gift_and_can_be_had_back(stage: Any) -> None:
    mira = stage("healer")
    assert mira.hear("here take 5 coins", "none", "talk").action == "celebrate"
    assert "5 coins" in mira.hear("how many coins did i give you", "none", "talk").line
    back = mira.hear("and my 5 coins too", "none", "talk")
    assert back.action == "give"
    assert [(e.kind, e.values["item"]) for e in back.effects] == [("give_back", "5 coins")]
    assert "back" in mira.hear("you still have my coins right?", "none", "talk").line


def test_gifts_that_are_refused_are_in_no_account(stage: Any) -> None:
    bram = stage("guard")
    assert bram.hear("heres 5 coins for your trouble", "none", "talk").action == "refuse"
    assert bram.hear("here's 10 coins to look the other way", "none", "talk").action == "refuse"
    [person] = bram.character.memory.people.values()
    assert person.ledger.deeds == ()
    assert person.ledger.handed == ()
