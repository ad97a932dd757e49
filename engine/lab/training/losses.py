"""Every loss of the fused part: where, whether, what it is called, what it was before."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.lab.model import NpcModel
from engine.lab.training.dataset import Batch, Vocabulary, answer_batch, features
from engine.lab.training.texts import Texts
from npc.types import FUSED_HEADS

SAMPLED = 1024  # names that a batch's things are told from, beside their own
CELLS = 20.0  # of a heat map, about as many as a thing covers: brings the sum over cells to the size of the other terms


def heat_loss(heat: Tensor, mask: Tensor, valid: Tensor) -> Tensor:
    """Where is it? heat logits [B, L, H, W], mask bool of the same shape, valid [B, H, W].

    Focal loss per cell (Lin et al. 2017), so that the few cells that matter are not drowned by the many that
    do not, plus, where the thing is in view, the softmax mass that its cells hold.
    """
    inside = valid.unsqueeze(1).expand_as(mask)
    truth = mask.float()
    p = heat.sigmoid()
    surprise = (truth - p).abs().pow(2)
    cells = F.binary_cross_entropy_with_logits(heat, truth, reduction="none") * surprise * inside
    cells = cells * (1 + 3 * truth)
    focal = cells.sum((2, 3)) / (truth.sum((2, 3)) + 4.0)
    there = mask.any(-1).any(-1)
    if not there.any():
        return focal.mean()
    logits = heat.flatten(2)
    mass = torch.logsumexp(logits, -1) - torch.logsumexp(logits.masked_fill(~mask.flatten(2), -1e4), -1)
    return focal.mean() + 0.4 * mass[there].mean()


def presence_loss(presence: Tensor, mask: Tensor) -> Tensor:
    """Is it there at all? presence logits [B, L], mask bool [B, L, H, W]."""
    return F.binary_cross_entropy_with_logits(presence, mask.flatten(2).any(-1).float())


def head_loss(logits: Tensor, truth: Tensor, smoothing: float = 0.05) -> Tensor:
    """Cross-entropy of one head, logits [B, L, classes], truth [B, L] (-1: unknown)."""
    if not (truth >= 0).any():
        return logits.sum() * 0.0
    return F.cross_entropy(logits.flatten(0, 1), truth.flatten(), ignore_index=-1, label_smoothing=smoothing)


def naming_loss(things: Tensor, queries: Tensor, true: Tensor, kin: Tensor, scale: Tensor) -> Tensor:
    """What is it, of all things there are? things [N, C] and queries [V, C] of unit length, true and kin bool [N, V].

    The softmax mass of its true names among all names (as CLIP does for pictures and captions, Radford et al. 2021);
    names of its kin, which may or may not fit, count on neither side.
    """
    known = true.any(-1)
    if not known.any():
        return things.sum() * 0.0
    logits = (things @ queries.T * scale).masked_fill(kin & ~true, -1e4)
    mass = torch.logsumexp(logits, -1) - torch.logsumexp(logits.masked_fill(~true, -1e4), -1)
    return mass[known].mean()


class NamingLoss:
    """The naming loss for batches of a `SceneDataset` with a `Vocabulary`.

    Args:
        table: knows the vocabulary's names.
        vocabulary: all names.
    """

    def __init__(self, model: NpcModel, table: Texts, vocabulary: Vocabulary, seed: int) -> None:
        self._model, self._table = model, table
        self._rows, self._kin = table.rows(vocabulary.names), torch.from_numpy(vocabulary.kin())
        self._chance = torch.Generator().manual_seed(seed)

    def loss(self, grid: Tensor, batch: dict[str, Tensor]) -> Tensor:
        """grid [B, C, H, W] of unit cells; of the batch `thing` [B, N, 4] and `thing_names` [B, N, T]."""
        assert self._model.grounding is not None
        true, device = batch["thing_names"].flatten(0, 1).cpu(), grid.device  # which names, is found out on the processor
        sample = torch.randperm(len(self._rows), generator=self._chance)[:SAMPLED]
        chosen = torch.cat([sample, true[true >= 0]]).unique()
        query = self._model.grounding.query(self._table.sentences(self._rows[chosen].to(device)))
        kin = (self._kin[true.clamp(min=0)][..., chosen] & (true >= 0).unsqueeze(-1)).any(1)
        places = torch.full((len(self._rows) + 1,), len(chosen))  # the last row is where "no name" (-1) is looked up
        places[chosen] = torch.arange(len(chosen))
        return naming_loss(
            cell_means(grid, batch["thing"]).flatten(0, 1),
            F.normalize(query, dim=-1),
            _marked(places[true], len(chosen)).to(device),
            kin.to(device),
            self._model.grounding.scale.exp(),
        )


def cell_means(grid: Tensor, boxes: Tensor) -> Tensor:
    """Mean unit vectors [B, N, C] of the cells inside boxes [B, N, 4] (top, bottom, left, right; ends exclusive)."""
    rows, columns = (torch.arange(side, device=grid.device) for side in grid.shape[2:])
    top, bottom, left, right = boxes.unsqueeze(-1).unbind(2)
    high, wide = (rows >= top) & (rows < bottom), (columns >= left) & (columns < right)
    inside = (high.unsqueeze(-1) & wide.unsqueeze(-2)).flatten(2).to(grid.dtype)
    return F.normalize(inside @ grid.flatten(2).transpose(1, 2), dim=-1)


def _marked(places: Tensor, count: int) -> Tensor:
    """bool [N, count] from indices [N, K]; the index `count` marks nothing."""
    marks = torch.zeros(len(places), count + 1, dtype=torch.bool)
    return marks.scatter_(1, places, torch.ones_like(places, dtype=torch.bool))[:, :count]


class RetentionLoss:
    """Remembers how a model answered before it learnt: where it pointed, at phrases and for what was said, and its heads.

    Args:
        model: as it is before; what stands above its encoders is copied.
        texts: vectors of the batches' phrases and utterances.
    """

    def __init__(self, model: NpcModel, texts: Texts) -> None:
        shared = {id(encoder): encoder for encoder in (model.image, model.text)}
        self._model, self._before = model, copy.deepcopy(model, shared).eval()
        self._texts = texts

    def loss(self, batch: Batch) -> Tensor:
        """How far the answers to a batch are from those of before; a scalar."""
        levels, valid = features(self._model, batch), batch["valid"].float()
        with torch.no_grad():
            old = self._answers(self._before, levels, valid, batch)
        new = self._answers(self._model, levels, valid, batch)
        pointing = [_pointing_kept(o, n, valid) for o, n in zip(old.pointing, new.pointing, strict=True)]
        heads = [_kept(old.logits[head], new.logits[head]) for head in FUSED_HEADS]
        danger = F.binary_cross_entropy_with_logits(new.danger, old.danger.sigmoid())
        return torch.stack([*pointing, *heads, danger]).sum()

    def _answers(self, model: NpcModel, levels: list[Tensor], valid: Tensor, batch: Batch) -> _Answered:
        grid, scene = model.neck(*levels)
        answers = answer_batch(model, self._texts, batch, grid, scene, valid)
        assert answers.heat is not None
        assert answers.presence is not None
        watch = model.watch(grid, self._texts.sentences(batch["phrase"]), valid)
        return _Answered([watch, (answers.heat, answers.presence)], answers.logits, answers.danger[1])


@dataclass(frozen=True)
class _Answered:
    """Heat and presence logits of phrases and of what was said, logits by head, logits of a danger in view."""

    pointing: list[tuple[Tensor, Tensor]]
    logits: dict[str, Tensor]
    danger: Tensor


def _pointing_kept(old: tuple[Tensor, Tensor], new: tuple[Tensor, Tensor], valid: Tensor) -> Tensor:
    """Where the peak lies, how hot each cell is, and whether the thing is there at all."""
    (was, there), (heat, now) = old, new
    cells = F.binary_cross_entropy_with_logits(heat, was.sigmoid(), reduction="none") * valid.unsqueeze(1)
    presence = F.binary_cross_entropy_with_logits(now, there.sigmoid())
    return _kept(was.flatten(2), heat.flatten(2)) + cells.sum((2, 3)).mean() / CELLS + presence


def _kept(old: Tensor, new: Tensor) -> Tensor:
    """Divergence of distributions over the last axis, from logits."""
    return F.kl_div(new.log_softmax(-1), old.softmax(-1), reduction="none").sum(-1).mean()
