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
        ("you are kind", "I am kind"),
        ("good morning", ""),
    ],
)
def test_a_remark_of_ones_own_life_is_turned_round(remark, as_theirs):
    assert mirrored(plain(remark)) == as_theirs


def test_me_stands_where_somebody_is_spoken_to():
    assert turned("he told you about your dog") == "he told me about my dog"


@pytest.mark.parametrize(
    ("question", "as_part"),
    [
        ("wheres the mine", "where the mine is"),
        ("wheres the town hall", "where the town hall is"),
        ("wheres the back door", "where the back door is"),
        ("why cant i go in", "why you can not go in"),
        ("do it or i go to odo", ""),
        ("why dont you go", "why I do not go"),
        ("why wont she come", "why she will not come"),
        ("who is the tinker", "who the tinker is"),
        ("who is bram", ""),
        ("what time is it", ""),
        ("what is the king angry about", ""),
        ("is the town hall open", ""),
        ("is the town open", "whether the town is open"),
        ("is the gate locked", "whether the gate is locked"),
        ("is the forest dangerous", "whether the forest is dangerous"),
        ("why is the forest dark", "why the forest is dark"),
        ("where is the old stone bridge", "where the old stone bridge is"),
        ("how far is the next village", "how far the next village is"),
        ("what happened here", "what happened here"),
        ("what happens if i die", "what happens if you die"),
        ("who took my sword", "who took your sword"),
        ("did the wolf howl", "whether the wolf howled"),
        ("does the smith sell swords", "whether the smith sells swords"),
        ("does the town hall open at noon", ""),
        ("can the old man swim", "whether the old man can swim"),
        ("what is the town famous for", ""),
        ("where is the gold mine", "where the gold mine is"),
        ("is this mine", ""),
        ("is that sword mine", ""),
        ("why is the back door locked", "why the back door is locked"),
        ("what did bram say", ""),
        ("who can help me", "who can help you"),
        ("who can bram trust", ""),
        ("have you a knife", ""),
        ("have some bread", ""),
        ("do some work", ""),
        ("dont you dare", ""),
        ("dont you like me", ""),
        ("isnt he dead", "whether he is dead"),
        ("why does he never sleep", "why he never sleeps"),
        ("does he never sleep", "whether he never sleeps"),
        ("what is your name", "what my name is"),
        ("where were you born", "where I was born"),
        ("where is the house of the mayor", ""),
        ("is it true that the king is dead", "whether it is true that the king is dead"),
        ("what kind of sword is it", ""),
        ("which sword is best", ""),
        ("how many guards are there", ""),
        ("who has the key", ""),
        ("who is coming", "who is coming"),
        ("when does the market open", "when the market opens"),
        ("when is the spring fair", "when the spring fair is"),
        ("where did the children go", "where the children went"),
        ("why are the people sad", "why the people are sad"),
        ("do you like cats or dogs", "whether I like cats or dogs"),
        ("will the king come", "whether the king will come"),
        ("will my horse live", "whether your horse will live"),
        ("has anyone seen my dog", "whether anyone has seen your dog"),
        ("what are those", "what those are"),
        ("who are these people", "who these people are"),
        ("do that again", ""),
        ("are there any wolves", "whether there are any wolves"),
        ("where can i buy rope", "where you can buy rope"),
        ("what should i do", "what you should do"),
        ("why not go in", ""),
        ("why am i here", "why you are here"),
        ("why isnt the gate open", "why the gate is not open"),
        ("why didnt the guard help me", "why the guard did not help you"),
        ("is there no inn", "whether there is no inn"),
        ("how old are you", "how old I am"),
        ("where do the miners live", "where the miners live"),
        ("what does the sign say", "what the sign says"),
        ("whose mine is it", ""),
        ("who owns the mine", "who owns the mine"),
        ("when did the old king die", "when the old king died"),
        ("could the old mine collapse", ""),
        ("should i trust the tinker", "whether you should trust the tinker"),
        ("are you afraid of the dark", "whether I am afraid of the dark"),
        ("is your brother ill", "whether my brother is ill"),
        ("what was the noise last night", ""),
        ("who killed the king's dog", "who killed the king's dog"),
        ("how deep is the mine", "how deep the mine is"),
        ("where is it", "where it is"),
    ],
)
def test_a_question_is_put_right_or_not_at_all(question, as_part):
    assert embedded(plain(question)) == as_part


def test_mine_is_a_noun_after_an_article():
    assert turned("I found the old mine and this is mine") == "you found the old mine and this is yours"
