"""Free talk: what is told amid a sorrow, what is asked of others and of a thing bargained for, what is said in passing."""

from __future__ import annotations

import pytest

from npc.language.clauses import trimmed
from npc.language.forms import form_of
from npc.language.plain import plain
from npc.language.polarity import polarity_of
from npc.language.reworded import reworded
from npc.language.told import told

FAR = {"on_joke": 0.2}


@pytest.mark.parametrize(
    ("said", "topic"),
    [
        ("my hands shake so since my wife's passing", "on_loss"),
        ("nothing is gonna happen", "on_calm"),
        ("my language is not so good", "to_tongue"),
        ("i learn since two years only", "to_tongue"),
        ("oh thank god", "on_relief"),
        ("I hope im not disturbing you", "on_bother"),
        ("im just messing with u", "on_kidding"),
        ("talking to you helps me more than the doctor ever did", "on_comforted"),
        ("im going to murder whoever sold me that handle", "on_cross"),
        ("we were married for thirty-one years", "to_years"),
        ("i am seven and a half", "to_age"),
        ("somebody needs to put it out", "to_ought"),
    ],
)
def test_how_it_is_said_tells_what_it_is(said, topic):
    assert form_of(plain(said), False)[0] == topic


@pytest.mark.parametrize(
    ("asked", "topic"),
    [
        ("did you know her", "to_knew"),
        ("are you hurt", "to_hurt"),
        ("how do i play this", "on_game"),
        ("should i say something or wait", "to_choose"),
        ("do you think i should try the drum instead", "to_should"),
    ],
)
def test_how_it_is_asked_tells_what_it_is(asked, topic):
    assert form_of(plain(asked), True)[0] == topic


@pytest.mark.parametrize(
    ("asked", "plainly"),
    [
        ("you have maybe water?", "do you have water?"),
        ("why you live here?", "why do you live here?"),
        ("where I can sleep?", "where can I sleep?"),
        ("is there something you would recommend?", "what helps against it?"),
        ("you want them?", "you want them?"),
    ],
)
def test_as_those_ask_whose_tongue_is_another_one(asked, plainly):
    assert reworded(asked) == plainly


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("thy wisdom outshineth the stars", "your wisdom outshines the stars"),
        ("where art thou", "where are you"),
        ("the twentieth of Elizabeth", "the twentieth of Elizabeth"),
        ("u think hed come down", "you think he would come down"),
    ],
)
def test_old_and_hasty_spelling_is_plain(written, meant):
    assert plain(written) == meant


def test_a_child_tells_its_name_and_its_age():
    assert ("name", "Lily") in told(plain("im lily and im seven and a half"))


def _widower(stage, **lines):
    actor = stage(lines={"on_loss": "I grieve with you.", "further_sorrow": "I am listening.", **lines})
    assert actor.hear("my wife died in march", "chat", "talk", target=None, talk={"on_loss": 0.95}).line == "I grieve with you."
    return actor


def test_amid_a_sorrow_nothing_is_merry(stage):
    actor = _widower(stage, on_just_married="A wedding!")
    near = {"on_just_married": 0.76, "on_loss": 0.4}
    assert actor.hear("the wedding was in a barn", "chat", "talk", target=None, talk=near).line == "I am listening."


def test_what_whoever_is_missed_did_is_of_the_sorrow(stage):
    actor = _widower(stage, to_story="And then?")
    assert actor.hear("she kept a herb garden", "chat", "talk", target=None, talk=FAR).line == "I am listening."


DUKE = {"duke": {"asked": "Why were you thrown out?", "say": "I rhymed the nose of the duke with a hose. He heard it."}}


def _of_the_duke(stage, asked):
    actor = stage(knowledge=DUKE, lines={"further_theirs": "More I was not told."})
    actor.hear("Why were you thrown out?", "ask_about", "talk", target=None, talk=FAR, knowledge={"duke": 0.97})
    return actor.hear(asked, "ask_about", "talk", target=None, talk=FAR, knowledge={"duke": 0.4}).line


def test_of_others_it_tells_no_more_than_it_knows_and_nothing_twice(stage):
    assert _of_the_duke(stage, "and what did he say when he heard it?").endswith("? More I was not told.")


def test_who_somebody_is_goes_on_about_nobody(stage):
    assert _of_the_duke(stage, "who is gran?") != "More I was not told."


def test_a_game_is_no_flight(stage):
    actor = stage(lines={"to_play": "You hide."})
    assert actor.hear("lets play hide and seek!!", "flee", "flee", target=None, talk=FAR).line == "You hide."


def test_it_is_the_thing_that_was_bargained_for(stage):
    further = {"Is it really haunted?": "The mirror shows you a moment late."}
    card = {"wares": {"asked": "What do you sell?", "say": "A mirror.", "further": further}}
    actor = stage(knowledge=card, wares={"mirror": 30})
    actor.hear("how much is the mirror?", "trade", "trade", target=None, talk=FAR)
    asked = next(iter(actor.character.persona.further))
    heard = actor.hear("is it really haunted tho", "chat", "talk", target=None, talk={"on_ghosts": 0.9}, further={asked: 0.95})
    assert heard.line == "The mirror shows you a moment late."


def test_a_remedy_is_asked_for_what_was_told_beside(stage):
    assert reworded("do you have anything for it?") == "what helps against it?"
    assert reworded("do you have anything for sale?") == "do you have anything for sale?"


@pytest.mark.parametrize(
    ("said", "topic"),
    [
        ("my son broke his arm", "to_bad"),
        ("he is tough though", "on_proud_of"),
        ("my sister has had her baby", "on_baby"),
        ("im rubbish at it", "on_bad_at"),
        ("manic today", "on_your_day"),
        ("i used to be like that", "on_me_too"),
        ("my husband forgot our anniversary", "to_wronged"),
        ("twenty two years, you would think he would know it", "to_typical"),
        ("he would have been sixty today", "on_loss"),
        ("my mother believed that dreams come from the dead", "to_they_say"),
    ],
)
def test_what_is_told_of_kin_is_what_it_is(said, topic):
    assert form_of(plain(said), False)[0] == topic


def test_what_has_no_verb_is_said_back_as_it_stands(stage):
    actor = stage(lines={"on_baby": "A child!", "to_answer": "{said}, I hear."})
    actor.hear("my sister has had her baby", "chat", "talk", target=None, talk=FAR)
    assert actor.hear("a girl, seven pounds", "chat", "talk", target=None, talk=FAR).line == "A girl, seven pounds, I hear."


def test_who_was_too_proud_is_not_told_of_gladly():
    assert polarity_of("he was too proud to say it") == ""


def test_nobody_is_stupid_by_the_way():
    assert trimmed("are boys always that stupid") == "are boys always that stupid"
    assert trimmed("give it to me, stupid") == "give it to me"
