"""The hours of the game's day, and what a character does in them when nothing else is asked of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from npc.behaviour import load_behaviour
from npc.card_file import check_known
from npc.conditions import Lines

Hour = Annotated[float, Field(ge=0, le=24)]


class Hours(BaseModel):
    """A part of the day, such as 22 to 6; half past two in the afternoon is 14.5."""

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

    do: str
    """The action."""
    at: str = Field(default="", max_length=80)
    """The thing or place: a phrase that is watched for; the decision points there while it is in view."""
    say: Lines = ()
    """Said as the hours begin; nothing where it is left out."""

    @field_validator("do")
    @classmethod
    def _is_an_action(cls, do: str) -> str:
        check_known([do], load_behaviour().actions, "action")
        return do


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
        """Something else is being done; afterwards even what was done already begins again, from wherever it led to."""
        self._interrupted = True

    def live(self, hour: float | None, possible: Callable[[Occupation], bool], reported: object) -> Occupation | None:
        """What there is to do.

        Args:
            hour: None where the game tells none.
            possible: whether the character may, and is able to; the first entry that is possible counts.
            reported: the action that the game reports done in this very frame, or True for whichever it is.
        """
        if hour is None:
            self.interrupt()
            return None
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
