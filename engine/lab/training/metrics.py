"""Figures of merit. Plain numpy on label indices and probabilities, so that any model can be measured."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from sklearn.metrics import f1_score, precision_recall_fscore_support

from engine.lab.evaluation.metrics import auc, expected_calibration_error

__all__ = ["auc", "classification_report", "expected_calibration_error", "macro_f1"]

Floats = npt.NDArray[np.floating]


def macro_f1(truth: Sequence[int], predicted: Sequence[int], classes: int) -> float:
    """Macro-averaged F1 over the classes that occur in `truth`."""
    present = sorted(set(truth))
    return float(f1_score(truth, predicted, labels=present, average="macro", zero_division=0))


def classification_report(truth: Sequence[int], probabilities: Floats) -> dict[str, float]:
    """Accuracy, macro precision, recall, F1 and ECE. `probabilities` [N, classes]."""
    predicted = probabilities.argmax(-1)
    answers = np.asarray(truth)
    present = sorted(set(answers.tolist()))
    precision, recall, f1, _ = precision_recall_fscore_support(
        answers, predicted, labels=present, average="macro", zero_division=0
    )
    right = predicted == answers
    return {
        "accuracy": float(right.mean()),
        "precision": float(precision),
        "recall": float(recall),
        "f1": float(f1),
        "ece": expected_calibration_error(probabilities.max(-1), right),
        "support": float(len(answers)),
    }
