"""What was seen is drawn so that people can read it."""

from __future__ import annotations

import numpy as np
import pytest

from engine.perception.show import draw_overlay
from engine.perception.types import Sight
from npc.types import HEAD_NAMES, Detection

HEADS: dict[str, dict[str, float]] = {head: {} for head in HEAD_NAMES}
WHITE = np.full((360, 640, 3), 255, np.uint8)


def plated(*marks: Detection) -> int:
    """Dark pixels: of the plates that words stand on."""
    return int((np.asarray(draw_overlay(WHITE, Sight(HEADS, watch=marks))).max(2) < 100).sum())


@pytest.mark.parametrize("at", [(0.6, 0.6), (0.02, 0.5), (0.99, 0.99), (0.1, 0.03)])
def test_marks_of_one_place_hide_no_words_of_each_other(at: tuple[float, float]) -> None:
    nothing = plated()
    words = [Detection(phrase, 0.9, *at) for phrase in ("wolf", "grey wolf", "dog")]
    assert plated(*words) - nothing > 0.9 * sum(plated(word) - nothing for word in words)


@pytest.mark.parametrize("at", [(0.0, 0.0), (1.0, 1.0), (0.0, 1.0), (1.0, 0.0)])
def test_a_mark_at_the_edge_keeps_its_words_in_the_picture(at: tuple[float, float]) -> None:
    nothing = plated()
    assert plated(Detection("wolf", 0.9, *at)) - nothing > 0.8 * (plated(Detection("wolf", 0.9, 0.5, 0.5)) - nothing)
