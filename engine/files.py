"""Where this machine keeps what a user's programs have to keep, and how a file is written: all of it, or nothing."""

from __future__ import annotations

import json
import math
import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.errors import Fault

_OURS = "npc-engine"


def data_directory() -> Path:
    """The engine's own directory among the user's data; it may not exist yet.

    `%LOCALAPPDATA%` on Windows, `~/Library/Application Support` on macOS, elsewhere `$XDG_DATA_HOME` or `~/.local/share`
    (https://specifications.freedesktop.org/basedir-spec/).

    Raises:
        Fault: `no_home`.
    """
    if sys.platform == "win32":
        return (_named("LOCALAPPDATA") or _home("LOCALAPPDATA")) / _OURS
    if sys.platform == "darwin":
        return _home("HOME") / "Library" / "Application Support" / _OURS
    return (_named("XDG_DATA_HOME") or _home("XDG_DATA_HOME") / ".local" / "share") / _OURS


def cache_directory(path: Path | None = None) -> Path:
    """Where sprites and features are kept: the given path, else $NPC_ENGINE_CACHE, else the platform's cache directory.

    Raises:
        Fault: `no_home`.
    """
    if path is not None:
        return path
    if named := os.environ.get("NPC_ENGINE_CACHE"):
        return Path(named)
    if sys.platform == "win32":
        return (_named("LOCALAPPDATA") or _home("NPC_ENGINE_CACHE")) / _OURS / "cache"
    if sys.platform == "darwin":
        return _home("NPC_ENGINE_CACHE") / ".cache" / _OURS
    return (_named("XDG_CACHE_HOME") or _home("NPC_ENGINE_CACHE") / ".cache") / _OURS


def packed_cards() -> Path | None:
    """The folder `cards` beside a packed server (`python -m engine pack`): the game's own characters, where it has some."""
    cards = Path(sys.executable).with_name("cards")
    return cards if getattr(sys, "frozen", False) and cards.is_dir() else None


def _named(variable: str) -> Path | None:
    """The directory that a variable names; a relative one is none, since it would be another one in every folder."""
    path = Path(os.environ.get(variable, ""))
    return path if path.is_absolute() else None


def _home(instead: str) -> Path:
    """The user's home; `instead` is the variable that makes one unnecessary."""
    try:
        return Path.home()
    except RuntimeError:  # a container's user: no HOME, and a number that /etc/passwd does not know
        raise Fault("no_home", "This user has no home directory.", f"Set {instead} to a directory.") from None


def writable_folder(folder: Path) -> Path:
    """The directory, made if need be: better known before the work than after it.

    Raises:
        Fault: `out_unwritable`.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise Fault(
            "out_unwritable", f"Nothing can be written to {folder}: {reason(error)}.", "Choose another place."
        ) from None


def refuse_overwriting(out: Path) -> None:
    """A bundle may be replaced by a newer one; any other directory is somebody's.

    Raises:
        Fault: `out_taken` where `out` is a file, or a directory with something in it that is no bundle.
    """
    if out.exists() and not (out / "bundle.json").is_file() and (out.is_file() or any(out.iterdir())):
        raise Fault("out_taken", f"{out} is there and is no bundle.", "Choose another --out directory.")


def reason(error: OSError | ValueError) -> str:
    """Why a path cannot be used, without a full stop: an error of the system names its cause only most of the time."""
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).rstrip(".")


@contextmanager
def whole_file(path: Path, *, private: bool = False) -> Iterator[Path]:
    """An empty file beside `path` to be written; where the block ends well it takes the place of `path` in one step.

    Nobody reads half of it, whoever is killed while writing leaves `path` as it was, and two who write the same file
    do not mix. Where the block fails, it is gone.

    Args:
        private: readable by its owner alone, from the first byte on.
    """
    partial = path.with_name(f"{path.name}.{secrets.token_hex(4)}.partial")
    os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if private else 0o666))
    try:
        yield partial
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def write_whole(path: Path, content: bytes | str, *, private: bool = False) -> None:
    """Put `content` in the place of `path` in one step, see `whole_file`; text is written as UTF-8.

    It is on the disk when this returns: what follows a power cut is the old content or the new.
    """
    with whole_file(path, private=private) as partial, partial.open("wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)
        file.flush()
        os.fsync(file.fileno())


def write_json(path: Path, content: object) -> None:
    """Write figures that people read, too, see `write_whole`; the directory is made if need be.

    What is no number (nan: nothing was there to measure) or has no end is null: JSON knows neither (RFC 8259, 6).
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, json.dumps(_finite(content), indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def _finite(content: object) -> object:
    if isinstance(content, dict):
        return {key: _finite(value) for key, value in content.items()}
    if isinstance(content, (list, tuple)):
        return [_finite(value) for value in content]
    return None if isinstance(content, float) and not math.isfinite(content) else content


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """An empty directory beside `path` to be filled; where the block ends well it takes the place of `path`.

    What an earlier, killed run left half filled is thrown away first.
    """
    partial = path.with_name(f"{path.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        yield partial
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    replace_folder(path, partial)


def replace_folder(old: Path, new: Path) -> None:
    """Put the directory `new` where `old` is or was; where that fails, `old` is there as before."""
    aside = old.with_name(f"{old.name}.old")
    shutil.rmtree(aside, ignore_errors=True)
    replaced = old.exists()
    if replaced:
        old.replace(aside)
    try:
        new.replace(old)
    except BaseException:
        if replaced:
            aside.replace(old)
        raise
    shutil.rmtree(aside, ignore_errors=True)
