"""Frames as games make and print them."""

from __future__ import annotations

import numpy as np
import pytest

from engine.errors import Fault
from engine.formats.frame import Frame


@pytest.mark.parametrize(
    ("frame", "shown"),
    [
        (Frame(bytes(640 * 360 * 3), 640, 360), "Frame(640x360 rgb, 691200 bytes)"),
        (Frame(np.zeros((2, 4, 4), np.uint8), 4, 2, "rgba"), "Frame(4x2 rgba, 32 bytes)"),
        (Frame(b"RIFF", format="webp"), "Frame(webp, 4 bytes)"),
        (Frame("wolf.png", 4, 2), "Frame(4x2 rgb, no bytes but str)"),
    ],
)
def test_a_frame_is_shown_by_its_size_format_and_bytes(frame: Frame, shown: str) -> None:
    assert repr(frame) == shown


@pytest.mark.parametrize("array", [np.zeros((2, 4)), np.zeros((2, 4, 4), np.uint8), np.zeros((2, 4, 3)), np.zeros(5, np.uint8)])
def test_an_array_of_another_shape_or_type_is_refused_with_the_cure(array: np.ndarray) -> None:
    with pytest.raises(Fault, match=r"uint8 \[height, width, 3\].*convert"):
        Frame.from_array(array)
