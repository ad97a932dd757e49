from __future__ import annotations

import numpy as np
import pytest

from engine.formats.recording import TAGS
from engine.lab.data.drawn import THINGS
from engine.lab.data.paint import colour_name
from engine.lab.data.scenes import SceneGenerator
from engine.lab.data.terrain import MATERIALS, draw_ground
from engine.lab.data.things import Entity, placed


@pytest.mark.parametrize("thing", THINGS, ids=lambda thing: thing.concept.key)
def test_a_thing_leaves_pixels_and_carries_known_tags(thing):
    rgba, colour = thing.sprite(np.random.default_rng(3))
    assert rgba.dtype == np.uint8
    assert (rgba[..., 3] > 128).mean() > 0.08
    assert (colour is None) == (not thing.colours)
    assert thing.concept.tags <= TAGS


def test_a_painted_thing_has_the_colour_of_its_name():
    ball = next(t for t in THINGS if t.concept.key == "ball")
    named = [(ball.sprite(np.random.default_rng(i))) for i in range(40)]
    clear = [(colour_name(rgba), colour) for rgba, colour in named if colour in ("red", "green", "blue", "yellow", "grey")]
    assert np.mean([seen == colour for seen, colour in clear]) > 0.8


def test_the_ground_of_a_map_covers_it_once_but_for_what_is_taken_or_nameless():
    for seed in range(20):
        ground = draw_ground(np.random.default_rng(seed), (180, 320))
        taken = {(0, 0), (1, 2)}
        cover = np.zeros((180, 320), int)
        for entity in ground.entities(taken):
            x, y, w, h = entity.box
            cover[y : y + h, x : x + w] += 1
        assert cover.max() <= 1
        assert not cover[: ground.cell, : ground.cell].any()
        nameless = [i for i, m in enumerate(ground.materials) if m is None]
        named = (~np.isin(ground.kinds, nameless)).sum() - sum(ground.kinds[at] not in nameless for at in taken)
        assert (cover[:: ground.cell, :: ground.cell] > 0).sum() == named


def test_absent_ground_is_nowhere_on_the_map():
    for seed in range(20):
        ground = draw_ground(np.random.default_rng(seed), (180, 320))
        names = {name for entity in ground.entities(set()) for name in entity.names}
        assert not names & set(ground.absent())
        assert names | set(ground.absent()) == {n for m in MATERIALS for n in m.concept.names}


def _key(x: int, size: int = 10) -> Entity:
    return Entity(("key",), (x, 80, size, size), frozenset({"item"}))


def _named_all(entities: list[Entity]) -> tuple[set[str], set[str], list[str]]:
    """Names of the first and the second entity, and untrue names, over many draws."""
    found: tuple[set[str], set[str]] = (set(), set())
    untrue: list[str] = []
    for seed in range(60):
        named, false = placed(entities, (192, 320), np.random.default_rng(seed))
        for names, entity in zip(found, named, strict=False):
            names.update(entity.names)
        untrue += false
    return *found, untrue


def test_two_of_a_kind_are_told_apart_by_place_and_size():
    left, right, _ = _named_all([_key(20), _key(250, 30)])
    assert {"key on the left", "smaller key"} <= left
    assert {"key on the right", "bigger key"} <= right
    assert "key on the right" not in left


def test_one_of_a_kind_is_not_on_the_other_side():
    only, _, untrue = _named_all([_key(20)])
    assert "key on the left" in only
    assert "key on the right" in untrue


def test_maps_of_tiles_appear_among_the_scenes(sprites):
    generator = SceneGenerator(sprites, seed=5, things=THINGS)
    mapped = [
        scene
        for scene in (generator.scene(i) for i in range(30))
        if any(name in MATERIALS[1].concept.names or name in MATERIALS[0].concept.names for name in scene.absent)
    ]
    assert mapped
