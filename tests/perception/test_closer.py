"""A closer look at the parts of a frame."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from engine.formats.bundle import InputSpec
from engine.formats.frame import Frame
from engine.perception import Perceiver, Query, closer
from engine.perception.closer import PARTS, is_unsure, joined, parts_of
from engine.perception.pictures import letterbox

SPEC = InputSpec(height=192, width=320, grid=(24, 40), max_tokens=48)


@pytest.mark.parametrize("size", [(360, 640), (640, 640), (900, 300), (200, 1600)])
def test_what_parts_show_is_found_where_it_is_in_the_frame(size: tuple[int, int]) -> None:
    high, wide = size
    frame = np.zeros((high, wide, 3), np.uint8)
    fit, fits = letterbox(frame, 192, 320), parts_of(frame, 192, 320)
    for x, y in ((0.15, 0.2), (0.5, 0.5), (0.9, 0.35), (0.3, 0.85)):
        parts = []
        for (x0, y0, x1, y1), part in zip(PARTS, fits, strict=True):
            down, across = np.indices(SPEC.grid)
            column, row = part.from_frame((x - x0) / (x1 - x0), (y - y0) / (y1 - y0))
            heat = np.exp(-((across + 0.5 - column / 8) ** 2 + (down + 0.5 - row / 8) ** 2) / 8)
            parts.append((np.array([0.5], np.float32), np.clip(heat, 1e-6, 0.99)[None].astype(np.float32)))
        flat = (np.array([0.5], np.float32), np.full((1, *SPEC.grid), 0.01, np.float32))
        _, heats = joined(flat, fit, parts, fits, SPEC)
        row, column = np.unravel_index(int(heats[0].argmax()), SPEC.grid)
        at = fit.to_frame((column + 0.5) * 8, (row + 0.5) * 8)
        off = abs(at[0] - x) * fit.width, abs(at[1] - y) * fit.height
        assert max(off) <= 8, (size, (x, y), at)


def test_where_no_part_looks_the_frame_alone_tells() -> None:
    frame = np.zeros((640, 640, 3), np.uint8)  # with bars at its sides
    fit, fits = letterbox(frame, 192, 320), parts_of(frame, 192, 320)
    heat = np.full((1, *SPEC.grid), 0.25, np.float32)
    sure = (np.ones(1, np.float32), np.full((1, *SPEC.grid), 0.75, np.float32))
    there, heats = joined((np.full(1, 0.5, np.float32), heat), fit, [sure] * 4, fits, SPEC)
    assert heats[0, 12, 0] == pytest.approx(0.25)
    assert heats[0, 12, 20] == pytest.approx(0.5, abs=1e-4)
    assert 0.5 < there[0] < 1


def test_a_frame_of_which_every_pixel_was_seen_has_no_parts() -> None:
    assert parts_of(np.zeros((192, 320, 3), np.uint8), 192, 320) == []
    assert parts_of(np.zeros((20, 4000, 3), np.uint8), 192, 320) == []
    assert len(parts_of(np.zeros((193, 320, 3), np.uint8), 192, 320)) == 4


def test_only_what_words_ask_about_and_a_glance_leaves_open_is_looked_at_closely(
    perceiver: Perceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[int] = []
    image = perceiver.graphs.image

    def noted(fits):
        looks.append(len(fits))
        return image(fits)

    monkeypatch.setattr(perceiver.graphs, "image", noted)
    frame = perceiver.encode_frame(Frame.from_array(np.random.default_rng(3).integers(0, 255, (360, 640, 3), np.uint8)))
    perceiver.see(frame, [Query("hello there", ("wolf",))])
    assert looks == [1]
    for unsure, parts in (((2.0, 3.0), []), ((0.0, 1.0), [4])):
        monkeypatch.setattr(closer, "UNSURE", unsure)
        perceiver.see(frame, [Query("is there a wolf?", (), asked=("wolf",))])
        assert looks == [1, *parts]


def test_a_glance_leaves_open_what_is_neither_surely_there_nor_surely_not() -> None:
    assert not is_unsure([0.99, 0.01])
    assert is_unsure([0.99, 0.5])
    assert not is_unsure([])


def test_who_looks_closely_at_every_frame_sees_what_the_asked_see(perceiver: Perceiver, monkeypatch) -> None:
    monkeypatch.setattr(closer, "UNSURE", (0.0, 1.0))
    pixels = np.asarray(Image.radial_gradient("L").resize((640, 360)).convert("RGB"))
    closely = Perceiver(None, "cpu", threads=1, closely=True)
    frame = Frame.from_array(pixels)
    [every] = closely.see(closely.encode_frame(frame), [Query("", ("wolf", "fire"))])
    [asked] = perceiver.see(perceiver.encode_frame(frame), [Query("", ("wolf", "fire"), asked=("wolf",))])
    for one, other in zip(every.watch, asked.watch, strict=True):
        assert (one.p, one.x, one.y) == pytest.approx((other.p, other.x, other.y), abs=2e-3)
