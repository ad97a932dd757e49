"""Where this machine keeps what a user's programs have to keep."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from engine.errors import Fault


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


def writable_folder(folder: Path) -> Path:
    """The directory, made if need be: better known before the work than after it.

    Raises:
        Fault: `out_unwritable`.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        fault = f"Nothing can be written to {folder}: {error.strerror}."
        raise Fault("out_unwritable", fault, "Choose another place.") from None


def refuse_overwriting(out: Path) -> None:
    """A bundle may be replaced by a newer one; any other directory is somebody's.

    Raises:
        Fault: `out_taken` where `out` is a file, or a directory with something in it that is no bundle.
    """
    if out.exists() and not (out / "bundle.json").is_file() and (out.is_file() or any(out.iterdir())):
        raise Fault("out_taken", f"{out} is there and is no bundle.", "Choose another --out directory.")
