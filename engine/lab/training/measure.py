"""What a model can do on cached scenes, and probabilities that mean something. Used by validation, evaluation, adaptation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, precision_recall_fscore_support
from torch import Tensor
from torch.nn import functional as F
from torch.utils.data import DataLoader

from engine.formats.labels import Labels
from engine.lab.data.concepts import load_synonyms
from engine.lab.evaluation.metrics import auc, expected_calibration_error, presence_ece
from engine.lab.evaluation.raw import HeadAnswers, PlaceAnswers, RawAnswers
from engine.lab.model import NpcModel
from engine.lab.training.dataset import SceneDataset, answer_batch, encode_batch, on_device
from engine.lab.training.feature_cache import SceneRecord
from engine.lab.training.texts import Texts
from npc.types import FUSED_HEADS, HEAD_NAMES, PLACES, WORD_HEADS

IN_VIEW = 0.25  # share of the phrases of a game's watch list that are in view at a time (0.14 to 0.31 in five games)


@dataclass
class Measured:
    """Raw results, concatenated over a data set.

    `logits[head]` [N, classes] with `truth[head]` [N]; for `target` and `watch`: `presence` logits [M],
    `there` bool [M] and `hit` bool [M] (the peak lies on a named thing; only meaningful where `there`); for all: the number of
    the `scene` that each is about.
    """

    logits: dict[str, list[Tensor]] = field(default_factory=lambda: {h: [] for h in HEAD_NAMES})
    truth: dict[str, list[int]] = field(default_factory=lambda: {h: [] for h in HEAD_NAMES})
    presence: dict[str, list[float]] = field(default_factory=lambda: {place: [] for place in PLACES})
    there: dict[str, list[bool]] = field(default_factory=lambda: {place: [] for place in PLACES})
    hit: dict[str, list[bool]] = field(default_factory=lambda: {place: [] for place in PLACES})
    scene: dict[str, list[int]] = field(default_factory=lambda: {name: [] for name in (*HEAD_NAMES, *PLACES)})
    temperature: dict[str, tuple[float, float]] = field(default_factory=dict)

    def probabilities(self, head: str) -> npt.NDArray[np.float32]:
        """Calibrated probabilities of a head [N, classes]."""
        temperature, bias = self.temperature[head]
        return torch.softmax(torch.cat(self.logits[head]) / temperature + bias, -1).numpy()

    def presence_probabilities(self, kind: str) -> npt.NDArray[np.float64]:
        temperature, bias = self.temperature[kind]
        return 1 / (1 + np.exp(-(np.asarray(self.presence[kind]) / temperature + bias)))

    def raw(self, labels: Labels) -> RawAnswers:
        """Every answer, for a report."""
        heads = {
            head: HeadAnswers(labels[head], np.array(truth), self.probabilities(head), np.array(self.scene[head]))
            for head, truth in self.truth.items()
            if truth
        }
        places = {
            kind: PlaceAnswers(
                np.array(there, bool),
                np.array(self.hit[kind], bool),
                self.presence_probabilities(kind).astype(np.float32),
                np.array(self.scene[kind]),
            )
            for kind, there in self.there.items()
            if there
        }
        return RawAnswers(heads, places)

    def report(self) -> dict[str, dict[str, float]]:
        """Figures per head, and for `target` and `watch` pointing accuracy, presence AUC and ECE (see `as_in_games`)."""
        report = {h: classification_report(self.truth[h], self.probabilities(h)) for h in HEAD_NAMES if self.truth[h]}
        for kind in PLACES:
            there = np.asarray(self.there[kind], bool)
            if not len(there):
                continue
            p, weights = self.presence_probabilities(kind), as_in_games(kind, there)
            report[kind] = {
                "pointing": float(np.asarray(self.hit[kind])[there].mean()) if there.any() else float("nan"),
                "presence_auc": auc(there.tolist(), p.tolist()),
                "presence_accuracy": float(np.average((p > 0.5) == there, weights=weights)),
                "ece": presence_ece(there.tolist(), p.tolist(), weights.tolist()),
                "support": float(len(there)),
            }
        return report

    def summary(self) -> dict[str, float]:
        """The few figures that a training run is steered by; NaN for what nothing tells."""
        full = self.report()
        figures = {f"{h}_f1": full[h]["f1"] if h in full else float("nan") for h in FUSED_HEADS}
        if "watch" in full:
            figures |= {
                "pointing": full["watch"]["pointing"],
                "presence_auc": full["watch"]["presence_auc"],
                "target": full["target"]["pointing"],
                "target_auc": full["target"]["presence_auc"],
            }
        return figures


@torch.no_grad()
def measure_run(model: NpcModel, table: Texts, data: SceneDataset, batch: int = 16) -> Measured:
    """Run `model` over `data` (whose draws should be `fixed`)."""
    model.eval()
    result = Measured(temperature={h: (float(c[0]), float(c[1])) for h, c in model.calibration.items()})
    device = model.silence.device
    for first, rows in enumerate(on_device(rows, device) for rows in DataLoader(data, batch)):
        grid, scene, valid = encode_batch(model, rows)
        answers = answer_batch(model, table, rows, grid, scene, valid)
        for i, head in enumerate(HEAD_NAMES):
            truth = rows["labels"][..., i].flatten()
            known = truth >= 0
            if head in WORD_HEADS:  # of silence there is nothing to read
                known &= rows["said"].flatten() > 0
            result.logits[head].append(answers.logits[head].flatten(0, 1)[known].cpu())
            result.truth[head] += truth[known].tolist()
            result.scene[head] += _scenes(rows["labels"][..., i], first * batch)[known.cpu()].tolist()
        if answers.heat is not None and answers.presence is not None:
            _add_pointing(result, "target", answers.heat, answers.presence, rows["text_mask"], first * batch)
            heat, presence = model.watch(grid, table.sentences(rows["phrase"]), valid)
            _add_pointing(result, "watch", heat, presence, rows["phrase_mask"], first * batch)
    return result


def _scenes(of: Tensor, first: int) -> Tensor:
    """The number of the scene of each of `of` [B, K], flattened, where `first` is the batch's first."""
    return (first + torch.arange(len(of)))[:, None].expand(of.shape[:2]).flatten()


