"""What is read in English by rule: places, distances, words, and the pieces of a long text."""

from __future__ import annotations

import pytest

from npc.language import Distance, Relation, mentions, pieces, read_distance, read_relation


@pytest.mark.parametrize(
    ("text", "relation"),
    [
        ("hand me the chest left of the tree", Relation("hand me the chest", "left", "tree")),
        (
            "pass me the jar that is to the left of the old tree, please",
            Relation("pass me the jar, please", "left", "old tree"),
        ),
        ("could you hand me that red thing by the door?", Relation("could you hand me that red thing?", "near", "door")),
        ("what is the thing on top of the barrel", Relation("what is the thing", "above", "barrel")),
        ("Attack the wolf NEXT TO the well!", Relation("Attack the wolf!", "near", "well")),
        ("hand me the axe that lies near to the door", Relation("hand me the axe", "near", "door")),
        ("open the closest chest to the well", Relation("open the chest", "near", "well")),
        ("the key nearest those barrels", Relation("the key", "near", "barrels")),
        ("hand me the axe nearest the door", Relation("hand me the axe", "near", "door")),
        ("take the key under the table and go", Relation("take the key and go", "below", "table")),
    ],
)
def test_a_relation_is_taken_out_of_the_words(text, relation):
    assert read_relation(text) == relation


@pytest.mark.parametrize(
    "text",
    [
        "there is a wolf behind you",
        "stay near me",
        "left or right?",
        "by day we rest",
        "go left",
        "hand me the axe nearest to you over there",
        "the wolf behind me is dangerous",
        "STAY CLOSE TO ME YOU FOOL",
    ],
)
def test_what_places_nothing_by_a_thing_is_no_relation(text):
    assert read_relation(text) is None


@pytest.mark.parametrize(
    ("text", "distance"),
    [
        ("hand me the axe nearest to you", Distance("hand me the axe", "you", False)),
        ("take the barrel that is closest to me, please", Distance("take the barrel, please", "me", False)),
        ("Attack the NEAREST wolf!", Distance("Attack the wolf!", None, False)),
        ("bring me the key farthest from yourself", Distance("bring me the key", "you", True)),
        ("run to the furthest tree", Distance("run to the tree", None, True)),
        ("hand me the closest axe to me", Distance("hand me the axe", "me", False)),
        ("take the one that is nearest", Distance("take the one", None, False)),
        ("what is the thing nearest to you?", Distance("what is the thing?", "you", False)),
    ],
)
def test_a_distance_is_taken_out_of_the_words(text, distance):
    assert read_relation(text) is None
    assert read_distance(text) == distance


@pytest.mark.parametrize("text", ["stay close to me", "there is a wolf behind you", "how far is it", "come nearer", "go on"])
def test_what_tells_no_things_apart_is_no_distance(text):
    assert read_distance(text) is None


@pytest.mark.parametrize(
    ("text", "phrase", "there"),
    [
        ("I am grateful to you", "rat", False),
        ("A RAT!", "rat", True),
        ("the treasure chest, please", "treasure chest", True),
        ("the treasure chests", "treasure chest", False),
        ("", "rat", False),
    ],
)
def test_a_phrase_is_mentioned_in_whole_words(text, phrase, there):
    assert mentions(text, phrase) is there


@pytest.mark.parametrize(
    ("text", "phrase", "there"),
    [
        ("I am grateful to you", "rat", False),
        ("what a rate, says the pirate", "rat", False),
        ("the finale, too", "ale", False),
        ("I want an important order", "ant", False),
        ("Rats! Rats everywhere", "rat", True),
        ("mind the rat’s tail", "rat", True),
        ("the wolves' den", "wolf", True),
        ("two treasure  chests", "treasure chest", True),
        ("a treasure", "treasure chest", False),
        ("berries, please", "berry", True),
        ("foxes", "fox", True),
        ("ｔｈｅ ｒａｔ", "rat", True),
        ("a rat-catcher came", "rat", False),
        ("ein Wolf!", "wolf", True),
        ("волк там", "волк", True),
        ("那里有一只狼。", "狼", True),
        ("anything", "", False),
        ("anything", "?", False),
    ],
)
def test_one_of_them_and_several_are_mentioned(text, phrase, there):
    assert mentions(text, phrase, plural=True) is there


def _short(words: int):
    return lambda text: len(text.split()) <= words and len(text) <= 6 * words


def test_a_short_text_stays_whole():
    assert pieces("Hello.  There are two.", _short(5), 8) == ["Hello.  There are two."]


def test_a_long_text_falls_into_its_sentences():
    text = "The mill is old (so they say.) The miller sleeps! Now attack the wolf?\nGo"
    assert pieces(text, _short(8), 8) == ["The mill is old (so they say.)", "The miller sleeps!", "Now attack the wolf?", "Go"]


def test_a_long_sentence_is_cut_between_its_clauses_and_its_end_is_read_alone():
    text = (
        "you see the wet road made me late, and I lost my way so the mill was shut when I came now give me some of your bread"
    )
    found = [
        "you see the wet road made me late,",
        "and I lost my way",
        "so the mill was shut when I came",
        "now give me some of your bread",
    ]
    assert pieces(text, _short(8), 8) == found
    nothing_parts_it = "tell everybody in the village that I shall be back home before dawn today give me bread"
    assert pieces(nothing_parts_it, _short(9), 8)[-1] == "back home before dawn today give me bread"


def test_what_has_no_joints_is_read_in_windows_of_the_whole():
    words = [f"w{n}" for n in range(40)]
    found = pieces(" ".join(words), _short(16), 8)
    assert all(len(piece.split()) <= 16 for piece in found)
    assert [word for piece in found for word in piece.split()] == words


def test_too_many_sentences_are_joined_and_the_end_is_what_counts():
    text = " ".join(f"Go {n}." for n in range(20))
    found = pieces(text, _short(4), 4)
    assert len(found) == 4
    assert found[-1].endswith("Go 19.")


@pytest.mark.parametrize("text", ["x" * 1000, "a " * 500, "." * 1000, "! " * 500, "a,b" * 300, "漢" * 1000, "-- " * 300])
def test_nothing_that_is_written_takes_more_pieces_or_goes_on_for_ever(text):
    found = pieces(text, _short(5), 8)
    assert 1 <= len(found) <= 8
    assert all(piece for piece in found)
