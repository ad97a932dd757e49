"""Orders in everyday verbs and turns of phrase are read as the plain verbs that they stand for."""

from __future__ import annotations

import pytest

from npc.conversation.reading import read
from npc.language.everyday import in_plain_verbs
from npc.language.senses import Sense
from npc.memory.ledger import Ledger


@pytest.mark.parametrize(
    ("said", "plainly"),
    [
        ("can you nip over to the well", "can you go to the well"),
        ("have a nosey behind that tree", "go behind that tree"),
        ("make for the barrel", "go to the barrel"),
        ("hook me up with that blade", "give me that blade"),
        ("chuck an apple this way", "give me an apple"),
        ("do not go and snatch the key", "do not go and pick up the key"),
        ("come here and grab hold of that sword", "come here and pick up that sword"),
        ("prise it open", "open it"),
        ("have yourself a swig of that potion", "drink that potion"),
        ("see to my leg", "treat my leg"),
        ("take that beast out", "attack that beast"),
        ("take the key out", "take the key out"),
        ("give it what for", "attack it"),
        ("see off that wolf", "chase that wolf away"),
        ("see off my sister at the gate", "see off my sister at the gate"),
        ("keep an eye out for my brother", "tell me when you see my brother"),
        ("watch out for the wolf", "watch out for the wolf"),
        ("strike up a tune", "sing a song"),
        ("run and get the smith", "tell the smith to come"),
        ("I saw him dash into the house", "I saw him dash into the house"),
    ],
)
def test_an_everyday_verb_is_put_plainly(said, plainly):
    assert in_plain_verbs(said) == plainly


@pytest.mark.parametrize(
    ("said", "verb"),
    [
        ("scarper!", "run"),
        ("stash the potion somewhere safe", "put"),
        ("instead get me something to defend myself with", "get"),
    ],
)
def test_an_order_in_such_words_is_one(said, verb):
    [clause] = read(said, Ledger()).clauses
    assert (clause.sense, clause.meaning.verb) == (Sense.ORDER, verb)


def test_a_ban_on_thinking_of_it_is_one_on_doing_it():
    [clause] = read("don't even think about poking the wolf", Ledger()).clauses
    assert (clause.sense, clause.meaning.verb, clause.thing) == (Sense.FORBID, "poke", "wolf")


def test_of_the_red_one_alone_nothing_is_looked_for_by_that_name():
    assert read("down the red one", Ledger()).look_for == ()
