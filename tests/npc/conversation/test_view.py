"""Speaking of what is in view."""

from __future__ import annotations

import pytest

from npc.conversation.reading import read
from npc.conversation.reply import Reply
from npc.conversation.view import answer, where
from npc.memory.ledger import Ledger
from npc.types import Detection, Percept

WOLF, WELL, TREE = Detection("wolf", 0.9, 0.2, 0.5, 2), Detection("well", 0.95, 0.3, 0.5), Detection("tree", 0.8, 0.8, 0.7)


def asked(line: str, *watch: Detection, frame: bool = True) -> Reply:
    reply = answer(read(line, Ledger()).clauses[0], Percept(0.0, watch=watch, has_frame=frame))
    assert reply is not None
    return reply


@pytest.mark.parametrize(
    ("line", "topic", "values"),
    [
        ("what do you see?", "view", {"seen": "two wolves on the left, a well on the left and a tree on the right, close by"}),
        ("is there a wolf near the well?", "present", {"thing": "wolf", "place": "on the left", "count": "two"}),
        ("is there a tree near the well?", "elsewhere", {"thing": "tree", "place": "on the right, close by", "anchor": "well"}),
        ("how many wolves are there?", "count", {"count": "two", "thing": "wolves"}),
        ("what is next to the well?", "beside", {"seen": "two wolves", "thing": "well", "relation": "next to"}),
        ("which is closer, the tree or the well?", "nearer", {"thing": "tree", "other": "well"}),
        ("is there a bear?", "absent", {"thing": "bear"}),
    ],
)
def test_a_question_about_the_view_is_answered_from_it(line: str, topic: str, values: dict[str, str]) -> None:
    reply = asked(line, WOLF, WELL, TREE, Detection("bear", 0.05, 0.5, 0.5))
    assert (reply.topic, dict(reply.values)) == (topic, values)


def test_what_is_neither_there_nor_not_there_cannot_be_told() -> None:
    assert asked("is there a wolf?", Detection("wolf", 0.4, 0.5, 0.5)).topic == "cannot_tell"


def test_a_colour_is_told_where_one_stands_out() -> None:
    chest = Detection("chest", 0.9, 0.5, 0.5)
    red, blue = Detection("red chest", 0.8, 0.5, 0.5), Detection("blue chest", 0.2, 0.5, 0.5)
    assert asked("what colour is the chest?", chest, red, blue).values["colour"] == "red"
    assert asked("what colour is the chest?", chest, red, Detection("blue chest", 0.75, 0.5, 0.5)).topic == "cannot_tell"


def test_without_a_picture_it_says_that_it_sees_nothing() -> None:
    assert asked("what do you see?", frame=False).topic == "blind"
    assert asked("what do you see?").topic == "view_none"


def test_places_are_told_as_a_person_would() -> None:
    assert [where(*at) for at in [(0.1, 0.5), (0.5, 0.1), (0.9, 0.9)]] == [
        "on the left",
        "straight ahead, far off",
        "on the right, close by",
    ]
