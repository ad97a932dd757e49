"""The truth about a frame: what is in it, what it is called and where it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from engine.formats.recording import RecordedEntity
from engine.lab.data.colours import COLOURS, SHADES

Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class Entity:
    """One thing in view.

    Attributes:
        names: all phrases that are true of it, e.g. ("blue key", "key").
        box: x, y, width, height in pixels of the frame, tight around its visible pixels.
        tags: subset of hostile, hazard, item, food, animal, person, place, foul, plant, vehicle.
        generic: words for everything of its tags, e.g. ("animal",).
        colour: its one colour by name, or None where it has many or it is not known.
    """

    names: tuple[str, ...]
    box: Box
    tags: frozenset[str]
    generic: tuple[str, ...] = ()
    colour: str | None = None

    @property
    def name(self) -> str:
        """The most telling name."""
        return self.names[0]

    @property
    def area(self) -> int:
        return self.box[2] * self.box[3]

    def is_called(self, phrase: str) -> bool:
        return phrase in self.names or phrase in self.generic or usual(phrase) in self.names


@dataclass(frozen=True)
class Scene:
    """A frame with its truth.

    Attributes:
        frame: uint8 [H, W, 3] RGB; of size `scenes.FRAME` for synthetic scenes.
        valid: x0, y0, x1, y1 in pixels of the picture inside its black letterbox.
        absent: phrases known to be true of nothing in view, beyond those that any scene's vocabulary offers.
    """

    frame: npt.NDArray[np.uint8]
    valid: Box
    entities: Sequence[Entity] = ()
    absent: tuple[str, ...] = ()

    def tagged(self, tag: str) -> list[Entity]:
        """Entities with a tag, the largest first."""
        return sorted((e for e in self.entities if tag in e.tags), key=lambda e: -e.area)


def coloured_names(names: Sequence[str], colour: str | None) -> tuple[str, ...]:
    """The names with their colour ("blue key") before the plain ones."""
    painted = [] if colour is None else [f"{colour} {name}" for name in names if colour not in name.split()]
    return (*painted, *names)


@lru_cache(maxsize=4096)  # asked for every thing of a scene in turn
def usual(phrase: str) -> str:
    """The phrase with the usual word for its colour: "red key" for "crimson key"."""
    for colour, shades in SHADES.items():
        for shade in shades:
            if phrase.startswith(f"{shade} "):
                return f"{colour} {phrase.removeprefix(shade).lstrip()}"
    return phrase


def split_colour(name: str) -> tuple[str | None, str]:
    """("red", "potion") of "red potion", (None, "key") of "key"."""
    first, _, rest = name.partition(" ")
    return (first, rest) if rest and first in COLOURS else (None, name)


def entity_of(recorded: RecordedEntity) -> Entity:
    """A recorded thing with its names: a "red potion" is a potion, too."""
    colour, plain = split_colour(recorded.name.lower())
    x, y, w, h = (round(v) for v in recorded.box)
    return Entity(coloured_names((plain,), colour), (x, y, max(w, 1), max(h, 1)), frozenset(recorded.tags), colour=colour)
