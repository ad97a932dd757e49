"""Misspelt names put right, and real words left alone."""

from __future__ import annotations

import pytest

from npc.conversation.reading import read
from npc.language.plain import plain
from npc.language.spelling import spelt
from npc.memory.ledger import Ledger

NAMES = frozenset({"Pip", "horseshoe", "wolf pelt", "gloomfang"})


@pytest.mark.parametrize(
    ("written", "right"),
    [
        ("how many barels are there", "how many barrels are there"),
        ("bring the aple", "bring the apple"),
        ("i need a potoin", "i need a potion"),
        ("THE WOFL!", "THE wolf!"),
        ("a horshoe", "a horseshoe"),
        ("give me the hamer", "give me the hammer"),
        ("do somthing", "do something"),
        ("is that the glomfang", "is that the gloomfang"),
    ],
)
def test_a_slip_in_the_name_of_a_thing_is_put_right(written: str, right: str) -> None:
    assert spelt(written, NAMES) == right


@pytest.mark.parametrize(
    "text",
    [
        "I want a beer and I am bored",  # near to bear and bard, and words of their own
        "the boar at the forge",
        "I saw Wolfe and Barell yesterday",  # written as names
        "my name is bertran, I come from bridgewell",
        "is it Hidle or xyzzy",
        "marla is my sister",
        "wats that",
    ],
)
def test_real_words_and_names_stay(text: str) -> None:
    assert spelt(text, NAMES) == text


def test_perception_hears_the_word_that_was_meant() -> None:
    reading = read("give me the sheild", Ledger())
    assert reading.texts == ("give me the shield",)
    assert reading.look_for[:1] == ("shield",)
    assert read("give me the shield", Ledger()).texts == ()  # what is spelt right is heard as it was said


@pytest.mark.parametrize(
    "text",
    [
        "I hurt my right hand badly",
        "my left hand hurts",
        "the left hand is cold",
        "his right hand shakes",
        "This is the rite of spring",
        "a rite is held tonight",
        "this rite is old",
        "it is an ancient rite of ours",
    ],
)
def test_a_hand_and_a_rite_stay_what_they_are(text: str) -> None:
    assert plain(text) == text


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("open the right-hand door", "open the right door"),
        ("bring me the left hand chest", "bring me the left chest"),
        ("turn rite now", "turn right now"),
        ("the rite one", "the right one"),
        ("go rite", "go right"),
    ],
)
def test_a_side_is_one_in_either_spelling(written: str, meant: str) -> None:
    assert plain(written) == meant
