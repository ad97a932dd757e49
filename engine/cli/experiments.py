"""`reproduce` and `report`: whether a run can be made again, and what runs are worth beside each other."""

from __future__ import annotations

import math
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from engine.errors import Fault, needs_extra
from engine.files import writable_folder, write_json

if TYPE_CHECKING:
    from engine.lab.evaluation.page import Row
    from engine.lab.training.reproduce import Comparison


def reproduce(
    run: Annotated[Path, typer.Argument(help="Run directory that `train` wrote.")],
    out: Annotated[
        Path | None, typer.Option(help="Where the run is made again; default: RUN-again. An interrupted one goes on.")
    ] = None,
    within: Annotated[float, typer.Option(min=0, help="How far apart figures may be to count as the same.")] = 0.02,
    anyway: Annotated[bool, typer.Option(help="Also where data have changed since, to see what that does.")] = False,
    cache: Annotated[Path | None, typer.Option(help="Where cached features lie.")] = None,
) -> None:
    """Train a run again from its recipe, seed and data, and compare every validation and every weight.

    Exit status 1 where a figure is further apart than --within. Resumes after Ctrl-C.
    """
    with needs_extra("train", "Training"):
        from engine.lab.training.reproduce import changed_environment, reproduce
    console = Console()
    changed = changed_environment(run)
    told = "; ".join(changed[:8]) + (f"; and {len(changed) - 8} more" if len(changed) > 8 else "")
    console.print(f"The environment is {f'another one: {told}' if changed else 'the same'}.", markup=False, highlight=False)
    place = out or run.with_name(f"{run.name}-again")
    found = reproduce(run, place, cache, anyway=anyway)
    console.print(_table(found))
    console.print(_verdict(found, within), markup=False, highlight=False)
    console.print(f"The run made again: {place}", markup=False, highlight=False)
    if not found.apart <= within:
        raise typer.Exit(1)


def _table(found: Comparison) -> Table:
    table = Table("figure", "then", "now", "apart", title="the last validation of each stage", title_justify="left")
    for figure in found.last():
        numbers = (figure.then, figure.now, figure.apart)
        table.add_row(f"{figure.stage}: {figure.name}", *("–" if math.isnan(n) else f"{n:.4f}" for n in numbers))
    return table


def _verdict(found: Comparison, within: float) -> str:
    if not found.figures:
        return "The runs have no validation in common: nothing can be compared."
    weights = "the same, bit by bit" if found.weights_apart == 0 else f"{found.weights_apart:.2g} apart at most"
    missing = f" {found.missing} validations have no counterpart." if found.missing else ""
    same = "Reproduced" if found.apart <= within else "Not reproduced"
    return f"{same}: figures are {found.apart:.4f} apart at most (allowed: {within:g}), weights are {weights}.{missing}"


def report(
    measured: Annotated[list[Path], typer.Argument(help="Directories that `evaluate` wrote into; the first is compared with.")],
    out: Annotated[Path, typer.Option(help="The page to write, one HTML file.")] = Path("report.html"),
    draws: Annotated[int, typer.Option(min=20, help="Samples of the bootstrap.")] = 1000,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write figures and differences here.")] = None,
) -> None:
    """One page about runs or bundles side by side: figures with intervals, curves, confusion, reliability, heat maps.

    What was measured on the same scenes is compared scene by scene with the first.
    """
    with needs_extra("train", "Drawing a report"):
        from engine.lab.evaluation.page import read_measurement, rows_of, write_page
        from engine.lab.training.run import read_history
    if len({folder.resolve().name for folder in measured}) < len(measured):
        raise Fault("usage", "Two directories have the same name.", "Rename one: their columns go by it.")
    found = [read_measurement(folder.resolve(), read_history(folder)) for folder in measured]
    for file in (out, json_file or out):
        writable_folder(file.resolve().parent)
    with Console(stderr=True).status("drawing samples"):
        rows = rows_of(found, draws)
    console = Console()
    for row in rows:
        for name, gain in zip((m.name for m in found), row.gains, strict=True):
            if gain is not None and gain.differs_from_zero:
                told = f"{row.of}: {row.part} {row.figure} {gain.value:+.3f} [{gain.low:+.3f}, {gain.high:+.3f}]"
                console.print(f"{name} beside {found[0].name}: {told}", markup=False, highlight=False, soft_wrap=True)
    if len(found) > 1 and not any(gain is not None and gain.differs_from_zero for row in rows for gain in row.gains):
        console.print(_no_difference(rows))
    write_page(found, rows, out)
    typer.echo(f"Report: {out}")
    if json_file is not None:
        write_json(json_file, [_as_json(row, [m.name for m in found]) for row in rows])
        typer.echo(f"figures: {json_file}")


def _as_json(row: Row, names: list[str]) -> dict[str, object]:
    """Each measurement's figure with its interval, and `gain`, the difference to the first; what is missing is left out."""
    measured: dict[str, object] = {}
    for name, value, gain in zip(names, row.values, row.gains, strict=True):
        if value is not None and not math.isnan(value.value):
            measured[name] = asdict(value) | ({} if gain is None else {"gain": asdict(gain)})
    return {"of": row.of, "part": row.part, "figure": row.figure, "measured": measured}


def _no_difference(rows: list[Row]) -> str:
    if any(gain is not None for row in rows for gain in row.gains):
        return "No difference is more than chance."
    return "They were not measured on the same scenes: their figures stand side by side, but cannot be compared."


def compress(
    run: Annotated[Path, typer.Option(help="Run directory that `train` wrote, or `unpack`.")],
    out: Annotated[Path, typer.Option(help="Where all goes; finished ways there are kept.")] = Path("runs/compress"),
    way: Annotated[list[str] | None, typer.Option(help="A way to go (repeatable); default: all.")] = None,
    minutes: Annotated[float, typer.Option(min=0, help="Of teaching for whatever was cut away.")] = 8.0,
    scenes: Annotated[int, typer.Option(min=8, help="Held-out scenes to measure on.")] = 300,
) -> None:
    """Prune, thin, shorten and round a model; tell what each way saves and costs, and what is worth it.

    Interrupt it at will: it tells what is done, and the same command goes on.
    """
    with needs_extra("train", "Compressing"):
        from engine.lab.compression.methods import VARIANTS
        from engine.lab.compression.run import Compression, table_of, verdict, write_results
    writable_folder(out)
    console = Console()
    outcomes = Compression(run, out, minutes, scenes, console).do(way or list(VARIANTS))
    if outcomes:
        console.print(table_of(outcomes))
        console.print(verdict(outcomes), markup=False, highlight=False)
        typer.echo(f"Written: {', '.join(map(str, write_results(outcomes, out)))}; bundles: {out / 'WAY' / 'bundle'}")
