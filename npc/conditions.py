"""When something holds: the conditions of rules and lines, and the moment that they are asked about."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

VARIABLES = ("player", "name", "target")
_VARIABLE = re.compile(r"\{([^{}]*)\}")


Once: TypeAlias = Literal["ever", "visit"]
_SETS = ("sees", "remembers", "did", "saw", "goal")


@dataclass(slots=True)
class Moment:
    """What a condition may ask about. An empty string means: nothing of the kind."""

    intent: str = ""
    tone: str = ""
    action: str = ""  # what the character does
    wanted: str = ""  # what was asked of it, where it does something else
    emotion: str = ""
    mood: str = ""
    faction: str = ""  # of who speaks, or did what happened
    relationship: str = ""  # acquaintance, friend, foe or feared: who speaks
    cause: str = ""  # words, boundary, unwilling, rule, absent, unable, unknown, unclear, …
    sees: frozenset[str] = frozenset()  # phrases and meanings of what is in view
    heard: int = 0  # how often this speaker has spoken to it before
    away: float | None = None  # seconds since this speaker last said something; None: never before
    remembers: frozenset[str] = frozenset()  # what this speaker has done before: intents and events
    did: frozenset[str] = frozenset()  # what the character did for this speaker before: actions
    saw: frozenset[str] = frozenset()  # phrases that it has seen before
    goal: frozenset[str] = frozenset()  # goals of its card that matter now
    promised: str = ""  # what it is doing on this speaker's word
    knows: str = ""  # the fact of its card that answers the question asked
    event: str = ""  # what the game has just told to have happened
    told: Mapping[Once, set[str]] = field(default_factory=lambda: {"ever": set(), "visit": set()})
    state: Mapping[str, object] = field(default_factory=dict)


def _one_or_many(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Labels = Annotated[tuple[str, ...], BeforeValidator(_one_or_many, json_schema_input_type=str | list[str])]


class Condition(BaseModel):
    """Holds when everything that it states is so; each entry is one label or a list of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    intent: Labels = ()
    tone: Labels = ()
    action: Labels = ()
    wanted: Labels = ()
    emotion: Labels = ()
    mood: Labels = ()
    relationship: Labels = ()
    faction: Labels = ()
    cause: Labels = ()
    promised: Labels = ()
    event: Labels = ()
    knows: Labels = ()
    sees: Labels = ()
    remembers: Labels = ()
    did: Labels = ()
    saw: Labels = ()
    goal: Labels = ()
    heard_below: int | None = None  # true for the first n things that a speaker says
    away: float | None = None  # true where the speaker has said nothing for so many seconds
    state: dict[str, str | bool | int | float] = {}

    @cached_property
    def _tests(self) -> tuple[tuple[str, frozenset[str]], ...]:
        fields = (
            "intent",
            "tone",
            "action",
            "wanted",
            "emotion",
            "mood",
            "relationship",
            "faction",
            "cause",
            "promised",
            "event",
            "knows",
        )
        return tuple((name, frozenset(getattr(self, name))) for name in fields if getattr(self, name))

    @cached_property
    def _overlaps(self) -> tuple[tuple[str, frozenset[str]], ...]:
        return tuple((name, frozenset(getattr(self, name))) for name in _SETS if getattr(self, name))

    @cached_property
    def specificity(self) -> int:
        """How many things it asks for: the more specific line or rule comes first.

        What was said counts twice: thanks want an answer to thanks, in whatever mood.
        """
        bounds = (self.heard_below is not None) + (self.away is not None)
        return len(self._tests) + bool(self.intent) + len(self._overlaps) + bounds + len(self.state)

    def holds(self, moment: Moment) -> bool:
        """Is everything that this condition states true of `moment`?"""
        for name, labels in self._tests:
            if getattr(moment, name) not in labels:
                return False
        for name, labels in self._overlaps:
            if labels.isdisjoint(getattr(moment, name)):
                return False
        if self.heard_below is not None and moment.heard >= self.heard_below:
            return False
        if self.away is not None and (moment.away is None or moment.away < self.away):
            return False
        return all(moment.state.get(key) == value for key, value in self.state.items())


class Line(Condition):
    """Something to say, and when. In YAML a plain string is a line that always fits."""

    say: str = Field(max_length=500)
    once: Once | None = None  # said to a person once for ever, or once a visit

    @model_validator(mode="before")
    @classmethod
    def _from_string(cls, value: Any) -> Any:
        return {"say": value} if isinstance(value, str) else value

    @field_validator("say")
    @classmethod
    def _knows_its_variables(cls, say: str) -> str:
        for name in _VARIABLE.findall(say):
            if name not in VARIABLES:
                raise ValueError(f"unknown variable {{{name}}}; there are {{{'}, {'.join(VARIABLES)}}}")
        return say

    @cached_property
    def variables(self) -> frozenset[str]:
        """Names in braces; a line is said only where all of them are known."""
        return frozenset(_VARIABLE.findall(self.say))

    def spoken(self, variables: Mapping[str, str]) -> str:
        """The line with its variables filled in, its first letter large."""
        text = _VARIABLE.sub(lambda match: variables[match[1]], self.say)
        return text[:1].upper() + text[1:]


def _many(value: Any) -> Any:
    return (value,) if isinstance(value, (str, dict)) else value


Said: TypeAlias = str | Line
Lines = Annotated[tuple[Line, ...], BeforeValidator(_many, json_schema_input_type=Said | list[Said])]
