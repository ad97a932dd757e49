"""The report of an adaptation: figures as JSON, a table for the terminal, pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from rich.markup import escape
from rich.table import Table

from engine.files import write_json
from engine.formats.recording import Recording
from engine.lab.adaptation.adapt import Adaptation
from engine.lab.adaptation.learning import KEPT
from engine.lab.evaluation.ask_recording import Pointed
from engine.lab.evaluation.pictures import draw_answers, draw_page, various
from engine.lab.evaluation.report import Figures, figure, narrow_table


def write_report(outcome: Adaptation, recording: Recording, folder: Path) -> None:
    """`adaptation.json`, `before-after.png` (the same questions twice) and `answers.png` (hits and misses after)."""
    write_json(folder / "adaptation.json", as_json(outcome, recording))
    before, after = pairs(outcome)
    draw_page({"before": before, "after, the same questions": after}, recording.frame).save(folder / "before-after.png")
    draw_answers(recording, outcome.after[0].watch).save(folder / "answers.png")


def as_json(outcome: Adaptation, recording: Recording) -> dict[str, object]:
    curve = outcome.curve
    return {
        "game": recording.meta.game,
        "frames": {"learnt": len(outcome.split.learn), "held_out": len(outcome.split.check)},
        "episodes": {
            "learnt": sorted({row.episode for row in outcome.split.learn}),
            "held_out": sorted({row.episode for row in outcome.split.check}),
        },
        "held_out_chose": ["weights", "calibration"],  # `after` is a little better than further episodes would be
        "steps": curve.steps,
        "steps_done": curve.done,
        "stopped": curve.stopped,
        "blend": curve.blend,
        "checks": [{name: None if np.isnan(value) else value for name, value in check.items()} for check in curve.checks],
        "before": outcome.before[1].as_json(),
        "after": outcome.after[1].as_json(),
        "notes": outcome.notes,
        "replay": {
            "before": {name: curve.before[f"replay_{name}"] for name in KEPT},
            "after": {name: curve.best[f"replay_{name}"] for name in KEPT},
            "lost": curve.lost(),
            "forgotten": outcome.forgotten,
        },
        "parity_fp32": outcome.parity[0].__dict__,
        "parity_shipped": outcome.parity[1].__dict__,
        "seconds": outcome.seconds,
    }


def pairs(outcome: Adaptation) -> tuple[list[Pointed], list[Pointed]]:
    """The same questions before and after: what was learnt first, of names and frames as different as there are."""
    both = [(a, b) for a, b in zip(outcome.before[0].watch, outcome.after[0].watch, strict=True) if a.there]
    both.sort(key=lambda pair: (pair[0].hit, not pair[1].hit))
    chosen = [both[i] for i in various([before.question for before, _ in both])]
    return [a for a, _ in chosen], [b for _, b in chosen]


def table(outcome: Adaptation, game: str) -> Table:
    """Pointing and presence before and after, per name, on the held-out episodes."""
    before, after = outcome.before[1], outcome.after[1]
    curve = outcome.curve
    kept = ", ".join(f"{name} {curve.before[f'replay_{name}']:.3f} → {curve.best[f'replay_{name}']:.3f}" for name in KEPT)
    rows = narrow_table(
        f"{escape(game)}: before → after, on {len(outcome.split.check)} frames held out",
        ("there", "not", "pointing", "AUC", "ECE"),
        f"Drawn scenes held out: {kept}.\nBoth sets chose the weights and the calibration:\n"
        "on further episodes expect a little less.",
    )
    for name in sorted(after.concepts, key=lambda n: -after.concepts[n]["there"]):
        rows.add_row(escape(name), *_cells(before.concepts[name], after.concepts[name]))
    rows.add_section()
    rows.add_row("all", *_cells(before.overall, after.overall), style="bold")
    return rows


def _cells(before: Figures, after: Figures) -> list[str]:
    pairs = ([figure(figures[key]) for figures in (before, after)] for key in ("pointing", "presence_auc", "ece"))
    return [f"{after['there']:.0f}", f"{after['absent']:.0f}", *(" → ".join(pair) for pair in pairs)]
