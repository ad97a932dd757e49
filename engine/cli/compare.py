"""`python -m engine compare`: the article's comparison of encoders and fusions, in one table."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from engine.errors import Fault, needs_extra


def compare(
    minutes: Annotated[float | None, typer.Option(min=0.01, help="Training time of each model (the recipe's).")] = None,
    out: Annotated[Path, typer.Option(help="Where all goes; finished models there are kept.")] = Path("runs/compare"),
    scenes: Annotated[int | None, typer.Option(min=8, help="Training scenes (the recipe's).")] = None,
    config: Annotated[str, typer.Option(help="Recipe with what all models have in common.")] = "compare",
    only: Annotated[list[str] | None, typer.Option(help="Only models whose names hold this (repeatable).")] = None,
    weights: Annotated[list[str] | None, typer.Option(help="NAME=FILE: pretrained weights of an image encoder.")] = None,
    held_out: Annotated[int, typer.Option(min=8, help="Scenes to measure on.")] = 800,
    threads: Annotated[int, typer.Option(min=1, help="Threads of ONNX Runtime when latency is measured.")] = 2,
    cache: Annotated[Path | None, typer.Option(help="Where cached features lie.")] = None,
) -> None:
    """Train every text encoder x image encoder x fusion, and each modality alone, and print what each is worth.

    Interrupt it at will: it prints what is done, and the same command goes on.
    """
    with needs_extra("train", "Comparing"):
        from engine.lab.comparison.combinations import choose, combinations
        from engine.lab.comparison.run import Comparison, common_recipe
    chosen = choose(combinations(dict(_pair(option) for option in weights or [])), only or [])
    Comparison(common_recipe(config, minutes, scenes), out, cache, held_out, threads).run(chosen, Console())


def _pair(option: str) -> tuple[str, str]:
    name, equals, file = option.partition("=")
    if not equals:
        raise Fault("weights", f"'{option}' is not NAME=FILE.", "For example: --weights resnet18=resnet18.pth.")
    return name, file
