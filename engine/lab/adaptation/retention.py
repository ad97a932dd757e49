"""What was known is to stay: replayed scenes are answered as before (learning without forgetting, Li and Hoiem 2016)."""

from __future__ import annotations

import copy

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.lab.model import NpcModel
from engine.lab.training.scene_stage import Batch, Table, features

CELLS = 20.0  # of a heat map, about as many as a thing covers: brings the sum over cells to the size of the other terms


class Retention:
    """Remembers how a model pointed before it learnt.

    Args:
        model: as it is before; its neck and grounding are copied.
        table: vectors of the batches' phrases.
    """

    def __init__(self, model: NpcModel, table: Table) -> None:
        assert model.grounding is not None
        self._model, self._table = model, table
        self._neck, self._grounding = copy.deepcopy(model.neck).eval(), copy.deepcopy(model.grounding).eval()

    def loss(self, batch: Batch) -> Tensor:
        """How far heat maps and presence of the batch's phrases are from those of before; a scalar."""
        valid, phrase = batch["valid"].float(), self._table.sentences(batch["phrase"])
        levels = features(self._model, batch)
        with torch.no_grad():
            grid, _ = self._neck(*levels)
            old, there = self._grounding(grid, self._grounding.query(phrase), phrase, valid)
        grid, _ = self._model.neck(*levels)
        new, now = self._model.watch(grid, phrase, valid)
        place = F.kl_div(new.flatten(2).log_softmax(-1), old.flatten(2).softmax(-1), reduction="none").sum(-1).mean()
        cells = F.binary_cross_entropy_with_logits(new, old.sigmoid(), reduction="none") * valid.unsqueeze(1)
        presence = F.binary_cross_entropy_with_logits(now, there.sigmoid())
        return place + cells.sum((2, 3)).mean() / CELLS + presence
