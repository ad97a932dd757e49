"""`python -m engine soup`: the weights of several runs in one, with what that brings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from engine.errors import Fault, needs_extra
from engine.files import cache_directory, writable_folder

if TYPE_CHECKING:
    from engine.lab.training.soup import Tasted


def soup(
    runs: Annotated[list[Path], typer.Argument(help="Runs of one recipe with other seeds; a single one: its snapshots.")],
    out: Annotated[Path, typer.Option(help="Run directory to write; it must not be there.")] = Path("runs/soup"),
    scenes: Annotated[int, typer.Option(min=8, help="Drawn scenes that choose, and as many that test.")] = 400,
    recordings: Annotated[
        Path | None, typer.Option(help="A recording in their place: half of its episodes choose, half test.")
    ] = None,
    cache: Annotated[Path | None, typer.Option(help="Where cached features lie.")] = None,
) -> None:
    """Average the weights of runs, uniformly and greedily; compare with the best of them and with their ensemble.

    Gains have 95 % intervals (bootstrap over scenes); one that holds 0 may be chance. The better soup is written as a run.
    """
    with needs_extra("train", "Averaging"):
        from engine.lab.training.run import Progress
        from engine.lab.training.soup import Soup
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise Fault("out_taken", f"There is something in {out}.", "Choose another --out directory.")
    with Progress(None) as progress:
        pot = Soup(runs, scenes, recordings, cache_directory(cache), progress)
        rows = pot.taste()
    writable_folder(out)
    written = pot.write(out, rows)
    Console().print(_table(rows))
    paying = [row.name for row in rows if row.gain is not None and row.gain.pays]
    typer.echo(f"It pays here: {', '.join(paying)}." if paying else "None of them pays here: what they gain may be chance.")
    typer.echo(f"Wrote the {written} as a run: {out}; figures: {out / 'soup.json'}.")


def _table(rows: Sequence[Tasted]) -> Table:
    table = Table("", "chosen by", "action F1", "gain (95 %)", "pointing", "gain (95 %)", title="on scenes that chose nothing")
    for row in rows:
        cells = []
        for figure, value in row.test.figures().items():
            gain = None if row.gain is None else row.gain.gain[figure]
            cells += [f"{value:.3f}", "" if gain is None else f"{gain.value:+.3f} ({gain.low:+.3f} … {gain.high:+.3f})"]
        table.add_row(row.name, f"{row.score:.3f}", *cells)
    return table
