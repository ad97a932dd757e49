"""What is said in passing: conjectures, news, ways, worries, goodbyes; and what goes on about them in a few words."""

from __future__ import annotations

import pytest

from npc.language.echo import mirrored
from npc.language.forms import follow_of, form_of
from npc.language.plain import plain
from npc.language.senses import Sense, meaning_of
from npc.language.told import told


def _talk(actor, text, intent="chat", action="talk", **more):
    return actor.hear(text, intent, action, **{"target": None, "talk": {"on_joke": 0.1}, **more})


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("must get lonely in winter", "to_surmise"),
        ("you must hear all sorts of stories", "to_surmise"),
        ("that must have taken ages", "to_surmise_past"),
        ("easy for you to say", "to_easily_said"),
        ("i'll tell him you said hello", "to_tell_them"),
        ("never thought i'd see a bear that close", "to_unexpected"),
        ("i never thought it would be this steep", "to_unexpected"),
        ("my boss doesnt know about it yet", "to_not_told"),
        ("we've been married forty years", "to_years"),
        ("he's stubborn as a goat", "to_typical"),
        ("she is all i have left", "to_all_i_have"),
        ("sometimes i wish i'd stayed at home", "to_wish_that"),
        ("we're headed for the coast", "to_going"),
        ("i heard the miller is selling up", "to_heard"),
        ("somebody should fix that bridge", "to_ought"),
        ("im afraid she will laugh at me", "to_fear"),
        ("people who never say thanks", "to_peeve"),
        ("i could murder a bowl of stew", "to_craving"),
        ("im dead serious", "to_serious"),
        ("we never had a dog", "to_never"),
        ("you must be joking", "to_of_yours"),
        ("you should be happy", "to_of_yours"),
    ],
)
def test_remarks_are_told_apart_by_what_they_do(text, topic):
    assert form_of(plain(text), False)[0] == topic


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("not even on sundays?", "even"),
        ("not even once?", "sure"),
        ("and somebody as old as me?", "too"),
        ("and a grown ox?", "too"),
        ("what happened there?", "then"),
        ("what would you say to her?", ""),
        ("and who is that?", "who"),
    ],
)
def test_a_few_words_go_on_about_what_was_said(text, kind):
    assert follow_of(plain(text).rstrip("?")) == kind


def test_a_conjecture_is_no_praise_and_no_other_topic(stage):
    actor = stage(lines={"to_surmise": "It does.", "on_joke": "Ha.", "celebrate": "Hooray!"})
    near = {"talk": {"on_joke": 0.82}}
    assert _talk(actor, "must be nice to sleep that long", "compliment", "celebrate", **near).line == "It does."


def test_what_somebody_asks_of_a_life_is_not_told_of_others(stage):
    actor = stage(lines={"on_sleep": "Like a stone."})
    assert _talk(actor, "do you snore?", talk={"on_sleep": 0.9}).line == "Like a stone."
    assert _talk(actor, "my wife snores like a saw mill", talk={"on_sleep": 0.9}).line != "Like a stone."


def test_what_was_told_of_a_fact_goes_on_though_the_card_has_no_more(stage):
    knowledge = {"cheated": {"asked": ["Have you been cheated?"], "say": "A map of my own village. I never buy maps."}}
    actor = stage(
        knowledge=knowledge, lines={"further_then": "No more.", "further_even": "Not even then.", "on_today": "Work."}
    )
    asked = {"knowledge": {"cheated": 0.95}, "talk": {"on_joke": 0.1}}
    _talk(actor, "have you been cheated?", "ask_about", **asked)
    assert _talk(actor, "what did you do then?", "ask_about", talk={"on_today": 0.69}).line == "No more."
    _talk(actor, "have you been cheated?", "ask_about", **asked)
    assert _talk(actor, "not even at the fair?", "ask_about").line == "Not even then."


def test_it_is_not_itself_that_falls_off(stage):
    self = {"self": {"asked": ["Are you the healer?"], "say": "I am."}}
    actor = stage(knowledge=self, lines={"to_guess": "I doubt it.", "unknown": "Search me."})
    _talk(actor, "are you the healer?", "ask_about", knowledge={"self": 0.9})
    assert _talk(actor, "will it fall off?", "ask_about", knowledge={"self": 0.2}).line == "I doubt it."


def test_the_clause_that_tells_decides_and_not_what_opens_it(stage):
    actor = stage(lines={"to_mishap": "{said}?", "on_condolence": "Kind of you."})
    near = {"talk": {"on_condolence": 0.6}}
    assert _talk(actor, "oh man thats awful. i fell off a cart once", **near).line == "You fell off a cart once?"


def test_a_word_put_in_for_somebody_is_no_gift(stage):
    actor = stage(lines={"given": "Thank you."})
    for text in ("i could put in a word for you", "i have a question for you"):
        assert _talk(actor, text, "gift", "talk").line != "Thank you."
    assert told(plain("these flowers are for you")) == [("handed", "flowers")]


