"""A question about what stands in view goes before what the card knows of such things."""

from __future__ import annotations

import pytest

from npc.character import Character
from npc.persona import persona_from
from npc.types import Found, Percept

CARD = {
    "name": "Tam",
    "knowledge": {"wolves": {"asked": ["what do I do against a wolf?"], "say": ["Make yourself tall."]}},
    "lines": {"absent": "No {thing}."},
}


def _answer(line: str, *seen: Found) -> str:
    percept = Percept(
        1.0, {"ask_about": 0.9}, action={"talk": 1.0}, text=line, has_frame=True, knowledge={"wolves": 0.75}, looked=seen
    )
    return Character(persona_from(CARD), "tam").tick(percept).line or ""


@pytest.mark.parametrize(
    "line", ["do you see a wolf?", "is there a wolf here?", "is there a wolf near the well?", "is there a wolf on the left?"]
)
def test_whether_a_wolf_is_here_is_told_from_the_picture(line: str) -> None:
    assert _answer(line, Found("wolf", 0.02, 0.5, 0.5), Found("well", 0.95, 0.5, 0.4)) == "No wolf."


@pytest.mark.parametrize("line", ["what helps against wolves?", "are there wolves in the north?"])
def test_what_is_asked_of_wolves_in_all_is_told_by_the_card(line: str) -> None:
    assert _answer(line, Found("wolf", 0.02, 0.5, 0.5)) == "Make yourself tall."
