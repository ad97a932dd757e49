"""Training with missing modalities: scenes without their picture, utterances unheard (ModDrop, Neverova et al. 2016)."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.formats.labels import Labels
from engine.lab.config import MissingCfg
from engine.lab.data.teacher import Situation, teach
from engine.lab.training.dataset import Batch
from npc.types import HEAD_NAMES, WORD_HEADS


class Missing:
    """Takes modalities away from batches of a `SceneDataset`.

    What is not heard counts as silence, so that what is right in silence is right then: the model must not learn to guess at
    words whenever nobody speaks. What is not seen is zeros, as where a game sends words alone, and what was right stays right:
    the likeliest is the best that the words alone allow.
    """

    def __init__(self, cfg: MissingCfg, labels: Labels, seed: int) -> None:
        self._cfg, self._chance = cfg, torch.Generator().manual_seed(seed)
        self._silent = torch.tensor([[self._silence(labels, bool(h), bool(z)) for z in (0, 1)] for h in (0, 1)])

    @staticmethod
    def _silence(labels: Labels, hostile: bool, hazard: bool) -> list[int]:
        """The class of each head where nothing is said; -1 for those that read words."""
        lesson = teach(Situation(hostile=hostile, hazard=hazard))
        told = {"action": lesson.action, "emotion": lesson.emotion}
        return [labels.index(head, told[head]) if head in told else -1 for head in HEAD_NAMES]

    def take(self, batch: Batch) -> tuple[Batch, Tensor]:
        """The batch with fewer words, and which of its scenes are still seen, float [B] (1: seen)."""
        labels, device = batch["labels"], batch["labels"].device
        mute = self._drawn(len(labels), self._cfg.mute)
        seen = ~(mute | self._drawn(len(labels), self._cfg.blind))
        known = (batch["danger"] >= 0).all(-1).cpu()  # only where dangers are told is it known what silence asks for
        deaf = (self._drawn(labels.shape[:2].numel(), self._cfg.deaf).view(labels.shape[:2]) | mute[:, None]) & known[:, None]
        hostile, hazard = (batch["danger"].cpu().clamp(min=0) > 0.5).long().unbind(-1)
        silent = self._silent[hostile, hazard].unsqueeze(1).expand_as(labels).to(device)
        deaf = deaf.to(device)
        words = torch.tensor([head in WORD_HEADS for head in HEAD_NAMES], device=device)
        return batch | {
            "said": batch["said"] * ~deaf,
            "labels": torch.where(deaf.unsqueeze(-1) & ~words, silent, torch.where(deaf.unsqueeze(-1), -1, labels)),
            "text_mask": batch["text_mask"] & ~deaf[..., None, None],
        }, seen.float().to(device)

    def _drawn(self, count: int, share: float) -> Tensor:
        return torch.rand(count, generator=self._chance) < share
