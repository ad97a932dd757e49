"""Writing recordings, frame by frame; a game that ends at any moment leaves one that can be read."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Literal

from PIL import Image
from pydantic import ValidationError

from engine.errors import Fault
from engine.files import write_whole
from engine.formats.labels import Labels, load_labels
from engine.formats.pictures import Pixels
from engine.formats.recording import TAGS, Meta, Row, check_boxes, check_labels, first_fault
from npc.text import decoded

PictureFormat = Literal["png", "jpeg", "webp"]


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
        frame: Pixels,
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
            check_labels(row, self._labels)
            check_boxes(row.entities, size)
            _check_tags(row)
            return row
        except ValidationError as error:
            fault = first_fault(error)
        except (Fault, ValueError) as error:
            fault = str(error).rstrip(".")
        raise Fault("recording_row", f"Frame {self._count} cannot be recorded: {fault}.")


def _check_tags(row: Row) -> None:
    """A game's own mistake is told at once, where a reader would leave the tag out."""
    if unknown := {tag for entity in row.entities for tag in entity.tags} - TAGS:
        raise ValueError(f"unknown tag '{min(unknown)}'; known are {', '.join(sorted(TAGS))}")


def _encode(frame: Pixels, picture_format: PictureFormat) -> bytes:
    data = io.BytesIO()
    quality = {"png": {"compress_level": 3}, "jpeg": {"quality": 90}, "webp": {"quality": 90}}[picture_format]
    Image.fromarray(frame).save(data, picture_format.upper(), **quality)
    return data.getvalue()


def _mend(folder: Path) -> int:
    """Cut off a last line that was never finished; returns the number of the next frame, higher than that of any file.

    Lines in UTF-16 are written anew as UTF-8, as those that follow will be.
    """
    path = folder / "labels.jsonl"
    if path.exists():
        content = path.read_bytes()
        if b"\0" in content[:64]:
            content = decoded(content).encode()
            write_whole(path, content)
        whole = content[: content.rfind(b"\n") + 1]
        if whole != content:
            os.truncate(path, len(whole))
    stems = (frame.stem for frame in (folder / "frames").iterdir())
    return max((int(stem) + 1 for stem in stems if stem.isdecimal()), default=0)
