"""The measure of flicker: what counts as a change, as a delay, as right."""

from __future__ import annotations

import numpy as np
import pytest

from engine.cli.measure import _filters
from engine.errors import Fault
from engine.formats.recording import read_recording
from engine.formats.recording_writer import RecordingWriter
from engine.lab.evaluation.steadiness import Track, delays, episodes, flicker, tracks_of
from npc import Detection, Percept


@pytest.fixture
def recording(tmp_path):
    """One episode of forty frames with a wolf in the second half, written backwards, and one of a single frame."""
    wolf = {"name": "grey wolf", "box": (1, 1, 2, 2), "tags": ["hostile"]}
    frame = np.zeros((8, 8, 3), np.uint8)
    with RecordingWriter(tmp_path, {"game": "test"}) as writer:
        for n in reversed(range(40)):
            action = "warn" if n >= 20 else "idle"
            writer.write(frame, episode="a", t=n / 10, entities=[wolf] if n >= 20 else [], text="", action=action)
        writer.write(frame, episode="b", t=0.0)
    return read_recording(tmp_path)


def _percepts(rows):
    """A model that wavers: every seventh frame says the opposite."""
    for n, row in enumerate(rows):
        p = 0.9 if (row.t >= 2.0) != (n % 7 == 1) else 0.1
        heads = {"action": {"warn": p, "idle": 1 - p}, "emotion": {"neutral": 1.0}}
        yield Percept(time=row.t, watch=(Detection("wolf", p, 0, 0),), **heads)


def test_episodes_come_in_the_order_of_time_and_one_frame_is_none(recording):
    (rows,) = episodes(recording)
    assert [row.t for row in rows] == [n / 10 for n in range(40)]


def test_the_filter_takes_out_the_flicker_and_leaves_the_one_true_change(recording):
    (rows,) = episodes(recording)
    courses = tracks_of(rows, list(_percepts(rows)), 0.5, {})
    for name in ("watch: wolf", "action"):
        figures = flicker([courses[name]], 4.0)
        assert figures.raw == pytest.approx(13 / 4)
        assert figures.steady == figures.truth == pytest.approx(1 / 4)
        assert figures.delay == figures.longest == 1
        assert figures.steady_right > figures.raw_right == pytest.approx(0.85)


def test_without_the_filter_there_is_nothing_to_take_out(recording):
    (rows,) = episodes(recording)
    figures = flicker([tracks_of(rows, list(_percepts(rows)), 0.5, _filters('"off"'))["watch: wolf"]], 4.0)
    assert (figures.raw, figures.delay) == (figures.steady, 0.0)


def test_what_a_recording_does_not_tell_is_left_open():
    figures = flicker([Track([False, True], [False, True])], 0.1)
    assert (figures.truth, figures.raw_right, figures.steady_right) == (None, None, None)


def test_a_delay_counts_from_the_run_that_was_believed():
    raw = [False, True, False, True, True, True, False]
    assert delays(raw, [False, False, False, False, False, True, True]) == [2]
    assert delays(["idle", "warn", "warn", "idle"], ["idle", "idle", "warn", "idle"]) == [1, 0]


@pytest.mark.parametrize("text", ["{", '{"watch": {"half_life": "long"}}', '{"watch": {"sen": 1}}'])
def test_filters_that_cannot_be_used_are_refused_in_one_line(text):
    with pytest.raises(Fault, match="--filters cannot be used"):
        _filters(text)
