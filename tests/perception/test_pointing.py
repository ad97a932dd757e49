from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from engine.lab.data.drawn import THINGS
from engine.perception import Frame, Perceiver, Query
from engine.perception.looking import separate
from engine.perception.pointing import placed, ranked


@pytest.mark.parametrize(
    ("place", "farthest", "meant"),
    [
        ((10, 2, 11, 3), False, (10, 5)),
        ((10, 2, 11, 3), True, (10, 30)),
        ((9, 33, 9, 33), False, (10, 30)),
        (None, False, (20, 18)),
        (None, True, (3, 18)),
        ((10, 500, 11, 510), False, (10, 30)),
        ((9, 4, 11, 6), False, (3, 18)),  # not the one who stands there
    ],
)
def test_of_several_the_nearest_or_the_farthest_is_meant(place, farthest, meant):
    heat = ranked(_spots((10, 5), (10, 30), (3, 18), (20, 18)), place, farthest)
    assert np.unravel_index(heat.argmax(), heat.shape) == meant
    assert heat.max() == pytest.approx(0.8)


def _spots(*at: tuple[int, int]) -> np.ndarray:
    heat = np.full((24, 40), 0.01, np.float32)
    for spot in at:
        heat[spot] = 0.8
    return heat


@pytest.mark.parametrize(
    ("kind", "meant"), [("left", (10, 5)), ("right", (10, 30)), ("above", (3, 18)), ("below", (20, 18)), ("near", (10, 21))]
)
def test_of_several_the_one_that_stands_so_is_meant(kind, meant):
    anchor = (10, 18)
    spots = [(10, 5), (10, 30), (3, 18), (20, 18)] + ([(10, 21)] if kind == "near" else [])
    heat = placed(_spots(*spots), kind, _spots(anchor))
    assert np.unravel_index(heat.argmax(), heat.shape) == meant


def test_the_anchor_itself_is_never_meant():
    heat = placed(_spots((10, 18), (10, 30)), "near", _spots((10, 18)))
    assert np.unravel_index(heat.argmax(), heat.shape) == (10, 30)


def _picture(key: str) -> Image.Image:
    thing = next(t for t in THINGS if t.concept.key == key)
    return Image.fromarray(thing.sprite(np.random.default_rng(1))[0]).resize((56, 56), Image.Resampling.NEAREST)


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("hand me the chest left of the tree", 120),
        ("hand me the chest that is to the right of the tree", 480),
    ],
)
def test_of_two_chests_the_model_points_at_the_one_that_the_words_place(perceiver: Perceiver, words: str, meant: int) -> None:
    screen = Image.new("RGB", (640, 360), (96, 120, 90))
    for key, x in (("chest", 120), ("tree", 300), ("chest", 480)):
        picture = _picture(key)
        screen.paste(picture, (x, 150), picture.getchannel("A"))
    frame = perceiver.encode_frame(Frame(screen.tobytes(), 640, 360))
    target = perceiver.perceive(frame, [Query(text=words)])[0].target
    assert target is not None
    assert meant - 8 <= target.x * 640 <= meant + 64
    assert 142 <= target.y * 360 <= 214


@pytest.mark.parametrize(
    ("words", "place", "meant"),
    [
        ("hand me the chest nearest to you", (0.0, 0.4, 0.1, 0.6), 120),
        ("hand me the chest nearest to you", (0.9, 0.4, 1.0, 0.6), 480),
        ("hand me the chest farthest from me", (0.9, 0.4, 1.0, 0.6), 120),
    ],
)
def test_the_nearest_is_told_by_where_the_game_says_that_people_stand(perceiver: Perceiver, words, place, meant) -> None:
    screen = Image.new("RGB", (640, 360), (96, 120, 90))
    for x in (120, 480):
        picture = _picture("chest")
        screen.paste(picture, (x, 150), picture.getchannel("A"))
    frame = perceiver.encode_frame(Frame(screen.tobytes(), 640, 360))
    target = perceiver.perceive(frame, [Query(text=words, places={"you": place, "me": place})])[0].target
    assert target is not None
    assert meant - 8 <= target.x * 640 <= meant + 64


def test_two_hills_that_touch_are_two_and_one_that_is_wide_is_one() -> None:
    heat = np.zeros((24, 40), np.float32)
    heat[5:8, 5:9], heat[5:8, 9], heat[5:8, 10:14] = 0.9, 0.5, 0.85
    heat[15:20, 20:30] = 0.8
    assert len(separate(heat)) == 3
