"""What a remark ends with is taken up as people do: "he threw it to the gulls" by "to the gulls?"."""

from __future__ import annotations

import pytest

from npc.language.echo import detail_of


@pytest.mark.parametrize(
    ("remark", "detail"),
    [
        ("people brought him bread and he threw it to the gulls", "to the gulls"),
        ("I forgot our anniversary", "your anniversary"),
        ("he still cheats at cards", "at cards"),
        ("I lost my job last week", "your job"),
        ("it was a really big moth", "a really big moth"),
        ("the man left", ""),
        ("it snored", ""),
        ("he shouts a lot", ""),
        ("he is the best", ""),
        ("the job, the house, all of it", ""),
        ("", ""),
    ],
)
def test_what_a_remark_ends_with_is_turned_round(remark, detail):
    assert detail_of(remark) == detail


def test_its_own_words_said_back_as_a_question_are_confirmed(stage):
    actor = stage(lines={"on_sleep": "In barns, mostly.", "on_sure": "So it is."})
    talk = {"target": None, "talk": {"on_sleep": 0.9}}
    assert actor.hear("where did you sleep?", "ask_about", "talk", **talk).line == "In barns, mostly."
    assert actor.hear("in a barn?", "ask_where", "talk", target=None, talk={"on_house": 0.4}).line == "So it is."
