"""What a character says and does of its own accord when something becomes so: barks, and the steps of quests.

A quest is a row of steps. Where it stands is kept for each person; a step is reached when the one before it has been and its
condition holds, or when an effect says so. It is the game's quest as much as the character's: each step that is reached is an
effect of the decision.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, field_validator

from npc.asks import NOT_BEGUN
from npc.conditions import Condition, Lines, Moment
from npc.effects import QUEST, Consequences
from npc.types import Effect
from npc.vocabulary import Action

MOST_STEPS = 200  # of a quest: an imported dialogue has one for each place where the player may choose
Name = Annotated[str, Field(min_length=1, max_length=80)]


class Bark(BaseModel):
    """What is said and done without a word being said to it, once something that the game tells becomes so."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    when: Condition
    """When it comes to hold, by what the game tells in `state`."""
    do: Action = "talk"
    """The action that goes with it."""
    say: Lines = ()
    """What it says."""
    effects: Consequences = ()
    """What the game has to carry out."""


class Step(BaseModel):
    """A step of a quest."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    when: Condition | None = None
    """When it is reached, once the step before it has been; left out: by an effect alone."""
    do: Action | None = None
    """The action that goes with it; `talk` where it has words, else whatever else it would do."""
    say: Lines = ()
    """What it says as it is reached."""
    effects: Consequences = ()
    """What the game has to carry out."""

    @property
    def action(self) -> str:
        return self.do or ("talk" if self.say else "")


class Quest(BaseModel):
    """Steps, each under a name of the author's choice, in their order."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    steps: dict[Name, Step] = Field(min_length=1, max_length=MOST_STEPS)
    """Its steps in their order."""

    @field_validator("steps")
    @classmethod
    def _may_begin(cls, steps: dict[str, Step]) -> dict[str, Step]:
        if NOT_BEGUN in steps:
            raise ValueError(f"`{NOT_BEGUN}` is where a quest stands before its first step; call the step otherwise")
        return steps

    def after(self, step: str) -> str:
        """The name of the step after this one; empty after the last."""
        names = [NOT_BEGUN, *self.steps]
        place = names.index(step) + 1 if step in names else 1
        return names[place] if place < len(names) else ""


class Reached(NamedTuple):
    """A step that has just been reached."""

    quest: str
    name: str
    step: Step

    @property
    def told(self) -> str:
        """For the reason of a decision."""
        return f"reaches {self.name} of {self.quest}"

    def effect(self, speaker: str) -> Effect:
        return Effect(QUEST, {"quest": self.quest, "step": self.name, "speaker": speaker})


def reached(quests: Mapping[str, Quest], moment: Moment) -> Reached | None:
    """The first quest whose next step is reached now."""
    for name, quest in quests.items():
        due = quest.after(moment.quests.get(name, NOT_BEGUN))
        if due and (when := quest.steps[due].when) is not None and when.holds(moment):
            return Reached(name, due, quest.steps[due])
    return None
