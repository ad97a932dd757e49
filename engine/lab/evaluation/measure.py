"""One recording, one bundle: ask, print, write. Shared by the commands that measure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from engine.errors import Fault
from engine.formats.recording import Recording, Row
from engine.lab.evaluation.ask_recording import Answers, ask_recording
from engine.lab.evaluation.questions import vocabulary
from engine.lab.evaluation.report import Report, report
from engine.perception import Perceiver


def measure_recording(
    perceiver: Perceiver, recording: Recording, rows: Sequence[Row] | None = None, title: str = "asking"
) -> tuple[Answers, Report]:
    """Ask the bundle about the frames (all of them by default), with a progress bar on stderr.

    Raises:
        Fault: `recording_unlabelled` where no frame names a thing.
    """
    names = vocabulary(recording)
    if not names:
        raise Fault(
            "recording_unlabelled",
            f"No frame of {recording.folder} has entities.",
            "Record names and boxes: docs/recording.md.",
        )
    rows = recording.rows if rows is None else rows
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(title, total=len(rows))
        answers = ask_recording(perceiver, recording, rows, names, lambda: progress.advance(task))
    return answers, report(answers)


def spread(rows: Sequence[Row], count: int | None) -> list[Row]:
    """`count` of the rows, evenly over the recording; all where there are no more."""
    if count is None or count >= len(rows):
        return list(rows)
    return [rows[i * len(rows) // count] for i in range(count)]


def write_json(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")


def bundle_facts(perceiver: Perceiver) -> dict[str, object]:
    """Which bundle was measured: its name and what tells it from any other."""
    manifest = perceiver.bundle.manifest
    return {"name": manifest.name, "precision": manifest.precision, "image_sha256": manifest.graphs["image"].sha256}
