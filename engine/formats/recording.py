"""Recordings: what a game saw and what was true of it. Any game writes them; training reads them.

The format is described in docs/recording.md. In short: `meta.json`, picture files, and `labels.jsonl` with
one line a frame. A recording may come from anybody: no name leads out of its folder, no link is followed, pictures are told
by their content, and every file has a largest size.
"""

from __future__ import annotations

import difflib
import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from engine.errors import Fault
from engine.formats.labels import Labels, load_labels
from engine.formats.pictures import LARGEST_FILE, Pixels, read_picture, size_of
from npc.inside import read_inside, safe_name
from npc.text import decoded, valid
from npc.types import HEAD_NAMES

FORMAT: Literal[1] = 1
ROUNDING = 1.0  # pixels by which a box may stick out of its frame
LARGEST = 4096  # pixels a side, as of frames that a game sends
LARGEST_META, LARGEST_LABELS = 1 << 20, 256 << 20  # bytes
LONGEST_LINE = 1 << 20  # characters: thousands of entities
# What a thing is, as far as it matters to what is right to do.
TAGS = frozenset({"hostile", "hazard", "item", "food", "animal", "person", "place", "foul", "plant", "vehicle"})


def _on_one_line(name: str) -> str:
    if any(c < " " or "\x7f" <= c < "\xa0" for c in name):
        raise ValueError(f"{name[:80]!r} holds a control character")
    return name


Text = Annotated[str, AfterValidator(valid)]
Name = Annotated[Text, AfterValidator(_on_one_line)]  # is shown in tables, where a terminal would obey what stands in it
_log = logging.getLogger("engine.recording")


class Meta(BaseModel):
    """`meta.json`. Further fields (level, art pack, seed …) are kept as they are."""

    model_config = ConfigDict(frozen=True, extra="allow")

    format: Literal[1] = FORMAT
    game: Name = Field(min_length=1)
    licence: Text = ""


