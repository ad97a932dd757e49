"""Orders that lean on what was said: pronouns, ellipsis, what is put right, and why something is wanted."""

from __future__ import annotations

import pytest

from npc.conversation.reading import read
from npc.language.senses import Sense
from npc.memory.ledger import Heard, Ledger, Meant, Order


def after(text: str, thing: str, verb: str = "") -> Ledger:
    """The ledger of who has just ordered this; without a verb, of who has asked it."""
    said = Order(text=text, verb=verb, thing=thing, time=1.0)
    ledger = Ledger(order=said) if verb else Ledger(question=said)
    ledger.mean(Meant(phrase=thing, time=1.0, x=0.5, y=0.5))
    ledger.hear(Heard(text=text, sense=Sense.ORDER if verb else Sense.QUESTION, time=1.0))
    return ledger


SWORD = after("is there a sword here?", "sword")
POTIONS = after("how many potions are there?", "potion")
RED = after("can i have the red potion", "red potion", "have")


@pytest.mark.parametrize(
    ("said", "ledger", "text"),
    [
        ("cool can u grab it for me", SWORD, "can you grab the sword for me"),
        ("perfect, fetch it please", SWORD, "fetch the sword"),
        ("could you pass me the blue one love", POTIONS, "could you pass me the blue potion"),
        ("hand me the sword, darling", SWORD, "hand me the sword"),
        ("actually no the blue", RED, "can i have the blue potion"),
        ("the blue", RED, "can i have the blue potion"),
    ],
)
def test_an_order_that_leans_is_read_whole(said: str, ledger: Ledger, text: str) -> None:
    [clause] = read(said, ledger, "Bram").clauses
    assert (clause.sense, clause.text) == (Sense.ORDER, text)


@pytest.mark.parametrize("said", ["great work", "sweet dreams", "cool it", "do you believe in love", "give me love"])
def test_praise_and_love_stay_what_they_are(said: str) -> None:
    assert read(said, SWORD, "Bram").clauses[0].text == said


@pytest.mark.parametrize(
    ("said", "thing"),
    [
        ("can i have the red potion, my heads pounding", "red potion"),
        ("could i have the ladder, my cat is stuck up there", "ladder"),
        ("can i have the apple my stomach is growling", "apple"),
        ("can you fetch the key, i feel sick", "key"),
    ],
)
def test_why_a_thing_is_wanted_is_no_part_of_its_name(said: str, thing: str) -> None:
    clause = read(said, Ledger()).clauses[0]
    assert (clause.sense, clause.thing) == (Sense.ORDER, thing)


@pytest.mark.parametrize("said", ["shoot me a smile will ya", "give us a grin", "throw me a cheeky wink", "give me a hug"])
def test_nobody_looks_for_a_smile(said: str) -> None:
    assert read(said, Ledger()).look_for == ()
