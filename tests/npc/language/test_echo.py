"""Somebody's words as the other one says them."""

from __future__ import annotations

import pytest

from npc.language.echo import embedded, mirrored, turned
from npc.language.plain import plain


def test_commas_in_a_row_are_one():
    assert plain("well,, , no , , wait") == "well, no, wait"
    assert plain(" ," * 400) == ","


@pytest.mark.parametrize(
    ("question", "as_part"),
    [
        ("is it contagious?", "whether it is contagious"),
        ("and who got it first?", "who got it first"),
        ("when did she die?", "when she died"),
        ("how long does a horseshoe take", "how long a horseshoe takes"),
        ("have u ever lost a patient", "whether I have ever lost a patient"),
        ("who found you", "who found me"),
        ("does your brother know?", "whether my brother knows"),
        ("when was the last time?", "when the last time was"),
        ("isn't it hard?", "whether it is hard"),
        ("did one ever bite you?", "whether one ever bit me"),
    ],
)
def test_a_question_becomes_part_of_a_sentence(question, as_part):
    assert embedded(plain(question)) == as_part


@pytest.mark.parametrize(
    "question",
    ["why not?", "what about it?", "can you help me?", "is that wolf dangerous, or do you think it is tame?", "when?", "ok"],
)
def test_what_would_read_badly_is_left_alone(question):
    assert embedded(plain(question)) == ""


@pytest.mark.parametrize(
    ("remark", "as_theirs"),
    [
        ("I burned my hand on a stove yesterday, its all red", "you burned your hand on a stove yesterday"),
        ("my brother is a guard too, down in Eastmere", "your brother is a guard too"),
        ("i'm going to the moor tonight", "you are going to the moor tonight"),
        ("I was there", "you were there"),
        ("you are kind", ""),
        ("good morning", ""),
    ],
)
def test_a_remark_of_ones_own_life_is_turned_round(remark, as_theirs):
    assert mirrored(plain(remark)) == as_theirs


def test_me_stands_where_somebody_is_spoken_to():
    assert turned("he told you about your dog") == "he told me about my dog"
