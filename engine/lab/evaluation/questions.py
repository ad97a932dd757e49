"""What a recording is asked: every name that occurs in it, of every frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.formats.recording import Recording, Row
from engine.lab.data.concepts import stable_share
from engine.lab.data.entities import entity_of

Box = tuple[float, float, float, float]
ABSENT = 24  # phrases a frame, at most, that name nothing in it


@dataclass(frozen=True)
class Question:
    """Is a thing called `phrase` in the frame of `row`, and where?

    `boxes` are x, y, width, height in pixels of all that is called so; none where nothing is.
    """

    row: Row
    phrase: str
    boxes: tuple[Box, ...]


def vocabulary(recording: Recording) -> list[str]:
    """All names of the recording, as they are written there, in lower case."""
    return sorted({entity.name.lower() for row in recording.rows for entity in row.entities})


def questions_about(row: Row, names: Sequence[str], absent: int = ABSENT) -> list[Question]:
    """One question for each name in view, and for up to `absent` of the other names.

    A "red ball" is a ball, too: where one is in view, "ball" is not absent. Which of the other names are asked
    depends on the frame alone, so that two bundles are asked the same.
    """
    boxes: dict[str, list[Box]] = {}
    for entity in row.entities:
        for name in entity_of(entity).names:
            boxes.setdefault(name, []).append(entity.box)
    others = [name for name in names if name not in boxes]
    others = sorted(others, key=lambda name: stable_share(f"{row.frame}/{name}"))[:absent]
    return [Question(row, name, tuple(boxes.get(name, ()))) for name in names if name in boxes or name in others]


def holds(boxes: Sequence[Box], x: float, y: float) -> bool:
    """Whether one of the boxes holds the point (pixels)."""
    return any(left <= x <= left + width and top <= y <= top + height for left, top, width, height in boxes)


def covered_share(boxes: Sequence[Box], width: int, height: int) -> float:
    """The share of a frame that the boxes cover together: how often a random point hits."""
    mask = np.zeros((height, width), bool)
    for x, y, w, h in boxes:
        mask[max(round(y), 0) : round(y + h), max(round(x), 0) : round(x + w)] = True
    return float(mask.mean())
