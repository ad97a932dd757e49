"""How far a figure may be off by the scenes that happened to be measured: the bootstrap over whole scenes.

Answers about one scene (or one episode of a recording) stand and fall together, so that scenes are drawn, not answers (Davison
and Hinkley 1997, 3.8). Figures are functions of weights, one an answer: how often its scene was drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Weights = npt.NDArray[np.float64]
Figure = Callable[[Weights], float]
DRAWS, LEVEL = 1000, 0.95


@dataclass(frozen=True)
class Interval:
    """A figure, and where it would lie in 95 of 100 measurements of as many other scenes."""

    value: float
    low: float
    high: float

    @property
    def differs_from_zero(self) -> bool:
        return self.low > 0 or self.high < 0


def interval(figure: Figure, scene: npt.NDArray[np.int64], draws: int = DRAWS, seed: int = 0) -> Interval:
    """The figure of all answers, with its percentile interval.

    Args:
        figure: of weights [N].
        scene: to which scene each answer belongs, [N].
    """
    found = [figure(weights) for weights in _drawn(scene, draws, seed)]
    known = [value for value in found if not np.isnan(value)]
    whole = figure(np.ones(len(scene)))
    if not known:
        return Interval(whole, float("nan"), float("nan"))
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(known, [tail, 1 - tail])
    return Interval(whole, float(low), float(high))


def _drawn(scene: npt.NDArray[np.int64], draws: int, seed: int) -> Iterator[Weights]:
    rng = np.random.default_rng(seed)
    _, number = np.unique(scene, return_inverse=True)
    scenes = int(number.max()) + 1 if len(number) else 0
    for _ in range(draws if scenes else 0):
        times = np.bincount(rng.integers(0, scenes, scenes), minlength=scenes)
        yield times[number].astype(np.float64)


def mean_of(values: npt.NDArray[np.bool_]) -> Figure:
    """The weighted share of what is true."""

    def share(weights: Weights) -> float:
        total = float(weights.sum())
        return float(weights[values].sum()) / total if total else float("nan")

    return share


def macro_f1_of(truth: npt.NDArray[np.int64], predicted: npt.NDArray[np.int64], classes: int) -> Figure:
    """F1 averaged over the classes that occur in `truth`."""
    cells = truth * classes + predicted

    def f1(weights: Weights) -> float:
        counts = np.bincount(cells, weights, classes * classes).reshape(classes, classes)
        true, said, hits = counts.sum(1), counts.sum(0), counts.diagonal()
        occurs = true > 0
        return float((2 * hits[occurs] / (true + said)[occurs]).mean()) if occurs.any() else float("nan")

    return f1


def auc_of(there: npt.NDArray[np.bool_], p: npt.NDArray[np.float64]) -> Figure:
    """Area under the ROC curve (a tie counts half); nan where only one class was drawn."""
    order = np.argsort(p, kind="stable")
    sorted_there = there[order]
    starts = np.flatnonzero(np.append(True, np.diff(p[order]) != 0))

    def area(weights: Weights) -> float:
        drawn = weights[order]
        true, false = (np.add.reduceat(np.where(side, drawn, 0.0), starts) for side in (sorted_there, ~sorted_there))
        pairs = float(true.sum() * false.sum())
        below = np.cumsum(false) - false / 2
        return float((true * below).sum()) / pairs if pairs else float("nan")

    return area
