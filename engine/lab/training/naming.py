"""Every thing in a scene is named among all names there are, not only among the few phrases asked about its scene."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.lab.model import NpcModel
from engine.lab.training.dataset import LiveTextTable, TextTable
from engine.lab.training.losses import naming_loss
from engine.lab.training.vocabulary import Vocabulary

SAMPLED = 1024  # names that a batch's things are told from, beside their own


class Naming:
    """The naming loss for batches of a `SceneDataset` with a `Vocabulary`.

    Args:
        table: knows the vocabulary's names.
        vocabulary: all names.
    """

    def __init__(self, model: NpcModel, table: TextTable | LiveTextTable, vocabulary: Vocabulary, seed: int) -> None:
        self._model, self._table = model, table
        self._rows, self._kin = table.rows(vocabulary.names), torch.from_numpy(vocabulary.kin())
        self._chance = torch.Generator().manual_seed(seed)

    def loss(self, grid: Tensor, batch: dict[str, Tensor]) -> Tensor:
        """grid [B, C, H, W] of unit cells; of the batch `thing` [B, N, 4] and `thing_names` [B, N, T]."""
        assert self._model.grounding is not None
        true = batch["thing_names"].flatten(0, 1)
        sample = torch.randperm(len(self._rows), generator=self._chance)[:SAMPLED]
        chosen = torch.cat([sample, true[true >= 0]]).unique()
        query = self._model.grounding.query(self._table.sentences(self._rows[chosen]))
        kin = (self._kin[true.clamp(min=0)][..., chosen] & (true >= 0).unsqueeze(-1)).any(1)
        places = torch.full((len(self._rows) + 1,), len(chosen))  # the last row is where "no name" (-1) is looked up
        places[chosen] = torch.arange(len(chosen))
        return naming_loss(
            looks(grid, batch["thing"]).flatten(0, 1),
            F.normalize(query, dim=-1),
            _marked(places[true], len(chosen)),
            kin,
            self._model.grounding.scale.exp(),
        )


def looks(grid: Tensor, boxes: Tensor) -> Tensor:
    """Mean unit vectors [B, N, C] of the cells inside boxes [B, N, 4] (top, bottom, left, right; ends exclusive)."""
    rows, columns = torch.arange(grid.shape[2]), torch.arange(grid.shape[3])
    top, bottom, left, right = boxes.unsqueeze(-1).unbind(2)
    high, wide = (rows >= top) & (rows < bottom), (columns >= left) & (columns < right)
    inside = (high.unsqueeze(-1) & wide.unsqueeze(-2)).flatten(2).to(grid.dtype)
    return F.normalize(inside @ grid.flatten(2).transpose(1, 2), dim=-1)


def _marked(places: Tensor, count: int) -> Tensor:
    """bool [N, count] from indices [N, K]; the index `count` marks nothing."""
    marks = torch.zeros(len(places), count + 1, dtype=torch.bool)
    return marks.scatter_(1, places, torch.ones_like(places, dtype=torch.bool))[:, :count]
