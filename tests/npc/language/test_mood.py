"""Whom words are about, when, and whether they are meant: what tells of others bids nobody."""

from __future__ import annotations

import pytest

from npc.conversation.reading import read
from npc.language.mood import Mood, mood_of
from npc.language.reworded import _RULES
from npc.language.senses import Sense
from npc.memory.ledger import Ledger

MOODS = {
    Mood.PAST: ["I picked up a coin yesterday", "the captain ran away", "never seen so many trees", "he never wrote again"],
    Mood.REPORTED: ["he told me to run", "I was told to follow the road", "she was like do not touch it", "dad made me wait"],
    Mood.GENERAL: ["you never know who walks in", "running makes me sick", "when you give a dog a bone he stays"],
    Mood.SUPPOSED: ["I wish somebody would follow me", "if I had a sword I would sell it", "he should have waited"],
    Mood.MINE: [
        "I am used to waiting", "we carry water all day",
        "I will stay at the inn", "I am going to the well", "I do not want to go home",
    ],
    Mood.ADVICE: ["you should get more sleep", "you should eat something"],
    Mood.OTHERS: ["my horse refuses to go near water", "a good merchant never gives his price", "wolves do not attack sheep"],
    Mood.OF_YOU: ["you look tired", "you do not scare me", "you remind me of my uncle"],
    Mood.SAYING: ["let bygones be bygones", "take your time", "do not mention it", "break a leg", "you do not have to tell me"],
    Mood.OPEN: [
        "follow me", "do not touch the sword", "never go there", "you should take the sword", "pick up the key and run",
        "guard the chest", "I want you to come", "I will have the axe", "you have to stay here", "hold your position",
        "you do not touch that", "I told you not to touch it", "let us go",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("mood", "line"), [(mood, line) for mood, lines in MOODS.items() for line in lines])
def test_the_mood_of_words(mood, line):
    assert mood_of(line) is mood


@pytest.mark.parametrize(
    "line",
    [
        "once you pick up a sword you never put it down",
        "never sold one since", "dont mention it", "you never know who walks in that gate", "you dont need to be a hero",
        "i dont want to go home yet", "if i had a sword like that i would sell it and buy a cow",
        "im going to the well and wash my hands", "not that i care", "let me tell you, that road is no fun",
    ],
)  # fmt: skip
def test_what_is_told_is_neither_an_order_nor_a_ban(line):
    deeds = {Sense.ORDER, Sense.FORBID, Sense.CEASE, Sense.RELEASE, Sense.LIFT}
    assert not [clause.text for clause in read(line, Ledger()).clauses if clause.sense in deeds]


@pytest.mark.parametrize(
    ("line", "sense", "verb", "thing"),
    [
        ("would be great if you could grab the blue potion", Sense.ORDER, "grab", "blue potion"),
        ("i was wondering if you could open the chest", Sense.ORDER, "open", "chest"),
        ("that sword isn't going to pick itself up", Sense.ORDER, "pick", "sword"),
        ("i cant reach the key from here, could you?", Sense.ORDER, "get", "key"),
        ("would you mind waiting here a moment", Sense.ORDER, "wait", ""),
        ("bring me the sword, not the key", Sense.ORDER, "bring", "sword"),
        ("take the sword, would make me feel better", Sense.ORDER, "take", "sword"),
        ("dont go anywhere", Sense.ORDER, "stay", ""),
        ("id rather you didnt touch the sword", Sense.FORBID, "touch", "sword"),
        ("make sure you dont drink the blue potion", Sense.FORBID, "drink", "blue potion"),
        ("you better not take my key", Sense.FORBID, "take", "key"),
        ("you lay a finger on that sword and we are done", Sense.FORBID, "touch", "sword"),
        ("touch that chest and you die", Sense.FORBID, "touch", "chest"),
        ("it is forbidden to touch the sword", Sense.FORBID, "touch", "sword"),
        ("under no circumstances may you open the chest", Sense.FORBID, "open", "chest"),
        ("i dont want you near the well", Sense.FORBID, "go", "well"),
        ("make your way to the well", Sense.ORDER, "go", "well"),
        ("the key is off limits", Sense.FORBID, "take", "key"),
        ("feel free to touch the sword", Sense.LIFT, "touch", "sword"),
        ("i lift the ban on the sword", Sense.LIFT, "touch", "sword"),
        ("if i dont come back, go home", Sense.ORDER, "go", ""),
        ("touch the sword all you like", Sense.LIFT, "touch", "sword"),
    ],
)
def test_what_is_put_in_a_roundabout_way_is_read_as_put_plainly(line, sense, verb, thing):
    clause, *rest = read(line, Ledger()).clauses
    assert not [other.text for other in rest if other.is_deed]
    assert (clause.sense, clause.meaning.verb, clause.thing) == (sense, verb, thing)


def test_every_rule_of_rewording_has_the_groups_that_it_puts_in():
    for pattern, plainly in _RULES:
        assert pattern.sub(plainly, "") == ""  # an unknown group is an error, whatever the text


def test_only_one_thing_may_be_touched():
    clause = read("only touch the herb nothing else", Ledger()).clauses[0]
    assert (clause.sense, clause.meaning.verb) == (Sense.FORBID, "touch")