def _add_pointing(result: Measured, kind: str, heat: Tensor, presence: Tensor, mask: Tensor, first: int) -> None:
    result.scene[kind] += _scenes(presence, first).tolist()
    peak = heat.flatten(2).argmax(-1, keepdim=True)
    result.hit[kind] += mask.flatten(2).gather(2, peak).flatten().tolist()
    result.there[kind] += mask.flatten(2).any(-1).flatten().tolist()
    result.presence[kind] += presence.flatten().tolist()


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


def as_in_games(kind: str, there: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """The weights [M] by which answers count as they come in games, of which scenes ask as often for what is there as not.

    A game's watch list is mostly of what is not in view just now (`IN_VIEW`); what is said is mostly about what is.
    """
    share = float(there.mean())
    if kind != "watch" or not 0 < share < 1:
        return np.ones(len(there))
    return np.where(there, IN_VIEW / share, (1 - IN_VIEW) / (1 - share))


def calibrate(model: NpcModel, held_out: Measured) -> None:
    """Fit the calibration of every head on held-out results and store it in `model`; presence as it is in games."""
    for head in HEAD_NAMES:
        if held_out.truth[head]:
            temperature = fit_temperature(torch.cat(held_out.logits[head]), torch.tensor(held_out.truth[head]))
            model.calibration[head].data = torch.tensor([temperature, 0.0])
    for kind in PLACES:
        there = np.asarray(held_out.there[kind], bool)
        if len(there) and there.any() and not there.all():
            model.calibration[kind].data = torch.tensor(
                fit_platt(np.asarray(held_out.presence[kind]), there, as_in_games(kind, there))
            )
    held_out.temperature = {h: (float(c[0]), float(c[1])) for h, c in model.calibration.items()}


def fit_temperature(logits: Tensor, truth: Tensor) -> float:
    """The temperature that minimises the negative log-likelihood (a convex search in 1/T)."""
    candidates = torch.logspace(-0.7, 0.7, 141)
    losses = [float(F.cross_entropy(logits / t, truth)) for t in candidates]
    return float(candidates[int(np.argmin(losses))])


def fit_platt(presence: np.ndarray, there: np.ndarray, weights: npt.NDArray[np.float64] | None = None) -> list[float]:
    """`[temperature, bias]` so that sigmoid(logit / temperature + bias) is the probability (Platt 1999).

    Args:
        weights: of the answers [M], where they do not count alike.
    """
    fit = LogisticRegression(C=1e6).fit(presence[:, None], there, weights)
    slope = max(float(fit.coef_[0, 0]), 1e-3)
    return [1.0 / slope, float(fit.intercept_[0])]


SynonymCase = tuple[str, str, list[dict[str, Any]]]  # usual name, other word, what bears the name


@torch.no_grad()
def measure_synonyms(
    model: NpcModel, table: Texts, data: SceneDataset, records: Sequence[SceneRecord]
) -> dict[str, dict[str, float]]:
    """Pointing by the usual names of things in view and by other words for them, on the same things of the same scenes."""
    by_name: list[bool] = []
    by_synonym: list[bool] = []
    model.eval()
    table.add({word for name, words in load_synonyms().items() for word in (name, *words)})
    for index, record in enumerate(records):
        asked = _synonym_cases(record)
        if not asked:
            continue
        batch = {name: value.unsqueeze(0) for name, value in data[index].items()}
        grid, _, valid = encode_batch(model, batch)
        truth = torch.stack([data.mask(entity["box"] for entity in entities) for *_, entities in asked]).flatten(1)
        for column, hits in ((0, by_name), (1, by_synonym)):
            rows = table.rows([str(question[column]) for question in asked])
            heat, _ = model.watch(grid, table.sentences(rows).unsqueeze(0), valid)
            hits += truth.gather(1, heat[0].flatten(1).argmax(-1, keepdim=True)).flatten().tolist()
    kinds = {"usual name": by_name, "other word": by_synonym}
    return {kind: {"pointing": sum(hits) / len(hits), "support": float(len(hits))} for kind, hits in kinds.items() if hits}


def _synonym_cases(record: SceneRecord) -> list[SynonymCase]:
    things: list[dict[str, Any]] = list(record.entities)
    named = {name: [e for e in things if name in e["names"]] for name in load_synonyms()}
    return [(name, word, found) for name, found in named.items() if found for word in load_synonyms()[name]]
