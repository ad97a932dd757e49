"""What the game is to carry out beside an action, as a card writes it: effects of lines, rules and steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from npc.types import Effect
from npc.variables import checked, filled

QUEST = "quest"  # the kind of effect that moves a quest of the card: {kind: quest, quest: lost_ring, step: found}
TAG = "tag"
LONGEST = 200


def _told(value: object) -> object:
    if not isinstance(value, (str, bool, int, float)):
        raise ValueError("a text, a number, or true or false is expected here; write one of them")
    if isinstance(value, str) and len(value) > LONGEST:
        raise ValueError(f"{len(value)} characters, at most {LONGEST}; shorten it")
    return checked(value) if isinstance(value, str) else value


_Value = Annotated[bool | int | float | str, BeforeValidator(_told)]


class Consequence(BaseModel):
    """`{kind: open_gate, gate: north}`: a kind, and whatever else the game wants to be told with it."""

    model_config = ConfigDict(frozen=True, extra="allow")
    __pydantic_extra__: dict[str, _Value] = Field(init=False)

    kind: str = Field(min_length=1, max_length=80)

    def effect(self, variables: Mapping[str, str]) -> Effect:
        """The effect of a decision, its texts with their variables filled in."""
        values = {
            name: filled(value, variables) if isinstance(value, str) else value
            for name, value in (self.__pydantic_extra__ or {}).items()
        }
        return Effect(self.kind, values)


Consequences = Annotated[tuple[Consequence, ...], Field(max_length=16)]
Tags = Annotated[tuple[Annotated[str, Field(min_length=1, max_length=80)], ...], Field(max_length=16)]
