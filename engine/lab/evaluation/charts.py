"""Pictures of answers with matplotlib: confusion matrices, reliability diagrams, learning curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

import matplotlib
import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from engine.lab.evaluation.metrics import reliability
from engine.lab.evaluation.raw import HeadAnswers, PlaceAnswers

matplotlib.use("Agg")

Out = Path | IO[bytes]


def draw_confusion(head: str, answers: HeadAnswers, out: Out) -> None:
    """The confusion matrix of a head as PNG, rows normalised to 1; cells from 5 % on in figures."""
    classes = answers.classes
    counts = np.zeros((len(classes), len(classes)))
    np.add.at(counts, (answers.truth, answers.p.argmax(-1)), 1)
    share = counts / np.maximum(counts.sum(1, keepdims=True), 1)
    side = 2.5 + 0.36 * len(classes)
    figure = Figure((side, side), layout="constrained")
    axes = figure.subplots()
    axes.imshow(share, cmap="magma", vmin=0, vmax=1)
    axes.set_xticks(range(len(classes)), classes, rotation=90)
    axes.set_yticks(range(len(classes)), classes)
    axes.set(xlabel="predicted", ylabel="true", title=f"{head}: {np.trace(counts) / max(counts.sum(), 1):.1%} right")
    for (row, column), value in np.ndenumerate(share):
        if value >= 0.05:
            ink = "white" if value < 0.6 else "black"
            axes.text(column, row, f"{value * 100:.0f}", ha="center", va="center", fontsize=6.5, color=ink)
    figure.savefig(out, dpi=110, format="png")


def draw_claims(parts: Mapping[str, HeadAnswers | PlaceAnswers], out: Out) -> None:
    """Reliability diagrams (DeGroot & Fienberg 1983) as PNG, one a part: of what is said with p, the share that is so."""
    columns = min(4, max(len(parts), 1))
    rows = -(-len(parts) // columns) or 1
    figure = Figure((3 * columns, 3 * rows), layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False)
    for axes, (name, answers) in zip(grid.flat, parts.items(), strict=False):
        bins = reliability(*_claims(answers))
        error = sum(b.weight * abs(b.claimed - b.so) for b in bins)
        axes.plot([0, 1], [0, 1], color="orange", linewidth=1)
        axes.scatter([b.claimed for b in bins], [b.so for b in bins], [10 + 300 * b.weight for b in bins], alpha=0.7)
        axes.set(xlim=(0, 1), ylim=(0, 1), title=f"{name}   ECE {error:.3f}", xlabel="claimed", ylabel="so")
    for axes in grid.flat[len(parts) :]:
        axes.axis("off")
    figure.savefig(out, dpi=90, format="png")


def _claims(answers: HeadAnswers | PlaceAnswers) -> tuple[Sequence[bool], Sequence[float]]:
    """Whether each claim was so, and its probability."""
    if isinstance(answers, PlaceAnswers):
        return answers.there.tolist(), answers.p.tolist()
    right: npt.NDArray[np.bool_] = answers.p.argmax(-1) == answers.truth
    return right.tolist(), answers.p.max(-1).tolist()


Curves = Mapping[str, Mapping[str, Sequence[Mapping[str, float]]]]  # run, stage, validations


def draw_curves(curves: Curves, out: Out) -> None:
    """Every figure of every validation against steps as PNG, a line a run; the stages of a run follow each other."""
    names = list(dict.fromkeys(n for stages in curves.values() for rows in stages.values() for row in rows for n in row))
    names = [name for name in names if name != "step"]
    columns = min(4, max(len(names), 1))
    rows = -(-len(names) // columns) or 1
    figure = Figure((3.2 * columns, 2.6 * rows), layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False)
    for axes, name in zip(grid.flat, names, strict=False):
        for run, stages in curves.items():
            steps, values = _curve(stages, name)
            axes.plot(steps, values, marker=".", label=run)
        axes.set(title=name, xlabel="steps")
    for axes in grid.flat[len(names) :]:
        axes.axis("off")
    if len(curves) > 1 and names:
        grid.flat[0].legend(fontsize=7)
    figure.savefig(out, dpi=90, format="png")


def _curve(stages: Mapping[str, Sequence[Mapping[str, float]]], name: str) -> tuple[list[float], list[float]]:
    steps, values, before = list[float](), list[float](), 0.0
    for rows in stages.values():
        for row in rows:
            if name in row:
                steps.append(before + row["step"])
                values.append(row[name])
        before += rows[-1]["step"] if rows else 0
    return steps, values
