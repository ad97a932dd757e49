"""Losses of the scene stage."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


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
