"""The NPC engine: characters that see the screen, understand the player and act in role. See `docs/architecture.md`.

What programs use is here, each loaded when it is first asked for: a game that is a client loads no model and no NumPy.

    import engine

    with engine.Client("tcp://127.0.0.1:5571") as client: ...
"""

from __future__ import annotations

import importlib
import os
from typing import Any

__version__ = "0.2.0"

# ONNX Runtime reports its use to its vendor unless this stands when it is loaded. Everything of ours that loads it has
# run this line by then, and what we start inherits it; `tests/test_telemetry.py` holds us to that.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # Ray likewise

_PLACES = {
    "AsyncClient": "engine.bridge.async_client",
    "BridgeError": "engine.bridge.client",
    "Client": "engine.bridge.client",
    "Frame": "engine.bridge.client",
    "Perceiver": "engine.perception",
    "RecordingWriter": "engine.formats.recording_writer",
    "load_client_keys": "engine.bridge.keys",
    "read_recording": "engine.formats.recording",
    "serve": "engine.cli.serve",
}

__all__ = [
    "AsyncClient",
    "BridgeError",
    "Client",
    "Frame",
    "Perceiver",
    "RecordingWriter",
    "load_client_keys",
    "read_recording",
    "serve",
]


def __getattr__(name: str) -> Any:
    """Load what is asked for (PEP 562)."""
    if name not in _PLACES:
        raise AttributeError(f"module 'engine' has no attribute '{name}'")
    value = getattr(importlib.import_module(_PLACES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
