"""What characters come to think of those who speak to them."""

from __future__ import annotations

import pytest

from npc import characters
from npc.affect import DIMENSIONS, Relationship

PUT_OFF = {"refuse", "trade"}


def _say(stage, intent: str, action: str, times: int, **more):
    return [stage.hear("words", intent, action, **more) for _ in range(times)][-1]


@pytest.mark.parametrize(
    ("intent", "action", "times", "name"),
    [
        ("chat", "talk", 5, "acquaintance"),
        ("gift", "celebrate", 2, "friend"),
        ("compliment", "celebrate", 3, "friend"),
        ("insult", "refuse", 2, "foe"),
        ("threaten", "defend", 2, "feared"),
    ],
)
def test_words_make_friends_and_foes(stage, intent, action, times, name):
    actor = stage()
    _say(actor, intent, action, times)
    assert actor.character.relationship("player").name == name


def test_each_speaker_stands_for_itself(stage):
    actor = stage()
    _say(actor, "insult", "refuse", 2, speaker="Ada")
    _say(actor, "gift", "celebrate", 2, speaker="Bo")
    assert [actor.character.relationship(who).name for who in ("Ada", "Bo", "Cy")] == ["foe", "friend", "acquaintance"]


def test_a_grudge_outlasts_the_mood(stage):
    actor = stage("elder")
    _say(actor, "insult", "refuse", 4)
    actor.time += 3600
    said = actor.hear("hello", "greet", "greet")
    assert actor.character.mood.name == "neutral"
    assert said.line == "I remember what you said here. So does the village."


def test_a_foe_is_given_nothing_and_a_friend_is(stage):
    answers = []
    for intent, action in (("insult", "refuse"), ("gift", "celebrate")):
        actor = stage(traits={"generous": 0.1})
        _say(actor, intent, action, 6)
        actor.time += 3600  # only the relationship is left
        answers.append(actor.hear("hand me the key", "give_me", "give").action)
    assert answers[0] in PUT_OFF
    assert answers[1] == "give"


@pytest.mark.parametrize("name", characters())
def test_every_character_greets_friend_and_foe_in_words_of_its_own(stage, name):
    actor = stage(name)
    lines = {line.relationship: line.say for line in actor.character.persona.lines["greet"] if line.relationship}
    assert {("friend",), ("foe", "feared")} <= set(lines)


def test_no_number_of_words_leaves_the_range():
    bond = Relationship()
    for _ in range(1000):
        bond.move({"trust": 0.5, "affection": -0.5, "fear": 2.0})
    assert all(-1 <= getattr(bond, name) <= 1 for name in DIMENSIONS)


def test_the_more_is_felt_the_less_one_word_adds():
    bond, steps = Relationship(), []
    for _ in range(3):
        before = bond.affection
        bond.move({"affection": 0.2})
        steps.append(bond.affection - before)
    assert steps[0] > steps[1] > steps[2]
