"""The add-on in a Godot with editor, and in a game that it exports: the server starts with the game, and ends with it."""

from __future__ import annotations

import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from engine.formats.art import read_art
from tests.godot.browser import Absent
from tests.godot.conftest import PLUGIN, PROJECT
from tests.godot.desktop import Desktop, environment, find_desktop

GAME = Path(__file__).with_name("game")
DEADLINE_S = 120.0
PRESET = """[preset.0]
name="Linux"
platform="Linux"
runnable=true
export_filter="all_resources"
include_filter=""
exclude_filter=""
[preset.0.options]
custom_template/release="{template}"
binary_format/architecture="x86_64"
"""
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes as Linux shows them")


@pytest.fixture(scope="session")
def desktop() -> Desktop:
    if not PLUGIN.is_dir():
        pytest.skip(f"the Godot add-on is not here ({PLUGIN}): run from a checkout")
    try:
        return find_desktop()
    except Absent as missing:
        pytest.skip(str(missing))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where Godot finds and writes what a user has."""
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def script(path: Path, text: str) -> Path:
    """A program of a shell's lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def python(arguments: str = '"$@"') -> str:
    """Lines that become this Python."""
    return f"PYTHONPATH='{os.pathsep.join(filter(None, sys.path))}' exec '{sys.executable}' {arguments}"


def project(folder: Path, *extra: tuple[str, str]) -> Path:
    """A copy of the add-on's project; `extra` is appended to sections of its settings."""
    shutil.copytree(PLUGIN, folder, ignore=shutil.ignore_patterns(".godot"))
    settings = (folder / "project.godot").read_text(encoding="utf-8")
    for section, lines in extra:
        settings = settings.replace(f"[{section}]", f"[{section}]\n{lines}") if f"[{section}]" in settings else settings
        settings += "" if f"[{section}]" in settings else f"\n[{section}]\n{lines}\n"
    (folder / "project.godot").write_text(settings, encoding="utf-8")
    return folder


class Game:
    """A game that runs and tells what happens in it, a line each."""

    def __init__(self, program: Path, home: Path, *arguments: str) -> None:
        command = [str(program), "--headless", "--", *arguments]
        self.process = subprocess.Popen(
            command, cwd="/", env=environment(home), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        self.heard: list[str] = []
        self._lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line.decode(errors="replace").rstrip())

    def wait(self, start: str) -> str:
        """What stands behind the next such beginning of a line."""
        until = time.monotonic() + DEADLINE_S
        while True:
            try:
                line = self._lines.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no line '{start}…' after {self.heard}") from None
            self.heard.append(line)
            if line.startswith(start):
                return line.removeprefix(start).strip()


def runs(pid: int) -> bool:
    """Whether the process does something; one that has ended and was not collected does nothing."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):  # the second: it went between opening and reading
        return False


def ends(pid: int, within: float = 10.0) -> bool:
    until = time.monotonic() + within
    while runs(pid) and time.monotonic() < until:
        time.sleep(0.02)
    return not runs(pid)


@pytest.fixture(scope="module")
def exported(desktop: Desktop, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo as a game, exported by Godot, with a pack that runs this Python in the place of the frozen server."""
    place = tmp_path_factory.mktemp("export")
    sample = project(
        place / "project",
        ("application", "run/flush_stdout_on_print=true"),
        ("autoload", 'Probe="*res://probe.gd"'),
    )
    shutil.copy(GAME / "probe.gd", sample)
    (sample / "export_presets.cfg").write_text(PRESET.format(template=desktop.template or ""), encoding="utf-8")
    script(sample / "npc-server" / "npc-engine", python('-m engine "$@"'))
    (sample / "npc-server" / "_internal").mkdir()
    (sample / "npc-server" / "_internal" / "some.gd").write_text("this is no script of the game")
    (sample / "npc-server" / "some.so").symlink_to("_internal/some.gd")
    game = place / "Spiel für Zoë" / "the game.x86_64"
    game.parent.mkdir()
    (place / "home").mkdir()
    try:
        told = desktop.run(sample, "--export-release", "Linux", str(game), home=place / "home")
    except AssertionError as failed:
        if "o export template found" in str(failed):
            pytest.skip(f"{desktop.godot} has no export templates: name one with GODOT_TEMPLATE")
        raise
    assert not re.search("^(SCRIPT )?ERROR", told, re.MULTILINE), told
    return game


@pytest.fixture
def play(exported: Path, home: Path) -> Iterator[Game]:
    game = Game(exported, home)
    yield game
    game.process.kill()
    game.process.wait()


def test_the_server_comes_along_as_it_is(exported):
    pack = exported.parent / "npc-server"
    assert os.access(pack / "npc-engine", os.X_OK)
    assert os.readlink(pack / "some.so") == "_internal/some.gd"
    assert b"this is no script" not in exported.with_suffix(".pck").read_bytes()


def test_an_exported_game_talks_outlives_its_server_and_takes_it_along_when_it_is_killed(play, home):
    play.wait("STATE STARTING")
    first = int(play.wait("STATE READY"))
    assert play.wait("ANSWER").startswith("greet ")
    os.kill(first, signal.SIGKILL)
    play.wait("STATE WAITING")
    assert "ended with status" in play.wait("FAULT")
    second = int(play.wait("STATE READY"))
    assert second != first
    assert play.wait("ANSWER")
    [kept] = home.rglob("npc_engine")
    assert {"memory.sqlite", "server.log"} < {file.name for file in kept.iterdir()}
    play.process.kill()
    assert ends(second)
    assert not list(kept.glob("ready-*"))


