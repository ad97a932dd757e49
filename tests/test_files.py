"""Where things are kept, and that a file is written whole or not at all."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import engine
from engine.errors import Fault
from engine.files import (
    cache_directory,
    data_directory,
    reason,
    whole_file,
    whole_folder,
    writable_folder,
    write_json,
    write_whole,
)

ROOT = Path(engine.__file__).parents[1]  # of the checkout, or where the wheel is installed


@pytest.fixture
def homeless(monkeypatch):
    """A container's user: no HOME, and a number that /etc/passwd does not know."""
    for name in ("HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "LOCALAPPDATA", "NPC_ENGINE_CACHE"):
        monkeypatch.delenv(name, raising=False)

    def home() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", home)
    monkeypatch.setattr(sys, "platform", "linux")
    return monkeypatch


@pytest.mark.parametrize("directory", [data_directory, cache_directory])
def test_a_user_without_a_home_is_told_what_to_set(homeless, directory):
    with pytest.raises(Fault) as fault:
        directory()
    assert fault.value.code == "no_home"
    assert "Set " in fault.value.fix


def test_what_the_environment_names_needs_no_home(homeless, tmp_path):
    homeless.setenv("XDG_DATA_HOME", str(tmp_path))
    homeless.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert data_directory() == cache_directory() == tmp_path / "npc-engine"
    homeless.setenv("NPC_ENGINE_CACHE", str(tmp_path / "sprites"))
    assert cache_directory() == tmp_path / "sprites"
    homeless.setattr(sys, "platform", "win32")
    homeless.setenv("LOCALAPPDATA", str(tmp_path))
    homeless.delenv("NPC_ENGINE_CACHE")
    assert (data_directory(), cache_directory()) == (tmp_path / "npc-engine", tmp_path / "npc-engine" / "cache")


def test_a_relative_directory_in_the_environment_is_none(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", "here")
    assert data_directory() == tmp_path / ".local" / "share" / "npc-engine"


def test_what_is_written_takes_the_old_ones_place_in_one_step(tmp_path):
    path = tmp_path / "a.json"
    write_whole(path, "old")
    with whole_file(path) as partial:
        partial.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_what_was_not_measured_is_null_in_json(tmp_path):
    nan = float("nan")
    write_json(tmp_path / "new" / "f.json", {"a": {"b": nan, "c": (1, nan)}, "d": [float("inf"), 0.5, "nan", None, True]})
    read = json.loads((tmp_path / "new" / "f.json").read_text(), parse_constant=pytest.fail)
    assert read == {"a": {"b": None, "c": [1, None]}, "d": [None, 0.5, "nan", None, True]}


def test_what_fails_leaves_the_old_one_and_nothing_else(tmp_path):
    path = tmp_path / "a.json"
    write_whole(path, b"old")
    with pytest.raises(ZeroDivisionError), whole_file(path) as partial:
        partial.write_text(str(1 / 0))
    with pytest.raises(UnicodeEncodeError):
        write_whole(path, "\ud83d")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_two_who_write_one_file_do_not_mix(tmp_path):
    path, start = tmp_path / "a", threading.Barrier(4)

    def write(letter: str) -> None:
        start.wait()
        for _ in range(30):
            write_whole(path, letter * 100_000)

    threads = [threading.Thread(target=write, args=(letter,)) for letter in "abcd"]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        if path.exists():
            assert path.read_text() in {letter * 100_000 for letter in "abcd"}
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
def test_what_is_private_was_never_readable_for_others(tmp_path):
    with whole_file(tmp_path / "secret", private=True) as partial:
        assert stat.S_IMODE(partial.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600


def test_a_folder_is_whole_or_not_there(tmp_path):
    folder = tmp_path / "shard"
    (tmp_path / "shard.partial").mkdir()
    (tmp_path / "shard.partial" / "of a killed run").write_text("")
    with pytest.raises(ZeroDivisionError), whole_folder(folder) as partial:
        (partial / "one").write_text(str(1 / 0))
    assert list(tmp_path.iterdir()) == []
    for text in ("1", "2"):
        with whole_folder(folder) as partial:
            (partial / text).write_text(text)
    assert [path.name for path in folder.iterdir()] == ["2"]
    assert list(tmp_path.iterdir()) == [folder]


def test_an_error_without_a_cause_is_told_without_none():
    assert reason(OSError("SameFileError")) == "SameFileError"
    assert reason(ValueError("embedded null byte")) == "embedded null byte"
    assert reason(OSError()) == "OSError"
    with pytest.raises(Fault) as fault:
        writable_folder(Path("a\0b"))
    assert "null" in fault.value.message


def test_nobody_else_writes_partial_files():
    mine = [
        file.relative_to(ROOT).as_posix()
        for package in ("engine", "export", "demo_game")
        for file in (ROOT / package).rglob("*.py")
        if '.partial"' in file.read_text(encoding="utf-8")
    ]
    assert mine == ["engine/files.py"]


def test_importing_the_engine_is_quick_and_asking_for_a_client_loads_no_model():
    code = (
        "import sys, engine\n"
        "heavy = {'numpy', 'onnxruntime', 'zmq', 'PIL', 'torch', 'typer', 'pydantic', 'npc'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
        "assert {'Client', 'Perceiver', 'serve', '__version__'} <= set(dir(engine))\n"
        "engine.Client\n"
        "assert not {'onnxruntime', 'torch', 'PIL', 'typer', 'engine.minds', 'engine.perception'} & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_the_front_door_opens_on_what_it_promises():
    import ast

    stub = ast.parse((ROOT / "engine" / "__init__.pyi").read_text(encoding="utf-8"))
    declared = {
        (alias.name, node.module) for node in ast.walk(stub) if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    assert declared == set(engine._PLACES.items())
    assert sorted(engine.__all__) == sorted(name for name, _ in declared)
    for name in engine.__all__:
        assert callable(getattr(engine, name))
    with pytest.raises(AttributeError, match="no attribute 'Clinet'"):
        engine.Clinet  # noqa: B018
