"""Written lines with known intents: what a bundle makes of them, without a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from rich.markup import escape
from rich.table import Table

from engine.lab.data.utterances import Utterance
from engine.lab.evaluation.metrics import expected_calibration_error, macro_f1
from engine.lab.evaluation.report import Figures
from engine.perception import Perceiver, Query
from npc.types import WORD_HEADS


def measure_lines(perceiver: Perceiver, lines: Sequence[Utterance]) -> dict[str, Figures]:
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