def test_a_game_that_is_left_takes_its_server_along(exported, home):
    game = Game(exported, home, "--leave")
    server = int(game.wait("STATE READY"))
    assert game.wait("ANSWER")
    assert game.process.wait(DEADLINE_S) == 0
    assert ends(server)


def test_a_game_without_its_server_says_so(exported, home, tmp_path):
    for file in (exported, exported.with_suffix(".pck")):
        shutil.copy(file, tmp_path)
    game = Game(tmp_path / exported.name, home)
    try:
        assert "There is no npc-server beside the game" in game.wait("FAULT")
        game.wait("STATE FAILED")
    finally:
        game.process.kill()
        game.process.wait()


def test_the_launcher_keeps_its_promises(desktop, home, tmp_path):
    place = tmp_path / "project"
    shutil.copytree(PROJECT, place)
    shutil.copytree(PLUGIN / "addons", place / "addons")
    shutil.copy(GAME / "test_launcher.gd", place)
    programs = tmp_path / "programs"
    script(programs / "python3", "echo 'No module named engine' >&2; exit 1")
    script(programs / "python", python())
    stand_ins = {
        "python": script(programs / "right", python()),
        "dying": script(programs / "dying", "echo 'out of luck' >&2; exit 7"),
        "talkative": script(programs / "talkative", "yes aaaaaaaaaaaaaaa | head -c 2000000; echo 'the last word' >&2; exit 2"),
        "forgetful": script(
            programs / "forgetful",
            'while [ "$1" != --ready-file ]; do shift; done; ready=$2\n'
            'case "$*" in *memory-2.sqlite*) printf tcp://127.0.0.1:1 > "$ready"; exec cat >/dev/null;; esac\n'
            "echo 'error: /x/memory.sqlite is in use by another server.' >&2; exit 2",
        ),
    }
    stand_ins["silent"] = script(
        programs / "silent",
        'while [ "$1" != --ready-file ]; do shift; done; printf tcp://127.0.0.1:1 > "$2"; exec cat >/dev/null',
    )
    desktop.run(place, "--import", home=home)
    stand_ins["empty"] = tmp_path / "nothing here"
    words = ["res://test_launcher.gd", *(f"--{name}={path}" for name, path in stand_ins.items())]
    before = os.environ["PATH"]
    os.environ["PATH"] = f"{programs}{os.pathsep}{before}"
    try:
        told = desktop.run(place, "--", *words, home=home)
    finally:
        os.environ["PATH"] = before
    named = re.findall(r"^func test_(\w+)", (GAME / "test_launcher.gd").read_text(encoding="utf-8"), re.MULTILINE)
    assert {f"PASS {name.replace('_', ' ')}" for name in named} <= set(told.splitlines()), told


def test_a_developer_teaches_the_game_in_the_editor(desktop, home, tmp_path, monkeypatch):
    place = project(tmp_path / "project")
    settings = (place / "project.godot").read_text(encoding="utf-8")
    driver = place / "addons" / "driver"
    driver.mkdir()
    shutil.copy(GAME / "driver.gd", driver)
    (driver / "plugin.cfg").write_text('[plugin]\nname="d"\ndescription=""\nauthor=""\nversion="1"\nscript="driver.gd"\n')
    enabled = 'enabled=PackedStringArray("res://addons/npc_engine/plugin.cfg", "res://addons/driver/plugin.cfg")'
    (place / "project.godot").write_text(re.sub("^enabled=.*$", enabled, settings, flags=re.MULTILINE), encoding="utf-8")
    (place / "things").mkdir()
    for name, colour in (("RedPotion_02", "red"), ("blue-crate", "blue")):
        Image.new("RGBA", (24, 24), colour).crop((-4, -4, 28, 28)).save(place / "things" / f"{name}.png")
    heard = tmp_path / "heard"
    stand_in = f"""[ "$1" = -c ] && exit 0
echo 'epoch 3 of 9'
[ -e '{heard}' ] && exit 2
printf '%s\\n' "$@" > '{heard}'"""
    script(tmp_path / "programs" / "python3", stand_in)
    monkeypatch.setenv("PATH", f"{tmp_path / 'programs'}{os.pathsep}{os.environ['PATH']}")
    desktop.run(place, "--import", home=home)
    told = desktop.run(place, "--editor", home=home)
    lines = dict(line.split(" ", 1) for line in told.splitlines() if line.split(" ")[0].isupper())
    art = place / "npc_art"
    assert lines["SETTING"] == "res://npc-server"
    assert lines["COMMAND"] == f"python -m engine adapt --art {art} --out {place / 'npc_bundle'}"
    assert lines["EARLY"] == "Take pictures of two things at least, then learn."
    assert lines["TAKEN"].startswith("Pictures of 2 things lie in")
    assert lines["FIRST"].startswith("epoch 3 of 9 / Done: python -m engine serve --bundle")
    assert lines["SECOND"] == "epoch 3 of 9 / It failed."
    assert heard.read_text().split("\n")[:-1] == lines["COMMAND"].split()[1:]
    assert {thing.name: len(thing.looks) for thing in read_art(art).things} == {"red potion": 1, "blue crate": 1}
