"""Is a packed server (`python -m engine pack`) still whole? It travels with games, through launchers and virus scanners."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

from engine.errors import Fault

SUMS = "SHA256SUMS"  # in the pack: a line for each file, as sha256sum writes them
_TOLD = 3
_FIX = "Copy the whole folder again."


def pack_folder() -> Path | None:
    """The folder of the running packed server; None for an installed engine."""
    folder = Path(sys.executable).parent
    return folder if getattr(sys, "frozen", False) and (folder / SUMS).is_file() else None


def check_files(folder: Path) -> None:
    """Whether every file is there; its content is not looked at, since a start does not wait for that.

    Raises:
        Fault: `pack_damaged`.
    """
    _refuse("lacks", [name for _, name in _listed(folder) if not (folder / name).is_file()])


def check_sums(folder: Path) -> int:
    """How many files there are, all as they were made; some seconds of work.

    Raises:
        Fault: `pack_damaged`.
    """
    check_files(folder)
    listed = list(_listed(folder))
    _refuse("has another", [name for digest, name in listed if _sha256(folder / name) != digest])
    return len(listed)


def _listed(folder: Path) -> Iterator[tuple[str, str]]:
    for line in (folder / SUMS).read_text(encoding="utf-8", errors="replace").splitlines():
        digest, _, name = line.partition("  ")
        if name:
            yield digest, name


def _refuse(what: str, names: list[str]) -> None:
    if names:
        more = f" and {len(names) - _TOLD} more" if len(names) > _TOLD else ""
        raise Fault("pack_damaged", f"The pack {what} {', '.join(names[:_TOLD])}{more}.", _FIX)


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
