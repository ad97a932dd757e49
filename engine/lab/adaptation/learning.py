"""Learning a game: new frames half and half with the replay, for as many steps as there is time for.

The held-out episodes choose the weights, which are merged with those from before where they have cost too much of what was
known. Whenever it is stopped, the best weights until then are in the model.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import torch
from torch import Tensor

from engine.lab.adaptation.material import AdaptationData
from engine.lab.adaptation.merging import Weights, input_grams, merge
from engine.lab.config import SceneStageCfg
from engine.lab.model import NpcModel
from engine.lab.training.dataset import Batch
from engine.lab.training.losses import NamingLoss, RetentionLoss
from engine.lab.training.measure import Measured, measure_run
from engine.lab.training.run import Clock, Progress
from engine.lab.training.scene_stage import FusedObjective, fused_part, learn_only
from engine.lab.training.trainer import Trainer, shuffled

ALL_STEPS, OUT_OF_TIME, BY_HAND = "all steps done", "out of time", "stopped by hand"
CHECKING = 0.25  # share of the time that checks may take where time is short
Figures = dict[str, float]
# What must not be forgotten: figures of `Measured.summary` on scenes of the replay that are never learnt from.
KEPT = ("pointing", "target", "presence_auc", "action_f1")


@dataclass(frozen=True)
class AdaptCfg:
    steps: int = 400
    least: int = 40  # steps that are done however late it is: fewer tell nothing of a game
    batch: int = 8  # half of it new, half replayed
    lr: float = 2e-3
    check_every: int = 20  # steps
    noise: float = 3.0  # phrases that may be found or missed by chance when weights are chosen
    retention: float = 2.0  # weight of answering replayed scenes as before
    forgotten: float = 0.015  # of each of `KEPT` that may be lost on the replay
    # Weights of the new that are tried against forgetting.
    blends: tuple[float, ...] = (0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.05, 0.0)
    seed: int = 7


@dataclass
class LearningCurve:
    """How it went: figures before, of the weights that were kept, and at every check; of which step they are, and with
    what weight they were merged with those from before (1: not merged)."""

    before: Figures
    best: Figures
    steps: int = 0
    done: int = 0  # steps in all
    blend: float = 1.0
    stopped: str = ALL_STEPS
    checks: list[Figures] = field(default_factory=list)

    def lost(self) -> Figures:
        """What each of `KEPT` has lost on replayed scenes that were never learnt from (0.01 is a point; below 0: gained)."""
        return {name: self.before[f"replay_{name}"] - self.best[f"replay_{name}"] for name in KEPT}


class GameObjective:
    """The loss of a batch whose first half is new and whose second is replayed: all that scenes teach, and retention.

    Args:
        model: as it is before it learns.
    """

    def __init__(self, model: NpcModel, data: AdaptationData, cfg: AdaptCfg) -> None:
        assert data.learn.vocabulary is not None
        naming = NamingLoss(model, data.texts, data.learn.vocabulary, cfg.seed)
        self._fused = FusedObjective(model, data.texts, naming, SceneStageCfg().naming)
        self._retention, self._cfg = RetentionLoss(model, data.texts), cfg

    def __call__(self, batch: Batch) -> tuple[Tensor, dict[str, float]]:
        loss, parts = self._fused(batch)
        replayed = {name: rows[self._cfg.batch // 2 :] for name, rows in batch.items()}
        return loss + self._cfg.retention * self._retention.loss(replayed), parts


class Learning:
    """Teaches a model a game, in place. Batch norms and dropout stay as at run time: the new frames are too few for them."""

    def __init__(self, model: NpcModel, data: AdaptationData, cfg: AdaptCfg) -> None:
        self.model, self.data, self.cfg = model, data, cfg
        learn_only(model, fused_part(model))
        model.eval()

    def run(self, clock: Clock, progress: Progress, stop: Callable[[], bool] = lambda: False) -> LearningCurve:
        """Train until the steps are done, the clock is over or somebody stops it; the weights that are kept are in the model.

        They are those of the best check on the held-out episodes; of several that are equally good but for noise, those
        of the latest, since the learning rate falls to the end.
        """
        objective = GameObjective(self.model, self.data, self.cfg)
        groups = [{"params": [p for p in self.model.parameters() if p.requires_grad], "lr": self.cfg.lr}]
        trainer = Trainer(groups, self.cfg.steps, clock, least=self.cfg.least)
        figures = self._learnt() | self._kept()
        curve = LearningCurve(figures, figures)
        before = kept = self._weights()
        best = least = _score(curve.before)
        noise, found = self.cfg.noise / self._phrases(), curve.before["pointing"]
        began, checking = clock.spent(), 0.0
        progress.total("learning", self.cfg.steps)
        for step in trainer.run(objective, self._mixed(), stop):
            now = clock.spent()
            spare = not trainer.hurried() or checking <= CHECKING * (now - began)
            if step.last or (spare and step.number % self.cfg.check_every == 0):
                figures = self._learnt()
                checking += clock.spent() - now
                curve.checks.append({"step": step.number, **figures})
                score, found = _score(figures), figures["pointing"]
                if score > max(best - noise, least):
                    best, kept, curve.steps = max(score, best), self._weights(), step.number
            progress.step("learning", found=found, before=curve.before["pointing"], loss=step.loss)
        curve.done = trainer.done
        if trainer.done < self.cfg.steps:
            curve.stopped = BY_HAND if stop() else OUT_OF_TIME
        self.model.load_state_dict(kept, strict=False)
        if curve.steps:
            self._blend(before, kept, curve)
        return curve

    def _blend(self, before: Weights, learnt: Weights, curve: LearningCurve) -> None:
        """Merge what was learnt with what was known, with as much weight on the latter as forgetting demands."""
        kept = self._kept()
        if not self._keeps(curve, kept):
            new = input_grams(self.model, self.data.texts, self.data.learn)
            self.model.load_state_dict(before, strict=False)
            known = input_grams(self.model, self.data.texts, self.data.replay)
            tried: dict[float, tuple[Weights, Figures]] = {}

            def enough(share: float) -> bool:
                merged = merge(before, learnt, known, new, share)
                self.model.load_state_dict(merged, strict=False)
                tried[share] = merged, self._kept()
                return self._keeps(curve, tried[share][1])

            # Halving, not one after the other: the less of the new, the less is forgotten, and a trial takes seconds.
            bisect_left(self.cfg.blends, True, key=enough)
            curve.blend = max((s for s in tried if self._keeps(curve, tried[s][1])), default=min(tried))
            merged, kept = tried[curve.blend]
            self.model.load_state_dict(merged, strict=False)
        curve.best = self._learnt() | kept

    def _keeps(self, curve: LearningCurve, kept: Figures) -> bool:
        lost = (curve.before[name] - figure for name, figure in kept.items())
        return not any(loss > self.cfg.forgotten for loss in lost)  # what nothing was asked about (NaN) is not lost

    def measured(self) -> tuple[Measured, Measured]:
        """Raw results on the held-out episodes and on the held-out part of the replay."""
        new, old = (measure_run(self.model, self.data.texts, d) for d in (self.data.check, self.data.replay_check))
        return new, old

    def _mixed(self) -> Iterator[Batch]:
        """Endless batches, the first half new frames, the second replayed scenes."""
        half = self.cfg.batch // 2
        both = (shuffled(data, half, self.cfg.seed) for data in (self.data.learn, self.data.replay))
        for new, old in zip(*both, strict=True):
            yield {name: torch.cat([new[name], old[name]]) for name in new}

    def _kept(self) -> Figures:
        """On the held-out part of the replay alone."""
        kept = measure_run(self.model, self.data.texts, self.data.replay_check).summary()
        return {f"replay_{name}": kept[name] for name in KEPT}

    def _learnt(self) -> Figures:
        """On the held-out episodes alone."""
        found = measure_run(self.model, self.data.texts, self.data.check).summary()
        return {name: found[name] for name in ("pointing", "presence_auc", "target")}

    def _phrases(self) -> int:
        """Of the held-out episodes, those that name something in view."""
        return max(1, sum(bool(boxes) for scene in self.data.check.asked for _, boxes in scene.queries))

    def _weights(self) -> Weights:
        names = {name for name, p in self.model.named_parameters() if p.requires_grad}
        return {name: value.clone() for name, value in self.model.state_dict().items() if name in names}


def _score(figures: Figures) -> float:
    """Held-out pointing and presence."""
    return figures["pointing"] + 0.5 * figures["presence_auc"]
