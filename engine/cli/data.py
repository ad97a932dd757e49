"""`data`: what is in a public data set, and how it is read."""

from __future__ import annotations

from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from engine.errors import needs_extra
from engine.files import writable_folder

if TYPE_CHECKING:
    from engine.lab.data.things import Scene


class Action(StrEnum):
    """What to do with a data set."""

    INSPECT = "inspect"


def data(
    action: Annotated[Action, typer.Argument(help="inspect: count what is there, and draw some of it.")],
    source: Annotated[str, typer.Argument(help="coco:PATH, vqa:PATH or msvd:PATH; see docs/training.md for their layouts.")],
    out: Annotated[Path, typer.Option(help="PNG file for the pictures.")] = Path("data.png"),
    pictures: Annotated[int, typer.Option(min=1, max=100, help="How many to draw.")] = 12,
    most: Annotated[int | None, typer.Option(min=1, help="Look at so many examples only.")] = None,
) -> None:
    """Go through a public data set: counts, what is left out and why, licences, and a page of pictures with boxes."""
    with needs_extra("train", "Reading data sets"):
        from engine.lab.data.public.examples import open_dataset
        from engine.lab.data.public.index import checked, scene_of
        from engine.lab.evaluation.pictures import draw_scenes
    assert action is Action.INSPECT
    writable_folder(out.resolve().parent)
    dataset, console, count = open_dataset(source), Console(), 0
    shown: list[Scene] = []
    said: list[tuple[str, str | None]] = []
    with console.status("reading") as status:
        for count, example in enumerate(islice(checked(dataset.examples(), dataset.found), most), start=1):
            if len(shown) < pictures:
                shown.append(scene_of(example))
                said += [(line.text, line.answer) for line in example.said[:1]]
            if count % 500 == 0:
                status.update(f"reading: {count} examples")
    draw_scenes(shown).save(out, "PNG")
    table = Table("what", "how often")
    table.add_row("examples that can be learnt from", str(count))
    for what, often in dataset.found.taken.items():
        table.add_row(what, str(often))
    for why, often in dataset.found.skipped.most_common():
        table.add_row(f"[yellow]left out: {why}[/yellow]", str(often))
    console.print(table)
    for text, answer in said[:5]:
        typer.echo(f"  “{text}”" + (f" {answer}" if answer else ""))
    typer.echo(f"licences: {', '.join(sorted(dataset.found.licences)) or 'the files tell none; ask where you got them'}")
    typer.echo(f"pictures: {out}")
