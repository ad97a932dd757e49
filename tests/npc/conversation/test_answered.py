"""Of what is told back, the part that was asked for."""

from __future__ import annotations

import pytest

from npc.conversation.answered import asked_for


@pytest.mark.parametrize(
    ("question", "words", "part"),
    [
        ("how many goats do I have", "you have nine goats and a donkey called Ned", "nine goats"),
        ("what is my donkey called", "you have nine goats and a donkey called Ned", "Ned"),
        ("what is my boys called", "your boy Tom has been coughing since last tuesday", "Tom"),
        ("since when is he ill", "your boy Tom has been coughing since last tuesday", "since last tuesday"),
        ("when did she die", "your wife Margaret died two winters ago", "two winters ago"),
        ("where did I lose it", "you are looking for a silver ring that you lost by the river", "by the river"),
        ("where was I robbed", "three bandits robbed you on the north road yesterday", "on the north road"),
        ("where do I come from", "you are Sir Aldous of Fenmoor, lately come from the wars", "of Fenmoor"),
        ("how old did I say the twins are", "your twins are four years old and never sleep", "four years old"),
    ],
)
def test_the_part_that_was_asked_for_is_found(question, words, part):
    assert asked_for(question, words) == part


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("what did I tell you", "your boy has been coughing"),  # no part of it
        ("how many geese do I have", "you have nine goats"),  # another number
        ("when was it", "it was yesterday"),  # nearly all of it
        ("why did I leave", "you left the town last year"),
    ],
)
def test_where_no_part_of_it_answers_alone_there_is_none(question, words):
    assert asked_for(question, words) == ""
