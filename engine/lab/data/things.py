"""The truth about a frame: what is in it, what it is called by looks and by place, and where it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from engine.formats.boxes import Xywh
from engine.formats.recording import RecordedEntity
from engine.lab.data.chance import Rng, pick
from engine.lab.data.concepts import Concept
from engine.lab.data.paint import COLOURS, SHADES, Colour, Pen, varied

Drawing = Callable[[Pen, Colour], None]
SIDES = (12, 16, 16, 20, 24, 32, 48)  # pixels of the grid that a thing is drawn on
GREY = (132, 132, 136)


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
    box: Xywh
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
    valid: Xywh
    entities: Sequence[Entity] = ()
    absent: tuple[str, ...] = ()

    def tagged(self, tag: str) -> list[Entity]:
        """Entities with a tag, the largest first."""
        return sorted((e for e in self.entities if tag in e.tags), key=lambda e: -e.area)


@dataclass(frozen=True)
class Thing:
    """How one kind of thing is drawn.

    Attributes:
        colours: names of the colours that it comes in; its names then carry them ("red ball"). Empty: `own` alone.
        own: the colour of a thing that is not painted.
    """

    concept: Concept
    draw: Drawing
    colours: tuple[str, ...] = ()
    own: Colour = GREY

    def sprite(self, rng: Rng) -> tuple[npt.NDArray[np.uint8], str | None]:
        """uint8 [side, side, 4] and the name of its colour, if it has one."""
        pen = Pen(int(pick(SIDES, rng)), rng)
        name = pick(self.colours, rng) if self.colours else None
        self.draw(pen, varied(COLOURS[name] if name else self.own, rng))
        return pen.rgba(), name


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


APART = 0.12  # of the frame's width: how far apart two things must be to be told apart by their place
OUTER = 0.36  # of the frame's width or height: a thing alone is "on the left" up to here
LARGER = 1.7  # ratio of areas from which one is the bigger one
SHARE = 0.5  # of the things that get such names
WAYS = {
    "left": ("{} on the left", "left {}", "leftmost {}"),
    "right": ("{} on the right", "right {}", "rightmost {}"),
    "top": ("{} at the top", "upper {}", "{} up there"),
    "bottom": ("{} at the bottom", "lower {}", "{} down there"),
    "bigger": ("bigger {}", "large {}", "big {}"),
    "smaller": ("smaller {}", "small {}", "little {}"),
}
_OPPOSITE = {"left": "right", "right": "left", "top": "bottom", "bottom": "top"}


def placed(entities: Sequence[Entity], size: tuple[int, int], rng: Rng) -> tuple[list[Entity], list[str]]:
    """The entities with names for their places added, and such names that are true of nothing.

    Args:
        size: height and width of the frame in pixels.
    """
    named, false = [], []
    for entity in entities:
        ways = _ways(entity, entities, size) if rng.random() < SHARE else []
        name = entity.names[int(rng.integers(min(len(entity.names), 2)))]
        names = [pick(WAYS[way], rng).format(name) for way in ways]
        alone = sum(name in other.names for other in entities) == 1
        false += [pick(WAYS[_OPPOSITE[way]], rng).format(name) for way in ways if alone and way in _OPPOSITE]
        named.append(replace(entity, names=(*entity.names, *names)))
    return named, false


def _ways(entity: Entity, entities: Sequence[Entity], size: tuple[int, int]) -> list[str]:
    others = [e for e in entities if e is not entity and set(e.names) & set(entity.names)]
    if not others:
        return _alone(entity, size)
    ways = []
    x, y = _centre(entity)
    gap = APART * size[1]
    if all(x < _centre(o)[0] - gap for o in others):
        ways.append("left")
    if all(x > _centre(o)[0] + gap for o in others):
        ways.append("right")
    if all(y < _centre(o)[1] - gap for o in others):
        ways.append("top")
    if all(y > _centre(o)[1] + gap for o in others):
        ways.append("bottom")
    if all(entity.area > o.area * LARGER for o in others):
        ways.append("bigger")
    if all(entity.area * LARGER < o.area for o in others):
        ways.append("smaller")
    return ways


def _alone(entity: Entity, size: tuple[int, int]) -> list[str]:
    x, y = _centre(entity)
    across, down = x / size[1], y / size[0]
    sides = [("left", across < OUTER), ("right", across > 1 - OUTER), ("top", down < OUTER), ("bottom", down > 1 - OUTER)]
    return [way for way, true in sides if true]


def _centre(entity: Entity) -> tuple[float, float]:
    x, y, w, h = entity.box
    return x + w / 2, y + h / 2
