"""What a character knows: facts, the questions that they answer, and what is asked further about each."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from npc.card_faults import did_you_mean
from npc.conditions import Lines
from npc.language.forms import FURTHER

_PLACE = re.compile(r",? ?\{[a-z_]+\}")  # what a line is filled in with
_OR = " / "  # between the questions of one entry of `further`
MOST_FURTHER = 40  # of one fact


def _many(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Question = Annotated[str, Field(min_length=1, max_length=200)]
Questions = Annotated[tuple[Question, ...], BeforeValidator(_many, json_schema_input_type=str | list[str])]


class Fact(BaseModel):
    """Something that a character knows, and the questions that it answers."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    asked: Questions = Field(min_length=1, max_length=8)
    """Questions as players might ask them; others with the same meaning are understood too."""
    say: Lines = Field(min_length=1)
    """What it answers."""
    further: dict[Question, Lines] = Field(default={}, max_length=MOST_FURTHER)
    """What it answers to questions that go on about it: under `why`, `when`, `who` ..., or under the question itself, several
    with ` / ` between them."""

    @field_validator("further")
    @classmethod
    def _are_questions(cls, further: dict[str, Lines]) -> dict[str, Lines]:
        for key in further:
            for part in key.split(_OR):
                if " " not in part.strip() and part.strip().lower().rstrip("?") not in FURTHER:
                    known = ", ".join(FURTHER)
                    raise ValueError(
                        f"`{part}` is no question: {did_you_mean(part, FURTHER)}Write a whole one, or one of: {known}"
                    )
        return further

    @cached_property
    def kinds(self) -> dict[str, str]:
        """The ways to ask further that it has an answer to, such as `why` -> the entry of `further`."""
        return {kind: key for key in self.further for kind in _parts(key) if kind in FURTHER}

    @cached_property
    def told_further(self) -> dict[str, str]:
        """Entry of `further` -> all that it answers, in one."""
        return {key: _PLACE.sub("", " ".join(line.say for line in lines)) for key, lines in self.further.items()}

    @cached_property
    def asked_further(self) -> dict[str, tuple[str, ...]]:
        """Entry of `further` -> the questions that words are compared with."""
        found = {key: tuple(part for part in _parts(key) if part not in FURTHER) for key in self.further}
        return {key: questions for key, questions in found.items() if questions}


def _parts(key: str) -> list[str]:
    return [part.rstrip("?") if part.rstrip("?") in FURTHER else part for part in map(str.strip, key.split(_OR))]
