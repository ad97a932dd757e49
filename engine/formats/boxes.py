"""Boxes and places in a frame, and which thing of the game a place belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from npc.text import valid
from npc.types import Target

Ltrb: TypeAlias = tuple[float, float, float, float]  # left, top, right, bottom: fractions of the frame, y downwards
Xywh: TypeAlias = tuple[int, int, int, int]  # left, top, width, height: whole pixels, y downwards

_NEAR = 0.025  # of the frame: the model's grid has 40 columns, and a place is right to one of them


def entity_at(target: Target | None, entities: Mapping[str, Ltrb]) -> str | None:
    """Id of the entity that the target lies on or, failing that, close to; of several the smallest."""
    if target is None:
        return None
    near = [(away, _area(box), name) for name, box in entities.items() if (away := _distance(target, box)) <= _NEAR]
    return min(near)[2] if near else None


def places(npc: str, speaker: str, entities: Mapping[str, Ltrb]) -> dict[str, Ltrb]:
    """Where "you" (the NPC) and "me" (who speaks to it) stand: the boxes of the entities with their names.

    Ids come as the game writes them and speakers in NFC, so both are compared in NFC.
    """
    meant = {valid(name): word for word, name in (("me", speaker), ("you", npc))}
    return {word: box for name, box in entities.items() if (word := meant.get(valid(name)))}


def _distance(target: Target, box: Ltrb) -> float:
    """From a place to a box, along the longer of the two ways; 0 inside."""
    left, top, right, bottom = box
    return max(left - target.x, target.x - right, top - target.y, target.y - bottom, 0.0)


def _area(box: Ltrb) -> float:
    left, top, right, bottom = box
    return (right - left) * (bottom - top)
