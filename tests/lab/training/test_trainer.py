"""The loop of every stage: its learning rate follows how far it is, and neither steps nor time can run over."""

from __future__ import annotations

import itertools

import pytest

torch = pytest.importorskip("torch", reason="needs the train extra")

from torch.optim.lr_scheduler import OneCycleLR

from engine.lab.training.run import Clock
from engine.lab.training.trainer import OneCycle, Trainer

pytestmark = pytest.mark.train


def parameter() -> torch.nn.Parameter:
    return torch.nn.Parameter(torch.zeros(3))


@pytest.mark.parametrize("steps", [3, 8, 50, 400])
def test_the_cycle_is_that_of_torch(steps: int) -> None:
    ours, theirs = (torch.optim.AdamW([parameter()], lr=0.1) for _ in range(2))
    cycle, known = OneCycle(ours, steps), OneCycleLR(theirs, 0.1, total_steps=steps + 1, pct_start=0.1)
    for step in range(steps + 1):
        cycle.at(step)
        for key in ("lr", "betas"):
            assert ours.param_groups[0][key] == pytest.approx(theirs.param_groups[0][key])
        theirs.step()
        if step < steps:
            known.step()


def test_a_cycle_cannot_be_overrun() -> None:
    optimiser = torch.optim.AdamW([parameter()], lr=0.1)
    cycle = OneCycle(optimiser, 10)
    cycle.at(10)
    last = optimiser.param_groups[0]["lr"]
    cycle.at(402)
    assert optimiser.param_groups[0]["lr"] == last == pytest.approx(0.1 / 25e4)


class Seconds:
    """A clock of which every step takes so many seconds."""

    def __init__(self, a_step: float) -> None:
        self.now, self.a_step = 0.0, a_step

    def __call__(self) -> float:
        return self.now


def rates(steps: int, least: int, a_step: float, minutes: float | None, stop_at: int = -1) -> list[float]:
    """The learning rate of each step that is done."""
    weight, time = parameter(), Seconds(a_step)
    trainer = Trainer([{"params": [weight], "lr": 1.0}], steps, Clock(minutes, now=time), least=least)
    found = []

    def objective(batch: dict) -> tuple[torch.Tensor, dict[str, float]]:
        found.append(trainer.optimiser.param_groups[0]["lr"])
        time.now += time.a_step
        return weight.sum(), {}

    for step in trainer.run(objective, itertools.repeat({}), lambda: len(found) == stop_at):
        assert (
            step.last == (step.number == trainer.steps or trainer.clock.over() or len(found) == stop_at) or step.number < least
        )
    return found


def test_a_slow_machine_learns_less_and_ends_with_a_low_rate() -> None:
    found = rates(steps=400, least=10, a_step=3.0, minutes=2.0)
    assert len(found) == 40
    assert max(found) > 0.9
    assert found[-1] < 0.02


def test_the_fewest_steps_are_done_however_late_it_is_and_go_through_the_whole_cycle() -> None:
    found = rates(steps=400, least=20, a_step=100.0, minutes=0.01)
    assert len(found) == 20
    assert max(found) > 0.9
    assert found[-1] < 0.02


def test_with_time_enough_the_rate_is_a_matter_of_steps_alone() -> None:
    assert rates(100, 10, 0.01, 60.0) == rates(100, 10, 0.0, None)


def test_whoever_stops_it_ends_it_after_the_step() -> None:
    assert len(rates(100, 10, 1.0, None, stop_at=7)) == 7
