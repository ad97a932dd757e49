"""Public data sets in their official formats become scenes; what is broken in them is left out and counted."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("ijson", reason="needs the train extra")
pytest.importorskip("av", reason="needs the train extra")

from engine.cli import main
from engine.errors import Fault
from engine.lab.data.public import open_dataset
from engine.lab.data.public.index import count_of, frame_at, index_of, read_examples, scene_of
from tests.lab.data.public import makers


def test_coco_gives_things_captions_and_what_is_missing(tmp_path: Path):
    dataset = open_dataset(f"coco:{makers.coco(tmp_path)}")
    first, second, *rest = dataset.examples()
    assert [thing.name for thing in first.things] == ["cat", "dog"]
    assert first.things[0].box == (40, 30, 60, 50)
    assert "animal" in first.things[0].tags
    assert [said.text for said in first.said] == ["A black cat lies in the grass.", "Somebody took a photo of a cat."]
    assert first.said[0].means == (0,)
    assert first.absent == ("person",)
    assert second.absent == ("person", "dog")
    assert len(rest) == 2
    assert dataset.found.taken == {"pictures": 4, "things": 6, "captions": 8}
    assert dataset.found.licences == {"Attribution License"}
    assert scene_of(first).frame.shape == (120, 160, 3)


def test_vqa_gives_questions_answers_colours_and_what_is_missing(tmp_path: Path):
    dataset = open_dataset(f"vqa:{makers.vqa(tmp_path)}")
    (example,) = dataset.examples()
    assert [(said.text, said.means, said.answer) for said in example.said] == [
        ("What color is the cat?", (0,), "black"),
        ("Is there a dog in the picture?", (), "no"),
        ("How many cats are there?", (0,), "1"),
    ]
    assert example.things[0].names[0] == "black cat"
    assert example.things[0].colour == "black"
    assert example.absent == ("dog",)
    assert dataset.found.licences == {"Attribution License"}


def test_msvd_gives_frames_of_a_clip_one_after_the_other(tmp_path: Path):
    dataset = open_dataset(f"msvd:{makers.msvd(tmp_path)}")
    examples = list(dataset.examples())
    assert len(examples) == 8
    assert len({example.group for example in examples}) == 2
    clip = examples[:4]
    assert (times := [example.at or 0.0 for example in clip]) == sorted(times)
    where = [int(np.argwhere(scene_of(example).frame[60, :, 1] < 80).mean()) for example in clip]
    assert where == sorted(where), "the thing moves to the right"
    assert where[-1] - where[0] > 30
    assert "cat" not in clip[0].absent
    assert "horse" in clip[0].absent


def broken_coco(folder: Path) -> Path:
    """Every fault of a kind that downloads and converters make."""
    makers.coco(folder)
    file = folder / "annotations" / "instances_val2017.json"
    content = json.loads(file.read_text(encoding="utf-8"))
    image = content["images"][0]
    content["images"] += [
        {"id": 90, "file_name": "gone.jpg", "width": 160, "height": 120},
        {"id": 91, "file_name": "../../etc/passwd", "width": 1, "height": 1},
        {"id": 92, "file_name": 7},
        None,
        image | {"id": 93, "width": "wide"},
        image | {"id": 94, "file_name": "torn.jpg"},
    ]
    content["annotations"] += [
        {"image_id": 0, "category_id": 17, "bbox": [1, 2, -3, 4]},
        {"image_id": 0, "category_id": 17, "bbox": [500, 500, 9, 9]},
        {"image_id": 0, "category_id": 17, "bbox": "all"},
        {"image_id": 0, "category_id": 999, "bbox": [1, 2, 3, 4]},
        {"image_id": 0, "category_id": 1, "bbox": [1, 2, 3, 4], "iscrowd": 1},
        "nonsense",
        {"image_id": 94, "category_id": 17, "bbox": [1, 2, 30, 40]},
    ]
    (folder / "val2017" / "torn.jpg").write_bytes(b"\xff\xd8\xff\xe0 no picture")
    makers.write(file, content)
    return folder


def test_bad_records_are_left_out_and_counted_by_their_reasons(tmp_path: Path):
    source = f"coco:{broken_coco(tmp_path / 'set')}"
    dataset = open_dataset(source)
    examples = [example for example in dataset.examples() if example.picture.name != "torn.jpg"]
    assert len(examples) == 4
    assert [len(example.things) for example in examples] == [2, 1, 2, 1]
    assert "person" not in examples[0].absent, "a crowd of people is no absence of people"
    assert dataset.found.skipped == {
        "a thing of no category": 2,
        "a picture that is not there": 4,
        "a picture without its size": 1,
        "a box that is none": 3,
        "a crowd": 1,
    }
    files = index_of(source, tmp_path / "index")
    assert sum(count_of(file) for file in files.values()) == 4


def test_an_index_is_read_from_anywhere_and_made_once(tmp_path: Path):
    source = f"coco:{makers.coco(tmp_path / 'set', pictures=40)}"
    files = index_of(source, tmp_path / "index")
    counts = {part: count_of(file) for part, file in files.items()}
    assert counts["train"] + counts["validation"] == 40
    assert 1 <= counts["validation"] <= 12
    (tmp_path / "set" / "val2017" / "000000000000.jpg").unlink()
    assert index_of(source, tmp_path / "index") == files, "made once"
    whole = list(read_examples(files["train"], 0, 99))
    assert list(read_examples(files["train"], 5, 3)) == whole[5:8]
    groups = {part: {example.group for example in read_examples(file, 0, 99)} for part, file in files.items()}
    assert not groups["train"] & groups["validation"]


def test_a_picture_that_broke_since_is_grey_and_empty(tmp_path: Path):
    files = index_of(f"coco:{makers.coco(tmp_path / 'set')}", tmp_path / "index")
    example = next(read_examples(files["train"], 0, 1))
    example.picture.write_bytes(b"torn")
    scene = scene_of(example)
    assert not scene.entities
    assert scene.frame.std() == 0


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("coco", "names no data set"),
        ("imagenet:/tmp", "names no data set"),
        ("coco:/no/such/place", "There is no directory"),
        ("coco:{file}", "is a file.*Give its folder: coco:"),
        ("coco:{empty}", "holds neither"),
        ("vqa:{empty}", "holds no"),
        ("msvd:{empty}", "holds no"),
    ],
)
def test_what_is_no_data_set_is_told_with_what_to_do(tmp_path: Path, source: str, said: str):
    empty, file = tmp_path / "empty", tmp_path / "instances.json"
    empty.mkdir()
    file.touch()
    with pytest.raises(Fault, match=said):
        open_dataset(source.format(empty=empty, file=file))


def test_a_torn_file_of_annotations_is_named_with_the_place(tmp_path: Path):
    folder = makers.coco(tmp_path)
    file = folder / "annotations" / "instances_val2017.json"
    file.write_bytes(file.read_bytes()[:300])
    with pytest.raises(Fault, match=r"instances_val2017\.json cannot be read near byte"):
        list(open_dataset(f"coco:{folder}").examples())


def test_a_clip_that_is_none_is_left_out(tmp_path: Path):
    folder = makers.msvd(tmp_path, clips=1)
    (folder / "YouTubeClips" / "c1ip0_0_12.avi").write_bytes(b"RIFF nothing")
    dataset = open_dataset(f"msvd:{folder}")
    assert list(dataset.examples()) == []
    assert dataset.found.skipped == {"a clip that cannot be read": 1}
    with pytest.raises(Fault, match="is no video"):
        frame_at(folder / "YouTubeClips" / "c1ip0_0_12.avi", 0.0)


def test_the_command_counts_and_draws(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "200")
    with pytest.raises(SystemExit) as left:
        main(["data", "inspect", f"coco:{broken_coco(tmp_path / 'set')}", "--out", str(tmp_path / "page.png")])
    assert not left.value.code
    said = capsys.readouterr().out
    assert "examples that can be learnt from │ 4" in " ".join(said.split()).replace("  ", " ")
    assert "left out: a picture that is not there" in said
    assert "“A black cat lies in the grass.”" in said
    assert "Attribution License" in said
    assert (tmp_path / "page.png").read_bytes().startswith(b"\x89PNG")
