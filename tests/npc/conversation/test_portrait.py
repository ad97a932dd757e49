"""Things in view asked for by their names: where they are, what they look like, what somebody is doing, whose they are."""

from __future__ import annotations

import pytest

from npc.conversation.reading import read
from npc.conversation.reply import Reply
from npc.conversation.view import answer
from npc.memory.ledger import Ledger, Meant
from npc.types import Found, Percept

WELL = Found("well", 0.95, 0.5, 0.35)
BARREL = Found("barrel", 0.95, 0.58, 0.4, colour="brown")
WOLF, CHEST = Found("wolf", 0.95, 0.2, 0.5), Found("chest", 0.95, 0.92, 0.75)
WOMAN = Found("healer", 0.95, 0.8, 0.7)
TREES = Found("tree", 0.95, 0.1, 0.2, 3, others=((0.85, 0.2), (0.9, 0.22)))
ALL = (WELL, BARREL, WOLF, CHEST, WOMAN, TREES)


def _asked(line: str, *seen: Found, ledger: Ledger | None = None, feared: frozenset[str] = frozenset()) -> Reply:
    percept = Percept(0.0, looked=seen or ALL, has_frame=True)
    reply = answer(read(line, ledger or Ledger()).clauses[0], percept, feared)
    assert reply is not None, line
    return reply


@pytest.mark.parametrize(
    ("line", "thing", "place"),
    [
        ("where is the barrel?", "barrel", "straight ahead, next to the well"),
        ("where's the wolf now?", "wolf", "on the left, near a tree"),
        ("where do you see a chest?", "chest", "on the right, close by, next to the healer"),
        ("where are the trees?", "trees", "one on the left, far off and two on the right, far off"),
    ],
)
def test_where_a_thing_is_is_told_in_words_and_by_what_stands_beside_it(line: str, thing: str, place: str) -> None:
    reply = _asked(line)
    assert (reply.topic, reply.values["thing"], reply.values["place"]) == ("whereabouts", thing, place)
    assert reply.action == "point_at"


def test_where_it_is_is_asked_of_what_was_spoken_of() -> None:
    ledger = Ledger(things=(Meant(phrase="barrel", x=0.58, y=0.4),))
    assert _asked("where is it?", ledger=ledger).values["thing"] == "barrel"


def test_what_a_thing_looks_like_is_told_by_its_colour_its_kind_and_its_place() -> None:
    reply = _asked("what does the barrel look like?")
    assert reply.topic == "looks_like"
    assert reply.values["seen"] == "brown, wooden and round, with hoops, straight ahead, next to the well"


def test_what_somebody_does_cannot_be_told_but_where_it_is_done_can() -> None:
    reply = _asked("what is the woman doing?")
    assert reply.topic == "cannot_tell"
    assert reply.values["what"] == "what the woman is doing there, on the right, close by, next to the chest"
    assert reply.target is not None
    assert reply.target.x == WOMAN.x


@pytest.mark.parametrize(
    "line",
    [
        "where is the dragon?",
        "what does the dragon look like?",
        "what is the dragon doing?",
        "whose is the dragon?",
        "is the dragon dangerous?",
        "is there a dragon near the well?",
    ],
)
def test_of_what_is_not_there_it_is_said_that_it_is_not(line: str) -> None:
    reply = _asked(line)
    assert (reply.topic, reply.values["thing"]) == ("absent", "dragon")


@pytest.mark.parametrize(
    ("line", "topic", "thing"),
    [
        ("whose is the barrel?", "whose_thing", "barrel"),
        ("whose barrel is that?", "whose_thing", "barrel"),
        ("is the barrel dangerous?", "harmless", "barrel"),
        ("is the wolf dangerous?", "may_harm", "wolf"),
    ],
)
def test_whose_a_thing_is_and_whether_it_harms_is_asked_by_its_name(line: str, topic: str, thing: str) -> None:
    reply = _asked(line)
    assert (reply.topic, reply.values["thing"]) == (topic, thing)


def test_what_a_card_fears_does_harm() -> None:
    assert _asked("is the barrel dangerous?", feared=frozenset({"barrel"})).topic == "may_harm"


@pytest.mark.parametrize("line", ["is the forest dangerous?", "is the village safe?"])
def test_a_place_that_no_picture_holds_is_no_thing_in_view(line: str) -> None:
    assert answer(read(line, Ledger()).clauses[0], Percept(0.0, looked=ALL, has_frame=True)) is None


def test_what_is_in_the_middle_is_all_that_stands_there() -> None:
    reply = _asked("what is in the middle?")
    assert reply.topic == "view"
    assert reply.values["seen"] == "a well straight ahead and a barrel straight ahead"


def test_on_one_side_only_what_stands_there_is_told() -> None:
    assert "two trees" in _asked("what is on the right?").values["seen"]
    assert "a tree" in _asked("what do you see on the left?").values["seen"]


@pytest.mark.parametrize("line", ["who do you see?", "who can you see here?", "are we alone?", "is it just us?"])
def test_who_is_seen_is_told_of_persons_alone(line: str) -> None:
    assert _asked(line).values["seen"].startswith("a healer")
    assert _asked(line, WELL).topic == "absent"


def test_who_stands_by_a_thing_is_no_thing() -> None:
    assert _asked("who is that by the chest?").values["seen"] == "a healer"
    assert _asked("who is that by the well?").values["thing"] == "person by the well"


def test_what_else_is_there_is_what_its_line_has_not_named() -> None:
    ledger = Ledger(line="In sight: a well, a barrel, a wolf and a healer.")
    assert _asked("what else do you see?", ledger=ledger).names == ("chest", "tree")


def test_what_could_be_food_and_is_rather_something_else_is_none() -> None:
    seen = Found("potion", 0.97, 0.2, 0.7), Found("apple", 0.95, 0.2, 0.71)
    reply = _asked("is there anything to eat here?", *seen)
    assert (reply.topic, reply.values["other"]) == ("lookalike", "a potion")


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("what is in the chest?", "what is in the chest"),
        ("is the chest open or closed?", "whether the chest is open"),
        ("what colour is the chest?", "what colour the chest is"),
    ],
)
def test_what_cannot_be_told_is_named(line: str, what: str) -> None:
    reply = _asked(line)
    assert (reply.topic, reply.values["what"]) == ("cannot_tell", what)


@pytest.mark.parametrize("line", ["where is the inn?", "what does the captain look like?"])
def test_without_a_picture_it_is_left_to_what_the_card_knows(line: str) -> None:
    assert answer(read(line, Ledger()).clauses[0], Percept(0.0, has_frame=False)) is None


def test_whether_one_stands_on_a_side_is_told_of_that_side() -> None:
    right = _asked("are there any trees on the right?")
    assert right.topic == "present"
    assert right.target is not None
    assert right.target.x == 0.85
    assert _asked("is there a wolf on the right?").values["thing"] == "wolf on the right"
    assert _asked("is the barrel still on the ground?").topic == "present"


def test_of_two_houses_only_the_colour_that_was_looked_at_is_told() -> None:
    houses = Found("house", 0.95, 0.2, 0.3, 2, others=((0.8, 0.3),), colour="red")
    assert _asked("what colour is the house on the left?", houses).values["colour"] == "red"
    assert _asked("what colour is the house on the right?", houses).values["what"] == "what colour the house on the right is"
