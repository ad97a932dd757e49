"""Figures of merit in numpy alone: a runtime install measures bundles, too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

NAN = float("nan")


def auc(truth: Sequence[bool], scores: Sequence[float]) -> float:
    """Area under the ROC curve: how often a true case scores above a false one (a tie counts half).

    nan where only one class occurs.
    """
    there, values = np.asarray(truth, bool), np.asarray(scores, np.float64)
    true, false = values[there], np.sort(values[~there])
    if not len(true) or not len(false):
        return NAN
    below = np.searchsorted(false, true, "left") + np.searchsorted(false, true, "right")
    return float(below.mean() / (2 * len(false)))


def average_precision(truth: Sequence[bool], scores: Sequence[float]) -> float:
    """Precision averaged over the recalls that thresholds reach; nan where only one class occurs.

    Equal scores share one threshold, so that the order of the cases changes nothing.
    """
    there, values = np.asarray(truth, bool), np.asarray(scores, np.float64)
    if not there.any() or there.all():
        return NAN
    order = np.argsort(-values, kind="stable")
    last_of_tie = np.append(np.diff(values[order]) != 0, True)
    found = np.cumsum(there[order])[last_of_tie]
    asked = np.flatnonzero(last_of_tie) + 1
    gained = np.diff(found, prepend=0) / there.sum()
    return float((gained * found / asked).sum())


def expected_calibration_error(confidence: npt.NDArray[np.floating], correct: npt.NDArray[np.bool_], bins: int = 15) -> float:
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


@dataclass(frozen=True)
class Bin:
    """Answers whose probability lies in one tenth: what they claim on average, how often it is so, their share of all."""

    claimed: float
    so: float
    weight: float


def reliability(
    truth: Sequence[bool], probabilities: Sequence[float], bins: int = 10, weights: Sequence[float] | None = None
) -> list[Bin]:
    """The equal-width bins of a reliability diagram, those in which something lies, in order; `weights`: of the answers."""
    there, p = np.asarray(truth, bool), np.asarray(probabilities, np.float64)
    share = np.ones(len(p)) if weights is None else np.asarray(weights, np.float64)
    share = share / share.sum()
    which = np.minimum((p * bins).astype(int), bins - 1)
    inside = [which == b for b in range(bins) if share[which == b].sum() > 0]
    return [
        Bin(float(np.average(p[b], weights=share[b])), float(np.average(there[b], weights=share[b])), float(share[b].sum()))
        for b in inside
    ]


def presence_ece(truth: Sequence[bool], probabilities: Sequence[float], weights: Sequence[float] | None = None) -> float:
    """Expected calibration error of "there is one" (Naeini et al. 2015), over ten equal-width bins of its probability p:

    the mean over the bins, by the number of answers in each, of |share of answers in which there is one - mean p|. 0: what
    is said with 0.7 is so in seven of ten cases. nan without answers. `weights`: of the answers, where they do not count alike.
    """
    if not len(truth):
        return NAN
    return sum(b.weight * abs(b.so - b.claimed) for b in reliability(truth, probabilities, weights=weights))


def macro_f1(truth: Sequence[str], said: Sequence[str]) -> float:
    """F1 of each class that occurs in `truth`, averaged; a class that is never said has 0."""
    true, answers = np.asarray(truth), np.asarray(said)
    found = [(np.sum((true == c) & (answers == c)), np.sum(true == c) + np.sum(answers == c)) for c in np.unique(true)]
    return float(np.mean([2 * hits / total for hits, total in found]))
