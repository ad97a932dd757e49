"""A pack of game art: pictures with names, in a folder or a zip file, listed in `sprites.tsv`.

    sprites.tsv     a line each: file, name, kind, with tabs between; kind is thing, ground or background
    png/00017.png   the pictures, wherever the list says
    LICENCE.txt     whose they are, and on what terms

A pack may come from anybody: no name leads out of it, no link is followed, pictures are told by their content, everything has
a largest size, and a zip file is read no further than that, whatever its headers claim.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from engine.errors import Fault
from engine.formats.pictures import LARGEST_FILE, Pixels, read_layered
from npc.inside import read_inside, safe_name
from npc.text import decoded

KINDS = ("thing", "ground", "background")
LIST = "sprites.tsv"
LICENCES = ("LICENCE.txt", "LICENSE.txt", "LICENCE", "LICENSE", "License.txt")
MOST_PICTURES, MOST_MEMBERS, LARGEST_LIST, LARGEST_LICENCE, LONGEST_NAME = 50_000, 100_000, 8 << 20, 64 << 10, 80
_DAMAGE = (OSError, LookupError, ValueError, RuntimeError, EOFError, NotImplementedError, zipfile.BadZipFile, zlib.error)
_Read = Callable[[str, int], bytes]  # the bytes of a file of the pack, at most so many


@dataclass(frozen=True)
class PackRow:
    """A line of the list: a picture's file inside the pack, what it is called, in lower case, and one of `KINDS`."""

    file: str
    name: str
    kind: str


@dataclass(frozen=True)
class PackPicture:
    """pixels: uint8 [H, W, 4], RGBA, not premultiplied."""

    row: PackRow
    pixels: Pixels


class Pack:
    """A pack that is open. Use `open_pack`.

    Attributes:
        name: of the folder or zip file, in lower case with dashes.
        licence: the text of its licence file; empty where there is none.
    """

    def __init__(self, path: Path, read: _Read) -> None:
        self._path, self._read = path, read
        called = path.stem if path.is_file() else path.resolve().name
        self.name = re.sub(r"[^a-z0-9]+", "-", called.lower()).strip("-") or "art"
        self.rows = self._listed()
        self.licence = self._licence()

    def pictures(self) -> Iterator[PackPicture]:
        """All pictures in the order of the list.

        Raises:
            Fault: `pack_invalid` naming the file that cannot be read.
        """
        for row in self.rows:
            try:
                pixels = read_layered(self._read(row.file, LARGEST_FILE))
            except Fault as fault:
                raise self._broken(f"{row.file}: {fault.message.rstrip('.')}") from None
            except _DAMAGE as error:
                raise self._broken(f"{row.file} {_why(error)}") from None
            yield PackPicture(row, pixels)

    def _listed(self) -> tuple[PackRow, ...]:
        try:
            text = decoded(self._read(LIST, LARGEST_LIST))
        except _DAMAGE as error:
            raise self._broken(f"its {LIST} {_why(error)}") from None
        lines = [line for line in text.splitlines() if line.strip()]
        if not lines:
            raise self._broken(f"its {LIST} is empty")
        if len(lines) > MOST_PICTURES:
            raise self._broken(f"its {LIST} has {len(lines)} lines; {MOST_PICTURES} are the most")
        return tuple(self._row(number, line) for number, line in enumerate(lines, 1))

    def _row(self, number: int, line: str) -> PackRow:
        parts = [part.strip() for part in line.split("\t")]
        if len(parts) != 3:
            raise self._broken(
                f"line {number} of its {LIST} has {len(parts)} fields, not file, name and kind with tabs between"
            )
        file, name, kind = parts[0], " ".join(parts[1].lower().split()), parts[2]
        if kind not in KINDS:
            raise self._broken(f"line {number} of its {LIST} has the kind {kind[:40]!r}; there are {', '.join(KINDS)}")
        if not 0 < len(name) <= LONGEST_NAME:
            raise self._broken(f"line {number} of its {LIST} has a name of {len(name)} letters; 1 to {LONGEST_NAME} may be")
        try:
            return PackRow(safe_name(file), name, kind)
        except ValueError as error:
            raise self._broken(f"line {number} of its {LIST}: {error}") from None

    def _licence(self) -> str:
        for name in LICENCES:
            try:
                return decoded(self._read(name, LARGEST_LICENCE)).strip()
            except _DAMAGE:
                continue
        return ""

    def _broken(self, why: str) -> Fault:
        fix = f"See 'Game art' in docs/training.md for what {LIST} holds."
        return Fault("pack_invalid", f"{self._path} is no pack of art: {why}.", fix)


@contextmanager
def open_pack(path: Path) -> Iterator[Pack]:
    """A pack in a folder or a zip file.

    Raises:
        Fault: `pack_missing` where there is none, `pack_invalid` for what is none.
    """
    if path.is_dir():
        yield Pack(path, lambda name, most: read_inside(path, name, most))
        return
    if not path.is_file():
        raise Fault("pack_missing", f"There is no folder or zip file {path}.", "Give the pack's folder or its zip file.")
    try:
        archive = zipfile.ZipFile(path)
    except _DAMAGE as error:
        raise Fault("pack_invalid", f"{path} is no zip file ({error}).", "Give a pack's folder or its zip file.") from None
    with archive:
        if len(archive.infolist()) > MOST_MEMBERS:
            raise Fault("pack_invalid", f"{path} holds more than {MOST_MEMBERS} files.", "Cut it into several packs.")
        top = _top(archive.namelist())
        yield Pack(path, lambda name, most: _member(archive, top + name, most))


def _top(members: Sequence[str]) -> str:
    """The folder in which all of a pack lies, as where a folder was zipped and not what is in it; else empty."""
    if LIST in members:
        return ""
    lists = [name for name in members if name.endswith(f"/{LIST}") and name.count("/") == 1]
    return lists[0].removesuffix(LIST) if len(lists) == 1 else ""


def _why(error: Exception) -> str:
    """What became of a file, as the end of its sentence."""
    if isinstance(error, FileNotFoundError | KeyError):
        return "is not in it"
    return f"cannot be read ({getattr(error, 'strerror', None) or error or type(error).__name__})"


def _member(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    with archive.open(name) as member:
        content = member.read(most + 1)
    if len(content) > most:
        raise ValueError(f"it has more than {most} bytes")
    return content
