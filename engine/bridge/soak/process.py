"""A server process to be killed, flooded and measured."""

from __future__ import annotations

import random
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from engine.errors import Fault

_START_S = 30.0


def free_port() -> int:
    """A port that nobody has, below those that systems give to outgoing connections.

    A client that looks for a dead server on one of those may be connected with itself.
    """
    for port in random.SystemRandom().sample(range(20000, 30000), 100):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise Fault("port", "No port is free between 20000 and 30000.", "Stop what has them.")


class ServerProcess:
    """`python -m engine serve --echo` on an address that stays the same when it is started again.

    Args:
        folder: for its journal, its log and its ready file.
        metrics: also answer `gauge`.
    """

    def __init__(self, folder: Path, metrics: bool = False) -> None:
        self.endpoint = f"tcp://127.0.0.1:{free_port()}"
        self._folder = folder
        self._metrics = f"127.0.0.1:{free_port()}" if metrics else None
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> ServerProcess:
        self.start()
        return self

    def __exit__(self, *fault: object) -> None:
        self.kill()

    def start(self) -> None:
        """Start it, and wait until it is ready.

        Raises:
            Fault: `server`, with the last line of its log.
        """
        ready, log = self._folder / "ready", self._folder / "server.log"
        ready.unlink(missing_ok=True)
        command = [sys.executable, "-m", "engine", "serve", "--echo", "--bind", self.endpoint]
        command += ["--journal", str(self._folder / "journal.db"), "--ready-file", str(ready)]
        command += ["--metrics", self._metrics] if self._metrics else []
        with log.open("ab") as sink:
            self._process = subprocess.Popen(command, stdout=sink, stderr=sink)
        deadline = time.monotonic() + _START_S
        while not ready.exists():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
                raise Fault("server", f"The server did not start: {last[0] if last else 'no reason given'}")
            time.sleep(0.01)

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """SIGKILL: nothing is answered, nothing is put away."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)

    def terminate(self) -> int:
        """SIGTERM; returns the exit status."""
        assert self._process is not None
        self._process.terminate()
        return self._process.wait(10)

    def memory(self) -> float | None:
        """Resident MiB; None where the system has no /proc."""
        assert self._process is not None
        try:
            status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii")
        except OSError:
            return None
        [line] = [line for line in status.splitlines() if line.startswith("VmRSS:")]
        return int(line.split()[1]) / 1024

    def gauge(self, name: str) -> float:
        """A value of its metrics."""
        with urllib.request.urlopen(f"http://{self._metrics}/metrics", timeout=10) as page:
            lines = page.read().decode().splitlines()
        return next(float(line.split()[1]) for line in lines if line.startswith(f"npc_engine_{name} "))
