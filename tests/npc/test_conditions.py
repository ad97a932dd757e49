"""Conditions: each entry declares what it asks, and the documentation says the same."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Annotated

import pytest
from pydantic import BaseModel

from npc.conditions import ASKS, Asks, Condition, Line, Moment, asks_of

REFERENCE = Path(__file__).parents[2] / "docs" / "characters-reference.md"
# A moment of which everything can be asked, and what a card may say that holds of it, and that does not.
MOMENT = Moment(
    intent="greet",
    tone="angry",
    action="talk",
    wanted="give",
    emotion="sad",
    mood="happy",
    faction="ferrymen",
    relationship="friend",
    cause="words",
    sees=frozenset({"wolf", "threat"}),
    heard=3,
    away=60.0,
    remembers=frozenset({"insult"}),
    did=frozenset({"give"}),
    saw=frozenset({"fire"}),
    goal=frozenset({"sale"}),
    promised="stay",
    knows="bread",
    event="helped",
    state={"day": 2, "rain": True},
)
HOLDS = {"heard_below": (4, 3), "away": (60.0, 60.5), "state": ({"day": 2}, {"day": 2, "rain": False})}


@pytest.mark.parametrize("name", ASKS)
def test_an_entry_holds_of_what_it_asks_for_and_of_nothing_else(name):
    there = getattr(MOMENT, ASKS[name].of or name)
    right, wrong = HOLDS.get(name) or (["x", next(iter(there)) if isinstance(there, frozenset) else there], "x")
    assert Condition.model_validate({name: right}).holds(MOMENT)
    assert not Condition.model_validate({name: wrong}).holds(MOMENT)
    assert not Condition.model_validate({name: right}).holds(Moment(heard=9))
    assert Condition.model_validate({name: right}).specificity == ASKS[name].weight
    assert Line.model_validate({"say": "x", name: wrong}).holds(MOMENT) is False


def test_what_asks_for_nothing_always_holds():
    assert Condition().holds(Moment())
    assert Condition().specificity == 0


def test_everything_that_a_moment_has_can_be_asked_for():
    asked = {asks.of or name for name, asks in ASKS.items()}
    assert {entry.name for entry in fields(Moment)} - asked == {"told"}  # `once` of a line goes by it


def test_the_reference_tells_of_every_entry_what_it_declares():
    page = REFERENCE.read_text(encoding="utf-8")
    for name, asks in ASKS.items():
        assert f"| `{asks.written or name}` | {asks.told} |" in page


def test_an_entry_that_declares_nothing_is_refused():
    class Careless(BaseModel):
        weather: str = ""

    with pytest.raises(TypeError, match=r"Careless\.weather says nothing of what it asks"):
        asks_of(Careless)


def test_an_entry_that_asks_for_what_no_moment_has_is_refused():
    class Curious(BaseModel):
        weather: Annotated[str, Asks(lambda wanted: lambda there: True, "it rains")] = ""

    with pytest.raises(TypeError, match="asks for `weather`, which `Moment` has not"):
        asks_of(Curious)
