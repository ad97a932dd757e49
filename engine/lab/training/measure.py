"""What a model can do on cached scenes: every head, pointing, presence. Used by validation, calibration, evaluation."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.utils.data import DataLoader

from engine.lab.model import NpcModel
from engine.lab.training.dataset import LiveTextTable, SceneDataset, TextTable
from engine.lab.training.metrics import auc, classification_report, expected_calibration_error
from npc.types import FUSED_HEADS, HEAD_NAMES, WORD_HEADS


@dataclass
class Measured:
    """Raw results, concatenated over a data set.

    `logits[head]` [N, classes] with `truth[head]` [N]; for `target` and `watch`: `presence` logits [M],
    `there` bool [M] and `hit` bool [M] (the peak lies on a named thing; only meaningful where `there`).
    """

    logits: dict[str, list[Tensor]] = field(default_factory=lambda: {h: [] for h in HEAD_NAMES})
    truth: dict[str, list[int]] = field(default_factory=lambda: {h: [] for h in HEAD_NAMES})
    presence: dict[str, list[float]] = field(default_factory=lambda: {"target": [], "watch": []})
    there: dict[str, list[bool]] = field(default_factory=lambda: {"target": [], "watch": []})
    hit: dict[str, list[bool]] = field(default_factory=lambda: {"target": [], "watch": []})
    temperature: dict[str, tuple[float, float]] = field(default_factory=dict)

    def probabilities(self, head: str) -> npt.NDArray[np.float32]:
        """Calibrated probabilities of a head [N, classes]."""
        temperature, bias = self.temperature[head]
        return torch.softmax(torch.cat(self.logits[head]) / temperature + bias, -1).numpy()

    def presence_probabilities(self, kind: str) -> npt.NDArray[np.float64]:
        temperature, bias = self.temperature[kind]
        return 1 / (1 + np.exp(-(np.asarray(self.presence[kind]) / temperature + bias)))

    def report(self) -> dict[str, dict[str, float]]:
        """Figures per head, and for `target` and `watch` pointing accuracy, presence AUC and ECE."""
        report = {h: classification_report(self.truth[h], self.probabilities(h)) for h in HEAD_NAMES if self.truth[h]}
        for kind in ("target", "watch"):
            there = np.asarray(self.there[kind], bool)
            if not len(there):
                continue
            p = self.presence_probabilities(kind)
            report[kind] = {
                "pointing": float(np.asarray(self.hit[kind])[there].mean()) if there.any() else float("nan"),
                "presence_auc": auc(there.tolist(), p.tolist()),
                "presence_accuracy": float(((p > 0.5) == there).mean()),
                "ece": expected_calibration_error(np.maximum(p, 1 - p), (p > 0.5) == there),
                "support": float(len(there)),
            }
        return report

    def summary(self) -> dict[str, float]:
        """The few figures that a training run is steered by."""
        full = self.report()
        figures = {f"{h}_f1": full[h]["f1"] for h in FUSED_HEADS}
        if "watch" in full:
            figures |= {
                "pointing": full["watch"]["pointing"],
                "presence_auc": full["watch"]["presence_auc"],
                "target": full["target"]["pointing"],
                "target_auc": full["target"]["presence_auc"],
            }
        return figures


@torch.no_grad()
def measure(model: NpcModel, table: TextTable | LiveTextTable, data: SceneDataset, batch: int = 16) -> Measured:
    """Run `model` over `data` (whose draws should be `fixed`)."""
    from engine.lab.training.scene_stage import answer_batch, encode_batch

    model.eval()
    result = Measured(temperature={h: (float(c[0]), float(c[1])) for h, c in model.calibration.items()})
    for rows in DataLoader(data, batch):
        grid, scene, valid = encode_batch(model, rows)
        answers = answer_batch(model, table, rows, grid, scene, valid)
        for i, head in enumerate(HEAD_NAMES):
            truth = rows["labels"][..., i].flatten()
            known = truth >= 0
            if head in WORD_HEADS:  # of silence there is nothing to read
                known &= rows["said"].flatten() > 0
            result.logits[head].append(answers.logits[head].flatten(0, 1)[known])
            result.truth[head] += truth[known].tolist()
        if answers.heat is not None and answers.presence is not None:
            _add_pointing(result, "target", answers.heat, answers.presence, rows["text_mask"])
            heat, presence = model.watch(grid, table.sentences(rows["phrase"]), valid)
            _add_pointing(result, "watch", heat, presence, rows["phrase_mask"])
    return result


def _add_pointing(result: Measured, kind: str, heat: Tensor, presence: Tensor, mask: Tensor) -> None:
    peak = heat.flatten(2).argmax(-1, keepdim=True)
    result.hit[kind] += mask.flatten(2).gather(2, peak).flatten().tolist()
    result.there[kind] += mask.flatten(2).any(-1).flatten().tolist()
    result.presence[kind] += presence.flatten().tolist()
