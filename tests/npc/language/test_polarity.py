"""Good news and bad are told apart by their words, and what is told without who tells it is understood."""

from __future__ import annotations

import pytest

from npc.conversation.reading import read
from npc.in_kind import news
from npc.language.echo import base, said_back
from npc.language.plain import plain
from npc.language.polarity import is_eased, polarity_of
from npc.language.senses import about_whom
from npc.memory.ledger import Ledger


@pytest.mark.parametrize(
    ("text", "tone"),
    [
        ("my neighbour died in his chair", "bad"),
        ("i am getting divorced", "bad"),
        ("we won the prize", "good"),
        ("nobody died", ""),
        ("i am not happy", "bad"),
        ("i have a shop in Millbrook", ""),
    ],
)
def test_what_is_told_is_good_or_bad(text, tone):
    assert polarity_of(plain(text)) == tone


@pytest.mark.parametrize(
    ("question", "back"),
    [
        ("do you ever think about getting married?", "do I ever think about getting married"),
        ("were you ever ashamed of something?", "was I ever ashamed of something"),
        ("are you cold?", "am I cold"),
        ("was I right?", "were you right"),
        ("you think he has changed?", "do I think he has changed"),
        ("who looks after you when you are sick?", "who looks after me when I am sick"),
        ("did your mother sing to you when you were small?", "did my mother sing to me when I was small"),
        ("why?", ""),
        ("the blue one", ""),
        ("who are you, and what do you want?", ""),
    ],
)
def test_a_question_is_said_back(question, back):
    assert said_back(plain(question)) == back


@pytest.mark.parametrize(
    ("question", "whom"),
    [
        ("how did you become a smith?", "you"),
        ("how do I become a smith?", "I"),
        ("what is her name?", "they"),
        ("how do you make good steel?", ""),
        ("did you know my brother?", ""),
        ("is there a well?", ""),
    ],
)
def test_whose_life_a_question_asks_for(question, whom):
    assert about_whom(question) == whom


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("can't sleep. too many thoughts", "I can not sleep"),
        ("Don't know why", "I do not know why"),
        ("can't you help me?", "can not you help me?"),
        ("don't know it", "do not know it"),
    ],
)
def test_who_speaks_may_leave_himself_out(text, first):
    assert read(text, Ledger()).clauses[0].text == first


def test_words_are_known_by_their_base():
    assert [base(word) for word in ("sold", "boots", "grass", "cows")] == ["sell", "boot", "grass", "cows"]


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("i broke my cup", "to_mishap"),
        ("the road is rotten and full of holes", "to_peeve"),
        ("my brother broke his arm", "to_bad"),
        ("she left me", "to_bad"),
        ("i am ill", "to_bad"),
    ],
)
def test_an_annoyance_is_no_sorrow(text, topic):
    assert news(text, polarity_of(text), "to_story") == topic


def test_where_the_stove_was_left_nobody_was():
    assert polarity_of("I left the stove on") == ""
    assert polarity_of("she left us") == "bad"


def test_what_is_not_so_is_eased():
    assert is_eased("I am not frightened of it any more")
    assert not is_eased("I do not want to die")
    assert not is_eased("I am frightened")
