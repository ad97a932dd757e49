"""`python -m engine serve` as a process that is killed and started again."""

from __future__ import annotations

import random
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from engine.errors import Fault

_START_S = 180.0
_TRIES = 5
_TAKEN = "is in use"  # see `engine.bridge.addresses.port_in_use`


def free_port() -> int:
    """A port that nobody has, below those that systems give to outgoing connections.

    A client that looks for a dead server on one of those may be connected with itself. Somebody may take it before it is used:
    whoever asks tries again with another.
    """
    for port in random.SystemRandom().sample(range(20000, 30000), 100):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise Fault("port", "No port is free between 20000 and 30000.", "Stop what has them.")


class Serving:
    """A server on an address that stays the same when it is started again, as a supervisor does.

    Args:
        folder: for its ready file and its log.
        options: of `serve`.
        what: it is, for a fault.

    Attributes:
        address: where it listens; empty before its first start.
    """

    def __init__(self, folder: Path, options: Sequence[str], what: str = "server") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.address = ""
        self._folder, self._options, self._what = folder, options, what
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it is ready.

        Raises:
            Fault: with the last line of its log.
        """
        if self.address:
            return self._start(self.address)
        for left in reversed(range(_TRIES)):
            address = f"tcp://127.0.0.1:{free_port()}"
            try:
                self._start(address)
            except Fault as fault:
                if not left or f"{address} {_TAKEN}" not in fault.message:
                    raise
            else:
                self.address = address
                return None

    def _start(self, address: str) -> None:
        ready = self._folder / "ready"
        ready.unlink(missing_ok=True)
        command = [sys.executable, "-m", "engine", "serve", "--bind", address, "--ready-file", str(ready), *self._options]
        with self._log.open("ab") as sink:
            process = self._process = subprocess.Popen(command, stdout=sink, stderr=sink)
        deadline = time.monotonic() + _START_S
        while not ready.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise Fault(self._what, f"The {self._what} did not start: {(self._said() or ['no reason given'])[-1]}")
            time.sleep(0.01)

    @property
    def _log(self) -> Path:
        return self._folder / "server.log"

    def _said(self) -> list[str]:
        return self._log.read_text(encoding="utf-8", errors="replace").strip().splitlines()

    def kill(self) -> None:
        """SIGKILL, as a crash would: nothing is answered, nothing is put away."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(30)
