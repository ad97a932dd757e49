"""Second stage: neck, grounding, fusion and fused heads on cached scene features."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as F

from engine.lab.config import MissingCfg, SceneStageCfg
from engine.lab.model import NpcModel
from engine.lab.training.dataset import Batch, SceneDataset, answer_batch, encode_batch, on_device
from engine.lab.training.losses import NamingLoss, head_loss, heat_loss, presence_loss
from engine.lab.training.measure import measure_run
from engine.lab.training.missing import Missing
from engine.lab.training.parallel import agreed, rank, share_weights, wait_for_all
from engine.lab.training.run import Clock, Progress, save_state, save_weights
from engine.lab.training.texts import Texts
from engine.lab.training.trainer import Trainer, shuffled
from npc.types import FUSED_HEADS, HEAD_NAMES

WEIGHTS = {"where": 1.5, "there": 0.7, "target_there": 0.7, "emotion": 0.5, "danger": 0.4, "in_danger": 0.4}
SNAPSHOT = "snapshot"  # in the names of files
OnValidation = Callable[[int, float], None]


class FusedObjective:
    """What everything above the encoders learns from a batch: places, presence, names, heads and dangers.

    Args:
        texts: vectors of the batches' phrases and utterances.
        naming: tells things from all names; None: left out.
        weight: of the naming.
        alone: nothing is learnt but names and places.
        missing: takes pictures and words away; None: all are there.
    """

    def __init__(
        self,
        model: NpcModel,
        texts: Texts,
        naming: NamingLoss | None,
        weight: float,
        *,
        alone: bool = False,
        missing: Missing | None = None,
    ) -> None:
        self._model, self._texts, self._naming, self._alone, self._missing = model, texts, naming, alone, missing
        self._weights = WEIGHTS | {"naming": weight}

    def __call__(self, batch: Batch) -> tuple[Tensor, dict[str, float]]:
        """The loss of a batch, and what it is the weighted sum of."""
        grid, scene, valid = encode_batch(self._model, batch)
        losses: dict[str, Tensor] = {}
        if self._model.grounding is not None:
            heat, presence = self._model.watch(grid, self._texts.sentences(batch["phrase"]), valid)
            losses["where"] = heat_loss(heat, batch["phrase_mask"], batch["valid"])
            losses["there"] = presence_loss(presence, batch["phrase_mask"])
            if self._naming is not None:
                losses["naming"] = self._naming.loss(grid, batch)
        if not self._alone:
            self._add_answers(losses, batch, grid, scene, valid)
        total = torch.stack([self._weights.get(name, 1.0) * loss for name, loss in losses.items()]).sum()
        return total, {name: float(loss.detach()) for name, loss in losses.items()}

    def _add_answers(self, losses: dict[str, Tensor], batch: Batch, grid: Tensor, scene: Tensor, valid: Tensor) -> None:
        """What is right to say and do, and where a danger is."""
        here = torch.ones(len(valid), dtype=torch.bool, device=valid.device)
        if self._missing is not None:
            batch, seen = self._missing.take(batch)
            here = seen > 0
            grid, scene = grid * seen[:, None, None, None], scene * seen[:, None]
        answers = answer_batch(self._model, self._texts, batch, grid, scene, valid)
        if answers.heat is not None and answers.presence is not None and here.any():
            losses["target"] = heat_loss(answers.heat[here], batch["text_mask"][here], batch["valid"][here])
            losses["target_there"] = presence_loss(answers.presence[here], batch["text_mask"][here])
        for i, head in enumerate(HEAD_NAMES):
            if head in FUSED_HEADS or not self._model.cfg.text.frozen:
                losses[head] = head_loss(answers.logits[head], batch["labels"][..., i])
        known = (batch["danger"] >= 0).all(-1) & here
        if known.any():
            danger, there = (answer[known] for answer in answers.danger)
            losses["danger"] = heat_loss(danger, batch["danger_mask"][known], batch["valid"][known])
            losses["in_danger"] = F.binary_cross_entropy_with_logits(there, batch["danger"][known])


def fused_part(model: NpcModel) -> list[nn.Module]:
    """What is trained on scenes: everything above the encoders, and an encoder that is not frozen."""
    parts = [model.neck, model.fusion, model.grounding, model.fused, model.fused_heads, model.danger]
    if not model.cfg.image.frozen:
        parts.append(model.image)
    if not model.cfg.text.frozen:
        parts += [model.text, model.text_heads]
    return [part for part in parts if part is not None]


def learn_only(model: NpcModel, parts: Iterable[nn.Module]) -> None:
    """Let these parts learn, and what stands for silence; all else stays as it is."""
    # Channels last: four times as fast for small convolutions on a CPU.
    model.neck.to(memory_format=torch.channels_last)
    model.requires_grad_(False)
    for part in parts:
        part.requires_grad_(True)
    model.silence.requires_grad_(True)


class SceneStage:
    """Trains the fused part of `model` in place and keeps the best weights in `run` as `name.safetensors`.

    With `tune`, the image encoder's stages behind stride 8 learn too, at a rate of their own; with `naming_alone`, nothing but
    what things are called and where they are. `on_validation` hears the step and the score of every validation, and may end the
    training by raising. The model stays on the `device` on which it is trained.
    """

    def __init__(
        self,
        model: NpcModel,
        cfg: SceneStageCfg,
        texts: Texts,
        run: Path,
        seed: int,
        name: str = "scene",
        *,
        tune: bool = False,
        naming_alone: bool = False,
        on_validation: OnValidation | None = None,
        device: torch.device | None = None,
    ) -> None:
        self._naming_alone, self._device = naming_alone, device or torch.device("cpu")
        model.to(self._device)
        self.model, self.cfg, self.texts, self.seed = model, cfg, texts, seed
        self.on_validation, self.name = on_validation, name
        self.best_file, self.last_file = run / f"{name}.safetensors", run / f"{name}-last.safetensors"
        self._state_file = run / f"{name}-state.pt"
        self._clock = Clock(cfg.minutes)
        self._fused, self._slow = fused_part(model), list[nn.Module]()
        if tune:
            model.image_tuned = True
            model.image.eval()  # the pretrained statistics of its norms stay
            stages = model.image.tail_modules()
            for module in stages:
                module.to(memory_format=torch.channels_last)
            self._slow = stages[cfg.image_held :]
        learn_only(model, (*self._fused, *self._slow))

    def run(self, train: SceneDataset, validation: SceneDataset, progress: Progress) -> float:
        """Train to the end of the recipe (or go on where an interrupted run stopped); returns the best score."""
        trainer = Trainer(
            self._groups(),
            max(1, int(self.cfg.epochs * len(train) / self.cfg.batch)),
            self._clock,
            weight_decay=self.cfg.weight_decay,
        )
        best = self._resume(trainer)
        share_weights(self.model)
        progress.total(self.name, trainer.steps, trainer.done)
        objective = self._objective(train)
        for step in trainer.run(objective, shuffled(train, self.cfg.batch, self.seed + trainer.done)):
            progress.step(self.name, loss=step.loss, **step.parts)
            if step.last or step.number % self.cfg.validate_every == 0:
                best = self._validate(validation, progress, step.number, best)
                if not rank():
                    save_weights(self.model, self.last_file)
                    self._keep_snapshot(step.number)
                    save_state(self._state_file, **trainer.state(), best=best)
        if agreed(not self.best_file.exists()):
            best = self._validate(validation, progress, trainer.done, best)
        wait_for_all()
        return best

    def _objective(self, train: SceneDataset) -> Callable[[Batch], tuple[Tensor, dict[str, float]]]:
        names = train.vocabulary if self.cfg.naming else None
        naming = NamingLoss(self.model, self.texts, names, self.seed) if names is not None else None
        taken = Missing(self.cfg.missing, self.model.labels, self.seed) if self.cfg.missing != MissingCfg() else None
        weight, alone = self.cfg.naming, self._naming_alone
        loss = FusedObjective(self.model, self.texts, naming, weight, alone=alone, missing=taken)

        def objective(batch: Batch) -> tuple[Tensor, dict[str, float]]:
            for module in self._fused:
                module.train()  # a validation has ended that
            return loss(on_device(batch, self._device))

        return objective

    def _groups(self) -> list[dict[str, Any]]:
        slow = [p for module in self._slow for p in module.parameters()]
        known = {id(p) for p in slow}
        fast = [p for p in self.model.parameters() if p.requires_grad and id(p) not in known]
        groups = [{"params": fast, "lr": self.cfg.lr}, {"params": slow, "lr": self.cfg.lr * self.cfg.image_rate}]
        return [group for group in groups if group["params"]]

    def _validate(self, validation: SceneDataset, progress: Progress, step: int, best: float) -> float:
        """Measure, and keep the weights where they are the best so far; the first process does it for all."""
        if rank():
            return agreed(best)
        figures = measure_run(self.model, self.texts, validation).summary()
        progress.score(self.name, **figures)
        score = figures["action_f1"] + figures.get("pointing", 0.0) + 0.5 * figures.get("presence_auc", 0.0)
        if score > best:
            save_weights(self.model, self.best_file)
        if self.on_validation is not None:
            self.on_validation(step, score)
        return agreed(max(score, best))

    def _keep_snapshot(self, step: int) -> None:
        """Keep the weights of the last `snapshots` validations."""
        if not self.cfg.snapshots:
            return
        shutil.copy(self.last_file, self.last_file.with_name(f"{self.name}-{SNAPSHOT}-{step:06d}.safetensors"))
        for old in sorted(self.last_file.parent.glob(f"{self.name}-{SNAPSHOT}-*.safetensors"))[: -self.cfg.snapshots]:
            old.unlink()

    def _resume(self, trainer: Trainer) -> float:
        """Take up where an interrupted run stopped; the best score until then."""
        if not self._state_file.exists():
            return float("-inf")
        self.model.load_state_dict(load_file(self.last_file))
        state: dict[str, Any] = torch.load(self._state_file, map_location="cpu", weights_only=True)
        trainer.resume(state)
        return float(state["best"])
