"""Learning a game: new frames half and half with the replay. The held-out episodes choose the weights, which are merged
with those from before where they have cost too much of what was known."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import nn
from torch.utils.data import DataLoader

from engine.lab.adaptation.material import AdaptationData
from engine.lab.adaptation.merging import Weights, input_grams, merge
from engine.lab.config import SceneStageCfg
from engine.lab.model import NpcModel
from engine.lab.training.dataset import SceneDataset
from engine.lab.training.losses import NamingLoss, RetentionLoss
from engine.lab.training.measure import Measured, measure
from engine.lab.training.scene_stage import Batch, SceneStage

OUT_OF_TIME = "out of time"
Figures = dict[str, float]


@dataclass(frozen=True)
class AdaptCfg:
    steps: int = 400
    batch: int = 8  # half of it new, half replayed
    lr: float = 2e-3
    check_every: int = 20  # steps
    noise: float = 3.0  # phrases that may be found or missed by chance when weights are chosen
    retention: float = 2.0  # weight of answering replayed scenes as before
    forgotten: float = 0.025  # pointing on the replay that may be lost
    blends: tuple[float, ...] = (0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3)  # weights of the new that are tried against forgetting
    seed: int = 7


@dataclass
class Course:
    """How it went: figures before, of the weights that were kept, and at every check; of which step they are, and with
    what weight they were merged with those from before (1: not merged)."""

    before: Figures
    best: Figures
    steps: int = 0
    done: int = 0  # steps in all
    blend: float = 1.0
    stopped: str = "all steps done"
    checks: list[Figures] = field(default_factory=list)


class AdaptStage(SceneStage):
    """`SceneStage` on two data sets. Batch norms and dropout stay as at run time: the new frames are too few for them."""

    def __init__(self, model: NpcModel, material: AdaptationData, cfg: AdaptCfg) -> None:
        super().__init__(model, SceneStageCfg(lr=cfg.lr, batch=cfg.batch), material.texts, Path(), cfg.seed)
        self.material, self.adapt = material, cfg
        self.parts, self.trained = self.trained, []  # nothing is switched to training mode
        model.eval()

    def learn(self, deadline: float, on_step: Callable[[], None]) -> Course:
        """Train in place until `deadline` (monotonic seconds) at the latest; the weights that are kept are in the model.

        They are those of the best check on the held-out episodes; of several that are equally good but for noise, those
        of the latest, since the learning rate falls to the end.
        """
        optimiser, schedule = self._optimiser(self.adapt.steps)
        retention = RetentionLoss(self.model, self.material.texts)
        assert self.material.learn.vocabulary is not None
        self.naming = NamingLoss(self.model, self.table, self.material.learn.vocabulary, self.seed)
        course = Course(*[self.figures()] * 2)
        before = kept = self._weights()
        best = least = self._score(course.before)
        began = time.monotonic()
        noise = self.adapt.noise / self._phrases()
        for step, batch in zip(range(1, self.adapt.steps + 1), self._mixed(), strict=False):
            self._step(batch, retention, optimiser, schedule)
            on_step()
            now = time.monotonic()
            late, course.done = now > deadline, step
            # On a slow machine the rate follows the clock, so that it is low where time ends.
            share = min(1.0, (now - began) / max(deadline - began, 1e-9))
            schedule.last_epoch = max(schedule.last_epoch, int(share * (self.adapt.steps - 1)))
            if step % self.adapt.check_every == 0 or step == self.adapt.steps or late:
                figures = self._learnt()
                course.checks.append({"step": step, **figures})
                score = self._score(figures)
                if score > max(best - noise, least):
                    best, kept, course.steps = max(score, best), self._weights(), step
            if late:
                course.stopped = OUT_OF_TIME
                break
        self.model.load_state_dict(kept, strict=False)
        if course.steps:
            self._blend(before, kept, course)
        return course

    def _blend(self, before: Weights, learnt: Weights, course: Course) -> None:
        """Merge what was learnt with what was known, with as much weight on the latter as forgetting demands."""
        kept = self._kept()
        if not self._keeps(course, kept):
            new = input_grams(self.model, self.table, self.material.learn)
            self.model.load_state_dict(before, strict=False)
            known = input_grams(self.model, self.table, self.material.replay)
            tried: dict[float, tuple[Weights, Figures]] = {}

            def enough(share: float) -> bool:
                merged = merge(before, learnt, known, new, share)
                self.model.load_state_dict(merged, strict=False)
                tried[share] = merged, self._kept()
                return self._keeps(course, tried[share][1])

            # Halving, not one after the other: the less of the new, the less is forgotten, and a trial takes seconds.
            bisect_left(self.adapt.blends, True, key=enough)
            course.blend = max((s for s in tried if self._keeps(course, tried[s][1])), default=min(tried))
            merged, kept = tried[course.blend]
            self.model.load_state_dict(merged, strict=False)
        course.best = self._learnt() | kept

    def _keeps(self, course: Course, kept: Figures) -> bool:
        return course.before["replay_pointing"] - kept["replay_pointing"] <= self.adapt.forgotten

    def measured(self) -> tuple[Measured, Measured]:
        """Raw results on the held-out episodes and on the held-out part of the replay."""
        new, old = (measure(self.model, self.table, d) for d in (self.material.check, self.material.replay_check))
        return new, old

    def _step(
        self,
        batch: Batch,
        retention: RetentionLoss,
        optimiser: torch.optim.Optimizer,
        schedule: torch.optim.lr_scheduler.LRScheduler,
    ) -> None:
        loss, _ = self._loss(batch)
        replayed = {name: rows[self.adapt.batch // 2 :] for name, rows in batch.items()}
        loss = loss + self.adapt.retention * retention.loss(replayed)
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
        return self._learnt() | self._kept()

    def _kept(self) -> Figures:
        """On the held-out part of the replay alone."""
        kept = measure(self.model, self.table, self.material.replay_check).summary()
        return {
            "replay_pointing": kept["pointing"],
            "replay_target": kept["target"],
            "replay_presence_auc": kept["presence_auc"],
            "replay_action_f1": kept["action_f1"],
        }

    def _learnt(self) -> Figures:
        """On the held-out episodes alone."""
        found = measure(self.model, self.table, self.material.check).summary()
        return {name: found[name] for name in ("pointing", "presence_auc", "target")}

    def _score(self, figures: Figures) -> float:
        """Held-out pointing and presence."""
        return figures["pointing"] + 0.5 * figures["presence_auc"]

    def _phrases(self) -> int:
        """Of the held-out episodes, those that name something in view."""
        return max(1, sum(bool(boxes) for scene in self.material.check.asked for _, boxes in scene.queries))

    def _weights(self) -> Weights:
        names = {name for name, p in self.model.named_parameters() if p.requires_grad}
        return {name: value.clone() for name, value in self.model.state_dict().items() if name in names}
