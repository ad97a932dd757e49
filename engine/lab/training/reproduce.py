"""Make a run again from what it noted of itself, and say whether the same came out."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file

from engine.errors import Fault
from engine.lab.config import TrainCfg, load_recipe
from engine.lab.training.provenance import commit, differences, environment, fingerprints, read_provenance
from engine.lab.training.recipe import run_recipe
from engine.lab.training.run import need_run, read_history


@dataclass(frozen=True)
class Figure:
    """One figure of one validation, then and now."""

    stage: str
    step: int
    name: str
    then: float
    now: float

    @property
    def apart(self) -> float:
        """How far they are from each other; of what nothing tells in both runs: 0."""
        if math.isnan(self.then) and math.isnan(self.now):
            return 0.0
        return abs(self.then - self.now)


@dataclass(frozen=True)
class Comparison:
    """Two runs of one recipe.

    Attributes:
        figures: of every validation that both have, in order.
        missing: validations that only one of them has.
        weights_apart: the largest difference of a weight; 0: the same bit by bit; nan where their shapes differ.
    """

    figures: tuple[Figure, ...]
    missing: int
    weights_apart: float

    @property
    def apart(self) -> float:
        """The largest difference of a figure; nan where there is none."""
        return max((f.apart for f in self.figures), default=math.nan)

    def last(self) -> list[Figure]:
        """The figures of each stage's last validation."""
        ends = {f.stage: f.step for f in self.figures}
        return [f for f in self.figures if f.step == ends[f.stage]]


def recipe_of(run: Path) -> TrainCfg:
    """The recipe of a finished run.

    Raises:
        Fault: `run_missing`.
    """
    need_run(run)
    return load_recipe(str(run / "recipe.yaml"))


def changed_data(run: Path) -> list[str]:
    """What the run learnt from that is other now, as sentences."""
    return differences(read_provenance(run)["data"], fingerprints(recipe_of(run)))


def changed_environment(run: Path) -> list[str]:
    """What else is other now than at the run's last start, as sentences: versions, machine, commit."""
    start = read_provenance(run)["starts"][-1]
    then, now = ({"commit": _commit_name(of)} for of in (start.get("commit"), commit()))
    return [*differences(then, now), *differences(start["environment"], environment())]


def _commit_name(of: Mapping[str, Any] | None) -> str:
    """As people call it."""
    return f"{str(of.get('sha'))[:12]}{' (edited)' if of.get('edited') else ''}" if of else "unknown"


def reproduce(run: Path, out: Path, cache: Path | None = None, *, anyway: bool = False) -> Comparison:
    """Train the recipe of `run` again, into `out` (or go on there), and compare.

    Args:
        anyway: also where the data are others now, to see what they change.

    Raises:
        Fault: `data_differs`, and what `run_recipe` raises.
    """
    cfg, changed = recipe_of(run), changed_data(run)
    if changed and not anyway:
        raise Fault(
            "data_differs",
            f"{run} learnt from other data than there are now: {'; '.join(changed)}.",
            "Check out its commit and its packs and recordings; or give --anyway to see what the change does.",
        )
    device = read_provenance(run)["starts"][-1]["device"]
    run_recipe(cfg, out, cache, device="cuda" if device == "cuda" and torch.cuda.is_available() else "cpu")
    return compare_runs(run, out)


def compare_runs(then: Path, now: Path) -> Comparison:
    """Compare two finished runs, validation by validation and weight by weight."""
    before, after = read_history(then), read_history(now)
    rows = {(stage, int(row["step"])): row for stage, found in before.items() for row in found}
    others = {(stage, int(row["step"])): row for stage, found in after.items() for row in found}
    figures = [
        Figure(*place, name, row[name], others[place][name])
        for place, row in rows.items()
        if place in others
        for name in row
        if name != "step" and name in others[place]
    ]
    return Comparison(tuple(figures), len(rows.keys() ^ others.keys()), max(_gaps(then, now), default=math.nan))


def _gaps(then: Path, now: Path) -> Iterator[float]:
    one, other = (load_file(run / "model.safetensors") for run in (then, now))
    if {k: v.shape for k, v in one.items()} != {k: v.shape for k, v in other.items()}:
        return
    for name, value in one.items():
        yield float((value.double() - other[name].double()).abs().max()) if value.numel() else 0.0
