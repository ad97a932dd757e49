"""The few-shot protocol: learn from N frames of one half of the episodes, be measured on the other half."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console

from engine.formats.recording import Recording, Row
from engine.lab.adaptation.adapt import adapt
from engine.lab.adaptation.frames import choose_frames, split_by_episode
from engine.lab.adaptation.report import write_report
from engine.lab.evaluation.measure import measure_recording
from engine.lab.evaluation.report import Figures
from engine.perception import Perceiver


def few_shot(recording: Recording, count: int, out: Path, base: Path | None, minutes: float) -> dict[str, Any]:
    """Adapt on `count` frames (or all that half of the episodes has) and measure; the bundle is kept in `out`.

    A part of these frames checks the learning.
    """
    name, halves = recording.meta.game, split_by_episode(recording.rows, 0.5)
    shown = replace(recording, rows=tuple(choose_frames(halves.learn, count)))
    bundle = out / "bundles" / f"{name}-{count}"
    say = Console(stderr=True, highlight=False).print
    outcome = adapt(shown, bundle, base, minutes=minutes, say=lambda text: say(f"{name}, {count} frames: {text}"))
    write_report(outcome, shown, out / "bundles" / f"{name}-{count}-report")
    before, after = (_figures(recording, folder, halves.check) for folder in (base, bundle))
    return {
        "game": name,
        "learnt_frames": len(shown.rows),
        "measured_frames": len(halves.check),
        **{f"{key}_before": before[key] for key in ("pointing", "presence_auc", "ece")},
        **{key: after[key] for key in ("pointing", "presence_auc", "ece")},
        "forgotten": outcome.forgotten,
        "steps": outcome.course.steps,
        "seconds": outcome.seconds["all"],
    }


def _figures(recording: Recording, bundle: Path | None, rows: list[Row]) -> Figures:
    return measure_recording(Perceiver(bundle, "cpu"), recording, rows)[1].overall
