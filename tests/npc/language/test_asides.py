"""How people talk beside what they mean: what they put in, and two sentences parted by a comma."""

from __future__ import annotations

import pytest

from npc.conversation.reading import read
from npc.language.asides import without_asides
from npc.language.clauses import cut, trimmed
from npc.language.echo import mirrored
from npc.language.plain import plain
from npc.language.reworded import reworded
from npc.language.senses import Sense
from npc.language.spelling import spelt
from npc.memory.ledger import Ledger


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("my knees are not what they were you know, its the stairs", "my knees are not what they were, it is the stairs"),
        ("she loved your garden, you know", "she loved your garden"),
        ("nothings gonna happen, i promise", "nothing is going to happen"),
        ("i swear that thing scared me to death", "that thing scared me to death"),
        ("yo whats up guard man", "yo what is up"),
    ],
)
def test_what_is_put_in_is_left_out(said, left):
    assert without_asides(plain(said)) == left


@pytest.mark.parametrize(
    "said",
    [
        "do you know that?",
        "all i know",
        "he is the best man I know",
        "I will bring it back, I promise",
        "I swear that I paid",
        "people you know",
    ],
)
def test_what_says_something_stays(said):
    assert without_asides(said) == said


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("my brother says its just dogs", "my brother says it is just dogs"),
        ("the dog wagged its tail", "the dog wagged its tail"),
        ("y does he live there", "why does he live there"),
        ("my teachers gonna kill me", "my teacher is going to kill me"),
        ("this gonna hurt", "this going to hurt"),
        ("why'd they come", "why did they come"),
        ("is not cold in winter?", "is it not cold in winter?"),
        ("cya", "see you"),
    ],
)
def test_what_is_written_in_haste_is_plain(written, meant):
    assert plain(written) == meant


def test_where_somebody_is_from_is_no_slip_of_the_pen():
    assert spelt("I am from poland") == "I am from poland"


def test_one_of_kin_is_no_slip_for_another():
    assert spelt("my grandfather planted it", frozenset({"grandmother"})) == "my grandfather planted it"


@pytest.mark.parametrize(
    ("said", "pieces"),
    [
        ("what helps against a burn, I grabbed the pan", ["what helps against a burn?", "I grabbed the pan"]),
        ("what do people do here, my kids are bored stiff", ["what do people do here?", "my kids are bored stiff"]),
        ("you look tired, are you sleeping enough?", ["you look tired", "are you sleeping enough?"]),
        ("the kettle is on, see you", ["the kettle is on", "see you"]),
        ("sorry to bother you, my sister is ill", ["sorry to bother you", "my sister is ill"]),
        ("I have walked since dawn", ["I have walked since dawn"]),
        ("stay here since you are scared", ["stay here", "you are scared"]),
        ("my boss thinks I am sick", ["my boss thinks I am sick"]),
        ("I have 20 coins, is that enough?", ["I have 20 coins, is that enough?"]),
        ("what would you rather have, my sword or my shield?", ["what would you rather have, my sword or my shield?"]),
    ],
)
def test_two_sentences_parted_by_a_comma_are_two(said, pieces):
    assert [piece.text for piece in cut(said)] == pieces


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("cool can you grab it for me", "can you grab it for me"),
        ("Go on, what happened next?", "what happened next?"),
        ("cool weather today", "cool weather today"),
        ("why do you never hurry", "why do you never hurry"),
    ],
)
def test_what_only_takes_up_the_answer_before_opens_a_clause(said, left):
    assert trimmed(said) == left


@pytest.mark.parametrize(
    "said",
    [
        "gonna head home now",
        "aight gotta bounce, peace",
        "ok i log off now, bb",
        "I mustn't keep you, God bless",
        "until next week!",
        "fare thee well, songbird",
    ],
)
def test_goodbyes_are_understood(said):
    assert {clause.sense for clause in read(said, Ledger()).clauses} == {Sense.FAREWELL}


@pytest.mark.parametrize(
    "remark", ["stupid name", "going to head home", "have to go eat", "kind lady", "oops sorry ignore that"]
)
def test_only_what_has_a_subject_and_a_verb_is_said_back(remark):
    assert mirrored(remark) == ""


def test_remedies_are_asked_for_in_more_ways():
    assert reworded("what do you give folk for a cough?") == "what helps against a cough?"
    assert reworded("what do you give for a sword?") == "what do you give for a sword?"


@pytest.mark.parametrize(
    ("shouted", "told"),
    [
        ("fire!!!", "there is a fire!"),
        ("a wolf!", "there is a wolf!"),
        ("bandits!!", "there are bandits!"),
        ("is something burning?", "is there a fire?"),
        ("fire at the target!", "fire at the target!"),
        ("wolf", "wolf"),
        ("well!", "well!"),
    ],
)
def test_one_word_that_is_shouted_tells_what_is_seen(shouted: str, told: str) -> None:
    assert reworded(shouted) == told


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("you have a deal, here is the money", "deal, here is the money"),
        ("show me with your hand where the key is", "show me where the key is"),
        ("please show me where is the key", "where is the key"),
    ],
)
def test_deals_and_pointing_in_other_words(said: str, read: str) -> None:
    assert reworded(said) == read


def test_a_line_in_capitals_is_read_in_small_letters_and_a_word_may_be_a_name() -> None:
    assert plain("HOW MUCH FOR A RED POTION") == "how much for a red potion"
    assert plain("I AM FROM THE COAST") == "I am from the coast"
    assert plain("BOB") == "BOB"
