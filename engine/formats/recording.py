"""Recordings: what a game saw and what was true of it. Any game writes them; training reads them.

The format is described in docs/recording.md. In short: `meta.json`, picture files, and `labels.jsonl` with
one line a frame.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal

import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from engine.errors import Fault
from engine.files import write_whole
from engine.formats.labels import Labels, load_labels
from npc.types import HEAD_NAMES

PictureFormat = Literal["png", "jpeg", "webp"]
FORMAT: Literal[1] = 1
ROUNDING = 1.0  # pixels by which a box may stick out of its frame
LARGEST = 4096  # pixels a side, as of frames that a game sends
# What a thing is, as far as it matters to what is right to do.
TAGS = frozenset({"hostile", "hazard", "item", "food", "animal", "person", "place", "foul", "plant", "vehicle"})


class Meta(BaseModel):
    """`meta.json`. Further fields (level, art pack, seed …) are kept as they are."""

    model_config = ConfigDict(frozen=True, extra="allow")

    format: Literal[1] = FORMAT
    game: str = Field(min_length=1)
    licence: str = ""


class RecordedEntity(BaseModel):
    """One thing in view. box: x, y, width, height in pixels of the frame."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: str = Field(min_length=1)
    box: tuple[float, float, float, float]
    tags: tuple[str, ...] = ()

    @field_validator("box")
    @classmethod
    def _box_has_an_area(cls, box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
        if box[2] <= 0 or box[3] <= 0:
            raise ValueError(f"box {list(box)} has no area; it is [x, y, width, height]")
        return box

    @field_validator("tags")
    @classmethod
    def _tags_are_known(cls, tags: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := set(tags) - TAGS:
            raise ValueError(f"unknown tag '{min(unknown)}'; known are {', '.join(sorted(TAGS))}")
        return tags


class Row(BaseModel):
    """One line of `labels.jsonl`. A label that is None is unknown; so is a target that was not given.

    Attributes:
        frame: path of the picture, relative to the recording.
        episode: frames of one episode look alike; data is split by whole episodes.
        t: seconds since the episode's start.
        text: what the player said; "" for silence, None for unknown.
        target: index of the entity that the words mean; None where they mean nothing in view.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    frame: str
    episode: str
    t: float = Field(ge=0)
    entities: tuple[RecordedEntity, ...] = ()
    text: str | None = None
    intent: str | None = None
    tone: str | None = None
    action: str | None = None
    emotion: str | None = None
    target: int | None = None

    @property
    def target_known(self) -> bool:
        return "target" in self.model_fields_set

    @property
    def entities_known(self) -> bool:
        """Whether what is in view was told at all; an empty list says that nothing is."""
        return "entities" in self.model_fields_set

    @field_validator("frame")
    @classmethod
    def _frame_stays_inside(cls, frame: str) -> str:
        if Path(frame).is_absolute() or ".." in Path(frame).parts:
            raise ValueError(f"'{frame}' leads out of the recording")
        return frame

    @model_validator(mode="after")
    def _target_is_an_entity(self) -> Row:
        if self.target is not None and not 0 <= self.target < len(self.entities):
            raise ValueError(f"target {self.target} is no index into {len(self.entities)} entities")
        return self


@dataclass(frozen=True)
class Recording:
    """A recording whose rows were checked."""

    folder: Path
    meta: Meta
    rows: tuple[Row, ...]

    @property
    def episodes(self) -> list[str]:
        """Names of the episodes, in order of appearance."""
        return list(dict.fromkeys(row.episode for row in self.rows))

    def frame(self, row: Row) -> npt.NDArray[np.uint8]:
        """The picture of a row, uint8 [H, W, 3] RGB; a truncated file raises `Fault`."""
        try:
            with Image.open(self.folder / row.frame) as picture:
                return np.asarray(picture.convert("RGB"), np.uint8)
        except (OSError, SyntaxError, ValueError) as error:  # Pillow: of PNG files with a broken end, SyntaxError
            raise Fault(
                "frame_broken",
                f"{self.folder / row.frame} cannot be read: {error}.",
                "Record the episode again, or delete its line from labels.jsonl.",
            ) from None


def read_recording(folder: Path, labels: Labels | None = None) -> Recording:
    """Read and check a recording. Pictures are opened for their size alone, not decoded.

    A last line without its line end (the game was ended while it wrote) is left out.

    Raises:
        Fault: `recording_missing`, `recording_meta`, or `recording_row`, naming line and fault.
    """
    if not (folder / "labels.jsonl").is_file():
        raise Fault(
            "recording_missing",
            f"There is no recording in {folder} (no labels.jsonl).",
            "Give the folder that the game recorded into.",
        )
    meta = _read_meta(folder / "meta.json")
    known = labels or load_labels()
    return Recording(folder, meta, tuple(_read_rows(folder, known)))


def _read_meta(path: Path) -> Meta:
    try:
        return Meta.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        fault = "is missing"
    except ValidationError as error:
        fault = _first(error)
    raise Fault("recording_meta", f"{path}: {fault}.", f'It holds at least {{"format": {FORMAT}, "game": "…"}}.')


def _read_rows(folder: Path, labels: Labels) -> Iterator[Row]:
    with (folder / "labels.jsonl").open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if line.endswith(b"\n") and line.strip():
                yield _read_row(folder, number, line, labels)


def _read_row(folder: Path, number: int, line: bytes, labels: Labels) -> Row:
    try:
        row = Row.model_validate_json(line)
        _check_labels(row, labels)
        _check_boxes(row.entities, _picture_size(folder / row.frame))
        return row
    except ValidationError as error:
        fault = _first(error)
    except (Fault, ValueError) as error:
        fault = str(error).rstrip(".")
    raise Fault("recording_row", f"{folder / 'labels.jsonl'} line {number}: {fault}.", "Mend or delete the line.")


def _check_labels(row: Row, labels: Labels) -> None:
    for head in HEAD_NAMES:
        if (label := getattr(row, head, None)) is not None:
            labels.index(head, label)


def _picture_size(path: Path) -> tuple[int, int]:
    try:
        with Image.open(path) as picture:
            size = picture.size
    except FileNotFoundError:
        raise ValueError(f"frame {path.name} is missing") from None
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError):
        raise ValueError(f"frame {path.name} is no picture") from None
    if max(size) > LARGEST:
        raise ValueError(f"frame {path.name} has {size[0]} x {size[1]} pixels; {LARGEST} a side are the most, 640 are plenty")
    return size


def _check_boxes(entities: Sequence[RecordedEntity], size: tuple[int, int]) -> None:
    for entity in entities:
        x, y, w, h = entity.box
        if max(x + w, y + h) <= 1 and max(x, y) > 0:  # in the very corner it may be what is left of a box cut at the edge
            raise ValueError(
                f"box {list(entity.box)} of '{entity.name}' looks like fractions of the frame; "
                "it is [x, y, width, height] in pixels"
            )
        if min(x, y) < -ROUNDING or x + w > size[0] + ROUNDING or y + h > size[1] + ROUNDING:
            raise ValueError(
                f"box {list(entity.box)} of '{entity.name}' is outside the frame "
                f"({size[0]} x {size[1]} pixels); it is [x, y, width, height]"
            )


def _first(error: ValidationError) -> str:
    fault = error.errors()[0]
    place = ".".join(map(str, fault["loc"]))
    message = fault["msg"].removeprefix("Value error, ")
    return f"{place}: {message}" if place else message


class RecordingWriter:
    """Writes a recording, or goes on with one.

    A frame's file is complete before its line is added, and a line is added in one write: a game that is
    ended at any moment leaves a recording that can be read.

    Args:
        folder: made if it is not there.
        meta: at least the game's name.
        picture_format: of the frame files. JPEG and WebP are smaller and lossy.
        labels: the classes that may be written; by default those that ship with the engine.
    """

    def __init__(
        self,
        folder: Path,
        meta: Meta | Mapping[str, object],
        *,
        picture_format: PictureFormat = "png",
        labels: Labels | None = None,
    ) -> None:
        self._folder, self._format = folder, picture_format
        self._labels = labels or load_labels()
        (folder / "frames").mkdir(parents=True, exist_ok=True)
        checked = meta if isinstance(meta, Meta) else Meta.model_validate(meta)
        write_whole(folder / "meta.json", checked.model_dump_json(indent=2).encode())
        self._count = _mend(folder)
        self._lines = (folder / "labels.jsonl").open("ab", buffering=0)

    def write(
        self,
        frame: npt.NDArray[np.uint8],
        *,
        episode: str,
        t: float,
        entities: Sequence[Mapping[str, object]] = (),
        **labels: object,
    ) -> Row:
        """Add a frame.

        Args:
            frame: uint8 [H, W, 3] RGB.
            episode, t: see `Row`.
            entities: maps of `name`, `box` and `tags`.
            labels: any of `text`, `intent`, `tone`, `action`, `emotion`, `target`; leave out the unknown.

        Raises:
            Fault: `recording_row`, for a label that does not exist or a box outside the frame;
                nothing is written then.
        """
        extension = "jpg" if self._format == "jpeg" else self._format
        fields = {"frame": f"frames/{self._count:06d}.{extension}", "episode": episode, "t": t, "entities": entities, **labels}
        row = self._checked(fields, (frame.shape[1], frame.shape[0]))
        write_whole(self._folder / row.frame, _encode(frame, self._format))
        self._lines.write(row.model_dump_json(exclude_unset=True).encode() + b"\n")
        self._count += 1
        return row

    def close(self) -> None:
        self._lines.close()

    def __enter__(self) -> RecordingWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _checked(self, fields: Mapping[str, object], size: tuple[int, int]) -> Row:
        try:
            row = Row.model_validate(fields)
            _check_labels(row, self._labels)
            _check_boxes(row.entities, size)
            return row
        except ValidationError as error:
            fault = _first(error)
        except (Fault, ValueError) as error:
            fault = str(error).rstrip(".")
        raise Fault("recording_row", f"Frame {self._count} cannot be recorded: {fault}.")


def _encode(frame: npt.NDArray[np.uint8], picture_format: PictureFormat) -> bytes:
    data = io.BytesIO()
    quality = {"png": {"compress_level": 3}, "jpeg": {"quality": 90}, "webp": {"quality": 90}}[picture_format]
    Image.fromarray(frame).save(data, picture_format.upper(), **quality)
    return data.getvalue()


def _mend(folder: Path) -> int:
    """Cut off a last line that was never finished; returns the number of the next frame, higher than that of any file."""
    path = folder / "labels.jsonl"
    if path.exists():
        content = path.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        if whole != content:
            os.truncate(path, len(whole))
    stems = (frame.stem for frame in (folder / "frames").iterdir())
    return max((int(stem) + 1 for stem in stems if stem.isdecimal()), default=0)
