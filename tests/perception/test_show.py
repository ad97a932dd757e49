"""What was seen is drawn so that people can read it."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from engine.perception.show import draw_overlay
from engine.perception.types import Sight
from npc.types import HEAD_NAMES, Detection, Target

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


HEARD = HEADS | {"intent": {"ask_about": 0.9, "give_me": 0.1}, "tone": {"neutral": 1.0}}


@pytest.mark.parametrize("at", [(0.1, 0.1), (0.9, 0.1), (0.1, 0.9), (0.9, 0.9)])
def test_what_was_understood_stands_where_it_hides_nothing_that_was_found(at: tuple[float, float]) -> None:
    found = [Detection("wolf", 0.9, *at), Detection("fire", 0.9, at[0], 1 - at[1])]
    drawn = np.asarray(draw_overlay(WHITE, Sight(HEARD, Target(1 - at[0], at[1], 0.9), tuple(found)), "where is the wolf?"))
    corners = {
        (x, y): drawn[int(y * 360) - 30 : int(y * 360) + 30, int(x * 640) - 40 : int(x * 640) + 40]
        for x in (0.1, 0.9)
        for y in (0.1, 0.9)
    }
    dark = {corner: float((pixels.max(2) < 100).mean()) for corner, pixels in corners.items()}
    assert max(dark, key=dark.__getitem__) == pytest.approx((1 - at[0], 1 - at[1]))


def test_words_that_point_at_nothing_say_so() -> None:
    nothing, found = Sight(HEARD), Sight(HEARD, Target(0.9, 0.9, 0.5))
    rows = [_plate_rows(draw_overlay(WHITE, sight, text)) for sight in (nothing, found) for text in ("a wolf?", " ")]
    assert rows[0] > rows[2] > rows[1] == rows[3]


def _plate_rows(picture: Image.Image) -> int:
    """Rows of the left edge of the plate."""
    return int((np.asarray(picture)[:180, 14].max(1) < 100).sum())


def test_without_freetype_words_are_drawn_in_the_letters_that_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(size: float | None = None) -> None:
        raise ImportError("no FreeType")

    monkeypatch.setattr("PIL.ImageFont.load_default", none)
    drawn = draw_overlay(WHITE, Sight(HEADS, watch=(Detection("wölfe ☂", 0.9, 0.5, 0.5),)), "“☂”")
    assert drawn.size == (640, 360)
