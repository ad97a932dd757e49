"""Words that hang on the answer before them, and questions for which the whole card is searched."""

from __future__ import annotations

import pytest

from npc.types import Target

FAR = {"talk": {"on_joke": 0.2}, "knowledge": {"road": 0.2, "bar": 0.2, "cold": 0.2}}
KNOWLEDGE = {
    "road": {"asked": "Which road leads to the city?", "say": "South, two days on foot."},
    "sleep": {"asked": "Why are you tired?", "say": "I never sleep while the gate is open."},
    "rope": {"asked": "What do you sell?", "say": "Rope. It is for tying."},
    "bar": {
        "asked": "What is your finest work?",
        "say": "The bar of the north gate.",
        "further": {"Who broke it?": "Twenty men with a ram could not."},
    },
}


def _after(stage, fact, line, **more):
    actor = stage(knowledge=KNOWLEDGE)
    if fact:
        actor.hear(KNOWLEDGE[fact]["asked"], "ask_about", "talk", talk={"on_joke": 0.2}, knowledge={fact: 0.97})
    return actor.hear(line, "ask_about", "talk", **{**FAR, **more}).reason


@pytest.mark.parametrize(
    ("fact", "line", "kind"),
    [
        ("sleep", "not even when nobodys looking??", "even"),
        ("rope", "not even for hanging pictures?", "even so"),
        ("road", "and someone slow like me?", "slower"),
        ("rope", "and for a lass with weak arms?", "weaker"),
        ("rope", "is it any good", "good"),
    ],
)
def test_what_hangs_on_the_answer_before_is_answered_by_it(stage, fact, line, kind):
    assert f"was asked on about what was said: {kind}" in _after(stage, fact, line)


def test_who_is_hurt_is_told_that_it_heals(stage):
    actor = stage(knowledge=KNOWLEDGE)
    actor.hear("i cut my finger on a nail", "chat", "talk", **FAR)
    assert "outcome" in actor.hear("will it fall off", "ask_about", "talk", **FAR).reason


def test_what_was_found_is_asked_of_who_was_sent(stage):
    actor = stage(knowledge=KNOWLEDGE)
    assert "errand" not in actor.hear("so? what was in there", "ask_about", "talk", **FAR).reason
    actor.hear("go to the well", "go_to", "go_to", target=Target(0.5, 0.5, 0.9), **FAR)
    assert "errand" in actor.hear("so? what was in there", "ask_about", "talk", **FAR).reason


def test_words_of_their_own_hang_on_nothing(stage):
    assert "was asked on about" not in _after(stage, "rope", "and who are you?")
    assert "was asked on about" not in _after(stage, "", "and for a duke?")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("whats that bar on the north gate", "bar"),
        ("did those twenty men with the ram break through", "bar: Who broke it?"),
    ],
)
def test_the_whole_card_is_searched_before_nobody_knows(stage, line, told):
    assert f"finds in its card what is asked: {told} (" in _after(stage, "", line)


@pytest.mark.parametrize("line", ["who is the biggest cheat in this town", "is it any good", "what do u think of pears"])
def test_what_the_card_does_not_name_is_not_found_in_it(stage, line):
    assert "finds in its card" not in _after(stage, "", line)


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("and how often should he drink it?", "dose"),
        ("does it taste bad", "taste"),
        ("how long till it stops hurting", "heals"),
        ("will it sting", "stings"),
    ],
)
def test_what_is_asked_further_of_a_remedy_is_answered(stage, line, kind):
    actor = stage(knowledge={"cough": {"asked": "What helps?", "say": "Thyme and honey in hot water."}})
    actor.hear("What helps?", "ask_about", "talk", talk={"on_joke": 0.2}, knowledge={"cough": 0.97})
    heard = actor.hear(line, "ask_about", "talk", talk={"on_joke": 0.2}, knowledge={"cough": 0.3})
    assert f"was asked on about what was said: {kind}" in heard.reason


def test_of_other_facts_no_dose_is_told(stage):
    assert "dose" not in _after(stage, "road", "how often should he take it?")


def test_a_suggestion_about_a_fact_is_taken_up(stage):
    assert "was asked further about rope: urge" in _after(stage, "rope", "cant u just buy a new one?")
