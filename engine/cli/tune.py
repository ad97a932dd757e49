"""`python -m engine tune`: search the hyperparameters of a recipe's scene stage."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from engine.errors import needs_extra

if TYPE_CHECKING:
    from engine.lab.training.tune import TrialResult

SHOWN = 10


def tune(
    config: Annotated[str, typer.Option(help="Recipe to start from: a YAML file, or the name of a shipped one.")] = "default",
    trials: Annotated[int, typer.Option(min=1, help="How many trials in all, those of earlier calls included.")] = 20,
    out: Annotated[Path, typer.Option(help="Directory of the study; an interrupted one goes on.")] = Path("runs/tune"),
    scenes: Annotated[int | None, typer.Option(min=8, help="Training scenes a trial (the recipe's).")] = None,
    cache: Annotated[Path | None, typer.Option(help="Where cached features lie.")] = None,
) -> None:
    """Try learning rates, weight decays and widths; stop bad trials early; write the best as a recipe."""
    with needs_extra("train", "Tuning"):
        from engine.lab.training.tune import Search
    from engine.lab.config import load_recipe

    search = Search(load_recipe(config), out, cache, scenes)
    try:
        search.run(trials)
    finally:  # an interruption must not hide what is done
        Console().print(_table(search.results()))
        typer.echo(f"written: {', '.join(map(str, search.write()))}")


def _table(results: Sequence[TrialResult]) -> Table:
    table = Table("trial", *(results[0].values if results else ()), "score", title=f"{len(results)} trials, the best first")
    for row in results[:SHOWN]:
        values = (f"{value:.3g}" for value in row.values.values())
        table.add_row(str(row.number), *values, f"{row.score:.3f}" + (" (stopped)" if row.pruned else ""))
    return table
