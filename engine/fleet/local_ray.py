"""A Ray cluster of our own, for tests and for trying things hard: of this machine alone, gone afterwards.

It listens on loopback alone, behind a token of its own where Ray knows them (from 2.60 by default).
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

from engine.bridge.soak.processes import free_port
from engine.errors import Fault, needs_extra
from engine.remote.link import Link
from engine.remote.loopback import on_loopback

_STORE = 200 << 20  # bytes of the object store
_WAIT_S = 120.0
_TRIES = 3
_HERE = "127.0.0.1"


class LocalRay:
    """Used as a context: a cluster, and applications of perception on it. One at a time in a process.

    Args:
        processors: that the cluster believes to have; each replica takes one.

    Raises:
        Fault: Ray is not installed, or what it runs does not start.
    """

    def __init__(self, processors: int = 4) -> None:
        with needs_extra("ray", "A Ray cluster"):
            import ray
            from ray import serve
        self._ray, self._serve, self._processors = ray, serve, processors
        self.port = 0  # of Serve's proxy

    def __enter__(self) -> LocalRay:
        for left in reversed(range(_TRIES)):
            try:
                with on_loopback():
                    self._ray.init(
                        address="local",
                        num_cpus=self._processors,
                        num_gpus=0,
                        object_store_memory=_STORE,
                        include_dashboard=False,
                        log_to_driver=False,
                        logging_level="warning",
                    )
                break
            except Exception as error:  # Ray gives its processes 30 s to start, and raises nothing more particular
                self._ray.shutdown()
                if not left:
                    why = " ".join(str(error).split())[:200]
                    raise Fault("ray", f"Ray does not start: {why}.", "Is the machine busy? Try again later.") from None
        try:
            self._start_proxy()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _start_proxy(self) -> None:
        """On a port that nobody has; where somebody has taken it meanwhile, on another."""
        for left in reversed(range(_TRIES)):
            self.port = free_port()
            try:
                self._serve.start(http_options={"host": _HERE, "port": self.port}, logging_config={"log_level": "WARNING"})
                return
            except Exception as error:  # Serve tells of a port that is taken in several ways
                self._serve.shutdown()
                if not left:
                    why = " ".join(str(error).split())[:200]
                    raise Fault("ray", f"Serve does not start: {why}.", "Is the machine busy? Try again later.") from None

    def __exit__(self, *fault: object) -> None:
        try:
            self._serve.shutdown()
        finally:
            self._ray.shutdown()

    def run(self, name: str = "perception", replicas: int = 2, bundle: Path | None = None, **options: Any) -> str:
        """Start an application, or roll it over to another bundle; its address, once it answers."""
        from engine.remote.deployment import Settings, application

        settings = Settings(bundle=str(bundle.resolve()) if bundle else None, provider="cpu", threads=1)
        self._serve.run(application(settings, num_replicas=replicas, **options), name=name, route_prefix=f"/{name}")
        return f"ray://{_HERE}:{self.port}/{name}"

    def pids(self, address: str, count: int) -> list[int]:
        """The processes of an application's replicas, once there are so many.

        Raises:
            Fault: `ray`: there are not in time.
        """
        link, found = Link(address), set[int]()
        deadline = time.monotonic() + _WAIT_S
        while len(found) < count:
            if time.monotonic() > deadline:
                raise Fault("ray", f"Of {count} replicas {len(found)} answered within {_WAIT_S:g} s.", "Is the machine busy?")
            found.add(int(link.info(_WAIT_S)["replica"]))
            found = {pid for pid in found if _lives(pid)}
        link.close()
        return sorted(found)

    @staticmethod
    def kill(pid: int) -> None:
        """End a replica as a crash would."""
        os.kill(pid, signal.SIGKILL)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True
