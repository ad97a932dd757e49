"""From features to a grid, and from words to places on it."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.lab.model.text_encoders import SENTENCE_DIM


class Neck(nn.Module):
    """Features at strides 8, 16, 32 to one grid at stride 8 and one vector for the whole scene.

    A top-down pyramid (Lin et al. 2017) with one depthwise-separable mixing block; the scene vector is
    gathered by learned queries, so that a small wolf in a corner is not averaged away. Every cell knows its place
    in the frame ("the key on the left").

    With `scene_norm`, what the scene vector is made of has one size whatever the weights before it: without, the first steps
    push it so far that it never answers again.
    """

    def __init__(
        self,
        channels: tuple[int, int, int],
        grid_dim: int,
        scene_dim: int,
        size: tuple[int, int],
        latents: int = 8,
        *,
        scene_norm: bool = False,
    ) -> None:
        super().__init__()
        self._scene_norm = scene_norm
        self.place = nn.Parameter(torch.zeros(1, grid_dim, size[0] // 8, size[1] // 8))
        # Each norm follows its convolution directly, so that the export folds it away.
        self.laterals = nn.ModuleList(
            nn.Sequential(nn.Conv2d(c, grid_dim, 1, bias=False), nn.BatchNorm2d(grid_dim)) for c in channels
        )
        self.depthwise = nn.Conv2d(grid_dim, grid_dim, 5, padding=2, groups=grid_dim)
        self.pointwise = nn.Conv2d(grid_dim, grid_dim, 1)
        self.cell = nn.Conv2d(grid_dim, grid_dim, 1)
        self.latents = nn.Parameter(torch.randn(latents, grid_dim) * 0.5)
        self.scene = nn.Linear(latents * grid_dim + channels[2], scene_dim)

    def forward(self, s8: Tensor, s16: Tensor, s32: Tensor) -> tuple[Tensor, Tensor]:
        """To grid [B, C, H/8, W/8] (each cell of unit length: words are compared with it by cosine) and scene [B, S]."""
        top = F.interpolate(self.laterals[2](s32), scale_factor=2.0, mode="nearest") + self.laterals[1](s16)
        x = F.relu(F.interpolate(top, scale_factor=2.0, mode="nearest") + self.laterals[0](s8))
        grid = x + self.pointwise(F.relu(self.depthwise(x))) + self.place
        cells = grid.flatten(2)
        weights = (self.latents @ cells * cells.shape[1] ** -0.5).softmax(-1)
        gathered = (weights @ cells.transpose(1, 2)).flatten(1)
        whole = torch.cat([gathered, s32.mean((2, 3))], -1)
        scene = F.gelu(self.scene(F.layer_norm(whole, whole.shape[-1:]) if self._scene_norm else whole))
        return F.normalize(self.cell(F.relu(grid)), dim=1), scene


class Grounding(nn.Module):
    """Scaled cosine between a query and every cell, and the probability that the thing is there at all."""

    def __init__(self, grid_dim: int, extra_dim: int) -> None:
        super().__init__()
        self.phrase = nn.Sequential(nn.Linear(SENTENCE_DIM, 512), nn.GELU(), nn.Linear(512, grid_dim))
        self.context = nn.Linear(extra_dim, grid_dim)  # what the whole utterance adds to the bare name
        self.scale = nn.Parameter(torch.tensor(2.5))  # log of the cosine's scale
        self.bias = nn.Linear(SENTENCE_DIM, 1)  # common things need more evidence than rare ones
        nn.init.constant_(self.bias.bias, -5.0)
        self.presence = nn.Sequential(nn.Linear(grid_dim + 4, 64), nn.GELU(), nn.Linear(64, 1))

    def query(self, sentence: Tensor, context: Tensor | None = None) -> Tensor:
        """Sentence vectors [..., 384] (and utterance halves [..., E]) to queries [..., C]."""
        query = self.phrase(sentence)
        return query if context is None else query + self.context(context)

    def forward(self, grid: Tensor, query: Tensor, sentence: Tensor, valid: Tensor) -> tuple[Tensor, Tensor]:
        """grid [B, C, H, W], query [B, L, C], valid [B, H, W] to heat logits [B, L, H, W], presence logits [B, L]."""
        cells = grid.flatten(2)
        query = F.normalize(query, dim=-1)
        cosine = query @ cells
        mask = valid.flatten(1).unsqueeze(1)
        heat = cosine * self.scale.exp() + self.bias(sentence) + (mask - 1) * 30.0
        focus = (heat * 1.5).softmax(-1)
        found = focus @ cells.transpose(1, 2)
        evidence = torch.cat([found * query * 8.0, *self._evidence(heat, cosine, focus)], -1)
        presence = self.presence(evidence).squeeze(-1) + 0.5 * heat.amax(-1)
        return heat.unflatten(-1, grid.shape[2:]), presence

    @staticmethod
    def _evidence(heat: Tensor, cosine: Tensor, focus: Tensor) -> list[Tensor]:
        peak = cosine.amax(-1, keepdim=True)
        spread = (focus * focus).sum(-1, keepdim=True).sqrt()
        return [peak, (focus * cosine).sum(-1, keepdim=True), cosine.mean(-1, keepdim=True), spread]


class Danger(nn.Module):
    """Is something hostile, is something hazardous in view? Found cell by cell: what threatens may be small."""

    KINDS = ("hostile", "hazard")

    def __init__(self, grid_dim: int) -> None:
        super().__init__()
        self.cell = nn.Sequential(nn.Conv2d(grid_dim, 64, 1), nn.GELU(), nn.Conv2d(64, len(self.KINDS), 1))
        self.there = nn.Linear(2, 1)

    def forward(self, grid: Tensor, valid: Tensor) -> tuple[Tensor, Tensor]:
        """grid [B, C, H, W] of unit cells, valid [B, H, W] to logits per cell [B, 2, H, W] and of presence [B, 2]."""
        cells = self.cell(grid * grid.shape[1] ** 0.5) - 2.0 + (valid.unsqueeze(1) - 1) * 30.0
        flat = cells.flatten(2)
        mass = F.softplus(flat).sum(-1)  # a large danger fires many cells
        evidence = torch.stack([flat.amax(-1), torch.log(mass + 0.1)], -1)
        return cells, self.there(evidence).squeeze(-1)
