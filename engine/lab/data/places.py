"""Names that depend on where a thing is or how large: "key on the left", "bigger axe"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.lab.data.chance import Rng, pick
from engine.lab.data.entities import Entity

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
