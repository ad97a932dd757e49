"""No silent characters: every action has words in every mood, and they answer what was said."""

from __future__ import annotations

import pytest

from npc import characters, load_persona
from npc.behaviour import load_behaviour
from npc.conditions import Line, Moment, Speaker
from npc.variables import filled, said

MOODS = ("neutral", "angry", "afraid", "sad", "happy")


@pytest.mark.parametrize("name", characters())
def test_every_action_that_it_takes_has_a_line_of_its_own_in_every_mood(name):
    persona = load_persona(name)
    for action in load_behaviour().actions.keys() - persona.boundaries.keys():
        for mood in MOODS:
            moment = Moment(action=action, mood=mood)
            fitting = [line for line in persona.lines.get(action, ()) if line.holds(moment)]
            best = max((line.specificity for line in fitting), default=-1)
            chosen = [line for line in fitting if line.specificity == best]
            assert chosen, f"{name} is silent when it does {action} and is {mood}"
            if mood != "neutral":
                assert all(mood in line.mood for line in chosen), f"{name}, {action}: no line for {mood}"


@pytest.mark.parametrize("name", characters())
def test_thanks_are_answered_as_thanks_in_any_mood(name):
    lines = load_persona(name).lines["talk"]
    for mood in MOODS:
        fitting = [line for line in lines if line.holds(Moment(action="talk", intent="thank", mood=mood, cause="words"))]
        best = max(line.specificity for line in fitting)
        assert all("thank" in line.intent for line in fitting if line.specificity == best)


@pytest.mark.parametrize(
    ("line", "value", "told"),
    [
        ("Your goal: {thing}.", "Find the well.", "Your goal: Find the well."),
        ("Your goal: {thing}.", "Find the well", "Your goal: Find the well."),
        ("{thing}. And then?", "Where to?", "Where to? And then?"),
        ("{thing}...", "Well.", "Well...."),
        ("A {thing}.", "axe", "An axe."),
    ],
)
def test_no_sentence_ends_twice(line, value, told):
    assert said(line, {"thing": value}) == told
    assert filled("{thing}.", {"thing": "Gut."}) == "Gut."


def test_after_a_question_of_its_own_it_rather_asks_none():
    lines = [Line(say=f"Why {n}?") for n in range(4)] + [Line(say="I see."), Line(say="So it is.")]
    for seed in range(20):
        speaker = Speaker({}, {}, f"s{seed}")
        spoken = [speaker.one_of(lines, Moment(), {}) for _ in range(3)]
        assert sum(said.endswith("?") for said in spoken) <= 1, spoken
