"""`python -m engine assets`: fetch the sprites that synthetic scenes are made of."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from engine.files import cache_directory
from engine.lab.data.assets import FAMILIES, fetch_family, load_sprites

CacheOption = Annotated[
    Path | None, typer.Option(help="Where to keep them; default: $NPC_ENGINE_CACHE, else the platform's cache folder.")
]


def assets(cache: CacheOption = None) -> None:
    """Fetch and rasterise the icon families. Run it again after an interruption: finished ones are kept."""
    folder = cache_directory(cache)
    with Progress(TextColumn("{task.description:>20}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()) as progress:
        for name in FAMILIES:
            task = progress.add_task(name, total=None)
            fetch_family(name, folder, on_icon=partial(_show, progress, task))
    _report(folder)


def _show(progress: Progress, task: TaskID, done: int, total: int) -> None:
    progress.update(task, completed=done, total=total)


def _report(folder: Path) -> None:
    sprites = load_sprites(tuple(FAMILIES), folder, "all")
    held_out = {sprite.concept.key for sprite in sprites if sprite.concept.held_out}
    concepts = {sprite.concept.key for sprite in sprites}
    Console(soft_wrap=True).print(f"{len(sprites)} sprites of {len(concepts)} concepts ({len(held_out)} held out) in {folder}")
