"""Where it is not certain what something told is about, it is answered by its kind."""

from __future__ import annotations

import pytest

from npc.in_kind import agreed, is_close, is_open

# Of sorrow are loss and heartbreak, of joy a baby.
SORROWS = {"on_loss": 0.66, "on_heartbreak": 0.63, "on_baby": 0.5}


def test_topics_of_one_kind_leave_nothing_open():
    assert not is_open(SORROWS)
    assert is_open({"on_loss": 0.66, "on_baby": 0.63})
    assert not is_open({"on_loss": 0.76, "on_baby": 0.63})
    assert not is_open({"on_loss": 0.76})


def test_the_kind_that_most_agree_on_counts():
    assert agreed(SORROWS, "") == "to_bad"
    assert agreed(SORROWS, "on_loss") == "further_sorrow"
    assert agreed({"on_loss": 0.66, "on_baby": 0.655}, "") == ""
    assert agreed({}, "") == ""


def test_a_question_as_near_to_two_topics_is_close():
    assert is_close({"on_job": 0.66, "on_age": 0.63})
    assert not is_close({"on_job": 0.66, "on_age": 0.5})


@pytest.mark.parametrize(("other", "line"), [(0.69, "I am sorry."), (0.4, "What a child!")])
def test_what_may_be_a_sorrow_or_a_joy_is_heard_by_what_the_rest_is(stage, other, line):
    actor = stage(lines={"to_bad": "I am sorry.", "on_baby": "What a child!"})
    near = {"on_baby": 0.7, "on_loss": other, "on_heartbreak": other}
    assert actor.hear("the crib stands in the corner now", "chat", "talk", target=None, talk=near).line == line
