"""Files in a folder that somebody else made: a recording, a bundle. No name leads out of it and nothing but a file is read."""

from __future__ import annotations

import os
import stat
from pathlib import Path

_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", "conin$", "conout$", *(f"{d}{n}" for d in ("com", "lpt") for n in "123456789¹²³")}
)
_CARE = (
    getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
)  # a FIFO is opened, not waited for
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_FOLDER = getattr(os, "O_DIRECTORY", 0)


def safe_name(name: str) -> str:
    """`name` with `/` between its parts: a path inside a folder, the same on every system.

    Raises:
        ValueError: it leads out (absolute, with a drive, `..`), names a device, or holds control characters.
    """
    written = name.replace("\\", "/")  # a Windows game writes `frames\000001.png`
    parts = [part for part in written.split("/") if part not in ("", ".")]
    drive = any(part[1:2] == ":" for part in parts) or (os.name == "nt" and ":" in name)
    if not parts or written.startswith("/") or ".." in parts or drive:
        raise ValueError(f"{name!r} leads out of its folder")
    if any(c < " " or c == "\x7f" for c in name):
        raise ValueError(f"{name!r} holds a control character")
    if any(part.split(".")[0].rstrip().lower() in _DEVICES for part in parts):
        raise ValueError(f"{name!r} names a device")
    return "/".join(parts)


def read_regular(path: Path, most: int) -> bytes:
    """The bytes of a file that somebody named: through links, but never from a device or a FIFO, which would be waited for.

    Raises:
        ValueError: no regular file, or more than `most` bytes; or the name holds a NUL.
        OSError: it cannot be read.
    """
    return _content(os.open(path, os.O_RDONLY | _CARE), str(path), most)


def read_inside(folder: Path, name: str, most: int) -> bytes:
    """The bytes of a regular file below `folder`; no link below it is followed, and nothing is waited for.

    What is checked is what is read: each part of the path is opened from the one before it (Windows: the whole path).

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the name is not `safe_name`; or it is a link, no regular file, or has more than `most` bytes.
        OSError: it cannot be read.
    """
    *folders, last = safe_name(name).split("/")
    if os.open not in os.supports_dir_fd or not _NO_LINK:
        return _read_resolved(folder, name, most)
    here = os.open(folder, os.O_RDONLY | _FOLDER | _CARE)
    try:
        for part in folders:
            below = _opened(part, _FOLDER, here, name)
            os.close(here)
            here = below
        return _content(_opened(last, 0, here, name), name, most)
    finally:
        os.close(here)


def _opened(part: str, flags: int, folder: int, name: str) -> int:
    try:
        return os.open(part, os.O_RDONLY | _NO_LINK | _CARE | flags, dir_fd=folder)
    except FileNotFoundError:
        raise
    except OSError:
        if stat.S_ISLNK(os.stat(part, dir_fd=folder, follow_symlinks=False).st_mode):
            raise ValueError(f"{name!r} is a link, which is not followed") from None
        raise


def _read_resolved(folder: Path, name: str, most: int) -> bytes:
    path = folder / safe_name(name)
    if os.path.normcase(path.resolve()) != os.path.normcase(folder.resolve() / safe_name(name)):
        raise ValueError(f"{name!r} is a link, which is not followed")
    return _content(os.open(path, os.O_RDONLY | _CARE), name, most)


def _content(file: int, name: str, most: int) -> bytes:
    try:
        about = os.fstat(file)
        if not stat.S_ISREG(about.st_mode):
            raise ValueError(f"{name!r} is no regular file")
        if about.st_size > most:
            raise ValueError(f"{name!r} has {about.st_size} bytes; {most} are the most")
        with open(file, "rb", closefd=False) as opened:
            return opened.read(most)
    finally:
        os.close(file)
