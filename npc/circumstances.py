"""What surrounds a character beside what it sees and hears: the hours of its day, what it is after, whom it belongs to."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from npc.affect import Degree, Relationship
from npc.conditions import Lines
from npc.vocabulary import Action

_CLOCK = re.compile(r"([01]?[0-9]|2[0-4]):([0-5][0-9])")


def _of_clock(value: object) -> object:
    """`9:30`, as people write it, is 9.5."""
    clock = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if clock is not None:
        return int(clock[1]) + int(clock[2]) / 60
    if isinstance(value, str) and ":" in value:
        raise ValueError("this is no hour of the day; write half past nine as 9:30 or 9.5")
    return value


Hour = Annotated[float, Field(ge=0, le=24), BeforeValidator(_of_clock)]


class Hours(BaseModel):
    """A part of the day, such as 22 to 6; half past two in the afternoon is 14.5, or 14:30."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    start: Hour = Field(alias="from")
    """The hour at which it begins."""
    end: Hour = Field(alias="to")
    """The hour at which it is over; earlier than `from`, it is past midnight."""

    @model_validator(mode="after")
    def _last_a_while(self) -> Hours:
        if self.start % 24 == self.end % 24 and self.start >= self.end:
            raise ValueError("`from` and `to` are the same hour; write `from: 0, to: 24` for the whole day")
        return self

    def cover(self, hour: float) -> bool:
        """Whether `hour`, 0..24, lies in it; the last moment does not."""
        if self.start < self.end:
            return self.start <= hour < self.end
        return hour >= self.start or hour < self.end


class Occupation(Hours):
    """What a character does in these hours, where, and what it says when they begin."""

    do: Action
    """The action."""
    at: str = Field(default="", max_length=80)
    """The thing or place: a phrase that is watched for; the decision points there while it is in view."""
    say: Lines = ()
    """Said as the hours begin; nothing where it is left out."""


class Day:
    """A schedule as it is lived. It is taken up again where something has interrupted it.

    Attributes:
        begins: whether the occupation has begun just now. Not at the first hour that is told: a loaded game finds
            everybody at work, and silent.
    """

    def __init__(self, schedule: Sequence[Occupation]) -> None:
        self._schedule = schedule
        self._due: Occupation | None = None
        self._told = self._done = self._interrupted = self.begins = False

    def interrupt(self) -> None:
        """Something else is being done, or no hour is told: then what was done already begins again, wherever it led to."""
        self._interrupted = True

    def live(self, hour: float, possible: Callable[[Occupation], bool], reported: object) -> Occupation | None:
        """What there is to do.

        Args:
            possible: whether the character may, and is able to; the first entry that is possible counts.
            reported: the action that the game reports done in this very frame, or True for whichever it is.
        """
        due = next((entry for entry in self._schedule if entry.cover(hour) and possible(entry)), None)
        changed = due is not self._due
        self.begins, self._told = changed and self._told, True
        if changed or self._interrupted:
            self._done = False
        elif due is not None and reported in (True, due.do):
            self._done = True
        self._due, self._interrupted = due, False
        return None if self._done else due


def hour_of(state: Mapping[str, object]) -> float | None:
    """The hour of the game's day, 0..24 (24 is 0), as the game tells it in `state`; None where it does not."""
    hour = state.get("hour")
    if isinstance(hour, bool) or not isinstance(hour, (int, float)) or not 0 <= hour <= 24:
        return None
    return float(hour) % 24.0


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
    favours: dict[Action, Degree] = Field(default={})
    """Actions, and how much more it wants them (-1: how much less) at a weight of 1."""

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


# What is thought of a people is worth half of what is known of a person: a stance beyond ±0.5 makes a stranger a
# friend or foe from the first word (`relationship.NOTABLE`), and a few words of theirs can change that.
HEARSAY = 0.5
KINSHIP = 0.4  # the stance to the own faction, where the card gives none: well disposed, no friend yet

Faction = Annotated[str, Field(min_length=1, max_length=80)]


class Factions(BaseModel):
    """The faction of a character, and its stance to this and others."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    own: str = Field(default="", max_length=80)
    """The faction that it belongs to."""
    stance: dict[Faction, Degree] = Field(default={}, max_length=64)
    """What it thinks of the people of a faction, from -1 to 1; 0 of those left out."""

    @property
    def known(self) -> tuple[str, ...]:
        """All that the card names."""
        return tuple(dict.fromkeys((*filter(None, (self.own,)), *self.stance)))

    def first_impression(self, faction: str) -> Relationship:
        """Where the relationship with a stranger of this faction starts."""
        kin = KINSHIP if faction and faction == self.own else 0.0
        start = HEARSAY * self.stance.get(faction, kin)
        return Relationship(trust=start, affection=start)


def faction_of(state: Mapping[str, object]) -> str:
    """The faction of who speaks, or did what happened, as the game tells it in `state`; empty where it does not."""
    faction = state.get("speaker_faction")
    return faction if isinstance(faction, str) else ""
