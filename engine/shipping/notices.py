"""Licences and notices of all that is in the pack."""

from __future__ import annotations

import re
import sys
from importlib import metadata
from pathlib import Path

from engine.files import write_whole
from engine.formats.installed import shares

_LICENCE = re.compile(r"(licen[cs]e|copying|notice|authors|third.?party)", re.IGNORECASE)
_PYTHON = ("LICENSE.txt", "LICENSE", "lib/python{}.{}/LICENSE.txt")
_FREEZER = "pyinstaller"  # its bootloader is in the pack; its licence lets programs of any licence have it


def write_notices(folder: Path) -> int:
    """Copy the licence files of the engine, of all that it needs, of Python and of the bootloader into `folder`.

    Returns:
        How many distributions have a file there. One without a licence file is named in `NOTICES.txt` with the licence that
        its metadata state.
    """
    lines = ["What is in this folder, and under which licence. The texts are beside this file.", ""]
    names = [share.name for share in shares() if share.bytes is not None] + [_FREEZER]
    for name in names:
        distribution = metadata.distribution(name)
        lines.append(f"{name} {distribution.version}: {_stated(distribution)}")
        for file in distribution.files or ():
            if _LICENCE.search(file.name) and file.suffix.lower() in ("", ".txt", ".md", ".rst", ".apache", ".bsd"):
                target = folder / name / file.name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(Path(str(file.locate())).read_bytes())
    lines.append(f"python {sys.version.split()[0]}: PSF-2.0")
    (folder / "python").mkdir(parents=True, exist_ok=True)
    write_whole(folder / "python" / "LICENSE.txt", _of_python())
    write_whole(folder / "NOTICES.txt", "\n".join(lines) + "\n")
    return sum(1 for entry in folder.iterdir() if entry.is_dir())


def _stated(distribution: metadata.Distribution) -> str:
    told = distribution.metadata
    for key in ("License-Expression", "License"):
        if key in told:
            return told[key].strip().splitlines()[0]
    classes = [entry.rpartition(" :: ")[2] for entry in told.get_all("Classifier") or () if entry.startswith("License ::")]
    return ", ".join(classes) or "see its licence file"


def _of_python() -> str:
    """The licence of the interpreter, or where it can be read."""
    for name in _PYTHON:
        file = Path(sys.base_prefix) / name.format(*sys.version_info[:2])
        if file.is_file():
            return file.read_text(encoding="utf-8", errors="replace")
    return f"{sys.copyright}\n\nThe licence: https://docs.python.org/{sys.version_info[0]}.{sys.version_info[1]}/license.html\n"
