"""Fusions: what the words make of the picture. `forward(grid, scene, words, valid)` to [B, L, dim].

grid [B, C, H, W] and scene [B, S] describe one frame; words [B, L, D] are the L utterances (one per NPC)
that are answered about it; valid [B, H, W] is 1 inside the letterboxed picture.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.lab.model.registry import Registry

fusions: Registry[type[nn.Module]] = Registry("fusion")


def _mlp(inputs: int, dim: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(inputs, dim), nn.GELU(), nn.Dropout(0.1), nn.Linear(dim, dim), nn.GELU())


@fusions.register("concat")
class Concat(nn.Module):
    """The article's fusion: one vector for the picture, one for the words, side by side."""

    def __init__(self, grid_dim: int, scene_dim: int, words_dim: int, dim: int) -> None:
        super().__init__()
        self.mix = _mlp(scene_dim + words_dim, dim)

    def forward(self, grid: Tensor, scene: Tensor, words: Tensor, valid: Tensor) -> Tensor:
        return self.mix(torch.cat([scene.unsqueeze(1).expand(-1, words.shape[1], -1), words], -1))


@fusions.register("film")
class FiLM(nn.Module):
    """Perez et al. 2018: the words scale and shift the channels of a coarse grid before it is pooled."""

    def __init__(self, grid_dim: int, scene_dim: int, words_dim: int, dim: int) -> None:
        super().__init__()
        self.scale_shift = nn.Linear(words_dim, 2 * grid_dim)
        self.after = nn.Linear(grid_dim, grid_dim)
        self.mix = _mlp(2 * grid_dim + scene_dim + words_dim, dim)

    def forward(self, grid: Tensor, scene: Tensor, words: Tensor, valid: Tensor) -> Tensor:
        coarse = (F.avg_pool2d(grid, 4) * grid.shape[1] ** 0.5).flatten(2).transpose(1, 2).unsqueeze(1)  # [B, 1, cells, C]
        scale, shift = self.scale_shift(words).unsqueeze(2).chunk(2, -1)  # [B, L, 1, C]
        seen = self.after(F.relu(coarse * (1 + scale) + shift))
        scene = scene.unsqueeze(1).expand(-1, words.shape[1], -1)
        return self.mix(torch.cat([seen.mean(2), seen.amax(2), scene, words], -1))


@fusions.register("cross_attention")
class CrossAttention(nn.Module):
    """Vaswani et al. 2017: several queries made from the words gather the cells that matter to them.

    The grid serves as keys and values as it stands: projecting it again would be per-frame work repeated.
    """

    def __init__(self, grid_dim: int, scene_dim: int, words_dim: int, dim: int, queries: int = 6) -> None:
        super().__init__()
        self.queries = queries
        self.ask = nn.Linear(words_dim, queries * grid_dim)
        self.mix = _mlp(queries * grid_dim + scene_dim + words_dim, dim)

    def forward(self, grid: Tensor, scene: Tensor, words: Tensor, valid: Tensor) -> Tensor:
        cells = grid.flatten(2)  # [B, C, cells]
        ask = self.ask(words).unflatten(-1, (self.queries, -1)).flatten(1, 2)  # [B, L*Q, C]
        score = ask @ cells  # unit cells: no 1/sqrt(C)
        score = score + (valid.flatten(1).unsqueeze(1) - 1) * 1e4
        seen = (score.softmax(-1) @ cells.transpose(1, 2) * cells.shape[1] ** 0.5).unflatten(1, (-1, self.queries)).flatten(2)
        scene = scene.unsqueeze(1).expand(-1, words.shape[1], -1)
        return self.mix(torch.cat([seen, scene, words], -1))


@fusions.register("gated")
class Gated(nn.Module):
    """Arevalo et al. 2017 (gated multimodal unit): a gate that reads both mixes picture and words, number by number."""

    def __init__(self, grid_dim: int, scene_dim: int, words_dim: int, dim: int) -> None:
        super().__init__()
        self.seen, self.heard = nn.Linear(scene_dim, dim), nn.Linear(words_dim, dim)
        self.gate = nn.Linear(scene_dim + words_dim, dim)

    def forward(self, grid: Tensor, scene: Tensor, words: Tensor, valid: Tensor) -> Tensor:
        scene = scene.unsqueeze(1).expand(-1, words.shape[1], -1)
        gate = self.gate(torch.cat([scene, words], -1)).sigmoid()
        return gate * self.seen(scene).tanh() + (1 - gate) * self.heard(words).tanh()


@fusions.register("late")
class Late(nn.Module):
    """Late fusion (Baltrušaitis et al. 2019): picture and words are each read to the end alone, and what came of them is added.

    Only the layer in front of the heads sees both.
    """

    def __init__(self, grid_dim: int, scene_dim: int, words_dim: int, dim: int) -> None:
        super().__init__()
        self.seen, self.heard = _mlp(scene_dim, dim), _mlp(words_dim, dim)

    def forward(self, grid: Tensor, scene: Tensor, words: Tensor, valid: Tensor) -> Tensor:
        return self.seen(scene).unsqueeze(1) + self.heard(words)
