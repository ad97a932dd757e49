from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.errors import Fault
from engine.formats.recording import read_recording
from engine.formats.recording_writer import RecordingWriter
from engine.lab.data.things import entity_of

WOLF = {"name": "grey wolf", "box": (4, 5, 10, 12), "tags": ("hostile", "animal")}


@pytest.fixture
def frame():
    return np.random.default_rng(0).integers(0, 255, (40, 60, 3)).astype(np.uint8)


@pytest.fixture
def folder(tmp_path, frame):
    with RecordingWriter(tmp_path, {"game": "test", "level": 3}) as writer:
        writer.write(frame, episode="e1", t=0.0, entities=[WOLF], text="help", intent="help_me", target=0)
        writer.write(frame, episode="e2", t=0.5, text="the dragon!", target=None)
        writer.write(frame, episode="e2", t=1.0)
    return tmp_path


def change(folder, line, **fields):
    path = folder / "labels.jsonl"
    rows = [json.loads(row) for row in path.read_text().splitlines()]
    rows[line - 1].update(fields)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def test_what_was_written_is_read_again(folder, frame):
    recording = read_recording(folder)
    first = recording.rows[0]
    assert recording.episodes == ["e1", "e2"]
    assert (first.text, first.intent, first.action, first.target) == ("help", "help_me", None, 0)
    assert first.entities[0].name == "grey wolf"
    assert np.array_equal(recording.frame(first), frame)


def test_further_fields_of_the_meta_file_are_kept(folder):
    assert read_recording(folder).meta.model_extra == {"level": 3}


def test_no_target_is_not_the_same_as_an_unknown_target(folder):
    assert [row.target_known for row in read_recording(folder).rows] == [True, True, False]


def test_a_coloured_thing_is_also_called_by_its_plain_name(folder):
    entity = entity_of(read_recording(folder).rows[0].entities[0])
    assert entity.names == ("grey wolf", "wolf")
    assert entity.colour == "grey"


@pytest.mark.parametrize("picture_format", ["png", "jpeg", "webp"])
def test_frames_may_be_compressed_in_any_usual_way(tmp_path, picture_format):
    smooth = np.full((32, 48, 3), 90, np.uint8)
    with RecordingWriter(tmp_path, {"game": "test"}, picture_format=picture_format) as writer:
        row = writer.write(smooth, episode="e", t=0)
    assert np.abs(read_recording(tmp_path).frame(row).astype(int) - 90).max() < 4


def test_a_writer_goes_on_where_the_last_one_stopped(folder, frame):
    with RecordingWriter(folder, {"game": "test"}) as writer:
        row = writer.write(frame, episode="e3", t=0)
    assert row.frame == "frames/000003.png"
    assert len(read_recording(folder).rows) == 4


def test_a_line_cut_short_by_the_end_of_the_game_is_left_out_and_mended(folder, frame):
    with (folder / "labels.jsonl").open("a") as file:
        file.write('{"frame": "frames/0000')
    assert len(read_recording(folder).rows) == 3
    with RecordingWriter(folder, {"game": "test"}) as writer:
        writer.write(frame, episode="e3", t=0)
    assert len(read_recording(folder).rows) == 4


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"intent": "gimme"}, "gimme"),
        ({"entities": [{**WOLF, "box": [50, 5, 30, 10]}], "target": 0}, "outside the frame"),
        ({"entities": [{**WOLF, "box": [0.1, 0.2, 0.3, 0.4]}]}, r"looks like fractions of the frame; it is \[x, y, width"),
        ({"entities": [{**WOLF, "box": [5, 5, 0, 10]}], "target": 0}, "no area"),
        ({"target": 4}, "target 4"),
        ({"frame": "frames/nowhere.png"}, "nowhere.png is missing"),
        ({"frame": "../secret.png"}, "leads out"),
        ({"frame": "C:evil.png"}, "leads out"),
        ({"frame": "\\\\server\\share\\a.png"}, "leads out"),
        ({"frame": "frames/a\0.png"}, "control character"),
        ({"frame": "frames/con.png"}, "names a device"),
        ({"frame": "frames"}, "no regular file"),
        ({"frame": "meta.json"}, "no picture"),
        ({"mood": "good"}, "mood"),
        ({"episode": "e\x1b[2J"}, "control character"),
        ({"entities": [{**WOLF, "name": "wolf\n"}]}, "control character"),
        ({"t": -1}, "t: "),
    ],
)
def test_a_bad_row_is_named_with_its_line_and_fault(folder, fields, fault):
    change(folder, 1, **fields)
    with pytest.raises(Fault, match=rf"labels\.jsonl line 1: .*{fault}") as raised:
        read_recording(folder)
    assert "\n" not in str(raised.value)


