"""What tells a game's things from all else in the cells of a frame, in closed form: nothing is forgotten for it.

Linear discriminant analysis over the cells of the grid, as exemplar LDA has it (Hariharan et al. 2012, "Discriminative
Decorrelation for Clustering and Classification"): of each thing the mean cell, of all together one covariance. How much a
discriminant is worth beside the name is fitted on frames held out.

The constants were chosen on the public games of `engine.lab.games`; within a factor of two they hardly matter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from engine.formats.bundle import DiscriminantOdds
from engine.formats.recording import Recording, Row
from engine.lab.adaptation.frames import Split
from engine.lab.training.measure import as_in_games
from engine.perception import EncodedFrame, Frame, Perceiver
from engine.perception.discriminants import Discriminants
from engine.perception.odds import logit

SEEN = 1.0  # cells that a thing must cover for its looks to count
PLAIN = 4.0  # cells from which it is plainly to be seen: of less nobody is asked whether it is there
FEWEST = 3  # frames that show a thing from which it has a discriminant
OWN = 0.5  # cells that a thing covers half as much as the fullest are its own
WITHIN = 0.8  # of the covariance: how one thing's cells differ, rather than how those of the ground do
RIDGE = 1.0  # of the mean variance
OTHERS = 0.5  # of what a thing is told apart from: the game's other things, the rest is the ground
GROUND = 60  # cells of it that are taken of a frame
NAMED = 0.15  # least weight of the name in a heat map, in units of the discriminant's

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Seen:
    """A frame as the bundle sees it: cells [C, rows, columns], which of them lie in the frame, and how much of each cell is
    covered by what bears each name, [rows, columns].
    """

    encoded: EncodedFrame
    cells: Floats
    valid: Floats
    covered: dict[str, Floats]


def looked_at(perceiver: Perceiver, recording: Recording, rows: Sequence[Row], done: Callable[[], None]) -> Iterator[Seen]:
    """Frames of a recording through the image graph."""
    for row in rows:
        pixels = recording.frame(row)
        height, width = pixels.shape[:2]
        encoded = perceiver.encode_frame(Frame(np.ascontiguousarray(pixels), width, height, "rgb"))
        covered: dict[str, Floats] = {}
        for entity in row.entities:
            part, name = _covered(encoded, perceiver, entity.box, (height, width)), entity.name.lower()
            covered[name] = np.maximum(covered[name], part) if name in covered else part
        done()
        yield Seen(encoded, np.asarray(encoded.grid)[0], encoded.valid[0], covered)


def fit(perceiver: Perceiver, recording: Recording, split: Split, done: Callable[[], None]) -> Discriminants | None:
    """Discriminants of the things that the frames to learn from show, weighed on those to check by.

    Args:
        perceiver: of the bundle that is to have them, and has none yet.

    Returns:
        None where nothing is shown often enough, or the frames to check by tell nothing.
    """
    found = _discriminants(looked_at(perceiver, recording, split.learn, done))
    if found is None:
        return None
    return _weighed(found, perceiver, list(looked_at(perceiver, recording, split.check, done)))


def _covered(
    encoded: EncodedFrame, perceiver: Perceiver, box: tuple[float, float, float, float], size: tuple[int, int]
) -> Floats:
    """How much of each cell a box covers, 0..1."""
    assert encoded.fit is not None
    rows, columns = perceiver.spec.grid
    (left, top), (right, bottom) = (
        encoded.fit.from_frame(x / size[1], y / size[0]) for x, y in (box[:2], (box[0] + box[2], box[1] + box[3]))
    )
    down, across = np.arange(rows), np.arange(columns)
    high, wide = perceiver.spec.height / rows, perceiver.spec.width / columns
    y = np.clip(np.minimum(down + 1, bottom / high) - np.maximum(down, top / high), 0, 1)
    x = np.clip(np.minimum(across + 1, right / wide) - np.maximum(across, left / wide), 0, 1)
    share: Floats = np.outer(y, x).astype(np.float32)
    return share


def _discriminants(frames: Iterator[Seen]) -> Discriminants | None:
    """One for each thing that is shown often enough; scores have unit variance in what they are told apart from."""
    means: dict[str, list[Floats]] = {}
    parts: list[tuple[str, Floats, Floats]] = []
    ground: list[Floats] = []
    for frame in frames:
        cells = frame.cells.reshape(len(frame.cells), -1).T
        for name, covered in frame.covered.items():
            if covered.sum() >= SEEN:
                own = np.flatnonzero(covered >= OWN * covered.max())
                weights = covered.ravel()[own]
                means.setdefault(name, []).append(weights @ cells[own] / weights.sum())
                parts.append((name, cells[own], weights))
        free = (np.max([np.zeros_like(frame.valid), *frame.covered.values()], 0) < 0.01) & (frame.valid > 0)
        bare = cells[free.ravel()]
        ground.append(bare[:: max(1, len(bare) // GROUND)])
    names = tuple(sorted(name for name, seen in means.items() if len(seen) >= FEWEST))
    bare = np.concatenate(ground)
    if not names or len(bare) < FEWEST:
        return None
    things = np.array([np.mean(means[name], 0) for name in names], np.float64)
    at = {name: i for i, name in enumerate(names)}
    within, weight = np.zeros((things.shape[1],) * 2), 0.0
    for name, cells, weights in parts:
        if name in at:
            apart = cells - things[at[name]]
            within += (apart * weights[:, None]).T @ apart
            weight += float(weights.sum())
    apart = bare - bare.mean(0)
    covariance = WITHIN * within / weight + (1 - WITHIN) * apart.T @ apart / len(bare)
    covariance += RIDGE * covariance.diagonal().mean() * np.eye(len(covariance))
    others = (things.sum(0) - things) / max(len(things) - 1, 1) if len(things) > 1 else bare.mean(0)
    rest = OTHERS * others + (1 - OTHERS) * bare.mean(0)
    kernels = np.linalg.solve(covariance, (things - rest).T).T
    kernels /= np.sqrt(np.einsum("kc,cd,kd->k", kernels, covariance, kernels))[:, None]
    biases = -np.einsum("kc,kc->k", kernels, things + rest) / 2
    unweighed = DiscriminantOdds(seen=1.0, named=0.0, bias=0.0, heat=NAMED)
    return Discriminants(names, np.concatenate([kernels, biases[:, None]], 1).astype(np.float32), unweighed)


def _weighed(found: Discriminants, perceiver: Perceiver, frames: Sequence[Seen]) -> Discriminants | None:
    """With the odds that frames held out give; what is hardly to be seen in one is neither there nor missing."""
    told: list[Floats] = []
    there: list[bool] = []
    for frame in frames:
        named = perceiver.graphs.watch(frame.encoded, found.names)
        scores = found.scores(found.names, frame.cells[None], frame.valid[None]).max((1, 2))
        names = logit(np.array([named[name][0] for name in found.names], np.float32))
        for i, name in enumerate(found.names):
            area = float(frame.covered[name].sum()) if name in frame.covered else 0.0
            if area == 0 or area >= PLAIN:
                told.append(np.array([scores[i], names[i]]))
                there.append(area > 0)
    truth = np.array(there, bool)
    if truth.all() or not truth.any():
        return None
    answers, weights = np.array(told), as_in_games("watch", truth)
    fitted = LogisticRegression().fit(answers, truth, weights)
    if fitted.coef_[0, 1] < 0:  # the name only misleads
        fitted = LogisticRegression().fit(answers * (1, 0), truth, weights)
    look, by_name = (float(weight) for weight in fitted.coef_[0])
    if look <= 0:
        return None
    odds = DiscriminantOdds(seen=look, named=by_name, bias=float(fitted.intercept_[0]), heat=max(by_name, NAMED * look))
    return Discriminants(found.names, found.weights, odds)
