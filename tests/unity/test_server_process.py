"""The server that a C# game starts: it talks, comes back after a crash, and goes with the game, however that ends."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unity.csharp import DEADLINE_S

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes as Linux shows them")


class Serving:
    """The test program's `serve`: lines in, lines out."""

    def __init__(
        self,
        program: Path,
        data: Path,
        python: Path | str,
        *options: str,
        pack: Path | str = "nowhere",
        first_in_path: Path | str = "/usr/bin",
    ) -> None:
        command = ["mono", str(program), "serve", str(data), str(pack), str(python), *options]
        where = {**os.environ, "PATH": f"{first_in_path}{os.pathsep}{os.environ['PATH']}"}
        self.process = subprocess.Popen(command, env=where, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.heard: list[str] = []
        self._lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line.rstrip("\n"))

    def tell(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def wait(self, start: str) -> list[str]:
        """The words behind the next such beginning of a line."""
        until = time.monotonic() + DEADLINE_S
        while True:
            try:
                self.heard.append(self._lines.get(timeout=max(0.0, until - time.monotonic())))
            except queue.Empty:
                raise AssertionError(f"no line '{start}…' after {self.heard}") from None
            if self.heard[-1].startswith(start):
                return self.heard[-1].removeprefix(start).split()


@pytest.fixture
def games(program: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Serving]]:
    """Whatever a test puts in is ended after it."""
    monkeypatch.setenv("NATIVE", str(int(getattr(request, "param", "managed") == "native")))
    started: list[Serving] = []
    yield started
    for game in started:
        game.process.kill()
        game.process.wait()


# With .NET's class, and as a build with IL2CPP does it.
both_ways = pytest.mark.parametrize("games", ["managed", "native"], indirect=True)


