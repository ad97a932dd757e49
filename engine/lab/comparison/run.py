"""A comparison: one recipe, one directory, many models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console

from engine.errors import Fault
from engine.files import cache_directory
from engine.formats.labels import load_labels
from engine.lab.comparison.latency import Latency, measure_latency
from engine.lab.comparison.models import Combination, ModelResult, needed, run_combination
from engine.lab.comparison.report import describe, rich_table, table_rows, write_report
from engine.lab.config import TrainCfg, load_recipe
from engine.lab.training.run import start_run


def common_recipe(name: str, minutes: float | None, scenes: int | None) -> TrainCfg:
    """The recipe `name` with another budget or number of scenes.

    Raises:
        Fault: `no_budget` where neither the recipe nor the caller sets a time.
    """
    cfg = load_recipe(name)
    given = cfg.model_dump()
    given["scene"]["minutes"] = minutes or cfg.scene.minutes
    given["data"]["scenes"] = scenes or cfg.data.scenes
    if given["scene"]["minutes"] is None:
        raise Fault("no_budget", f"The recipe '{name}' has no scene.minutes.", "Give --minutes.")
    return TrainCfg.model_validate(given)


class Comparison:
    """Models trained from `base` in directories under `out`, and measured on `held_out` scenes."""

    def __init__(self, base: TrainCfg, out: Path, cache: Path | None, held_out: int, threads: int) -> None:
        self.base, self.out, self.cache = base, out, cache_directory(cache)
        self.held_out, self.threads = held_out, threads
        start_run(out, base, load_labels())

    def run(self, combinations: Sequence[Combination], console: Console) -> None:
        """Train and measure all that are not done yet; print and write the table, of what is done if interrupted."""
        outcomes: list[ModelResult] = []
        latency: dict[str, Latency] = {}
        try:
            for i, combination in enumerate(combinations):
                console.print(f"{i + 1} of {len(combinations)}: {combination.name}", highlight=False)
                outcomes.append(run_combination(combination, self.base, self.out, self.cache, self.held_out))
            latency = self.latency(outcomes)
        finally:
            self.report(outcomes, latency, len(combinations), console)

    def latency(self, outcomes: Sequence[ModelResult]) -> dict[str, Latency]:
        """Time all models in the same minutes."""
        models = {o.combination.name: (self.out / o.combination.name, needed(o.combination)) for o in outcomes}
        return measure_latency(models, self.base.model.size, self.threads)

    def report(self, outcomes: Sequence[ModelResult], latency: Mapping[str, Latency], of: int, console: Console) -> None:
        """Print the table and write it."""
        if not outcomes:
            return
        common = describe(self.base, self.held_out, self.threads)
        console.print(rich_table(table_rows(outcomes, latency), f"{len(outcomes)} of {of} models. {common}"))
        written = write_report(self.out, outcomes, latency, common)
        console.print(f"written: {', '.join(map(str, written))}", highlight=False)
        if len(outcomes) < of:
            console.print("The same command goes on where this one stopped.")
