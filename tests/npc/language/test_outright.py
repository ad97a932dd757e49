"""Questions about the view are asked outright, however politely they are wrapped."""

from __future__ import annotations

import pytest

from npc.language.outright import outright
from npc.language.plain import plain


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("Would you be so kind as to tell me how many potions are lying there?", "how many potions are lying there?"),
        ("I'd like to know how many trees there are", "how many trees are there?"),
        ("may I ask what colour the potion on the left is?", "what colour is the potion on the left?"),
        ("I wonder if there is a key somewhere about", "is there a key somewhere about?"),
        ("could you have a look and tell me what is next to the chest?", "what is next to the chest?"),
        ("do you know what that is over there", "what is that over there?"),
        ("any idea where the chest is?", "where is the chest?"),
        (
            "Hello. Could you tell me how many wolves you can see, please? I am scared.",
            "Hello. how many wolves do you see? I am scared.",
        ),
        ("pray tell, who is standing by the well?", "who is standing by the well?"),
    ],
)
def test_a_question_about_the_view_is_unwrapped(said, asked):
    assert outright(plain(said)) == asked


@pytest.mark.parametrize(
    "said",
    [
        "do you know who won the war",
        "tell me what happened",
        "tell me when you see a wolf",
        "tell me about the duke",
        "I wonder why",
    ],
)
def test_other_questions_stay_as_they_are(said):
    assert outright(plain(said)) == said


def test_a_long_line_of_frames_is_read_in_time():
    assert outright("could you please tell me " * 40) == ("could you please tell me " * 40).strip()
