"""Where this machine keeps what a user's programs have to keep."""

from __future__ import annotations

import os
import sys
from pathlib import Path


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
