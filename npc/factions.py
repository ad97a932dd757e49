"""Whom a character belongs to, and what it thinks of others before it knows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from npc.relationship import Degree, Relationship

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
