"""Other looks at a recorded frame: a part of it, larger, perhaps mirrored. Few frames must show many places and sizes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from engine.lab.data.chance import Rng
from engine.lab.data.entities import Box, Entity, Scene

SIDES = (0.6, 0.95)  # of the frame that a look keeps
MIRRORED = 0.5
VISIBLE = 0.6  # of a thing from which it is still in view
HIDDEN = 0.1  # below which it is not; in between nobody knows


def looks(scene: Scene, names: Sequence[str], count: int, rng: Rng) -> list[Scene]:
    """The scene as it is, and `count - 1` looks at parts of it; of `names`, those that are in none of it are absent."""
    whole = replace(scene, absent=_absent(names, scene.entities))
    return [whole, *(_look(scene, names, rng) for _ in range(count - 1))]


def _look(scene: Scene, names: Sequence[str], rng: Rng) -> Scene:
    height, width = scene.frame.shape[:2]
    side = rng.uniform(*SIDES)
    w, h = round(width * side), round(height * side)
    x, y = int(rng.integers(width - w + 1)), int(rng.integers(height - h + 1))
    seen = [(entity, cut) for entity in scene.entities if (cut := _cut(entity.box, (x, y, w, h))) is not None]
    shown = [replace(entity, box=box) for entity, (box, share) in seen if share >= VISIBLE]
    perhaps = [entity for entity, (_, share) in seen if share >= HIDDEN]
    part = Scene(scene.frame[y : y + h, x : x + w], (0, 0, w, h), shown, _absent(names, perhaps))
    return _mirrored(part) if rng.random() < MIRRORED else part


def _cut(box: Box, window: Box) -> tuple[Box, float] | None:
    """The box inside the window, and how much of it that is; None where nothing is."""
    left, top = max(box[0], window[0]), max(box[1], window[1])
    right, bottom = min(box[0] + box[2], window[0] + window[2]), min(box[1] + box[3], window[1] + window[3])
    if right <= left or bottom <= top:
        return None
    share = (right - left) * (bottom - top) / (box[2] * box[3])
    return (left - window[0], top - window[1], right - left, bottom - top), share


def _mirrored(scene: Scene) -> Scene:
    width = scene.frame.shape[1]
    entities = [replace(e, box=(width - e.box[0] - e.box[2], *e.box[1:])) for e in scene.entities]
    return replace(scene, frame=np.ascontiguousarray(scene.frame[:, ::-1]), entities=entities)


def _absent(names: Sequence[str], entities: Sequence[Entity]) -> tuple[str, ...]:
    return tuple(name for name in names if not any(e.is_called(name) for e in entities))
