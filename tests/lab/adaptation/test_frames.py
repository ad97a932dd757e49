from __future__ import annotations

import numpy as np

from engine.lab.adaptation.frames import FEWEST, Amounts, choose_frames, crops, split_by_episode
from engine.lab.data.things import Entity, Scene
from tests.lab.adaptation.conftest import COLOURS, Record, frame_of


def scene_of_two() -> Scene:
    boxes = {"red square": (4, 4, 20, 20), "blue square": (70, 40, 20, 20)}
    frame = frame_of(list(boxes.items()), np.random.default_rng(0))
    return Scene(frame, (0, 0, 96, 64), [Entity((name,), box, frozenset()) for name, box in boxes.items()])


def test_whole_episodes_are_held_out(record: Record) -> None:
    split = split_by_episode(record(frames=30, episodes=5).rows)
    assert not {r.episode for r in split.learn} & {r.episode for r in split.check}
    assert (len(split.learn), len(split.check)) == (24, 6)
    assert len(split_by_episode(record(frames=4, episodes=2).rows, share=1.0).learn) > 0


def test_few_frames_come_from_as_many_episodes_as_there_are(record: Record) -> None:
    rows = record(frames=30, episodes=5).rows
    chosen = choose_frames(rows, 7)
    assert len({r.episode for r in chosen}) == 5
    assert chosen == choose_frames(rows, 7)
    assert choose_frames(rows, 99) == list(rows)


def test_boxes_follow_what_they_name_into_every_crop() -> None:
    scene = scene_of_two()
    found = crops(scene, list(COLOURS), 40, np.random.default_rng(1))
    assert len(found) == 40
    assert np.array_equal(found[0].frame, scene.frame)
    for crop in found:
        for entity in crop.entities:
            x, y, w, h = entity.box
            assert np.abs(crop.frame[y : y + h, x : x + w].astype(int) - COLOURS[entity.name]).max() == 0
    assert len({crop.entities[0].box for crop in found if crop.entities}) > 20


def test_what_a_crop_leaves_out_is_absent_and_what_it_cuts_is_neither() -> None:
    for crop in crops(scene_of_two(), list(COLOURS), 40, np.random.default_rng(1)):
        shown = {e.name for e in crop.entities}
        assert "green square" in crop.absent
        assert not shown & set(crop.absent)
        red = (crop.frame == COLOURS["red square"]).all(-1).sum()
        assert ("red square" in crop.absent) == (red < 0.1 * 400)
        assert ("red square" in shown) == (red >= 0.6 * 400)


def test_the_largest_episode_is_learnt_from(record: Record) -> None:
    rows = record(frames=30, episodes=3).rows
    for large in ("e0", "e1", "e2"):
        few = [row for i, row in enumerate(rows) if row.episode == large or i < 9]
        assert large not in {row.episode for row in split_by_episode(few).check}


def test_where_time_is_short_there_are_fewer_crops_and_then_fewer_scenes() -> None:
    whole = Amounts(learn=40, crops=4, check=10, replay=200)
    assert whole.within(370) == whole
    assert whole.within(300) == Amounts(40, 2, 10, 200)
    half = whole.within(125)
    assert half == Amounts(20, 1, 5, 100)
    assert whole.within(0) == FEWEST
    assert Amounts(12, 4, 3, 16).within(0) == Amounts(12, 1, 3, 16)  # never more than there is
    assert not list(whole.less_than(whole))
    assert "20 of 40 frames were learnt from, 1 of 4 crops of each, and 100 of 200" in next(half.less_than(whole))
