"""What a character is after: goals make it more willing to do what serves them."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field, field_validator

from npc.behaviour import load_behaviour
from npc.card_file import check_known
from npc.relationship import Degree
from npc.schedule import Hour, Hours


class Goal(Hours):
    """Something that a character wants, how much, and which actions serve it; all day, or at some hours."""

    start: Hour = Field(default=0.0, alias="from")
    """The hour at which it begins to matter, where the game tells the hour."""
    end: Hour = Field(default=24.0, alias="to")
    """The hour from which on it matters no more, where the game tells the hour."""
    wants: str = Field(min_length=1, max_length=200)
    """What it wants, in a few words; stands in the trace."""
    weight: float = Field(default=0.5, ge=0, le=1)
    """How much, from 0 to 1."""
    favours: dict[str, Degree] = Field(default={})
    """Actions, and how much more it wants them (-1: how much less) at a weight of 1."""

    @field_validator("favours")
    @classmethod
    def _actions_exist(cls, favours: dict[str, float]) -> dict[str, float]:
        check_known(favours, load_behaviour().actions, "action")
        return favours

    def bonus(self, action: str) -> float:
        """What it adds to the appeal of an action."""
        return self.weight * self.favours.get(action, 0.0)


class Goals:
    """The goals of one character; those that are tied to hours count at those hours."""

    def __init__(self, goals: Mapping[str, Goal]) -> None:
        self._goals = goals

    def pursued(self, hour: float | None) -> dict[str, Goal]:
        """The goals that matter at `hour`; all of them where no hour is told."""
        return {name: goal for name, goal in self._goals.items() if hour is None or goal.cover(hour)}

    def favours(self, hour: float | None) -> dict[str, float]:
        """Action -> what the goals together add to its appeal."""
        total: dict[str, float] = {}
        for goal in self.pursued(hour).values() if self._goals else ():
            for action in goal.favours:
                total[action] = total.get(action, 0.0) + goal.bonus(action)
        return total
