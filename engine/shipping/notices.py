"""Licences and notices of all that is in the pack."""

from __future__ import annotations

import re
import sys
from importlib import metadata
from pathlib import Path, PurePath

from engine.files import write_whole
from engine.formats.installed import shares
from engine.shipping.freezing import TAKEN_ALONG

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
    names = [share.name for extra in ("", TAKEN_ALONG) for share in shares(extra) if share.bytes is not None] + [_FREEZER]
    for name in names:
        distribution = metadata.distribution(name)
        texts = {_apart(file): Path(str(file.locate())) for file in distribution.files or () if _is_licence(file)}
        for called, source in texts.items():
            target = folder / name / called
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
        none = "" if texts else " (its package brings no text)"
        lines.append(f"{name} {distribution.version}: {_stated(distribution)}{none}")
    lines.append(f"python {sys.version.split()[0]}: PSF-2.0")
    (folder / "python").mkdir(parents=True, exist_ok=True)
    write_whole(folder / "python" / "LICENSE.txt", _of_python())
    write_whole(folder / "NOTICES.txt", "\n".join(lines) + "\n")
    return sum(1 for entry in folder.iterdir() if entry.is_dir())


def _is_licence(file: PurePath) -> bool:
    return _LICENCE.search(file.name) is not None and file.suffix.lower() in ("", ".txt", ".md", ".rst", ".apache", ".bsd")


def _apart(file: PurePath) -> str:
    """A name of its own for each: a package may bring several of the same name, from folders of what it has taken in."""
    inside = [part for part in file.parts if not part.endswith(".dist-info") and part != "licenses"]
    return "-".join(inside)


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
