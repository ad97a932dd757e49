"""`python -m engine evaluate`: figures of a training run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from engine.errors import EngineError


def evaluate(
    run: Annotated[Path, typer.Option(help="Run directory that `python -m engine train` wrote.")] = Path("runs/default"),
    scenes: Annotated[int, typer.Option(min=8, help="How many held-out scenes.")] = 800,
    cache: Annotated[Path | None, typer.Option(help="Where cached features lie.")] = None,
) -> None:
    """Print and write accuracy, precision, recall, F1, ECE, pointing and presence of a run."""
    try:
        from engine.training.evaluate import evaluate_run
    except ModuleNotFoundError as missing:
        raise EngineError(
            "extra_missing",
            f"Evaluating needs '{missing.name}', which is not installed.",
            "Run: pip install 'npc-engine[train]'.",
        ) from None
    for name, report in evaluate_run(run, cache, scenes).items():
        for title, column in (("labels", "f1"), ("places", "pointing")):
            rows = {head: figures for head, figures in report.items() if column in figures}
            if rows:
                Console().print(_table(f"{name.replace('_', ' ')}: {title}", rows))
    typer.echo(f"Figures: {run / 'evaluation.json'}; pictures: {run / 'confusion-*.png'}")


def _table(title: str, rows: dict[str, dict[str, float]]) -> Table:
    columns = list(next(iter(rows.values()), {}))
    table = Table("head", *columns, title=title)
    for head, figures in rows.items():
        table.add_row(head, *(f"{v:.0f}" if c == "support" else f"{v:.3f}" for c, v in figures.items()))
    return table
