"""What a player has said is told back to him as the other one says it, not quoted as it was typed."""

from __future__ import annotations

import pytest

from npc.conversation.told_back import asked_back, told_back
from npc.language.after import stems

FAR = {"talk": {"on_joke": 0.2}}


@pytest.mark.parametrize(
    ("said", "asked", "back"),
    [
        ("hi there. rode all night n my back is killing me", "what is up with my back", "your back is killing you"),
        ("been up since 4, milked the whole herd lol", "", "you have been up since 4, you milked the whole herd"),
        ("we've got a goat, Pepper, she eats hats", "what is my goat called", "you have got a goat, Pepper, she eats hats"),
        (
            "my uncle used to build boats. he drowned in may",
            "what did my uncle do",
            "your uncle used to build boats, he drowned in may",
        ),
        ("I HATE GEESE", "what do I hate", "you hate geese"),
        ("lost my purse. how are you?", "", "you lost your purse"),
    ],
)
def test_words_are_turned_and_only_what_is_asked_for_is_told(said, asked, back):
    assert told_back(said, stems(asked)) == back


def test_orders_and_bids_stay_as_they_were_said():
    assert told_back("give me the sword!") == "give me the sword"


def test_a_question_is_told_as_one():
    assert asked_back("hm. is the bridge safe?") == "whether the bridge is safe"


def _heard(stage, *lines):
    actor = stage(lines={"i_said": "You said: {words}.", "you_asked": "You asked {words}."})
    for line in lines:
        actor.hear(line, "chat", "talk", **FAR)
    return actor


def _ask(actor, question):
    return actor.hear(question, "ask_about", "talk", **FAR).line


@pytest.mark.parametrize(
    ("told", "question", "said"),
    [
        ("i shear sheep for a living n my knees hate it", "what do i do for a living", "you shear sheep"),
        ("baked 200 rolls this morning, im dead", "what have i been doing all morning?", "you baked 200 rolls"),
        ("ugh. ive only got 9 left on me", "how much did i have on me in the beginning", "9 left"),
        ("im a poor lass from Harrow", "where did i say im from", "Harrow"),
        ("maybe Oswin if its a boy. thats my grandads name", "what did i say the name might be", "Oswin"),
        ("im hiding from my landlord", "what am i hiding from again", "you are hiding from your landlord"),
        ("my sister limps since may", "so whats up with my sister", "your sister limps"),
        ("i was gonna open an inn. saved for years, then my cousin stole the lot", "what was it i wanted to open", "an inn"),
        ("i was gonna open an inn. saved for years, then my cousin stole the lot", "what did my cousin do", "stole the lot"),
        (
            "just got off the boat from Harrow with two kids",
            "where did my boat come from and how many kids have i got",
            "two kids",
        ),
        ("a goose bit me once", "what animal bit me", "a goose bit you"),
    ],
)
def test_what_was_told_in_passing_is_found_without_its_words(stage, told, question, said):
    assert said in _ask(_heard(stage, told, "nice weather"), question)


def test_both_halves_of_a_question_are_answered(stage):
    actor = _heard(stage, "call me Ada. a goose bit me once", "nice weather")
    line = _ask(actor, "what is my name and what animal bit me?")
    assert "Ada" in line
    assert "goose bit you" in line


@pytest.mark.parametrize(
    "asked", ["what did i ask you first today", "what was the very first thing i asked you about tonight?"]
)
def test_the_first_question_is_known_however_long_ago(stage, asked):
    actor = _heard(stage, "is the bridge safe?", *(f"so it goes, said the {n}th crow" for n in range(12)))
    assert "whether the bridge is safe" in _ask(actor, asked)


def test_what_is_asked_of_the_world_is_not_answered_with_ones_own_words(stage):
    actor = _heard(stage, "my gran would not pay that for the whole town")
    assert "gran" not in _ask(actor, "who is the biggest cheat in this town")
