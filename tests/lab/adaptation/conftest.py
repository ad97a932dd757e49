"""Recordings of coloured squares: small, many, and wrong in the way that a test asks for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from engine.formats.recording import Recording, read_recording
from engine.formats.recording_writer import RecordingWriter

SIZE = (64, 96)  # height, width
COLOURS = {"red square": (230, 20, 20), "green square": (20, 200, 30), "blue square": (30, 60, 230)}
Things = Sequence[tuple[str, tuple[int, int, int, int]]]
Record = Callable[..., Recording]


def frame_of(things: Things, rng: np.random.Generator) -> np.ndarray:
    frame = rng.integers(30, 50, (*SIZE, 3)).astype(np.uint8)
    for name, (x, y, w, h) in things:
        frame[y : y + h, x : x + w] = COLOURS.get(name, (200, 200, 200))
    return frame


def some_things(rng: np.random.Generator) -> Things:
    """One or two of the squares, anywhere, not over each other."""
    names = rng.permutation(list(COLOURS))[: int(rng.integers(1, 3))]
    return [(str(name), (48 * i + int(rng.integers(0, 28)), int(rng.integers(0, 40)), 20, 20)) for i, name in enumerate(names)]


@pytest.fixture
def record(tmp_path: Path) -> Record:
    """Records what `things(rng, number)` says of each frame."""

    def make(
        frames: int = 24, episodes: int = 6, things: Callable[[np.random.Generator, int], Things] | None = None
    ) -> Recording:
        with RecordingWriter(tmp_path / "recording", {"game": "squares"}) as writer:
            for i in range(frames):
                rng = np.random.default_rng(i)
                shown = things(rng, i) if things else some_things(rng)
                entities = [{"name": name, "box": box, "tags": ("item",)} for name, box in shown]
                writer.write(frame_of(shown, rng), episode=f"e{i % episodes}", t=i, entities=entities)
        return read_recording(tmp_path / "recording")

    return make
