"""Real frames and utterances for quantisation and parity: synthetic scenes and held-out player lines."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from engine.lab.data.utterances import load_utterances
from engine.lab.training.sources import read_scene_shard, slot_things
from engine.lab.training.text_stage import fill_lines

Frames = list[npt.NDArray[np.uint8]]


def calibration_frames(size: tuple[int, int], count: int = 120) -> Frames:
    """Frames that set the ranges of the quantised image graph. The first two pin black and white."""
    frames = [frame for frame, _ in read_scene_shard("train", 11, size, 0, count)]
    return [np.zeros_like(frames[0]), np.full_like(frames[0], 255), *frames]


def parity_inputs(size: tuple[int, int], count: int = 200) -> tuple[Frames, list[str]]:
    """`count` frames that were not trained on, each with a player line (every eighth with silence)."""
    import random

    from engine.formats.labels import load_labels

    lines = fill_lines(load_utterances("held_out"), slot_things(), load_labels(), random.Random(3))
    random.Random(4).shuffle(lines)
    frames = [frame for frame, _ in read_scene_shard("train", 12, size, 0, count)]
    return frames, ["" if i % 8 == 7 else lines[i % len(lines)].text for i in range(count)]
