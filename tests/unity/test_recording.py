"""A recording that C# wrote is one that the engine reads."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

from PIL import Image

from engine.formats.recording import read_recording


def record(program: Path, folder: Path) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (16, 8), (200, 10, 10)).save(picture, "png")
    subprocess.run(
        ["mono", program, "record", folder], input=picture.getvalue().hex() + "\n", text=True, timeout=60, check=True
    )


def test_the_engine_reads_what_csharp_recorded(program, tmp_path):
    record(program, tmp_path)
    recording = read_recording(tmp_path)
    (row,) = recording.rows
    assert recording.meta.game == 'a "mono" game'
    assert (row.episode, row.t, row.text, row.target) == ("e1", 0.25, 'run\n"away"', None)
    assert recording.frame(row)[0, 0].tolist() == [200, 10, 10]


def test_boxes_are_cut_at_the_edge_and_things_out_of_view_left_out(program, tmp_path):
    record(program, tmp_path)
    (entity,) = read_recording(tmp_path).rows[0].entities
    assert (entity.name, tuple(entity.box), set(entity.tags)) == ("grey wölf", (0, 2, 6, 6), {"hostile", "animal"})


def test_a_recording_goes_on_after_a_game_that_was_ended_in_the_middle_of_a_line(program, tmp_path):
    record(program, tmp_path)
    with (tmp_path / "labels.jsonl").open("ab") as lines:
        lines.write(b'{"frame": "frames/0000')
    record(program, tmp_path)
    assert [row.frame for row in read_recording(tmp_path).rows] == ["frames/000000.png", "frames/000001.png"]