@pytest.mark.parametrize(
    "text",
    [
        "gotta bounce, say hi to your mule",
        "i better get back before he comes looking for me",
        "dont wait up for me",
        "dont burn the house down",
        "off to milk the goats",
        "i'll let you get on with it",
        "was nice talking to you",
        "see you next week",
    ],
)
def test_it_is_left_by_many_a_word(text):
    assert meaning_of(plain(text).split(" before ")[0]).sense is Sense.FAREWELL


def test_a_ban_on_waiting_is_none_in_a_goodbye(stage):
    actor = stage()
    _talk(actor, "right im off. dont wait up for me", "farewell", "greet")
    assert not actor.character.memory.person("player").ledger.forbidden
    _talk(actor, "dont wait here", "wait_here", "stay")
    assert actor.character.memory.person("player").ledger.forbidden


def test_nobody_is_threatened_by_a_turn_of_phrase(stage):
    actor = stage()
    for text in (
        "this job will be the death of you",
        "i could murder a pie",
        "youre a dead man if my wife finds out",
        "the cook said im too slow",
    ):
        assert _talk(actor, text, "threaten", "defend").action == "talk"
    kept = actor.character.relationship("player")
    assert (kept.trust, kept.affection) == (0.0, 0.0)
    assert _talk(actor, "you are dead, you hear me? i will kill you", "threaten", "defend").action != "talk"


def test_where_one_is_from_is_kept_from_passing_words():
    assert told(plain("got something for a poor lad from Ashby?")) == []  # a question tells nothing
    assert told(plain("im just a poor lad from Ashby")) == [("home", "Ashby")]


def test_a_fact_is_not_told_to_a_remark_that_is_plainly_something_else(stage):
    knowledge = {"wolf": {"asked": ["Is that your wolf?"], "say": "She came in from the snow."}}
    actor = stage(knowledge=knowledge, lines={"to_easily_said": "It is."})
    near = {"knowledge": {"wolf": 0.8}, "talk": {"on_joke": 0.3}}
    assert _talk(actor, "easy for you to say, you have that wolf", **near).line == "It is."
    assert _talk(actor, "the one with that grey wolf there", **near).line == "She came in from the snow."


def test_what_is_over_there_is_to_be_seen_and_no_question_of_knowledge(stage):
    actor = stage(lines={"cannot_tell": "Too far.", "unknown": "Search me."})
    said = {"target": None, "has_frame": True, "talk": {"on_joke": 0.1}}
    asked = actor.hear("whats that wooden thing w the wheels over there", "identify", "talk", **said)
    assert asked.line == "Too far."
    assert actor.hear("what is a gryphon", "ask_about", "talk", **said).line != "Too far."


def test_hearsay_about_the_one_spoken_to_is_no_insult(stage):
    actor = stage(lines={"on_said_of_you": "So they say."})
    assert _talk(actor, "they told me youre a crook hehe", "insult", "refuse").line == "So they say."
    assert actor.character.relationship("player").trust == 0.0
    assert _talk(actor, "you are a crook", "insult", "refuse").line != "So they say."


def test_advice_is_about_what_the_same_words_tell(stage):
    asked = stage().hear(
        "i have not slept for days. what should i do?", "ask_about", "talk", target=None, talk={"on_weary": 0.9}
    )
    assert "about weary: advise" in asked.reason


def test_a_merry_tale_goes_on_merrily_until_it_is_grave(stage):
    actor = stage(lines={"to_funny": "Ha!"})
    assert _talk(actor, "my uncle played the fiddle till he sat on it haha").line == "Ha!"
    assert "funny" in _talk(actor, "he cried like a baby about it").reason
    assert "funny" not in _talk(actor, "then he died and we buried it with him").reason


def test_names_told_alone_are_found_by_what_was_told_before_them(stage):
    actor = stage(lines={"i_said": "{words}."})
    for text in ("we lost two lambs to the frost", "the kids had given them names and all", "Snowdrop and Button"):
        _talk(actor, text)
    assert "Snowdrop" in _talk(actor, "what were the lambs called, do you still remember?", "ask_about").line


@pytest.mark.parametrize(
    ("text", "turned"),
    [
        ("i could paint you one day", "you could paint me one day"),
        ("you never talk about yourself do you", "I never talk about myself"),
    ],
)
def test_a_remark_is_turned_whole(text, turned):
    assert mirrored(plain(text)) == turned


def test_the_look_of_somebody_and_kind_hearsay_are_no_praise_to_trade_on(stage):
    actor = stage(lines={"on_mood": "Well enough.", "on_kind_word": "How kind.", "on_said_of_you": "Who says so?"})
    assert _talk(actor, "you look pleased today", "compliment", "celebrate").line == "Well enough."
    assert _talk(actor, "my daughter says youre her favourite").line == "How kind."
    assert _talk(actor, "my daughter says you cheat").line == "Who says so?"


def test_what_an_owner_did_warns_of_nothing(stage):
    actor = stage(lines={"warn": "Where?", "talk": "Thank you for looking out."})
    assert "warn" not in _talk(actor, "the old owner died in there you know", "warn", "warn").reason
    assert mirrored(plain("and it wasnt even mine")) == "it was not even yours"
