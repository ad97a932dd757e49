"""The real server as a process that a test can kill and start again on the same port."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path


class ServerProcess:
    """`python -m engine serve`, without a model where `echo` is true."""

    def __init__(self, folder: Path, *options: str, echo: bool = True) -> None:
        self._folder, self._echo, self._options = folder, echo, options
        self.port = 0
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Return once it answers."""
        ready = self._folder / "ready"
        ready.unlink(missing_ok=True)
        command = [sys.executable, "-m", "engine", "serve", "--bind", f"tcp://127.0.0.1:{self.port}"]
        command += ["--ready-file", str(ready), *(["--echo"] if self._echo else []), *self._options]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + 60
        while not ready.exists():
            assert self._process.poll() is None, "the server ended"
            assert time.monotonic() < until, "the server does not start"
            time.sleep(0.02)
        self.port = int(ready.read_text().rpartition(":")[2])

    def kill(self) -> None:
        """As a crash does it."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None