def test_a_line_that_is_no_json_is_named(folder):
    with (folder / "labels.jsonl").open("a") as file:
        file.write("nonsense\n")
    with pytest.raises(Fault, match="line 4"):
        read_recording(folder)


def test_a_row_that_is_wrong_is_not_written(folder, frame):
    with RecordingWriter(folder, {"game": "test"}) as writer, pytest.raises(Fault, match="outside the frame"):
        writer.write(frame, episode="e", t=0, entities=[{**WOLF, "box": (0, 0, 100, 100)}])
    assert len(read_recording(folder).rows) == 3


def test_a_truncated_picture_is_an_error_that_names_the_file(folder):
    recording = read_recording(folder)
    path = folder / recording.rows[0].frame
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(Fault, match=r"000000\.png cannot be read"):
        recording.frame(recording.rows[0])


def test_a_folder_without_a_recording_is_an_error(tmp_path):
    with pytest.raises(Fault, match="no recording"):
        read_recording(tmp_path)


def test_a_recording_of_another_format_is_refused(folder):
    (folder / "meta.json").write_text('{"format": 2, "game": "test"}')
    with pytest.raises(Fault, match=r"meta.json: format"):
        read_recording(folder)


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_numbers_that_are_none_are_refused(folder, frame, number):
    change(folder, 1, entities=[WOLF | {"box": [4, 5, number, 12]}])
    with pytest.raises(Fault, match=r"line 1: .*finite"):
        read_recording(folder)
    with RecordingWriter(folder, {"game": "test"}) as writer, pytest.raises(Fault, match="finite"):
        writer.write(frame, episode="e3", t=0.0, entities=[WOLF | {"box": (number, 5, 10, 12)}])


def test_a_picture_that_breaks_off_is_named(folder):
    path = folder / "frames/000001.png"
    path.write_bytes(path.read_bytes()[:200] + bytes(400))
    recording = read_recording(folder)
    with pytest.raises(Fault, match=r"000001.png cannot be read"):
        recording.frame(recording.rows[1])


def test_a_picture_that_no_game_would_send_is_refused(folder):
    Image.new("RGB", (5000, 20)).save(folder / "frames/000001.png")
    with pytest.raises(Fault, match=r"line 2: frame 000001.png has 5000 x 20 pixels"):
        read_recording(folder)


def test_a_recording_in_any_order_is_gone_on_with_and_no_picture_is_lost(folder, frame):
    path = folder / "labels.jsonl"
    path.write_text("".join(reversed(path.read_text().splitlines(keepends=True))) + "\n")
    before = {p.name: p.read_bytes() for p in (folder / "frames").iterdir()}
    with RecordingWriter(folder, {"game": "test"}) as writer:
        assert writer.write(frame, episode="e3", t=0.0).frame == "frames/000003.png"
    assert before.items() <= {p.name: p.read_bytes() for p in (folder / "frames").iterdir()}.items()
    assert len(read_recording(folder).rows) == 4


def test_what_was_not_told_is_not_the_same_as_nothing_in_view(folder):
    path = folder / "labels.jsonl"
    rows = [json.loads(row) for row in path.read_text().splitlines()]
    rows[1].pop("entities")
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert [row.entities_known for row in read_recording(folder).rows] == [True, False, True]


def test_unknown_tags_are_left_out_with_one_warning(folder, caplog):
    change(folder, 1, entities=[WOLF | {"tags": ["hostle", "animal", "undead"]}, WOLF | {"tags": ["undead"]}])
    rows = read_recording(folder).rows
    assert [entity.tags for entity in rows[0].entities] == [("animal",), ()]
    assert len(caplog.records) == 1
    told = caplog.text
    assert "'undead' 2x" in told
    assert "'hostle' 1x (perhaps 'hostile')" in told
    assert "Known are animal, food" in told


