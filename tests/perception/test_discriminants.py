"""What a bundle says of the things that it was taught is checked before it is believed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.errors import Fault
from engine.formats.bundle import Bundle, DiscriminantOdds, default_bundle, entry
from engine.perception.discriminants import DISCRIMINANTS_FILE, Discriminants, meant, read_discriminants, write_discriminants
from engine.perception.pointing import the_one_named
from engine.perception.types import EncodedFrame
from engine.shipping.freezing import _bundle_files

CHANNELS = 3
ODDS = DiscriminantOdds(seen=2.0, named=0.5, bias=-1.0, heat=0.5)
FOUND = Discriminants(("ball", "red ball"), np.array([[1, 0, 0, 0], [0, 1, 0, -1]], np.float32), ODDS)
HALF = np.full((2, 2), 0.5, np.float32)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundles") / "taught"
    shutil.copytree(default_bundle(), folder)
    write_discriminants(folder, FOUND)
    return folder


@pytest.fixture
def bundle(base: Path, tmp_path: Path) -> Path:
    """A copy whose large files are the same ones."""
    for path in base.iterdir():
        if path.name in ("bundle.json", DISCRIMINANTS_FILE):
            shutil.copy(path, tmp_path)
        else:
            (tmp_path / path.name).hardlink_to(path)
    return tmp_path


def test_what_is_written_is_read(bundle: Path) -> None:
    found = read_discriminants(Bundle(bundle), CHANNELS)
    assert found is not None
    assert (found.names, found.odds) == (FOUND.names, ODDS)
    np.testing.assert_array_equal(found.weights, FOUND.weights)
    assert read_discriminants(Bundle(), CHANNELS) is None


def test_a_pack_brings_it_along(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    work, packed = (tmp_path_factory.mktemp(name) for name in ("work", "packed"))
    for file, _ in _bundle_files(Bundle(bundle), work):
        shutil.copy(file, packed)
    assert read_discriminants(Bundle(packed), CHANNELS) is not None


def rewritten(weights: object) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        np.save(folder / DISCRIMINANTS_FILE, np.asarray(weights))

    return write


BROKEN = {
    "of another model": rewritten(np.zeros((2, 9), np.float32)),
    "of fewer things": rewritten(np.zeros((1, 4), np.float32)),
    "not finite": rewritten(np.full((2, 4), np.nan, np.float32)),
    "of another type": rewritten(np.zeros((2, 4), np.int64)),
    "objects": rewritten(np.array([{}, {}])),
    "no array": lambda folder: (folder / DISCRIMINANTS_FILE).write_bytes(b"x" * 40),
    "empty": lambda folder: (folder / DISCRIMINANTS_FILE).write_bytes(b""),
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_damaged_file_is_named(bundle: Path, how: str) -> None:
    BROKEN[how](bundle)
    manifest = json.loads((bundle / "bundle.json").read_text())
    manifest["discriminants"] |= entry(bundle / DISCRIMINANTS_FILE)
    (bundle / "bundle.json").write_text(json.dumps(manifest))
    with pytest.raises(Fault, match="damaged") as fault:
        read_discriminants(Bundle(bundle), CHANNELS)
    assert fault.value.code == "bundle_invalid"


def test_a_file_that_was_exchanged_is_refused(bundle: Path) -> None:
    (bundle / DISCRIMINANTS_FILE).write_bytes(b"x")
    with pytest.raises(Fault) as fault:
        Bundle(bundle)
    assert fault.value.code == "bundle_hash"


def test_looks_and_name_are_weighed_together() -> None:
    grid = np.zeros((1, CHANNELS, 2, 2), np.float32)
    grid[0, 0, 1, 0] = 3.0  # there is a ball
    frame = EncodedFrame(grid, np.zeros((1, 1), np.float32), np.ones((1, 2, 2), np.float32), None)
    named = {"ball": (0.5, HALF), "tree": (0.9, HALF)}
    found = FOUND.find(["ball", "tree"], frame, named)
    assert list(found) == ["ball"]
    assert found["ball"][0] == pytest.approx(1 / (1 + np.exp(-(2.0 * 3 - 1))), abs=1e-5)
    assert found["ball"][1].argmax() == 2
    with np.errstate(all="raise"):
        grid[0, 0, 0, 0] = -1e4  # weights of anybody, and a bar around the picture
        assert FOUND.find(["ball"], replace(frame, valid=np.array([[[1, 0], [1, 1]]], np.float32)), named)["ball"][0] > 0.9
    grid[0, 0, 0, 0] = 0
    surer = FOUND.find(["ball"], frame, {"ball": (0.9, HALF)})
    assert surer["ball"][0] > found["ball"][0]


def test_a_sentence_tells_which_of_two_is_meant() -> None:
    two = np.array([[0.9, 0.01, 0.9]], np.float32)
    assert meant(two, np.array([[0.1, 0.9, 0.6]], np.float32)).argmax() == 2


def test_words_name_the_thing_with_the_longest_name() -> None:
    assert the_one_named("take the red ball", FOUND.names) == "red ball"
    assert the_one_named("take the ball", FOUND.names) == "ball"
    assert the_one_named("take the ball and the key", ("ball", "key")) is None
    assert the_one_named("", FOUND.names) is None
