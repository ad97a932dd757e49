"""What the add-on's "Teach this game" writes inside Godot is an art folder to the engine."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path

import pytest
from PIL import Image

from engine.formats.art import read_art
from engine.formats.names import _EMPTY
from tests.godot.conftest import ADDON, PROJECT


@pytest.fixture(scope="module")
def taught(godot, tmp_path_factory) -> Path:
    """The files of the suite, copied out of Godot."""
    done = godot(["test_teach"], screen=(640, 400))
    named = re.findall(r"^func test_(\w+)", (PROJECT / "test_teach.gd").read_text(encoding="utf-8"), re.MULTILINE)
    assert {f"PASS {name.replace('_', ' ')}" for name in named} <= set(done.lines), str(done)
    folder = tmp_path_factory.mktemp("teach")
    for line in done.lines:
        if line.startswith("FILE "):
            _, name, content = line.split(" ")
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(base64.b64decode(content))
    return folder


def test_the_engine_reads_the_art_that_godot_rendered(taught):
    art = read_art(taught / "art")
    assert {thing.name: len(thing.looks) for thing in art.things} == {"wooden crate": 8, "blue diamond": 1}
    assert not any(thing.opaque for thing in art.things if thing.name == "blue diamond")
    assert not art.notes


def test_the_add_on_and_the_engine_know_the_same_names_of_programs():
    script = (ADDON / "art_folder.gd").read_text(encoding="utf-8")
    [told] = re.findall(r"^const HABITS := \((.*?)^\)", script, re.MULTILINE | re.DOTALL)
    assert {word for text in re.findall(r'"(.*)"', told) for word in text.split()} == _EMPTY


def test_the_panel_is_drawn(taught):
    with Image.open(io.BytesIO((taught / "panel.png").read_bytes())) as panel:
        assert panel.size == (640, 400)
        assert len(panel.convert("RGB").getcolors(1 << 20)) > 20
