"""Figures of merit. Plain numpy on label indices and probabilities, so that any model can be measured."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from sklearn.metrics import f1_score, precision_recall_fscore_support, roc_auc_score

Floats = npt.NDArray[np.floating]


def macro_f1(truth: Sequence[int], predicted: Sequence[int], classes: int) -> float:
    """Macro-averaged F1 over the classes that occur in `truth`."""
    present = sorted(set(truth))
    return float(f1_score(truth, predicted, labels=present, average="macro", zero_division=0))


def expected_calibration_error(confidence: Floats, correct: npt.NDArray[np.bool_], bins: int = 15) -> float:
    """ECE (Naeini et al. 2015; Guo et al. 2017): mean |accuracy - confidence| over equal-width bins."""
    if not len(confidence):
        return 0.0
    which = np.minimum((np.asarray(confidence) * bins).astype(int), bins - 1)
    gaps = [
        np.abs(correct[which == b].mean() - confidence[which == b].mean()) * (which == b).mean()
        for b in range(bins)
        if (which == b).any()
    ]
    return float(sum(gaps))


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


def auc(truth: Sequence[bool], scores: Sequence[float]) -> float:
    """Area under the ROC curve; nan where only one class occurs."""
    return float(roc_auc_score(truth, scores)) if len(set(truth)) == 2 else float("nan")
