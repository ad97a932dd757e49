"""Things without a name in composed frames: none of them may be one of the named things."""

from __future__ import annotations

import numpy as np
import pytest

from engine.lab.adaptation import strangers
from engine.lab.adaptation.strangers import Strangers


def striped(side: int = 16) -> np.ndarray:
    """Red above, blue below."""
    look = np.zeros((side, side, 4), np.uint8)
    look[..., 3] = 255
    look[: side // 2, :, 0] = look[side // 2 :, :, 2] = 220
    return look


def test_drawn_things_that_share_a_word_with_a_name_are_no_strangers() -> None:
    names = {name for thing in Strangers(["red ball", "Wolf"])._drawn for name in thing.concept.names}
    assert names
    assert not names & {"ball", "sphere", "wolf"}


def test_a_shuffled_look_has_the_same_colours_in_other_places(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strangers, "SHUFFLED", 1.0)
    look = striped()
    for seed in range(8):
        found = Strangers([]).picture(look, np.random.default_rng(seed))
        if found is not None:
            assert sorted(map(tuple, found.reshape(-1, 4).tolist())) == sorted(map(tuple, look.reshape(-1, 4).tolist()))
            assert not np.array_equal(found, look)


def test_what_is_the_same_in_any_order_is_not_shuffled(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plain tile cut in quarters is that tile: to call it absent would be a lie."""
    monkeypatch.setattr(strangers, "SHUFFLED", 1.0)
    plain = np.full((16, 16, 4), 200, np.uint8)
    assert all(Strangers([]).picture(plain, np.random.default_rng(seed)) is None for seed in range(8))
    assert Strangers([]).picture(np.zeros((4, 4, 4), np.uint8), np.random.default_rng(0)) is None


def test_the_same_chance_gives_the_same_stranger() -> None:
    one, two = (Strangers(["key"]).picture(striped(), np.random.default_rng(5)) for _ in range(2))
    assert one is not None
    assert two is not None
    assert np.array_equal(one, two)
