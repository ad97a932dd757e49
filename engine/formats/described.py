"""Which pictures of an art folder are sheets, by the descriptions that lie in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from engine.formats.art_sheets import Sheet, read_json, read_tres
from engine.formats.names import is_telling, words
from npc.card_file import shown
from npc.inside import read_inside

PICTURES = (".png", ".jpg", ".jpeg", ".webp")
LARGEST_TEXT = 4 << 20  # bytes of a description
_SOURCES = (".ase", ".aseprite")
_MEND = "export it anew, mend it, or move it out"


@dataclass(frozen=True)
class Described:
    """A description, and the picture that it describes: None where that is not in the folder."""

    file: PurePosixPath
    picture: PurePosixPath | None
    sheet: Sheet


@dataclass(frozen=True)
class Descriptions:
    """`faults`: descriptions that cannot be used, and why; their pictures would be learnt as one thing each."""

    found: tuple[Described, ...]
    faults: dict[PurePosixPath, str]


def read_descriptions(folder: Path, names: Sequence[PurePosixPath]) -> Descriptions:
    """All descriptions of sheets among the files of a folder."""
    known, found, faults = set(names), list[Described](), dict[PurePosixPath, str]()
    for name in names:
        ending = name.suffix.lower()
        if ending not in (".json", ".tres"):
            continue
        beside = [name.with_suffix(of) for of in PICTURES if name.with_suffix(of) in known]
        try:
            data = read_inside(folder, str(name), LARGEST_TEXT)
        except (OSError, ValueError):
            continue
        try:
            sheets = [sheet] if ending == ".json" and (sheet := read_json(data)) else []
            sheets += read_tres(data, name.stem) if ending == ".tres" else ()
        except ValueError as error:
            if beside or b'"frames"' in data or ending == ".tres":  # else it is about something else
                lost = f"; without it {shown(beside[0].name)} would be learnt as one thing" if beside else ""
                faults[name] = f"{shown(str(error), 200)}{lost}: {_MEND}"
            continue
        for sheet in sheets:
            picture = _meant(name, sheet, known)
            if sheet.parts:
                found.append(Described(name, picture, sheet))
            elif picture:
                faults[name] = f"its `frames` are empty, so nothing of {shown(picture.name)} would be learnt: {_MEND}"
    return Descriptions(tuple(found), faults)


def _meant(name: PurePosixPath, sheet: Sheet, known: set[PurePosixPath]) -> PurePosixPath | None:
    parts = PurePosixPath(sheet.picture.replace("\\", "/")).parts  # of the machine that wrote it: what ends so is meant
    tails = [PurePosixPath(*parts[i:]) for i in range(len(parts)) if parts[i] != "/"]
    meant = [where for tail in tails for where in (name.parent / tail, tail)]
    meant += [name.with_suffix(ending) for ending in PICTURES]
    return next((path for path in meant if path in known), None)


def part_names(sheet: Sheet) -> set[str]:
    return {words(stem_of(part.name)) for part in sheet.parts}


def the_one_thing(sheet: Sheet) -> str | None:
    """What a sheet of one thing says that it is called; None where its parts are called as the drawing's file is."""
    called = part_names(sheet)
    drawn = any(PurePosixPath(part.name.replace("\\", "/")).suffix.lower() in _SOURCES for part in sheet.parts)
    return next(iter(called)) if len(called) == 1 and not drawn and is_telling(*called) else None


def stem_of(name: str) -> str:
    """Of a part's name the last of its path that says anything: "items/potion 1.aseprite", "potion/01.png"."""
    path = PurePosixPath(name.replace("\\", "/"))
    stem = path.stem if path.suffix.lower() in (*PICTURES, *_SOURCES) else path.name
    return stem if words(stem) else path.parent.name
