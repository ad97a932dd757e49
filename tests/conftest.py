"""What all tests share."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import engine as engine  # before ONNX Runtime, whose telemetry it turns off

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
os.environ.setdefault("SDL_AUDIODRIVER", "dummy")
os.environ.setdefault("NPC_ENGINE_MEMORY", "none")  # no test may meet what another one said
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")


@pytest.fixture(scope="module")
def llm() -> Iterator[str]:
    """Address of a language model's server, a process of its own; see `tests/bridge/llm_server.py` for its models."""
    script = Path(__file__).parent / "bridge" / "llm_server.py"
    process = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    yield f"http://127.0.0.1:{process.stdout.readline().strip()}/v1"
    process.kill()
    process.wait()