def test_a_writer_is_told_of_an_unknown_tag_at_once(folder, frame):
    with RecordingWriter(folder, {"game": "test"}) as writer, pytest.raises(Fault, match="unknown tag 'hostle'; known are"):
        writer.write(frame, episode="e", t=0, entities=[WOLF | {"tags": ("hostle",)}])


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_what_other_systems_write_first_is_no_hindrance(folder, frame, encoding):
    for name in ("meta.json", "labels.jsonl"):
        path = folder / name
        path.write_bytes(path.read_text(encoding="utf-8").replace("\n", "\r\n").encode(encoding))
    assert [row.text for row in read_recording(folder).rows] == ["help", "the dragon!", None]
    with RecordingWriter(folder, {"game": "test"}) as writer:
        writer.write(frame, episode="e3", t=0, text="später")
    assert [row.text for row in read_recording(folder).rows] == ["help", "the dragon!", None, "später"]


def test_words_are_whole_unicode_in_one_form(folder):
    change(folder, 1, text="Fu\u0308r \ud83d\ude00", entities=[WOLF | {"name": "lo\u0308we"}])
    row = read_recording(folder).rows[0]
    assert (row.text, row.entities[0].name) == ("F\u00fcr \U0001f600", "l\u00f6we")


def test_half_a_character_is_named_with_its_line(folder):
    change(folder, 1, text="\ud83d")
    with pytest.raises(Fault, match="line 1: "):
        read_recording(folder)
    path = folder / "labels.jsonl"
    path.write_bytes(path.read_bytes().replace(b"the dragon", b"the dr\xe4gon"))
    with pytest.raises(Fault, match="line 2: not UTF-8"):
        read_recording(folder)


@pytest.mark.parametrize("kind", ["gif", "bmp", "eps"])
def test_a_picture_of_another_kind_is_refused_whatever_its_name(folder, frame, kind):
    Image.fromarray(frame).save(folder / "frames/000001.png", kind)
    with pytest.raises(Fault, match=r"line 2: frame 000001.png is no picture that can be read: .*PNG, JPEG or WebP"):
        read_recording(folder)


@pytest.mark.parametrize("name", ["frames/000001.png", "labels.jsonl", "meta.json"])
def test_no_link_out_of_a_recording_is_followed(folder, name):
    real = folder.with_name(folder.name + "-outside")
    (folder / name).rename(real)
    (folder / name).symlink_to(real)
    with pytest.raises(Fault, match="is a link"):
        read_recording(folder)


@pytest.mark.parametrize("name", ["frames/000001.png", "labels.jsonl", "meta.json"])
def test_a_pipe_in_a_recording_is_not_waited_for(folder, name):
    (folder / name).unlink()
    os.mkfifo(folder / name)
    with pytest.raises(Fault, match="no regular file"):
        read_recording(folder)


def test_boxes_lie_in_the_picture_as_it_is_seen(folder, frame):
    exif = Image.Exif()
    exif[0x0112] = 6  # a camera held upright
    Image.fromarray(frame).save(folder / "frames/000001.png", exif=exif)
    change(folder, 2, entities=[WOLF | {"box": [5, 45, 20, 10]}])
    recording = read_recording(folder)
    assert recording.frame(recording.rows[1]).shape == (60, 40, 3)


def test_a_row_of_deep_or_endless_json_is_named(folder):
    path = folder / "labels.jsonl"
    whole = path.read_text()
    for line in ("[" * 100_000, '{"frame": "' + "a" * 2_000_000 + '"}', '{"t": ' + "9" * 5000 + "}"):
        path.write_text(whole + line + "\n")
        with pytest.raises(Fault, match="line 4: ") as raised:
            read_recording(folder)
        assert len(str(raised.value)) < 1000


# -- what 0.1 wrote ----------------------------------------------------------------------------------------


def test_a_recording_of_0_1_is_read_and_gone_on_with(tmp_path, frame):
    folder = tmp_path / "recording"
    shutil.copytree(Path(__file__).with_name("written_by_0_1") / "recording", folder)
    recording = read_recording(folder)
    first, second, third = recording.rows
    assert recording.meta.game == "the village, Größe 1"
    assert recording.episodes == ["a", "b"]
    assert (first.text, first.intent, first.target) == ("hand me the red ball", "give_me", 0)
    assert second.target_known
    assert second.target is None
    assert third.entities == ()
    assert [e.box for e in second.entities] == [(20.5, 10.25, 10, 10), (0, 0, 8, 8)]
    assert tuple(recording.frame(first)[15, 25]) == (200, 40, 30)
    with RecordingWriter(folder, recording.meta) as writer:
        writer.write(frame[:36, :60], episode="c", t=2.0)
    assert [row.episode for row in read_recording(folder).rows] == ["a", "a", "b", "c"]
