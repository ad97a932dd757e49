"""Deeds that are asked for politely, by a hint or at a time of their own are read as orders; remarks stay what they are."""

from __future__ import annotations

from time import process_time

import pytest

from npc.conversation.reading import read
from npc.language.requests import requested
from npc.language.senses import Sense
from npc.memory.ledger import Ledger


@pytest.mark.parametrize(
    ("said", "verb", "thing"),
    [
        ("would it be too much trouble to hand me the key?", "hand", "key"),
        ("is it too much to ask that you open the chest?", "open", "chest"),
        ("might I prevail upon you to close the door", "close", "door"),
        ("I was wondering whether you'd be willing to walk with me", "walk", ""),
        ("you wouldn't mind opening the chest, would you?", "open", "chest"),
        ("would you do me the honour of taking the sword?", "take", "sword"),
        ("I'd take it kindly if you'd bring me the apple", "bring", "apple"),
        ("it would be a great help if you stood by the sign", "stand", "sign"),
        ("won't you follow me?", "follow", ""),
        ("I must ask you to wait here", "wait", ""),
        ("all I ask is that you fetch the bread", "fetch", "bread"),
        ("you had better close the door", "close", "door"),
        ("thou shalt guard the chest", "guard", "chest"),
        ("when you have a moment, could you open the chest", "open", "chest"),
        ("do please open the chest", "open", "chest"),
        ("come on, open the chest", "open", "chest"),
        ("open the chest if it's all the same to you", "open", "chest"),
    ],
)
def test_a_polite_frame_leaves_the_order(said, verb, thing):
    (clause,) = read(said, Ledger()).clauses
    assert (clause.sense, clause.meaning.verb, clause.thing, clause.conditions) == (Sense.ORDER, verb, thing, ())


@pytest.mark.parametrize(
    ("said", "outright"),
    [
        ("it would be good if somebody shut that chest", "please shut that chest"),
        ("somebody really ought to close that door", "please close that door"),
        ("I wish someone would light the fire", "please light the fire"),
        ("that door could do with closing", "please close that door"),
        ("I would feel safer with you next to me", "stay close to me"),
        ("I would sleep better if you stood by the door", "please stand by the door"),
        ("I could use some company on the road", "come with me"),
        ("I would not say no to that apple", "give me that apple"),
        ("I do not like leaving the chest unguarded", "please guard the chest"),
        ("keep him away from me", "protect me from him"),
        ("it would ease my mind if you had the sword with you", "pick up the sword"),
        ("it would be a comfort to have you close tonight", "stay close to me"),
        ("do not leave me alone here", "stay close to me"),
        ("I wonder if someone might open the door", "please open the door"),
        ("I shall require your assistance", "help me"),
        ("have her bring her bag", "tell her to bring her bag"),
        ("sword or key, you pick one and bring it", "bring the sword"),
    ],
)
def test_a_hint_is_the_order_that_it_is(said, outright):
    assert requested(said) == outright


@pytest.mark.parametrize(
    "said",
    [
        "somebody should do something about the mayor",
        "somebody ought to write that down",
        "would you be able to run a man through, if he came at you?",
        "could I count on you if it came to blows?",
        "might I tempt you to a goblet of mead?",
        "will anybody tell my story one day?",
        "you carry that sword like a real soldier",
        "you could hear a pin drop",
        "somebody put a frog in my bed",
        "if you could fly, where would you go?",
        "it would be good if it rained",
        "I would be happier if my brother wrote",
    ],
)
def test_a_remark_asks_for_nothing(said):
    assert requested(said) == said


@pytest.mark.parametrize(
    ("said", "order", "condition"),
    [
        ("on my signal, run", "run", "I signal"),
        ("come here at my whistle", "come here", "I whistle"),
        ("in a minute, come to me", "come to me", "there pass a minute"),
        ("only open the chest if I tell you to", "open the chest", "I tell you to"),
        ("if somebody comes, you tell me", "you tell me", "somebody comes"),
        ("mind the barrel until I'm back", "guard the barrel", "I am back"),
    ],
)
def test_when_it_is_to_be_done_is_kept_however_it_is_put(said, order, condition):
    (clause,) = read(said, Ledger()).clauses
    assert (clause.text, [c.text for c in clause.conditions]) == (order, [condition])


@pytest.mark.parametrize(
    ("said", "order"),
    [
        ("I'll take the sword, you take the key", "take the key"),
        ("you keep watch, I'll search the chest", "keep watch"),
        ("keep an eye on the chest while I look round", "guard the chest"),
        ("would you mind seeing whether there is anything in that chest?", "search that chest"),
    ],
)
def test_of_two_who_share_the_work_each_hears_his_own(said, order):
    assert [clause.text.removeprefix("please ").rstrip("?") for clause in read(said, Ledger()).clauses] == [order]


@pytest.mark.parametrize(
    "word", ["please ", "do please ", "you just please ", "open the chest, and ", "would you be so kind as to "]
)
def test_nothing_said_over_and_over_takes_long(word):
    started = process_time()
    requested((word * 200)[:1000])
    assert process_time() - started < 0.5


@pytest.mark.parametrize(
    "said",
    [
        "I was hoping you would die",
        "It would be nice if someone shot you",
        "You will run away, coward!",
        "you shall wait by the phone, they said",
        "I would not mind the rain",
        "I fancy that woman",
        "Perhaps come with a friend next time",
        "I do not want to be alone",
    ],
)
def test_what_is_only_said_asks_for_no_deed(said: str) -> None:
    assert all(clause.sense is not Sense.ORDER for clause in read(said, Ledger()).clauses), said
