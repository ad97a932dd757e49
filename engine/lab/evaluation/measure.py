"""A bundle on a recording, and on written lines with known intents: ask, print, write. Shared by the commands that measure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

from engine.errors import Fault
from engine.formats.recording import Recording, Row
from engine.lab.data.utterances import PlayerLine
from engine.lab.evaluation.ask_recording import RecordingAnswers, ask_recording, vocabulary
from engine.lab.evaluation.metrics import expected_calibration_error, macro_f1
from engine.lab.evaluation.report import Figures, Report, report
from engine.perception import Perceiver, Query
from engine.perception.looks import Appearances
from npc.types import WORD_HEADS


def measure_recording(
    perceiver: Perceiver,
    recording: Recording,
    rows: Sequence[Row] | None = None,
    title: str = "asking",
    looks: Mapping[str, Appearances] | None = None,
    called: Mapping[str, str] | None = None,
) -> tuple[RecordingAnswers, Report]:
    """Ask the bundle about the frames (all of them by default), with a progress bar on stderr.

    `looks` and `called` are those of `ask_recording`.

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
        answers = ask_recording(perceiver, recording, rows, names, lambda: progress.advance(task), looks, called)
    return answers, report(answers)


def spread(rows: Sequence[Row], count: int | None) -> list[Row]:
    """`count` of the rows, evenly over the recording; all where there are no more."""
    if count is None or count >= len(rows):
        return list(rows)
    return [rows[i * len(rows) // count] for i in range(count)]


def bundle_facts(perceiver: Perceiver) -> dict[str, object]:
    """Which bundle was measured: its name and what tells it from any other."""
    manifest = perceiver.bundle.manifest
    return {"name": perceiver.name, "precision": manifest.precision, "image_sha256": manifest.graphs["image"].sha256}


def measure_lines(perceiver: Perceiver, lines: Sequence[PlayerLine]) -> dict[str, Figures]:
    """Accuracy, macro-F1 over the classes that occur, ECE and number of lines, for each head that reads words and is labelled.

    The lines are read one by one, as a game says them.
    """
    read = [(line, perceiver.perceive(None, [Query(line.text)])[0]) for line in lines]
    heads: dict[str, list[tuple[str, Mapping[str, float]]]] = {
        head: [(label, getattr(p, head)) for line, p in read if (label := getattr(line, head, None))] for head in WORD_HEADS
    }
    return {head: _figures(pairs) for head, pairs in heads.items() if pairs}


def _figures(pairs: Sequence[tuple[str, Mapping[str, float]]]) -> Figures:
    truth = [true for true, _ in pairs]
    said = [max(p, key=p.__getitem__) for _, p in pairs]
    right = np.array([a == b for a, b in zip(truth, said, strict=True)])
    confidence = np.array([max(p.values()) for _, p in pairs])
    return {
        "accuracy": float(right.mean()),
        "f1": macro_f1(truth, said),
        "ece": expected_calibration_error(confidence, right),
        "lines": float(len(pairs)),
    }


def lines_table(title: str, found: Mapping[str, Figures]) -> Table:
    """A row each head."""
    rows = Table("head", "accuracy", "macro-F1", "ECE", "lines", title=escape(title), title_justify="left")
    for head, f in found.items():
        rows.add_row(head, *(f"{f[name]:.3f}" for name in ("accuracy", "f1", "ece")), f"{f['lines']:.0f}")
    return rows
