"""Scenes that travel with a bundle, which may come from anybody."""

from __future__ import annotations

import json
import zipfile
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the train extra")

from engine.errors import Fault
from engine.lab.data.concepts import Concept
from engine.lab.training.feature_cache import SceneRecord
from engine.lab.training.replay import LARGEST_FRAME, read_replay, write_replay

FRAME = np.full((32, 48, 3), 90, np.uint8)


@pytest.fixture
def replay(tmp_path: Path) -> Path:
    path = tmp_path / "replay.zip"
    record = SceneRecord((0.0, 0.0, 48.0, 32.0), [], [])
    write_replay(path, [(FRAME, record), (FRAME, record)], [Concept("wolf", ("wolf",), frozenset({"hostile"}), ())])
    return path


def rewrite(path: Path, name: str, content: bytes) -> None:
    with zipfile.ZipFile(path) as archive:
        kept = {n: archive.read(n) for n in archive.namelist() if n != name}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for n, c in (kept | {name: content}).items():
            archive.writestr(n, c)


def test_what_was_written_is_read_again(replay: Path) -> None:
    read = read_replay(replay)
    assert [frame.shape for frame, _ in read.pairs] == [FRAME.shape] * 2
    assert read.concepts[0].names == ("wolf",)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("replay.json", b"[" * 100_000),
        ("replay.json", b"[]"),
        ("replay.json", json.dumps({"scenes": [{"frame": 1}], "concepts": []}).encode()),
        ("000.webp", b"GIF89a"),
        ("000.webp", bytes(LARGEST_FRAME + 1)),
    ],
    ids=["deep", "list", "other fields", "no picture", "bomb"],
)
def test_a_hostile_member_is_one_sentence(replay: Path, name: str, content: bytes) -> None:
    rewrite(replay, name, content)
    with pytest.raises(Fault, match="is no replay") as caught:
        read_replay(replay)
    assert caught.value.code == "bundle_invalid"


def test_a_damaged_archive_is_one_sentence(replay: Path) -> None:
    data = replay.read_bytes()
    for at in range(0, len(data), 7):
        replay.write_bytes(data[:at] + bytes((data[at] ^ 0xFF,)) + data[at + 1 :])
        with suppress(Fault):  # and nothing else
            read_replay(replay)
