"""Ray clusters of one machine alone, which nobody else needs to reach."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

_CLUSTERS = "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"


@contextmanager
def on_loopback() -> Iterator[None]:
    """A Ray that is started within listens on loopback alone; Ray is there, and none of its own runs.

    Ray puts the machine's address in the network into the place of a node's 127.0.0.1, and listens to all, except where it
    takes clusters for unsupported, as on Windows and macOS. So it does here: by the variable, which its processes inherit, and
    by what was read of it when Ray was loaded.
    """
    from ray._private import ray_constants

    given, loaded = os.environ.get(_CLUSTERS), getattr(ray_constants, "ENABLE_RAY_CLUSTER", True)
    os.environ[_CLUSTERS], ray_constants.ENABLE_RAY_CLUSTER = "0", False
    try:
        yield
    finally:
        ray_constants.ENABLE_RAY_CLUSTER = loaded
        if given is None:
            del os.environ[_CLUSTERS]
        else:
            os.environ[_CLUSTERS] = given
