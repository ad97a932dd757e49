from __future__ import annotations

import json

import numpy as np
import pytest

from engine.errors import Fault
from engine.formats.recording import read_recording
from engine.lab.adaptation.fitness import refuse_unfit
from tests.lab.adaptation.conftest import Record

LEFT, RIGHT = (2, 2, 20, 20), (60, 30, 20, 20)


def aliased(rng: np.random.Generator, i: int) -> list[tuple[str, tuple[int, int, int, int]]]:
    """A guard is also called by his name, and both are persons; sometimes there is a wolf."""
    guard = [("guard", LEFT), ("bram", LEFT), ("person", LEFT)]
    return guard + ([("wolf", RIGHT)] if i % 2 else [("healer", RIGHT), ("person", RIGHT)])


def whole_frame(rng: np.random.Generator, i: int) -> list[tuple[str, tuple[int, int, int, int]]]:
    return [("red square" if i % 2 else "blue square", (0, 0, 96, 63))]


def test_a_good_recording_is_taken(record: Record) -> None:
    refuse_unfit(record())


def test_several_names_for_one_thing_are_no_conflict(record: Record) -> None:
    refuse_unfit(record(things=aliased))


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"episodes": 1}, "in 1 episode only, 3 are needed"),
        ({"frames": 8}, "only 8 frames name anything"),
        ({"things": lambda rng, i: []}, "in 0 episodes only"),
        ({"things": lambda rng, i: [("red square", LEFT)]}, "everything is called 'red square'"),
        ({"things": lambda rng, i: [("red square", LEFT), ("blue square", RIGHT)]}, "every frame shows the same names"),
        ({"things": whole_frame}, "24 of 24 boxes are the whole frame"),
        (
            {"things": lambda rng, i: [("red key", LEFT), ("blue key", LEFT)] if i % 2 else [("red key", LEFT)]},
            "'blue key' and 'red key' name the same box in 12 cases",
        ),
        (
            {"things": lambda rng, i: [("wolf", LEFT), ("dog", LEFT if i == 1 else RIGHT)] if i % 4 else [("dog", LEFT)]},
            "'dog' and 'wolf' name the same box in 1 case",
        ),
    ],
)
def test_an_unfit_recording_is_refused_with_the_reason(record: Record, arguments: dict, reason: str) -> None:
    with pytest.raises(Fault) as raised:
        refuse_unfit(record(**arguments))
    assert reason in str(raised.value)
    assert "\n" not in str(raised.value)


def test_the_same_picture_with_other_things_in_it_is_told(record: Record) -> None:
    recording = record()
    path = recording.folder / "labels.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    rows[5]["frame"] = rows[4]["frame"]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    with pytest.raises(Fault, match=r"000004.png and frames/000004.png are the same picture"):
        refuse_unfit(read_recording(recording.folder))


def test_boxes_outside_the_frame_are_refused_where_the_recording_is_read(record: Record) -> None:
    recording = record()
    path = recording.folder / "labels.jsonl"
    path.write_text(path.read_text().replace('"box":[', '"box":[90', 1))
    with pytest.raises(Fault, match=r"line 1: .*outside the frame"):
        read_recording(recording.folder)


def test_many_reasons_are_counted(record: Record) -> None:
    with pytest.raises(Fault, match=r"\(and 1 more\)"):
        refuse_unfit(record(frames=6, episodes=1, things=lambda rng, i: [("red square", (0, 0, 96, 63))]))


def test_many_things_with_two_names_each_are_no_conflict(record: Record) -> None:
    """Each box counts, not each frame; and names are the same however they are written."""

    def zombies(rng: np.random.Generator, i: int) -> list[tuple[str, tuple[int, int, int, int]]]:
        boxes = [(2 + 30 * j, 2 + i % 3, 20, 20) for j in range(3)] if i % 4 else [RIGHT]
        names = ("Zombie", "enemy") if i % 2 else ("zombie", "Enemy")
        return [(name, box) for box in boxes for name in names] + ([("wolf", (2, 40, 20, 20))] if i % 3 else [])

    refuse_unfit(record(things=zombies))


def test_boxes_that_tremble_under_the_same_picture_are_no_conflict(record: Record) -> None:
    recording = record()
    path = recording.folder / "labels.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    rows[5] = rows[4] | {"episode": rows[5]["episode"]}
    rows[5]["entities"] = [e | {"box": [e["box"][0] + 0.01, *e["box"][1:]]} for e in rows[4]["entities"]]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    refuse_unfit(read_recording(recording.folder))


def test_tags_that_nobody_knows_are_no_reason_to_refuse(record: Record, caplog: pytest.LogCaptureFixture) -> None:
    recording = record()
    path = recording.folder / "labels.jsonl"
    path.write_text(path.read_text().replace('"tags":["item"]', '"tags":["item","boss","lootable"]'))
    with caplog.at_level("WARNING"):
        again = read_recording(recording.folder)
    assert "boss" in caplog.text
    refuse_unfit(again)
    assert {entity.tags for row in again.rows for entity in row.entities} == {("item",)}
