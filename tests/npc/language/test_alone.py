"""A thing that is told apart from others and named alone."""

from __future__ import annotations

import pytest

from npc.language.alone import is_any, named_alone
from npc.language.plain import plain


@pytest.mark.parametrize(
    ("said", "whole"),
    [
        ("red one pls", "the red one please"),
        ("blue!!", "the blue one"),
        ("nope, other one", "no, the other one"),
        ("nah not that one, the red", "no, the red one"),
        ("no i said the RED one", "no, the red one"),
        ("left one", "the left one"),
        ("whichever is closer", "the closest one"),
        ("the nearer one of the two", "the closest one"),
        ("the one closest to u", "the one closest to you"),
        ("the one further away", "the farthest one"),
        ("that one over there", "the one over there"),
        ("the small one by the tree", "the small one by the tree"),
    ],
)
def test_what_is_named_alone_is_put_whole(said: str, whole: str) -> None:
    assert named_alone(plain(said)) == whole


@pytest.mark.parametrize("said", ["one day", "the other day", "is it the red one?", "the one thing i want", "last", "red sky"])
def test_what_does_more_than_that_stays_as_it_was(said: str) -> None:
    assert named_alone(said) == said


def test_the_choice_may_be_left_to_the_other() -> None:
    assert [is_any(said) for said in ("either one will do", "you pick", "whichever", "any day now")] == [
        True,
        True,
        True,
        False,
    ]