def script(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def python() -> str:
    """Lines that become this Python with the engine."""
    return f"""PYTHONPATH='{os.pathsep.join(filter(None, sys.path))}' exec '{sys.executable}' "$@\""""


def ends(pid: int, within: float = 10.0) -> bool:
    """Whether a process is gone in time; one that was not collected is gone."""
    until = time.monotonic() + within
    while time.monotonic() < until:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (FileNotFoundError, ProcessLookupError):  # the second: it went between opening and reading
            return True
        time.sleep(0.02)
    return False


@both_ways
def test_it_talks_comes_back_after_a_crash_and_ends_with_a_killed_game(games, program, tmp_path):
    place = tmp_path / "Spiel für Zoë"
    games.append(game := Serving(program, place, script(tmp_path / "py", python())))
    first, address = game.wait("state Ready")
    game.tell("say hello there")
    [said] = game.wait("said")
    assert game.wait("decided")[0] == said
    os.kill(int(first), signal.SIGKILL)
    game.tell("say are you still there")
    [said] = game.wait("said")
    assert "ended with status" in " ".join(game.wait("fault"))
    second, other = game.wait("state Ready")
    assert (first, address) != (second, other)
    assert game.wait("decided")[0] == said
    assert {"memory.sqlite", "server.log"} < {file.name for file in place.iterdir()}
    game.process.kill()
    assert ends(int(second))
    assert not list(place.glob("ready-*"))


@both_ways
def test_it_ends_and_starts_as_the_game_wants_and_goes_with_it(games, program, tmp_path):
    games.append(game := Serving(program, tmp_path / "data", script(tmp_path / "py", python()), "--echo"))
    first, _ = game.wait("state Ready")
    game.tell("end")
    game.wait("state Off")
    assert ends(int(first))
    game.tell("start")
    second, _ = game.wait("state Ready")
    game.tell("close")
    assert game.process.wait(DEADLINE_S) == 0
    assert ends(int(second))


@both_ways
def test_what_it_refuses_is_told_and_after_some_tries_it_is_left_alone(games, program, tmp_path):
    games.append(game := Serving(program, tmp_path / "data", script(tmp_path / "py", "echo 'error: No luck.' >&2; exit 2")))
    for _ in range(6):
        assert " ".join(game.wait("fault")).startswith("The server ended with status 2: No luck.")
    if not any(line.startswith("state Failed") for line in game.heard):
        game.wait("state Failed")
    assert "No luck." in (tmp_path / "data" / "server.log").read_text()
    game.tell("start")
    game.wait("state Starting")


def test_a_python_without_the_engine_gives_way_to_one_that_has_it(games, program, tmp_path):
    script(tmp_path / "bin" / "python3", "echo 'No module named engine' >&2; exit 1")
    script(tmp_path / "bin" / "python", python())
    games.append(game := Serving(program, tmp_path / "data", "", "--echo", first_in_path=tmp_path / "bin"))
    game.wait("state Ready")
    assert not [line for line in game.heard if line.startswith("fault")]


def test_where_no_python_has_the_engine_it_is_said_what_to_install(games, program, tmp_path):
    for name in ("python3", "python", "py"):
        script(tmp_path / "bin" / name, "exit 1")
    games.append(game := Serving(program, tmp_path / "data", "", first_in_path=tmp_path / "bin"))
    assert " ".join(game.wait("fault")).startswith("None of python3, python, py has the engine: pip install npc-engine")


def test_a_memory_that_another_copy_of_the_game_has_gives_way_to_the_next(games, program, tmp_path):
    starts = (
        'while [ "$1" != --ready-file ]; do shift; done; ready=$2\n'
        'case "$*" in *memory-2.sqlite*) printf tcp://127.0.0.1:1 > "$ready"; exec cat >/dev/null;; esac\n'
        "echo 'error: /x/memory.sqlite is in use by another server.' >&2; exit 2"
    )
    games.append(game := Serving(program, tmp_path / "data", script(tmp_path / "py", starts)))
    assert game.wait("state Ready")[1] == "tcp://127.0.0.1:1"
    assert sum(line.startswith("fault") for line in game.heard) == 3


@both_ways
def test_one_that_lives_and_does_not_answer_is_ended_and_started_again(games, program, tmp_path, monkeypatch):
    monkeypatch.setenv("SILENT", "0.5")
    silent = 'while [ "$1" != --ready-file ]; do shift; done; printf tcp://127.0.0.1:1 > "$2"; exec cat >/dev/null'
    games.append(game := Serving(program, tmp_path / "data", script(tmp_path / "py", silent)))
    first, _ = game.wait("state Ready")
    assert "did not answer for 1 seconds, and was ended" in " ".join(game.wait("fault"))
    assert ends(int(first))
    second, _ = game.wait("state Ready")
    assert first != second


@both_ways
def test_the_log_of_one_that_talks_without_end_stays_small(games, program, tmp_path):
    talks = "yes aaaaaaaaaaaaaaa | head -c 2000000; echo 'the last word' >&2; exit 2"
    games.append(game := Serving(program, tmp_path / "data", script(tmp_path / "py", talks)))
    for _ in range(2):
        assert "the last word" in " ".join(game.wait("fault"))
    names = ["server.log.1"] if os.environ["NATIVE"] == "1" else ["server.log", "server.log.1"]
    assert all((tmp_path / "data" / name).stat().st_size < 300_000 for name in names)


@both_ways
def test_a_program_that_is_not_there_is_told(games, program, tmp_path):
    games.append(game := Serving(program, tmp_path / "data", "/nowhere/python"))
    assert "cannot be started" in " ".join(game.wait("fault"))


def test_a_pack_is_shipped_as_it_is_and_started_before_any_python(games, program, tmp_path):
    pack = script(tmp_path / "pack" / "npc-engine", python().replace('"$@"', '-m engine "$@" --echo')).parent
    (pack / "_internal").mkdir()
    (pack / "_internal" / "some.so").write_text("a library")
    (pack / "some.so").symlink_to("_internal/some.so")
    (pack / "npc-engine").chmod(0o644)  # as it comes out of some archives
    for _ in range(2):  # a build over the last one
        done = subprocess.run(
            ["mono", program, "ship", pack, tmp_path / "build" / "My game.x86_64", "linux"],
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
    shipped = Path(done.stdout.strip())
    assert shipped == tmp_path / "build" / "My game_Data" / "StreamingAssets" / "npc-server"
    assert os.readlink(shipped / "some.so") == "_internal/some.so"
    assert os.access(shipped / "npc-engine", os.X_OK)
    games.append(game := Serving(program, tmp_path / "data", "/nowhere/python", pack=shipped))
    game.wait("state Ready")
