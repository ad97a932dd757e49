"""The loop of every stage: batches in, steps out, by a learning rate that is a function of how far training is."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader

from engine.lab.training.dataset import Batch, SceneDataset
from engine.lab.training.parallel import agreed, average_gradients, mean, part_of, processes, rank
from engine.lab.training.run import Clock

Objective = Callable[[Batch], tuple[Tensor, dict[str, float]]]  # a batch to its loss, and the loss's parts for people
WARM_UP = 0.1  # of the steps
FIRST, LAST = 1 / 25, 1 / 25e4  # of the highest learning rate, at the beginning and at the end
MOMENTUM = (0.95, 0.85)  # with the lowest and with the highest learning rate


@dataclass(frozen=True)
class Step:
    """One step that was done: its number, counted from 1 on, its loss and the loss's parts; whether it is the last."""

    number: int
    loss: float
    parts: dict[str, float]
    last: bool


class OneCycle:
    """Learning rate up and down, momentum down and up (Smith and Topin 2018), each along half a cosine.

    A function of the place between the first step and the last, which may be set to any: a stage that time shortens is at
    its end when time is, and none can run over.

    Args:
        optimiser: its groups' rates are the highest ones.
        steps: how many there are.
    """

    def __init__(self, optimiser: torch.optim.Optimizer, steps: int) -> None:
        self._optimiser, self._steps = optimiser, steps
        self._highest = [group["lr"] for group in optimiser.param_groups]
        self._peak = WARM_UP * (steps + 1) - 1
        self.at(0)

    def at(self, step: float) -> None:
        """Set rates and momentum for the step that follows `step` others; what is beyond the last is the last."""
        step = min(max(step, 0.0), float(self._steps))
        rising = step <= self._peak
        start, end = (0.0, self._peak) if rising else (self._peak, float(self._steps))
        share = (step - start) / (end - start) if end > start else 1.0
        for group, highest in zip(self._optimiser.param_groups, self._highest, strict=True):
            lowest = highest * FIRST if rising else highest * LAST
            group["lr"] = _between(lowest, highest, share) if rising else _between(highest, lowest, share)
            momentum = _between(*MOMENTUM, share) if rising else _between(*MOMENTUM[::-1], share)
            group["betas"] = (momentum, *group["betas"][1:])


def _between(start: float, end: float, share: float) -> float:
    return end + (start - end) / 2.0 * (math.cos(math.pi * share) + 1)


class Trainer:
    """Steps of AdamW with clipped gradients, as far as steps and time reach.

    Args:
        groups: parameters with their highest learning rates, as an optimiser takes them.
        steps: of the whole stage.
        clock: may end the stage earlier; the learning rate then follows the time that is spent.
        least: steps that are done however late it is.
        clip: largest norm of a step's gradients.
    """

    def __init__(
        self,
        groups: list[dict[str, Any]],
        steps: int,
        clock: Clock,
        *,
        least: int = 0,
        weight_decay: float = 0.02,
        clip: float = 2.0,
    ) -> None:
        self.optimiser = torch.optim.AdamW(groups, weight_decay=weight_decay, fused=True)
        self._parameters: list[nn.Parameter] = [p for group in groups for p in group["params"]]
        self.steps, self.clock, self.done = steps, clock, 0
        self._cycle, self._least, self._clip = OneCycle(self.optimiser, steps), least, clip

    def run(self, objective: Objective, batches: Iterator[Batch], stop: Callable[[], bool] = lambda: False) -> Iterator[Step]:
        """Do the steps that are missing, and tell of each; the caller may look at the model between them.

        Args:
            stop: asked after every step, whether it was the last.
        """
        over = self._over()
        while not over:
            loss, parts = objective(next(batches))
            self.step(loss)
            over = bool(agreed(stop() or self._over()))
            yield Step(self.done, float(mean(loss.detach())), parts, over)

    def _over(self) -> bool:
        return self.done >= self.steps or (self.done >= self._least and self.clock.over())

    def step(self, loss: Tensor) -> None:
        """One step down the gradient of `loss`."""
        self.optimiser.zero_grad()
        loss.backward()
        average_gradients(self._parameters)
        nn.utils.clip_grad_norm_(self._parameters, self._clip)
        self.optimiser.step()
        self.done += 1
        self._cycle.at(agreed(self._place()))

    def _place(self) -> float:
        """How far it is, in steps of the whole stage: by steps or by time, whichever is further, since either may end it."""
        share = self.clock.share()
        return max(float(self.done), self.steps * (min(share, self.done / self._least) if self._least else share))

    def hurried(self) -> bool:
        """Time will end the stage before its steps are done."""
        return self._place() > self.done

    def state(self) -> dict[str, Any]:
        """What going on after an interruption needs beside the weights."""
        return {"optimiser": self.optimiser.state_dict(), "step": self.done, "seconds": self.clock.spent()}

    def resume(self, state: dict[str, Any]) -> None:
        """Go on from a `state`."""
        self.optimiser.load_state_dict(state["optimiser"])
        self.done = int(state["step"])
        self.clock = self.clock.after(float(state.get("seconds", 0.0)))
        self._cycle.at(self._place())


def shuffled(data: SceneDataset, batch: int, seed: int) -> Iterator[Batch]:
    """Batches without end, each epoch in an order of its own; of several processes each has its part of every batch."""
    epoch = 0
    while True:
        order = torch.Generator().manual_seed(seed + epoch)
        if processes() > 1:
            places = torch.randperm(len(data), generator=order).tolist()
            mine = places[rank() : len(places) - len(places) % processes() : processes()]
            yield from DataLoader(data, part_of(batch), sampler=mine, drop_last=len(mine) > part_of(batch))
        else:
            yield from DataLoader(data, batch, shuffle=True, drop_last=len(data) > batch, generator=order)
        epoch += 1
