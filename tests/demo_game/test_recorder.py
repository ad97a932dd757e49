from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path

import pytest

from demo_game.recorder import EPISODE, PLAYED_EPISODE, played, record, record_played, situation
from engine.formats.recording import Recording, read_recording


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    folder = tmp_path_factory.mktemp("village")
    record(folder, EPISODE + 10, seed=3)
    return read_recording(folder)


def test_it_is_one_that_the_engine_reads(recording: Recording) -> None:
    assert len(recording.rows) == EPISODE + 10
    assert len(recording.episodes) == 2
    assert recording.frame(recording.rows[0]).shape == (360, 640, 3)


def test_every_frame_is_labelled(recording: Recording) -> None:
    assert all(None not in (r.text, r.intent, r.tone, r.action, r.emotion) and r.target_known for r in recording.rows)


def test_silence_means_nothing_and_words_mean_something(recording: Recording) -> None:
    assert {r.text for r in recording.rows} > {""}
    assert all(r.intent == "none" for r in recording.rows if r.text == "")


def test_a_target_is_named_by_the_words_or_a_danger(recording: Recording) -> None:
    for row in recording.rows:
        if row.target is not None:
            entity = row.entities[row.target]
            assert entity.name in (row.text or "").lower() or {"hostile", "hazard"} & set(entity.tags)


def test_situations_differ_and_follow_their_seed() -> None:
    def places(seed: int) -> list[tuple[float, float]]:
        return [(t.x, t.y) for t in situation(random.Random(seed), mess=1.0).things]

    assert places(1) == places(1)
    assert places(1) != places(2)


def test_the_same_seed_records_the_same(recording: Recording, tmp_path: Path) -> None:
    record(tmp_path, 3, seed=3)
    assert read_recording(tmp_path).rows == recording.rows[:3]


def test_a_played_episode_shows_the_wolf_come_and_go_step_by_step() -> None:
    here = [world.wolf is not None for world in played(random.Random(1))]
    assert len(here) == PLAYED_EPISODE
    assert sum(a != b for a, b in pairwise(here)) == 2
    assert not here[0]
    assert not here[-1]


def test_a_played_recording_is_ten_silent_frames_a_second(tmp_path: Path) -> None:
    record_played(tmp_path, 5, seed=1)
    rows = read_recording(tmp_path).rows
    assert [row.t for row in rows] == [0.0, 0.1, 0.2, 0.3, 0.4]
    assert {(row.text, row.intent) for row in rows} == {("", "none")}