class RecordedEntity(BaseModel):
    """One thing in view. box: x, y, width, height in pixels of the frame. tags: of `TAGS`; a reader leaves others out."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: Name = Field(min_length=1)
    box: tuple[float, float, float, float]
    tags: tuple[Text, ...] = ()

    @field_validator("box")
    @classmethod
    def _box_has_an_area(cls, box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
        if box[2] <= 0 or box[3] <= 0:
            raise ValueError(f"box {list(box)} has no area; it is [x, y, width, height]")
        return box


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
    episode: Name
    t: float = Field(ge=0)
    entities: tuple[RecordedEntity, ...] = ()
    text: Text | None = None
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
        return safe_name(frame)

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

    def content(self, row: Row) -> bytes:
        """What tells the picture of a row from others: the bytes of its file, as they are."""
        return (self.folder / row.frame).read_bytes()

    def frame(self, row: Row) -> Pixels:
        """The picture of a row as a person sees it, uint8 [H, W, 3] RGB; see `read_picture`.

        Raises:
            Fault: `frame_broken`, for a file that is truncated, too large, a link, or gone.
        """
        try:
            return read_picture(read_inside(self.folder, row.frame, LARGEST_FILE))
        except Fault as error:
            fault = error.message.rstrip(".")
        except (OSError, ValueError) as error:
            fault = str(error)
        raise Fault(
            "frame_broken",
            f"{self.folder / row.frame} cannot be read: {fault}.",
            "Record the episode again, or delete its line from labels.jsonl.",
        )


def read_recording(folder: Path, labels: Labels | None = None) -> Recording:
    """Read and check a recording. Pictures are opened for their size alone, not decoded.

    A last line without its line end (the game was ended while it wrote) is left out. Tags that are not known are left out,
    too, with one warning that lists them.

    Raises:
        Fault: `recording_missing`, `recording_meta`, or `recording_row`, naming line and fault.
    """
    meta, lines = _read_meta(folder), _read_lines(folder)
    known = labels or load_labels()
    strange: Counter[str] = Counter()
    rows = tuple(_read_row(folder, number, line, known, strange) for number, line in lines if line.strip())
    if strange:
        _log.warning("%s", _unknown_tags(folder, strange))
    return Recording(folder, meta, rows)


def _read_meta(folder: Path) -> Meta:
    if not (folder / "labels.jsonl").exists():
        raise Fault(
            "recording_missing",
            f"There is no recording in {folder} (no labels.jsonl).",
            "Give the folder that the game recorded into.",
        )
    try:
        return Meta.model_validate_json(decoded(read_inside(folder, "meta.json", LARGEST_META)))
    except FileNotFoundError:
        fault = "is missing"
    except ValidationError as error:
        fault = first_fault(error)
    except (OSError, ValueError) as error:
        fault = str(error)
    raise Fault(
        "recording_meta", f"{folder / 'meta.json'}: {fault}.", f'It holds at least {{"format": {FORMAT}, "game": "…"}}.'
    )


def _read_lines(folder: Path) -> Iterator[tuple[int, str]]:
    """Whole lines with their numbers, in whatever encoding `npc.text.decoded` tells."""
    path = folder / "labels.jsonl"
    try:
        data = read_inside(folder, "labels.jsonl", LARGEST_LABELS)
        end = data.rfind(b"\n") + 1
        text = decoded(data[: end + (data[end : end + 1] == b"\0")])  # UTF-16: the line end's other half
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Fault("recording_row", f"{path} line {line}: not UTF-8.", "Write labels.jsonl as UTF-8.") from None
    except (OSError, ValueError) as error:
        raise Fault("recording_missing", f"{path} cannot be read: {error}.", "Put the file itself there.") from None
    return enumerate(text.split("\n")[:-1], 1)


def _read_row(folder: Path, number: int, line: str, labels: Labels, strange: Counter[str]) -> Row:
    try:
        if len(line) > LONGEST_LINE:
            raise ValueError(f"it has {len(line)} characters; {LONGEST_LINE} are the most")
        row = Row.model_validate_json(line)
        check_labels(row, labels)
        check_boxes(row.entities, _picture_size(folder, row.frame))
        return _with_known_tags(row, strange)
    except ValidationError as error:
        fault = first_fault(error)
    except (Fault, ValueError) as error:
        fault = str(error).rstrip(".")
    raise Fault("recording_row", f"{folder / 'labels.jsonl'} line {number}: {fault}.", "Mend or delete the line.")


def _with_known_tags(row: Row, strange: Counter[str]) -> Row:
    unknown = [tag for entity in row.entities for tag in entity.tags if tag not in TAGS]
    if not unknown:
        return row
    strange.update(unknown)
    kept = (e.model_copy(update={"tags": tuple(tag for tag in e.tags if tag in TAGS)}) for e in row.entities)
    return row.model_copy(update={"entities": tuple(kept)})


def _unknown_tags(folder: Path, strange: Counter[str]) -> str:
    """One sentence: the ten most frequent ones, each with how often it stands there and the nearest that is known."""
    told = []
    for tag, count in strange.most_common(10):
        near = difflib.get_close_matches(tag[:40], sorted(TAGS), 1)
        told.append(f"{tag[:40]!r} {count}x{f' (perhaps {near[0]!r})' if near else ''}")
    more = f" and {len(strange) - 10} more" if len(strange) > 10 else ""
    return f"{folder}: unknown tags are left out: {', '.join(told)}{more}. Known are {', '.join(sorted(TAGS))}."


def check_labels(row: Row, labels: Labels) -> None:
    """Refuse a label that its head has not; `Fault` `unknown_label`."""
    for head in HEAD_NAMES:
        if (label := getattr(row, head, None)) is not None:
            labels.index(head, label)


def _picture_size(folder: Path, name: str) -> tuple[int, int]:
    short = name.split("/")[-1]
    try:
        size = size_of(read_inside(folder, name, LARGEST_FILE))
    except FileNotFoundError:
        raise ValueError(f"frame {short} is missing") from None
    except Fault as error:
        raise ValueError(f"frame {short} is no picture that can be read: {error.message}") from None
    except OSError as error:
        raise ValueError(f"frame {short} cannot be read: {error.strerror}") from None
    if max(size) > LARGEST:
        raise ValueError(f"frame {short} has {size[0]} x {size[1]} pixels; {LARGEST} a side are the most, 640 are plenty")
    return size


def check_boxes(entities: Sequence[RecordedEntity], size: tuple[int, int]) -> None:
    """Refuse a box outside a frame of `size` (width, height), or in fractions of it; `ValueError`."""
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


def first_fault(error: ValidationError) -> str:
    """The place and the sentence of the first fault, on one line."""
    fault = error.errors()[0]
    place = ".".join(map(str, fault["loc"]))
    message = fault["msg"].removeprefix("Value error, ")
    return f"{place}: {message}" if place else message
