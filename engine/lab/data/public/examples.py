"""One example of any public data set, and what opens a data set by its name."""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import ijson

from engine.errors import Fault
from engine.formats.boxes import Xywh
from engine.lab.data.concepts import Concept, concept_of, keyword_of
from engine.lab.data.paint import COLOURS
from engine.lab.data.things import Entity
from npc.text import valid

FORMATS = {"coco": "engine.lab.data.public.coco", "vqa": "engine.lab.data.public.vqa", "msvd": "engine.lab.data.public.msvd"}
LONGEST = 1000  # characters of a caption or question, as of a player's line
SIDE = 16_384  # pixels that a picture may have a side


@dataclass(frozen=True)
class Said:
    """Something said about a picture, as a player would say it.

    Attributes:
        text: a caption or a question.
        means: indices of the things that it is about.
        answer: what people answer, or None for a caption.
    """

    text: str
    means: tuple[int, ...] = ()
    answer: str | None = None


@dataclass(frozen=True)
class Example:
    """A picture with what is told of it.

    Attributes:
        picture: the file; for a clip the video.
        at: seconds into a video; None for a still picture.
        group: examples of one group look alike, as frames of one clip do: data is split by whole groups.
        things: what is in view, with boxes in pixels. Empty where nothing was marked.
        absent: names of what is not in view, of all that was looked for; of anything else it is not known.
    """

    picture: Path
    group: str
    things: tuple[Entity, ...] = ()
    said: tuple[Said, ...] = ()
    absent: tuple[str, ...] = ()
    at: float | None = None


@dataclass
class Found:
    """What a reader has gone through: records taken, and those left out by their reasons."""

    taken: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    licences: set[str] = field(default_factory=set)


class Dataset(Protocol):
    """A data set on disk. `examples` streams them in the order of its files, and fills `found` on the way."""

    found: Found

    def examples(self) -> Iterator[Example]: ...


def open_dataset(source: str) -> Dataset:
    """The data set of `FORMAT:PATH`, e.g. `coco:/data/coco`.

    Raises:
        Fault: `dataset` where the format is unknown or its files are not there.
    """
    name, _, path = source.partition(":")
    if name not in FORMATS or not path:
        raise Fault("dataset", f"'{source}' names no data set.", f"Write FORMAT:PATH with one of: {', '.join(FORMATS)}.")
    if Path(path).is_file():
        raise Fault("dataset", f"{path} is a file.", f"Give its folder: {name}:{Path(path).parent}")
    if not Path(path).is_dir():
        raise Fault("dataset", f"There is no directory {path}.", "Give the directory into which the data set was unpacked.")
    opened: Dataset = importlib.import_module(FORMATS[name]).read(Path(path))
    return opened


def records(file: Path, key: str) -> Iterator[Any]:
    """The entries of a list in a JSON file one by one, however large it is.

    Raises:
        Fault: `dataset` where the file is no JSON, with the byte at which it fails.
    """
    with file.open("rb") as content:
        try:
            yield from ijson.items(content, f"{key}.item", use_float=True)
        except (ijson.JSONError, UnicodeDecodeError, RecursionError) as error:
            raise Fault(
                "dataset",
                f"{file} cannot be read near byte {content.tell()}: {error}.",
                "Download it again, or unpack it anew.",
            ) from None


def one_of(folder: Path, *patterns: str) -> list[Path]:
    """Files below a folder that fit a pattern, sorted."""
    return sorted({file for pattern in patterns for file in folder.rglob(pattern) if file.is_file()})


def picture_of(folder: Path, name: str, places: dict[str, Path]) -> Path | None:
    """The file of a picture: as named below `folder`, or wherever a file of that name lies below it."""
    if not isinstance(name, str) or "\0" in name or Path(name).is_absolute() or ".." in Path(name).parts:
        return None
    if not places:
        places |= {file.name: file for kind in ("jpg", "jpeg", "png", "webp") for file in folder.rglob(f"*.{kind}")}
    direct = folder / name
    return direct if direct.is_file() else places.get(Path(name).name)


def concept_named(category: str) -> Concept:
    """What a category of a data set is in our vocabulary, tags and other names included."""
    return concept_of(category, keyword_of(category) or category)


def thing(category: str, box: Xywh, colour: str | None = None) -> Entity:
    """A marked thing under its category's names."""
    concept = concept_named(category)
    names = (f"{colour} {concept.names[0]}", *concept.names) if colour else concept.names
    return Entity(names, box, concept.tags, concept.generic, colour)


def boxed(values: object, width: int, height: int) -> Xywh | None:
    """x, y, width, height of at least a pixel inside the picture, or None for what is no such box."""
    if not isinstance(values, list) or len(values) != 4 or not all(isinstance(v, (int, float)) for v in values):
        return None
    x, y, w, h = map(float, values)
    left, top, right, bottom = max(x, 0.0), max(y, 0.0), min(x + w, width), min(y + h, height)
    return (
        (round(left), round(top), round(right - left), round(bottom - top)) if right - left >= 1 and bottom - top >= 1 else None
    )


def text_of(value: object) -> str | None:
    """A caption, question or answer as one line of valid text, or None for what is none."""
    text = " ".join(valid(value).split()) if isinstance(value, str) else ""
    return text[:LONGEST] or None


def meant(text: str, things: tuple[Entity, ...]) -> tuple[int, ...]:
    """Those of the things that the first name found in the text calls: a caption's subject, what a question is about."""
    padded = f" {' '.join(''.join(c if c.isalnum() else ' ' for c in text.lower()).split())} "
    found = [(at, i) for i, entity in enumerate(things) if (at := _first(padded, entity.names)) >= 0]
    first = min((at for at, _ in found), default=-1)
    return tuple(i for at, i in found if at == first)


def _first(padded: str, names: tuple[str, ...]) -> int:
    places = [padded.find(f" {name}{plural} ") for name in names for plural in ("", "s", "es")]
    return min((at for at in places if at >= 0), default=-1)


def colour_named(answer: str) -> str | None:
    """The colour that an answer names."""
    plain = {"gray": "grey"}.get(answer, answer)
    return plain if plain in COLOURS else None
