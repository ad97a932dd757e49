"""Things that the game names in a frame, and which of them a place in it belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from engine.bridge.fields import Fields, checked_name
from engine.bridge.limits import Limits
from npc.types import Target

Box: TypeAlias = tuple[float, float, float, float]  # left, top, right, bottom: fractions of the frame, y downwards

_NEAR = 0.025  # of the frame: the model's grid has 40 columns, and a place is right to one of them


def read_entities(fields: Fields, limits: Limits) -> dict[str, Box]:
    """The boxes of `fields.entities` by id.

    Raises:
        ProtocolError: `field`.
    """
    if not fields.has("entities"):
        return {}
    inside, boxes = fields.inside("entities"), dict[str, Box]()
    for name in fields.mapping("entities", limits.entities):
        left, top, right, bottom = inside.numbers(checked_name(name, "frame.entities", limits), 4)
        boxes[name] = (left, top, right, bottom)
    return boxes


def entity_at(target: Target | None, entities: Mapping[str, Box]) -> str | None:
    """Id of the entity that the target lies on or, failing that, close to; of several the smallest."""
    if target is None:
        return None
    near = [(away, _area(box), name) for name, box in entities.items() if (away := _distance(target, box)) <= _NEAR]
    return min(near)[2] if near else None


def _distance(target: Target, box: Box) -> float:
    """From a place to a box, along the longer of the two ways; 0 inside."""
    left, top, right, bottom = box
    return max(left - target.x, target.x - right, top - target.y, target.y - bottom, 0.0)


def _area(box: Box) -> float:
    left, top, right, bottom = box
    return (right - left) * (bottom - top)
