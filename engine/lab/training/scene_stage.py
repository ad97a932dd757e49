"""Second stage: neck, grounding, fusion and fused heads on cached scene features."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader

from engine.lab.config import SceneStageCfg
from engine.lab.model import NpcModel
from engine.lab.training.dataset import Batch, SceneDataset, answer_batch, encode_batch
from engine.lab.training.losses import NamingLoss, head_loss, heat_loss, presence_loss
from engine.lab.training.measure import measure
from engine.lab.training.run import Clock, Progress, save_state, save_weights
from engine.lab.training.texts import Texts
from npc.types import FUSED_HEADS, HEAD_NAMES

WEIGHTS = {"where": 1.5, "there": 0.7, "target_there": 0.7, "emotion": 0.5, "danger": 0.4, "in_danger": 0.4}


class SceneStage:
    """Trains the fused part of `model` in place and keeps the best weights in `run` as `name.safetensors`.

    With `tune`, the image encoder's stages behind stride 8 learn too, at a tenth of the rate. `on_validation` hears the
    step and the score of every validation, and may end the training by raising.
    """

    def __init__(
        self,
        model: NpcModel,
        cfg: SceneStageCfg,
        table: Texts,
        run: Path,
        seed: int,
        name: str = "scene",
        *,
        tune: bool = False,
        on_validation: Callable[[int, float], None] | None = None,
    ) -> None:
        self.model, self.cfg, self.table, self.run_folder, self.seed = model, cfg, table, run, seed
        self.name, self.on_validation = name, on_validation
        self.clock = Clock(cfg.minutes)
        self.naming: NamingLoss | None = None
        self.slow: list[nn.Module] = []
        self.trained: list[nn.Module] = [
            m
            for m in (model.neck, model.fusion, model.grounding, model.fused, model.fused_heads, model.danger)
            if m is not None
        ]
        if not model.cfg.image.frozen:
            self.trained.append(model.image)
        if not model.cfg.text.frozen:
            self.trained += [model.text, model.text_heads]
        if tune:
            model.image_tuned = True
            model.image.eval()  # the pretrained statistics of its norms stay
            self.slow = model.image.tail_modules()
            for module in self.slow:
                module.to(memory_format=torch.channels_last)
        model.neck.to(memory_format=torch.channels_last)
        model.requires_grad_(False)
        for module in (*self.trained, *self.slow):
            module.requires_grad_(True)
        model.silence.requires_grad_(True)

    def run(self, train: SceneDataset, validation: SceneDataset, progress: Progress) -> float:
        """Train to the end of the recipe (or go on where an interrupted run stopped); returns the best score."""
        if train.vocabulary is not None and self.cfg.naming:
            self.naming = NamingLoss(self.model, self.table, train.vocabulary, self.seed)
        steps = max(1, int(self.cfg.epochs * len(train) / self.cfg.batch))
        optimiser, schedule = self._optimiser(steps)
        step, best = self._resume(optimiser, schedule)
        progress.total("train", steps, step)
        batches = self._batches(train, step)
        over = step >= steps or self.clock.over()
        while not over:
            loss, parts = self._loss(next(batches))
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_([p for p in self.model.parameters() if p.requires_grad], 2.0)
            optimiser.step()
            self._advance(schedule, steps)
            step += 1
            progress.step("train", loss=float(loss.detach()), **parts)
            over = step == steps or self.clock.over()
            if over or step % self.cfg.validate_every == 0:
                best = self._validate(validation, progress, step, best)
                self._save(optimiser, schedule, step, best)
        if not self.best_file.exists():
            best = self._validate(validation, progress, step, best)
        return best

    def _advance(self, schedule: torch.optim.lr_scheduler.LRScheduler, steps: int) -> None:
        """Next learning rate. Where time is short, the cycle follows the clock: slow models anneal to the end, too."""
        schedule.last_epoch = max(schedule.last_epoch, int(self.clock.share() * (steps - 1)))
        schedule.step()

    @property
    def _state_file(self) -> Path:
        return self.run_folder / f"{self.name}-state.pt"

    @property
    def best_file(self) -> Path:
        return self.run_folder / f"{self.name}.safetensors"

    def _optimiser(self, steps: int) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler]:
        slow = [p for module in self.slow for p in module.parameters()]
        known = {id(p) for p in slow}
        fast = [p for p in self.model.parameters() if p.requires_grad and id(p) not in known]
        groups = [{"params": fast, "lr": self.cfg.lr}, {"params": slow, "lr": self.cfg.lr / 10}]
        groups = [group for group in groups if group["params"]]
        optimiser = torch.optim.AdamW(groups, weight_decay=self.cfg.weight_decay, fused=True)
        rates = [group["lr"] for group in groups]
        return optimiser, torch.optim.lr_scheduler.OneCycleLR(optimiser, rates, total_steps=steps + 1, pct_start=0.1)

    def _batches(self, train: SceneDataset, step: int):  # type: ignore[no-untyped-def]
        epoch = 0
        while True:
            order = torch.Generator().manual_seed(self.seed + step + epoch)
            yield from DataLoader(train, self.cfg.batch, shuffle=True, drop_last=len(train) > self.cfg.batch, generator=order)
            epoch += 1

    def _loss(self, batch: Batch) -> tuple[Tensor, dict[str, float]]:
        for module in self.trained:
            module.train()
        grid, scene, valid = encode_batch(self.model, batch)
        losses: dict[str, Tensor] = {}
        if self.model.grounding is not None:
            phrase = self.table.sentences(batch["phrase"])
            heat, presence = self.model.watch(grid, phrase, valid)
            losses["where"] = heat_loss(heat, batch["phrase_mask"], batch["valid"])
            losses["there"] = presence_loss(presence, batch["phrase_mask"])
            if self.naming is not None:
                losses["naming"] = self.naming.loss(grid, batch)
        answers = answer_batch(self.model, self.table, batch, grid, scene, valid)
        if answers.heat is not None and answers.presence is not None:
            losses["target"] = heat_loss(answers.heat, batch["text_mask"], batch["valid"])
            losses["target_there"] = presence_loss(answers.presence, batch["text_mask"])
        for i, head in enumerate(HEAD_NAMES):
            if head in FUSED_HEADS or not self.model.cfg.text.frozen:
                losses[head] = head_loss(answers.logits[head], batch["labels"][..., i])
        known = (batch["danger"] >= 0).all(-1)
        if known.any():
            danger, there = (answer[known] for answer in answers.danger)
            losses["danger"] = heat_loss(danger, batch["danger_mask"][known], batch["valid"][known])
            losses["in_danger"] = nn.functional.binary_cross_entropy_with_logits(there, batch["danger"][known])
        weights = WEIGHTS | {"naming": self.cfg.naming}
        total = torch.stack([weights.get(name, 1.0) * loss for name, loss in losses.items()]).sum()
        return total, {name: float(loss.detach()) for name, loss in losses.items()}

    def _validate(self, validation: SceneDataset, progress: Progress, step: int, best: float) -> float:
        figures = measure(self.model, self.table, validation).summary()
        progress.score("train", **figures)
        score = figures["action_f1"] + figures.get("pointing", 0.0) + 0.5 * figures.get("presence_auc", 0.0)
        if score > best:
            save_weights(self.model, self.best_file)
        if self.on_validation is not None:
            self.on_validation(step, score)
        return max(score, best)

    def _save(
        self, optimiser: torch.optim.Optimizer, schedule: torch.optim.lr_scheduler.LRScheduler, step: int, best: float
    ) -> None:
        save_weights(self.model, self.run_folder / f"{self.name}-last.safetensors")
        state = {"optimiser": optimiser.state_dict(), "schedule": schedule.state_dict()}
        save_state(self._state_file, **state, step=step, best=best, seconds=self.clock.spent())

    def _resume(self, optimiser: torch.optim.Optimizer, schedule: torch.optim.lr_scheduler.LRScheduler) -> tuple[int, float]:
        if not self._state_file.exists():
            return 0, float("-inf")
        from safetensors.torch import load_file

        self.model.load_state_dict(load_file(self.run_folder / f"{self.name}-last.safetensors"))
        state = torch.load(self._state_file, weights_only=True)
        optimiser.load_state_dict(state["optimiser"])
        schedule.load_state_dict(state["schedule"])
        self.clock = Clock(self.cfg.minutes, float(state.get("seconds", 0.0)))
        return int(state["step"]), float(state["best"])
