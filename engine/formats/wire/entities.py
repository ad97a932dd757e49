"""Things that the game names in a frame, and which of them a place in it belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from engine.formats.wire.constants import Limits
from engine.formats.wire.fields import Fields, ProtocolError, checked_name
from npc.types import Target

Box: TypeAlias = tuple[float, float, float, float]  # left, top, right, bottom: fractions of the frame, y downwards

FARTHEST = 10.0  # frames beyond the edge; what lies farther out was counted in pixels
_NEAR = 0.025  # of the frame: the model's grid has 40 columns, and a place is right to one of them


def read_entities(fields: Fields, limits: Limits) -> dict[str, Box]:
    """The boxes of `fields.entities` by id.

    Raises:
        ProtocolError: `field`, also where a box is in pixels, or has its sides the wrong way round.
    """
    if not fields.has("entities"):
        return {}
    inside, boxes = fields.inside("entities"), dict[str, Box]()
    for name in fields.mapping("entities", limits.entities):
        left, top, right, bottom = inside.numbers(checked_name(name, "frame.entities", limits), 4)
        boxes[name] = (left, top, right, bottom)
        _check(name, boxes[name])
    return boxes


def _check(name: str, box: Box) -> None:
    """Refuse what is a box, but not in the frame's fractions."""
    shown = ", ".join(f"{side:g}" for side in box)
    if max(map(abs, box)) > FARTHEST:
        raise ProtocolError(
            "field",
            f"The box of '{name}' in `observe.frame.entities` is [{shown}], which looks like pixels.",
            "Send left, top, right, bottom as fractions of the frame: pixels divided by its width and height.",
        )
    left, top, right, bottom = box
    if left > right or top > bottom:
        raise ProtocolError(
            "field",
            f"The box of '{name}' in `observe.frame.entities` is [{shown}], which ends before it begins.",
            "Send left, top, right, bottom (not width and height), y downwards.",
        )


def entity_at(target: Target | None, entities: Mapping[str, Box]) -> str | None:
    """Id of the entity that the target lies on or, failing that, close to; of several the smallest."""
    if target is None:
        return None
    near = [(away, _area(box), name) for name, box in entities.items() if (away := _distance(target, box)) <= _NEAR]
    return min(near)[2] if near else None


def places(npc: str, speaker: str, entities: Mapping[str, Box]) -> dict[str, Box]:
    """Where "you" (the NPC) and "me" (who speaks to it) stand: the boxes of the entities with their names."""
    return {word: entities[name] for word, name in (("you", npc), ("me", speaker)) if name in entities}


def _distance(target: Target, box: Box) -> float:
    """From a place to a box, along the longer of the two ways; 0 inside."""
    left, top, right, bottom = box
    return max(left - target.x, target.x - right, top - target.y, target.y - bottom, 0.0)


def _area(box: Box) -> float:
    left, top, right, bottom = box
    return (right - left) * (bottom - top)
