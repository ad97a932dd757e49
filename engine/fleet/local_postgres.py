"""A PostgreSQL of our own, for tests and for trying things hard: in a folder, behind a socket, gone afterwards."""

from __future__ import annotations

import getpass
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from engine.errors import Fault

_WAIT_S = 60.0
_PLACES = "/usr/lib/postgresql/*/bin"  # Debian puts them beside the path


def installed() -> Path | None:
    """The folder with PostgreSQL's programs; None where it is not installed."""
    found = shutil.which("postgres")
    if found is not None and shutil.which("initdb") is not None:
        return Path(found).resolve().parent
    versions = [path for path in Path("/").glob(_PLACES.lstrip("/")) if (path / "initdb").exists()]
    return max(versions, key=lambda path: float(path.parent.name), default=None)


class LocalPostgres:
    """Used as a context. PostgreSQL refuses to run as root: then it runs as `postgres`, or as `nobody`.

    Raises:
        Fault: `postgres`: it is not installed, or does not start.
    """

    def __init__(self) -> None:
        programs = installed()
        if programs is None:
            raise Fault("postgres", "PostgreSQL is not installed.", "Install it, e.g.: apt-get install postgresql.")
        self._programs = programs
        self._process: subprocess.Popen[Any] | None = None
        self._as: dict[str, Any] = {}
        other = _other_user() if os.geteuid() == 0 else None
        self._user = other.pw_name if other is not None else getpass.getuser()
        self._folder = Path(tempfile.mkdtemp(prefix="npc-pg-"))  # short: a socket's path has 107 letters at most
        if other is not None:
            self._as = {"user": other.pw_uid, "group": other.pw_gid, "extra_groups": []}
            os.chown(self._folder, other.pw_uid, other.pw_gid)

    @property
    def url(self) -> str:
        """For `--memory`."""
        return f"postgresql:///postgres?host={self._folder}&user={self._user}"

    def __enter__(self) -> LocalPostgres:
        try:
            self._initialise()
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _initialise(self) -> None:
        command = [str(self._programs / "initdb"), "-D", str(self._folder / "data"), "-U", self._user]
        command += ["--auth=trust", "-E", "UTF8", "-N"]
        done = subprocess.run(command, cwd=self._folder, capture_output=True, text=True, timeout=_WAIT_S, **self._as)
        if done.returncode:
            raise Fault("postgres", f"initdb failed: {' '.join(done.stderr.split())[-300:]}.")

    def __exit__(self, *fault: object) -> None:
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        command = [str(self._programs / "postgres"), "-D", str(self._folder / "data"), "-k", str(self._folder)]
        command += ["-c", "listen_addresses="]
        command += ["-c", "shared_buffers=16MB", "-c", "max_connections=20", "-c", "log_min_messages=fatal"]
        log = self._folder / "log"
        with log.open("ab") as sink:
            process: subprocess.Popen[Any] = subprocess.Popen(command, cwd=self._folder, stdout=sink, stderr=sink, **self._as)
        self._process = process
        deadline = time.monotonic() + _WAIT_S
        while subprocess.run([self._programs / "pg_isready", "-q", "-h", self._folder], timeout=_WAIT_S).returncode:
            if process.poll() is not None or time.monotonic() > deadline:
                last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
                raise Fault("postgres", f"PostgreSQL does not start: {' '.join(last) or 'no reason given'}.")
            time.sleep(0.02)

    def kill(self) -> None:
        """End it at once, all connections with it, as a crash would; what was committed is there when it starts again."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            try:
                self._process.wait(_WAIT_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(_WAIT_S)
            self._process = None


def _other_user() -> Any:
    import pwd  # absent on Windows

    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise Fault("postgres", "PostgreSQL does not run as root, and there is no other user.", "Start this as somebody else.")
