from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from engine.lab.data.canvas import Canvas, Grid, overlap
from engine.lab.data.paint import COLOURS, colour_name, inked, painted
from engine.lab.data.scenes import DANGERS, FRAME, SceneGenerator
from engine.lab.data.style import draw_inventory

SCENES = 60


@pytest.fixture(scope="module")
def scenes(generator):
    return [generator.scene(i) for i in range(SCENES)]


def test_a_scene_is_the_same_in_every_generator_of_a_seed(sprites, scenes):
    again = SceneGenerator(sprites, seed=5).scene(7)
    assert np.array_equal(again.frame, scenes[7].frame)
    assert again.entities == scenes[7].entities


def test_another_seed_is_another_scene(sprites, scenes):
    assert not np.array_equal(SceneGenerator(sprites, seed=6).scene(7).frame, scenes[7].frame)


def test_boxes_lie_inside_the_valid_part_of_the_frame(scenes):
    for scene in scenes:
        assert scene.frame.shape == (*FRAME, 3)
        x0, y0, x1, y1 = scene.valid
        for x, y, w, h in (entity.box for entity in scene.entities):
            assert x0 <= x < x + w <= x1
            assert y0 <= y < y + h <= y1


def test_a_crowded_scene_shows_many_things(sprites):
    few, many = ([len(SceneGenerator(sprites, seed=5, crowded=share).scene(i).entities) for i in range(20)] for share in (0, 1))
    assert max(few) < 12
    assert sorted(many)[10] >= 12


def test_outside_the_valid_part_the_frame_is_black(scenes):
    assert any(scene.valid[0] > 0 for scene in scenes)
    for scene in scenes:
        outside = np.ones(FRAME, bool)
        outside[scene.valid[1] : scene.valid[3], scene.valid[0] : scene.valid[2]] = False
        assert not scene.frame[outside].any()


def test_entities_hide_each_other_only_a_little(scenes):
    for scene in scenes:
        *boxes, last = [entity.box for entity in scene.entities]
        assert all(overlap(a, b) <= 0.16 for i, a in enumerate(boxes) for b in boxes[:i])
        assert all(overlap(last, b) <= 0.5 for b in boxes)  # the last may be what the player holds close to the eye


@pytest.mark.parametrize("size", [(60, 90), (192, 320)])
def test_no_thing_lies_on_the_inventory(sprites, size):
    for seed in range(40):
        rng = np.random.default_rng(seed)
        picture = Image.new("RGB", size[::-1], (255, 0, 255))
        x, y, w, h = draw_inventory(picture, [sprite.rgba for sprite in sprites[:6]], 14, rng)
        assert (x >= 0, y >= 0, x + w <= size[1], y + h <= size[0]) == (True,) * 4
        grid = Grid(picture, 20, rng)
        grid.reserve((x, y, w, h))
        placed = [box for _ in range(30) if (box := grid.place(sprites[0].rgba)) is not None]
        assert all(overlap(box, (x, y, w, h)) == 0 for box in placed)


def test_an_inventory_is_drawn_nowhere_else_than_in_its_box(sprites):
    picture = Image.new("RGB", (160, 96), (255, 0, 255))
    x, y, w, h = draw_inventory(picture, [sprite.rgba for sprite in sprites[:6]], 14, np.random.default_rng(2))
    changed = (np.asarray(picture) != (255, 0, 255)).any(2)
    assert changed[y : y + h, x : x + w].all()
    assert changed.sum() == w * h


def test_ink_draws_dark_lines_around_flat_fills(sprites):
    apple = next(sprite for sprite in sprites if sprite.concept.key == "apple")
    comic = inked(apple.rgba, np.random.default_rng(1))
    assert comic.shape == apple.rgba.shape
    shown = comic[comic[..., 3] > 128][:, :3]
    colours, counts = np.unique(shown, axis=0, return_counts=True)
    assert len(colours) <= 4
    assert (colours.max(1) < 60).any()  # the line
    assert colours[counts.argmax()].argmax() == 0  # the fill is still red


def test_dangers_are_in_view_about_as_often_as_said(generator):
    scenes = [generator.scene(i) for i in range(100, 300)]
    for tag, share in DANGERS.items():
        assert np.mean([bool(scene.tagged(tag)) for scene in scenes]) == pytest.approx(share, abs=0.12)


def test_the_largest_danger_comes_first(scenes):
    for scene in scenes:
        areas = [entity.area for entity in scene.tagged("hostile")]
        assert areas == sorted(areas, reverse=True)


def test_a_box_holds_exactly_the_pixels_that_a_sprite_changed(sprites):
    rng = np.random.default_rng(3)
    for sprite in sprites[:8]:
        picture = Image.new("RGB", (120, 120), (255, 0, 255))
        canvas = Canvas(picture, rng)
        canvas._outlined, canvas._shadowed = 0.0, False
        x, y, w, h = canvas.place(sprite.rgba, 40)
        changed = np.argwhere(np.abs(np.asarray(picture, int) - (255, 0, 255)).sum(2) > 120)
        (top, left), (bottom, right) = changed.min(0), changed.max(0)
        assert np.abs(np.array([x, y, x + w - 1, y + h - 1]) - [left, top, right, bottom]).max() <= 3


@pytest.mark.parametrize("name", sorted(COLOURS))
def test_a_painted_sprite_has_the_colour_that_it_is_called_by(sprites, name):
    rgba = painted(sprites[0].rgba, np.array(COLOURS[name], np.float32))
    assert colour_name(rgba) == name


def test_a_colourful_sprite_has_no_colour_name():
    half = np.full((8, 8, 4), 255, np.uint8)
    half[:4, :, :3], half[4:, :, :3] = COLOURS["red"], COLOURS["blue"]
    assert colour_name(half) is None
