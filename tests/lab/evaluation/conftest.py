"""A recording of coloured squares, and a perceiver that sees what a test says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from engine.formats.recording import Recording, read_recording
from engine.formats.recording_writer import RecordingWriter
from engine.perception import EncodedFrame, Frame, Query, Sight
from engine.perception.pictures import Letterbox
from npc.types import Detection, Target

SIZE = (60, 100)  # height, width


def square(name: str, x: int, y: int) -> dict[str, object]:
    return {"name": name, "box": (x, y, 20, 20), "tags": ("item",)}


@pytest.fixture
def recording(tmp_path: Path) -> Recording:
    """Frame 0: a red ball at the left, a key at the right; frame 1: a ball; frame 2: nothing."""
    blank = np.zeros((*SIZE, 3), np.uint8)
    with RecordingWriter(tmp_path / "squares", {"game": "squares"}) as writer:
        things = [square("Red ball", 0, 0), square("key", 80, 40)]
        writer.write(blank, episode="a", t=0, entities=things, text="get the key", target=1)
        writer.write(blank, episode="b", t=0, entities=[square("ball", 40, 20)], text="the dragon!", target=None)
        writer.write(blank, episode="b", t=1, text="get the key")
    return read_recording(tmp_path / "squares")


class FakePerceiver:
    """Answers every phrase with the p and place (fractions of the frame) that `answers` gives."""

    def __init__(self, answers: Callable[[str], tuple[float, float, float]], target: Target | None = None) -> None:
        self.answers, self.target = answers, target

    def encode_frame(self, frame: Frame) -> EncodedFrame:
        pixels = np.frombuffer(frame.pixels, np.uint8).reshape(frame.height, frame.width, 3)
        blank = np.zeros((1, 1), np.float32)
        return EncodedFrame(blank, blank, blank, Letterbox(pixels, 1.0, 0, 0, frame.width, frame.height))

    def see(self, frame: EncodedFrame, queries: list[Query]) -> list[Sight]:
        heat = np.zeros((6, 10), np.float32)
        heat[5, 9] = 1  # the corner in which the key lies
        watch = tuple(Detection(phrase, *self.answers(phrase)) for phrase in queries[0].watch)
        return [Sight({}, self.target, watch, heat if queries[0].text else None)]
