"""Processes that a server starts beside itself."""

from __future__ import annotations

import subprocess
from typing import Any

END_S = 3.0  # for a process to say goodbye


def end(process: subprocess.Popen[Any]) -> None:
    """Ask a process to end, and end it where it does not."""
    process.terminate()
    try:
        process.wait(END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
