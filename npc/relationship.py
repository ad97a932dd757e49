"""What a character thinks of one person: trust, affection, fear and respect, each in -1..1, 0 at first.

Moods pass within minutes (`npc.mood`); a relationship stays. How much each kind of words moves it is set by hand in
`behaviour.yaml`, not taken from the literature.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias, get_args

from pydantic import Field

Dimension: TypeAlias = Literal["trust", "affection", "fear", "respect"]
Degree: TypeAlias = Annotated[float, Field(ge=-1, le=1)]
DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)
# From here on a dimension has a name that lines and rules can ask for: three compliments make a friend.
NOTABLE = 0.25


@dataclass(slots=True)
class Relationship:
    """How one person stands with the character."""

    trust: Degree = 0.0
    affection: Degree = 0.0
    fear: Degree = 0.0
    respect: Degree = 0.0

    @property
    def name(self) -> str:
        """`friend`, `foe` or `feared`; `acquaintance` where nothing is notable."""
        if self.fear >= NOTABLE and self.fear >= abs(self.affection):
            return "feared"
        if abs(self.affection) < NOTABLE:
            return "acquaintance"
        return "friend" if self.affection > 0 else "foe"

    @property
    def weight(self) -> float:
        """How much there is to it at all: 0 for a stranger."""
        return sum(abs(value) for value in self.as_drives().values())

    def as_drives(self) -> dict[str, float]:
        """Its dimensions by name, for the appeals of actions."""
        return {name: getattr(self, name) for name in DIMENSIONS}

    def move(self, change: Mapping[Dimension, float], weight: float = 1.0) -> None:
        """Add `weight` times the change of each dimension.

        What is thought already resists: the nearer a dimension is to the end it moves to, the less it moves, so
        that no number of compliments buys everything and one insult does not undo a long friendship.
        """
        for name, amount in change.items():
            now, step = getattr(self, name), amount * weight
            room = 1.0 - now if step > 0 else 1.0 + now
            setattr(self, name, max(-1.0, min(1.0, now + step * min(1.0, room))))
