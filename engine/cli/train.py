"""`python -m engine train`: from scenes and utterances to a run directory."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.errors import needs_extra


def train(
    config: Annotated[str, typer.Option(help="Recipe: a YAML file, or the name of a shipped one.")] = "default",
    out: Annotated[Path, typer.Option(help="Run directory; an interrupted run there goes on.")] = Path("runs/default"),
    recordings: Annotated[list[Path] | None, typer.Option(help="Recordings to mix in (repeatable).")] = None,
    cache: Annotated[Path | None, typer.Option(help="Where cached features lie.")] = None,
) -> None:
    """Train a model. Shows progress, logs to TensorBoard, resumes after Ctrl-C."""
    with needs_extra("train", "Training"):
        from engine.lab.training.recipe import run_recipe
    from engine.lab.config import load_recipe

    cfg = load_recipe(config)
    if recordings:
        cfg = cfg.model_copy(update={"data": cfg.data.model_copy(update={"recordings": tuple(recordings)})})
    run_recipe(cfg, out, cache)
    typer.echo(
        f"The trained model is in {out}. Next: python -m engine evaluate --run {out}, "
        f"then python -m export --checkpoint {out} --out BUNDLE --precision int8."
    )
