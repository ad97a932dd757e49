"""What is put right in the same breath, and orders of what nothing was said of before."""

from __future__ import annotations

import pytest

from npc.conversation.reading import read
from npc.language.senses import Sense
from npc.memory.ledger import Ledger


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("could you toss me one? no the bread, not the apple", "could you give me the bread?"),
        ("give me the potion. the red one", "give me the red potion"),
        ("pick up that barrel, the one by the fire", "pick up that barrel by the fire"),
        ("give me the axe, no wait, I mean the sword", "give me the sword"),
    ],
)
def test_an_order_is_put_right_by_what_follows_it(said, text):
    [clause] = read(said, Ledger()).clauses
    assert (clause.sense, clause.text) == (Sense.ORDER, text)


def test_an_order_that_is_taken_back_at_once_is_none():
    read_as = read("fetch him will you? or no, wait, i'll go. you stay", Ledger()).clauses
    assert [(c.sense, c.meaning.verb) for c in read_as if c.sense is Sense.ORDER] == [(Sense.ORDER, "stay")]


def test_the_bottle_named_after_another_thing_stands_for_itself():
    assert [c.thing for c in read("open the chest. the key is mine", Ledger()).clauses] == ["chest", "key"]


def test_that_thing_is_what_may_be_opened():
    assert read("can you open that thing down there?", Ledger()).look_for == ("chest", "door")


@pytest.mark.parametrize(
    ("said", "sense"),
    [
        ("gotta run, dont burn the place down!!", Sense.FAREWELL),
        ("right im off b4 it gets dark. dont wait up for me", Sense.FAREWELL),
        ("im going to hit the tavern", Sense.FAREWELL),
        ("off to shear the rest of em", Sense.FAREWELL),
    ],
)
def test_who_takes_leave_forbids_nothing(said, sense):
    senses = {c.sense for c in read(said, Ledger()).clauses}
    assert sense in senses
    assert Sense.FORBID not in senses


def test_if_somebody_asks_a_thing_is_said():
    clause = read("if she asks i was never here", Ledger()).clauses[0]
    assert (clause.sense, clause.meaning.values["words"]) == (Sense.ORDER, "i was never here")


def test_a_ban_is_lifted_under_a_condition(stage):
    actor = stage()
    actor.hear("dont hurt it", "none", "talk")
    assert "will attack if" in actor.hear("only if it comes any closer, then u can", "agree", "talk").reason
    ledger = actor.character.memory.person("player").ledger
    assert ledger.forbids("attack"), "until then"


def test_a_word_that_was_waited_for_is_heard_among_others(stage):
    actor = stage()
    actor.hear("dont move till i say banana", "wait_here", "stay")
    assert "was to stop at the word" in actor.hear("haha good man. BANANA", "chat", "talk").reason


def test_who_may_go_in_again_is_kept_out_no_longer(stage):
    actor = stage()
    actor.hear("nobody goes in there til i say so", "warn", "talk")
    assert "lets people by again" in actor.hear("ok you can go in now", "agree", "talk").reason


@pytest.mark.parametrize(
    ("said", "verb", "thing"),
    [
        ("nobody attack anything", "attack", ""),
        ("the apple's mine, hands off", "touch", "apple"),
        ("dont even think about opening that chest", "open", "chest"),
    ],
)
def test_a_ban_is_one_however_it_is_put(said, verb, thing):
    clause = read(said, Ledger()).clauses[0]
    assert (clause.sense, clause.meaning.verb, clause.thing) == (Sense.FORBID, verb, thing)


def test_what_is_done_otherwise_ends_no_order_under_a_condition():
    first = read("if it growls give it a whack, otherwise leave it be", Ledger()).clauses[0]
    assert (first.meaning.verb, [c.text for c in first.conditions]) == ("attack", ["it growls"])
