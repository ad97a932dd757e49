"""When something holds: the conditions of rules and lines, and the moment that they are asked about."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

VARIABLES = ("player", "name", "target")
_VARIABLE = re.compile(r"\{([^{}]*)\}")


@dataclass(slots=True)
class Moment:
    """What a condition may ask about. An empty string means: nothing of the kind."""

    intent: str = ""
    tone: str = ""
    action: str = ""                     # what the character does
    wanted: str = ""                     # what was asked of it, where it does something else
    emotion: str = ""
    mood: str = ""
    relationship: str = ""               # acquaintance, friend, foe or feared: who speaks
    cause: str = ""                      # words, boundary, unwilling, rule, absent, unclear or reflex
    sees: frozenset[str] = frozenset()   # phrases and meanings of what is in view
    heard: int = 0                       # how often this speaker has spoken to it before
    state: Mapping[str, object] = field(default_factory=dict)


def _one_or_many(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Labels = Annotated[tuple[str, ...], BeforeValidator(_one_or_many)]


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
    cause: Labels = ()
    sees: Labels = ()
    heard_below: int | None = None   # true for the first n things that a speaker says
    state: dict[str, str | bool | int | float] = {}

    @cached_property
    def _tests(self) -> tuple[tuple[str, frozenset[str]], ...]:
        fields = ("intent", "tone", "action", "wanted", "emotion", "mood", "relationship", "cause")
        return tuple((name, frozenset(getattr(self, name))) for name in fields if getattr(self, name))

    @cached_property
    def specificity(self) -> int:
        """How many things it asks for: the more specific line or rule comes first."""
        return len(self._tests) + bool(self.sees) + (self.heard_below is not None) + len(self.state)

    def holds(self, moment: Moment) -> bool:
        """Is everything that this condition states true of `moment`?"""
        for name, labels in self._tests:
            if getattr(moment, name) not in labels:
                return False
        if self.sees and moment.sees.isdisjoint(self.sees):
            return False
        if self.heard_below is not None and moment.heard >= self.heard_below:
            return False
        return all(moment.state.get(key) == value for key, value in self.state.items())


class Line(Condition):
    """Something to say, and when. In YAML a plain string is a line that always fits."""

    say: str = Field(max_length=500)

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
