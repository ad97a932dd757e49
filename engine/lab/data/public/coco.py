"""COCO detection and captions (Lin et al. 2014, arXiv 1405.0312; https://cocodataset.org/#format-data).

The directory holds `instances_*.json`, `captions_*.json` beside them where there are some, and the pictures in any folder.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engine.errors import Fault
from engine.formats.boxes import Xywh
from engine.lab.data.public.examples import (
    SIDE,
    Example,
    Found,
    Said,
    boxed,
    meant,
    one_of,
    picture_of,
    records,
    text_of,
    thing,
)


def read(folder: Path) -> Coco:
    """See `open_dataset`."""
    instances, captions = one_of(folder, "instances_*.json"), one_of(folder, "captions_*.json")
    if not instances and not captions:
        raise Fault(
            "dataset",
            f"{folder} holds neither instances_*.json nor captions_*.json.",
            "Unpack COCO's annotations and pictures into one directory.",
        )
    return Coco(folder, instances, captions)


class Coco:
    """Marked things and captions of each picture; see `Dataset`."""

    def __init__(self, folder: Path, instances: list[Path], captions: list[Path]) -> None:
        self._folder, self._instances, self._captions = folder, instances, captions
        self._places: dict[str, Path] = {}
        self.found = Found()

    def examples(self) -> Iterator[Example]:
        """Picture after picture, those of one file of annotations together."""
        captions = {_split(file): file for file in self._captions}
        for file in self._instances:
            yield from self._of(file, captions.pop(_split(file), None))
        for file in captions.values():
            yield from self._of(None, file)

    def _of(self, instances: Path | None, captions: Path | None) -> Iterator[Example]:
        source = instances or captions
        assert source is not None  # one of both
        boxes = self.boxes(instances) if instances else {}
        known = self._categories(instances) if instances else {}
        told: dict[int, list[str]] = {}
        for row in records(captions, "annotations") if captions else ():
            if (text := text_of(_get(row, "caption"))) is not None:
                told.setdefault(_get(row, "image_id"), []).append(text)
            else:
                self.found.skipped["a caption without text"] += 1
        self.found.licences |= licences_of(source)
        for row in records(source, "images"):
            example = self._example(row, boxes, told, tuple(known.values()))
            if example is not None:
                yield example

    def _categories(self, instances: Path) -> dict[int, str]:
        rows = [(_get(row, "id"), _get(row, "name")) for row in records(instances, "categories")]
        return {number: name for number, name in rows if isinstance(name, str)}

    def boxes(self, instances: Path) -> dict[int, list[tuple[str, Any]]]:
        """(category, box as it stands there) of every marked thing, by the number of its picture; a crowd's box is None."""
        categories = self._categories(instances)
        boxes: dict[int, list[tuple[str, Any]]] = {}
        for row in records(instances, "annotations"):
            category = categories.get(_get(row, "category_id"))
            if category is None:
                self.found.skipped["a thing of no category"] += 1
            else:
                box = None if _get(row, "iscrowd") else _get(row, "bbox")
                boxes.setdefault(_get(row, "image_id"), []).append((category, box))
        return boxes

    def _example(
        self, row: Any, boxes: dict[int, list[tuple[str, Any]]], told: dict[int, list[str]], known: tuple[str, ...]
    ) -> Example | None:
        number, size = _get(row, "id"), (_get(row, "width"), _get(row, "height"))
        picture = picture_of(self._folder, _get(row, "file_name"), self._places)
        if picture is None:
            self.found.skipped["a picture that is not there"] += 1
            return None
        if not all(isinstance(side, int) and 0 < side <= SIDE for side in size):
            self.found.skipped["a picture without its size"] += 1
            return None
        marked: list[tuple[str, Xywh]] = []
        for category, values in boxes.get(number, ()):
            if (box := boxed(values, *size)) is not None:
                marked.append((category, box))
            else:
                self.found.skipped["a crowd" if values is None else "a box that is none"] += 1
        things = tuple(thing(category, box) for category, box in marked)
        said = tuple(Said(text, meant(text, things)) for text in told.get(number, ()))
        self.found.taken.update(pictures=1, things=len(things), captions=len(said))
        there = {category for category, _ in boxes.get(number, ())}
        return Example(picture, str(number), things, said, tuple(name for name in known if name not in there))


def licences_of(file: Path) -> set[str]:
    """The licences that a file of annotations lists, by name."""
    return {str(_get(row, "name") or _get(row, "url") or "unnamed") for row in records(file, "licenses")}


def _split(file: Path) -> str:
    return file.stem.partition("_")[2]


def _get(row: Any, key: str) -> Any:
    """A field of a record that may be anything."""
    return row.get(key) if isinstance(row, dict) else None
