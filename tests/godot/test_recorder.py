"""What the add-on's recorder writes inside Godot is a recording to the engine."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from engine.formats.recording import read_recording


@pytest.fixture(scope="module")
def folder(offline, tmp_path_factory) -> Path:
    """The recording of the suite, copied out of Godot."""
    folder = tmp_path_factory.mktemp("recording")
    for line in offline.lines:
        if line.startswith("FILE "):
            _, name, content = line.split(" ")
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes(base64.b64decode(content))
    return folder


def test_the_engine_reads_what_godot_recorded(folder):
    recording = read_recording(folder)
    assert recording.meta.game == "test"
    assert recording.episodes == ["e1", "e2"]
    assert [row.t for row in recording.rows] == [0.5, 1.5, 0.25]
    assert recording.frame(recording.rows[0]).shape == (324, 576, 3)


def test_entities_are_named_boxed_and_cut_at_the_edge(folder):
    first, *_ = read_recording(folder).rows
    boxes = {entity.name: (entity.box, entity.tags) for entity in first.entities}
    assert boxes == {
        "red potion": ((50, 30, 20, 10), ("item",)),
        "wolf at the edge": ((570, 0, 6, 10), ("hostile", "animal")),
    }


def test_labels_belong_to_the_next_frame_alone(folder):
    spoken, silent, nothing_meant = read_recording(folder).rows
    assert (spoken.text, spoken.intent, spoken.action) == ("hand me the red potion", "give_me", "give")
    assert spoken.entities[spoken.target].name == "red potion"
    assert not silent.target_known
    assert nothing_meant.target_known
    assert nothing_meant.target is None
    assert "text" not in json.loads((folder / "labels.jsonl").read_text().splitlines()[1])
