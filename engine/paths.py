"""Where this machine keeps what a user's programs have to keep."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from engine.errors import EngineError


def data_directory() -> Path:
    """The engine's own directory among the user's data; it may not exist yet."""
    home = Path.home()
    if sys.platform == "win32":
        data = Path(os.environ.get("LOCALAPPDATA") or home)
    elif sys.platform == "darwin":
        data = home / "Library" / "Application Support"
    else:
        data = Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    return data / "npc-engine"


def refuse_overwriting(out: Path) -> None:
    """A bundle may be replaced by a newer one; any other directory is somebody's.

    Raises:
        EngineError: `out_taken` where `out` is a file, or a directory with something in it that is no bundle.
    """
    if out.exists() and not (out / "bundle.json").is_file() and (out.is_file() or any(out.iterdir())):
        raise EngineError("out_taken", f"{out} is there and is no bundle.", "Choose another --out directory.")
