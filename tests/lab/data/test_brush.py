"""Sprites in other manners: other light and grain, the same shape, and colours that keep their names."""

from __future__ import annotations

import numpy as np

from engine.lab.data.brush import repainted
from engine.lab.data.paint import COLOURS, colour_name


def disc(colour: tuple[int, int, int], side: int = 32) -> np.ndarray:
    y, x = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j]
    picture = np.zeros((side, side, 4), np.uint8)
    picture[..., :3] = colour
    picture[..., 3] = 255 * (x**2 + y**2 < 0.8)
    return picture


def test_the_shape_stays_and_the_paint_changes() -> None:
    before = disc(COLOURS["green"])
    looks = [repainted(before, np.random.default_rng(seed)) for seed in range(20)]
    assert all(np.array_equal(look[..., 3], before[..., 3]) for look in looks)
    assert len({look.tobytes() for look in looks}) > 12
    assert np.array_equal(before, disc(COLOURS["green"]))


def test_a_colour_keeps_its_name_nearly_always() -> None:
    kept = [
        colour_name(repainted(disc(COLOURS[name]), np.random.default_rng(seed))) in (name, None)
        for name in ("red", "green", "blue", "yellow", "purple")
        for seed in range(40)
    ]
    assert np.mean(kept) > 0.93


def test_the_smallest_sprites_are_taken() -> None:
    for side in (1, 2, 5, 9):
        assert repainted(disc((200, 30, 30), side), np.random.default_rng(side)).shape == (side, side, 4)
