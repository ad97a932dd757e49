"""Learning a game: new frames half and half with the replay, until the held-out episodes say that it is enough."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader

from engine.adaptation.material import Material
from engine.model import NpcModel
from engine.training.config import SceneStageCfg
from engine.training.dataset import SceneDataset
from engine.training.measure import Measured, measure
from engine.training.scene_stage import Batch, SceneStage

Figures = dict[str, float]


@dataclass(frozen=True)
class AdaptCfg:
    steps: int = 160
    batch: int = 8  # half of it new, half replayed
    lr: float = 2e-3
    check_every: int = 20  # steps
    patience: int = 4  # checks without a better score
    forgotten: float = 0.02  # pointing on the replay that may be lost before it counts
    seed: int = 7


@dataclass
class Course:
    """How it went: figures before, at the best check, and at every check; the best results for calibration."""

    before: Figures
    best: Figures
    steps: int = 0
    stopped: str = "all steps done"
    checks: list[Figures] = field(default_factory=list)


class AdaptStage(SceneStage):
    """`SceneStage` on two data sets. Batch norms and dropout stay as at run time: the new frames are too few for them."""

    def __init__(self, model: NpcModel, material: Material, cfg: AdaptCfg) -> None:
        super().__init__(model, SceneStageCfg(lr=cfg.lr, batch=cfg.batch), material.texts, Path(), cfg.seed)
        self.material, self.adapt = material, cfg
        self.parts, self.trained = self.trained, []  # nothing is switched to training mode
        model.eval()

    def learn(self, deadline: float, on_step: Callable[[], None]) -> Course:
        """Train in place until `deadline` (monotonic seconds) at the latest; the best weights stay in the model."""
        optimiser, schedule = self._optimiser(self.adapt.steps)
        course = Course(*[self.figures()] * 2)
        best, kept, waited = self._score(course.before, course.before), self._weights(), 0
        for step, batch in zip(range(1, self.adapt.steps + 1), self._mixed(), strict=False):
            self._step(batch, optimiser, schedule)
            on_step()
            late = time.monotonic() > deadline
            if step % self.adapt.check_every == 0 or step == self.adapt.steps or late:
                figures = self.figures()
                course.checks.append({"step": step, **figures})
                waited += 1
                if (score := self._score(figures, course.before)) > best:
                    best, kept, waited, course.best, course.steps = score, self._weights(), 0, figures, step
            if late or waited >= self.adapt.patience:
                course.stopped = "out of time" if late else "no better on the held-out episodes"
                break
        self.model.load_state_dict(kept, strict=False)
        return course

    def measured(self) -> tuple[Measured, Measured]:
        """Raw results on the held-out episodes and on the held-out part of the replay."""
        new, old = (measure(self.model, self.table, d) for d in (self.material.check, self.material.replay_check))
        return new, old

    def _step(self, batch: Batch, optimiser: torch.optim.Optimizer, schedule: torch.optim.lr_scheduler.LRScheduler) -> None:
        loss, _ = self._loss(batch)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_([p for p in self.model.parameters() if p.requires_grad], 2.0)
        optimiser.step()
        schedule.step()

    def _mixed(self) -> Iterator[Batch]:
        """Endless batches, the first half new frames, the second replayed scenes."""
        half = self.adapt.batch // 2
        for new, old in zip(self._endless(self.material.learn, half), self._endless(self.material.replay, half), strict=True):
            yield {name: torch.cat([new[name], old[name]]) for name in new}

    def _endless(self, data: SceneDataset, count: int) -> Iterator[Batch]:
        epoch = 0
        while True:
            order = torch.Generator().manual_seed(self.seed + epoch)
            yield from DataLoader(data, count, shuffle=True, drop_last=True, generator=order)
            epoch += 1

    def figures(self) -> Figures:
        """The few figures that say how far it is, and what was forgotten."""
        new, old = self.measured()
        found, kept = new.summary(), old.summary()
        return {
            "pointing": found["pointing"],
            "presence_auc": found["presence_auc"],
            "target": found["target"],
            "replay_pointing": kept["pointing"],
            "replay_target": kept["target"],
            "replay_presence_auc": kept["presence_auc"],
            "replay_action_f1": kept["action_f1"],
        }

    def _score(self, figures: Figures, before: Figures) -> float:
        """Held-out pointing and presence, less what is forgotten beyond the allowance."""
        lost = before["replay_pointing"] - figures["replay_pointing"]
        return figures["pointing"] + 0.5 * figures["presence_auc"] - 2 * max(0.0, lost - self.adapt.forgotten)

    def _weights(self) -> dict[str, Tensor]:
        names = {name for name, p in self.model.named_parameters() if p.requires_grad}
        return {name: value.clone() for name, value in self.model.state_dict().items() if name in names}
