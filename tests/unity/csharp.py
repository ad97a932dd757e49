"""The C# compiler, a real server and a C# game, the latter two as processes that can be killed."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

DEADLINE_S = 60.0  # a server loads its model; everything else takes a fraction of a second


HERE = Path(__file__).resolve().parent
PLUGIN = HERE.parents[1] / "clients" / "unity"
COMPILE_S = 60


def compile_cs(
    out: Path,
    sources: Sequence[Path],
    *,
    references: Sequence[Path | str] = (),
    target: str = "library",
    serialised: bool = False,
) -> None:
    """Compile C# with the newest language that `mcs` knows below 7.3; any warning fails.

    `serialised` allows fields that are never assigned: Unity fills them.
    """
    command = ["mcs", "-langversion:7.2", "-warnaserror", f"-target:{target}", f"-out:{out}"]
    command += ["-nowarn:649"] if serialised else []
    command += [f"-r:{reference}" for reference in references] + [str(source) for source in sources]
    done = subprocess.run(command, capture_output=True, text=True, timeout=COMPILE_S, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


class ServerProcess:
    """`python -m engine serve`; it keeps its address when it is started again."""

    def __init__(self, folder: Path, *options: str) -> None:
        self._ready, self._options = folder / "ready", options
        self.endpoint = "tcp://127.0.0.1:0"
        self.start()

    def start(self) -> None:
        """Start and wait until it answers."""
        self._ready.unlink(missing_ok=True)
        command = [sys.executable, "-m", "engine", "serve", "--bind", self.endpoint, "--ready-file", str(self._ready)]
        self._process = subprocess.Popen([*command, *self._options], stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + DEADLINE_S
        while not self._ready.exists():
            assert self._process.poll() is None, "the server did not start"
            assert time.monotonic() < deadline, "the server is not ready"
            time.sleep(0.02)
        self.endpoint = self._ready.read_text(encoding="utf-8")

    def kill(self) -> None:
        """Without a chance to say goodbye."""
        self._process.kill()
        self._process.wait(DEADLINE_S)

    def pause(self) -> None:
        os.kill(self._process.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        os.kill(self._process.pid, signal.SIGCONT)


class Game:
    """The test program's `game`: lines in, lines out. `more`: token, then user and password."""

    def __init__(self, program: Path, endpoint: str, *more: str) -> None:
        self._process = subprocess.Popen(
            ["mono", program, "game", endpoint, *more], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.heard: list[str] = []
        self._lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line.rstrip("\n"))

    def tell(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def wait(self, start: str) -> str:
        """The next line that begins so; those before it are in `heard` too."""
        deadline = time.monotonic() + DEADLINE_S
        while True:
            try:
                line = self._lines.get(timeout=deadline - time.monotonic())
            except (queue.Empty, ValueError):
                raise AssertionError(f"no line '{start}…' after {self.heard}") from None
            self.heard.append(line)
            if line.startswith(start):
                return line

    def say(self, npc: str, text: str) -> str:
        """Say something; returns the utterance's id."""
        self.tell(f"say {npc} {text}")
        return self.wait("said ").split()[1]

    def close(self) -> int:
        """End the game; returns its exit code."""
        if self._process.poll() is None:
            self.tell("close")
        return self._process.wait(DEADLINE_S)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(DEADLINE_S)
