"""Conditions: each entry declares what it asks, and the documentation says the same."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Annotated

import pytest
from pydantic import BaseModel

import npc
from npc.asks import Asks
from npc.conditions import ASKS, Condition, Line, Moment, asks_of

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
    quests={"ring": "found"},
)
HOLDS = {
    "heard_below": (4, 3),
    "away": (60.0, 60.5),
    "state": ({"day": 2}, {"day": 2, "rain": False}),
    "quest": ({"ring": ["asked", "found"]}, {"ring": "asked"}),
    "not": ({"intent": ["", "x"]}, {"tone": "angry"}),
    "any": ([{"intent": "x"}, {"tone": "angry"}], [{"intent": "x"}]),
}


@pytest.mark.parametrize("name", ASKS)
def test_an_entry_holds_of_what_it_asks_for_and_of_nothing_else(name):
    there = getattr(MOMENT, ASKS[name].of or name)
    name, asks = Condition.model_fields[name].alias or name, ASKS[name]
    right, wrong = HOLDS.get(name) or (["x", next(iter(there)) if isinstance(there, frozenset) else there], "x")
    assert Condition.model_validate({name: right}).holds(MOMENT)
    assert not Condition.model_validate({name: wrong}).holds(MOMENT)
    assert not Condition.model_validate({name: right}).holds(Moment(heard=9))
    assert Condition.model_validate({name: right}).specificity == asks.weight
    assert Line.model_validate({"say": "x", name: wrong}).holds(MOMENT) is False


@pytest.mark.parametrize(
    ("wanted", "holds"),
    [
        ({"gold": ">= 10"}, True), ({"gold": "> 10"}, False), ({"gold": "<= 10"}, True), ({"gold": "< 10.5"}, True),
        ({"gold": "!= 10"}, False), ({"gate": "!= open"}, True), ({"gate": ">= 1"}, False), ({"silver": "< 5"}, False),
        ({"rain": ">= 0"}, False), ({"silver": "!= 5"}, True),
    ],
)  # fmt: skip
def test_numbers_that_the_game_tells_are_compared(wanted, holds):
    state = {"gold": 10, "gate": "shut", "rain": True}
    assert Condition.model_validate({"state": wanted}).holds(Moment(state=state)) is holds


def test_a_comparison_with_no_number_names_the_fix():
    with pytest.raises(ValueError, match=r"`>=` compares numbers; write for example `>= 10`"):
        Condition.model_validate({"state": {"gold": ">= many"}})


def test_a_quest_that_has_not_begun_stands_at_none():
    assert Condition.model_validate({"quest": {"ring": "none"}}).holds(Moment())
    assert not Condition.model_validate({"quest": {"ring": "none"}}).holds(MOMENT)


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


# What is written for a condition `weather`: what the moment has of it, and the entry with what it asks.
EDITS = [
    (
        '    told: Mapping[Once, set[str]] = field(default_factory=lambda: {"ever": set(), "visit": set()})\n',
        '    @property\n    def weather(self) -> str:\n        return str(self.state.get("weather", ""))\n\n',
    ),
    (
        "    heard_below: Annotated[\n",
        '    weather: Annotated[Labels, Asks(one, "the game says that the weather is (one of) these", traced=6)] = ()\n',
    ),
]
CHECKS = """
from npc import Character, Percept, persona_from
from npc.conditions import ASKS
from npc.schema import schema

assert ASKS["weather"].told and "weather" in schema()["$defs"]["Line"]["properties"]
card = {"name": "Mira", "lines": {"greet": ["Hello.", {"say": "Wet, is it?", "weather": ["rain", "snow"]}]}}
words = Percept(1.0, {"greet": 0.9}, {"neutral": 0.9}, {"greet": 0.9}, text="hello", state={"weather": "rain"})
decision = Character(persona_from(card), "mira").tick(words)
assert decision.line == "Wet, is it?" and "weather: rain" in decision.trace, decision
print("one file")
"""


def test_a_condition_added_in_one_file_is_read_asked_and_traced(tmp_path):
    root = Path(npc.__file__).parents[1]
    shutil.copytree(root / "npc", tmp_path / "npc", ignore=shutil.ignore_patterns("__pycache__"))
    path = tmp_path / "npc" / "conditions.py"
    text = path.read_text(encoding="utf-8")
    for before, new in EDITS:
        assert text.count(before) == 1, f"conditions.py has changed: {before}"
        text = text.replace(before, new + before)
    path.write_text(text, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", CHECKS], capture_output=True, text=True, cwd=tmp_path, env=environment)
    assert done.stdout.strip() == "one file", done.stderr


@pytest.mark.parametrize(
    ("card", "sent", "holds"),
    [
        (True, "yes", True), (True, "On", True), (True, True, True), (True, "no", False), (True, None, False),
        (False, "no", True), (False, "off", True), (False, True, False), ("yes", True, True), ("yes", "yes", True),
        ("!= yes", True, False), ("!= yes", "no", True), ("north", "north", True), (True, "north", False),
        (3.0, 3, True), (0.0, "no", False),
    ],
)  # fmt: skip
def test_a_game_may_send_the_word_for_what_is_true(card, sent, holds):
    state = {} if sent is None else {"has_ring": sent}
    assert Condition(state={"has_ring": card}).holds(Moment(state=state)) is holds
