"""A data set gone through once: its examples as lines of JSON that any process reads from any line on."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import Fault
from engine.files import whole_file
from engine.formats.boxes import Xywh
from engine.formats.pictures import LARGEST_FILE, Pixels, read_picture, size_of
from engine.lab.data.concepts import stable_share
from engine.lab.data.public.examples import Example, Found, Said, open_dataset
from engine.lab.data.things import Entity, Scene

VERSION = 1  # of the lines; another one is another file
VALIDATION_SHARE = 1 / 8  # of the groups
PARTS = ("train", "validation")
_log = logging.getLogger("engine.lab.data")


def index_of(source: str, folder: Path, told: Callable[[int], None] = lambda _: None) -> dict[str, Path]:
    """The index of a data set's training and validation part, written into `folder` unless it is there.

    Args:
        source: see `open_dataset`.
        told: hears now and then how many examples there are so far.

    Raises:
        Fault: see `open_dataset`; `dataset` where no example is left.
    """
    files = {part: folder / f"{_key(source)}-{part}.jsonl" for part in PARTS}
    if not all(file.is_file() for file in files.values()):
        folder.mkdir(parents=True, exist_ok=True)
        dataset, count = open_dataset(source), 0
        with whole_file(files["train"]) as train, whole_file(files["validation"]) as validation:
            with train.open("w", encoding="utf-8") as one, validation.open("w", encoding="utf-8") as other:
                for count, example in enumerate(checked(dataset.examples(), dataset.found), start=1):
                    part = other if stable_share(example.group) < VALIDATION_SHARE else one
                    part.write(json.dumps(asdict(example), default=_plain, ensure_ascii=False) + "\n")
                    if count % 500 == 0:
                        told(count)
            if not count:
                raise Fault(
                    "dataset", f"{source} has no example: {_reasons(dataset.found)}.", "See docs/training.md for its layout."
                )
        if dataset.found.skipped:
            _log.warning("%s: left out: %s", source, _reasons(dataset.found))
    return files


def checked(examples: Iterator[Example], found: Found) -> Iterator[Example]:
    """Those whose picture is one, by what its file says of itself; the others are counted."""
    for example in examples:
        if not example.things and not example.absent:
            found.skipped["a picture of which nothing is known"] += 1
            continue
        if example.at is None:
            try:
                size_of(_content(example.picture))
            except (Fault, OSError):
                found.skipped["a picture that is none"] += 1
                continue
        yield example


def read_examples(index: Path, start: int, count: int) -> Iterator[Example]:
    """Examples `start` … `start + count` of an index."""
    with index.open(encoding="utf-8") as lines:
        for line in islice(lines, start, start + count):
            row = json.loads(line)
            things = tuple(_thing(entry) for entry in row["things"])
            said = tuple(Said(entry["text"], tuple(entry["means"]), entry["answer"]) for entry in row["said"])
            yield Example(Path(row["picture"]), row["group"], things, said, tuple(row["absent"]), row["at"])


def count_of(index: Path) -> int:
    """How many examples an index has."""
    with index.open("rb") as lines:
        return sum(1 for _ in lines)


def scene_of(example: Example) -> Scene:
    """The example's picture with its truth. A picture that broke since it was checked is grey, and nothing is in it."""
    try:
        pixels = read_picture(_content(example.picture)) if example.at is None else frame_at(example.picture, example.at)
    except (Fault, OSError) as error:
        _log.warning("%s: %s", example.picture, error)
        pixels, example = np.full((192, 320, 3), 128, np.uint8), Example(example.picture, example.group)
    height, width = pixels.shape[:2]
    inside = [entity for entity in example.things if entity.box[0] < width and entity.box[1] < height]
    return Scene(pixels, (0, 0, width, height), inside, example.absent)


def frame_at(clip: Path, seconds: float) -> Pixels:
    """The first frame of a video at or after this time; the last one where there is none.

    Raises:
        Fault: `dataset` where it cannot be read.
    """
    import av  # only who reads videos needs it

    shown = None
    try:
        with av.open(str(clip)) as video:
            for shown in video.decode(video=0):
                if shown.time is not None and shown.time >= seconds:
                    break
    except (av.FFmpegError, IndexError, ValueError) as error:
        raise Fault("dataset", f"{clip} is no video: {error}.", "Take it out of the data set.") from None
    if shown is None:
        raise Fault("dataset", f"{clip} has no frames.", "Take it out of the data set.")
    return np.asarray(shown.to_ndarray(format="rgb24"), np.uint8)


def _content(picture: Path) -> bytes:
    if picture.stat().st_size > LARGEST_FILE:
        raise Fault("frame_size", f"{picture} is too large.", "Take it out of the data set.")
    return picture.read_bytes()


def _key(source: str) -> str:
    """Names the index of this state of a data set: its place, and when its annotations were written."""
    name, _, path = source.partition(":")
    told = [file for kind in ("json", "txt") for file in sorted(Path(path).rglob(f"*.{kind}"))]
    state = [str(Path(path).resolve()), *((file.name, file.stat().st_mtime_ns) for file in told)]
    return f"{name}-{hashlib.sha256(repr((VERSION, state)).encode()).hexdigest()[:12]}"


def _thing(row: dict[str, Any]) -> Entity:
    x, y, w, h = row["box"]
    box: Xywh = (x, y, w, h)
    return Entity(tuple(row["names"]), box, frozenset(row["tags"]), tuple(row["generic"]), row["colour"])


def _plain(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset) else str(value)


def _reasons(found: Found) -> str:
    return ", ".join(f"{count} x {reason}" for reason, count in found.skipped.most_common()) or "nothing was there"
