"""`python -m engine soak`: what the bridge promises, tried for a long time."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from engine.bridge.soak import hostile, kills, load


def soak(
    kill: Annotated[int, typer.Option(min=0, help="How often the server is killed; 0 leaves this out.")] = 20,
    minutes: Annotated[float, typer.Option(min=0, help="Of load, half of it disturbed; 0 leaves this out.")] = 5.0,
    npcs: Annotated[int, typer.Option(min=1, help="NPCs under load, over all clients.")] = 200,
    clients: Annotated[int, typer.Option(min=3, help="Games under load; one will flood, one stop reading.")] = 8,
    hertz: Annotated[float, typer.Option(min=0.1, help="Frames a second of each game under load.")] = 10.0,
    inputs: Annotated[int, typer.Option(min=0, help="Broken messages for the codec; 0 leaves this out.")] = 1_000_000,
    messages: Annotated[int, typer.Option(min=0, help="Broken messages for a live server; 0 leaves this out.")] = 50_000,
    seed: Annotated[int, typer.Option(help="Of everything that is left to chance.")] = 0,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the figures here.")] = None,
) -> None:
    """Kill, flood and confuse servers (without a model); exit status 1 where a promise was broken."""
    runs: dict[str, tuple[bool, Callable[[Path], dict[str, Any]]]] = {
        "kills": (kill > 0, lambda folder: kills.run(kill, folder, seed=seed)),
        "load": (minutes > 0, lambda folder: load.run(minutes, npcs, clients, hertz, folder)),
        "codec": (inputs > 0, lambda folder: hostile.codec(inputs, seed)),
        "nonsense": (messages > 0, lambda folder: hostile.live(messages, folder, seed)),
    }
    console, results = Console(), dict[str, dict[str, Any]]()
    for name, (wanted, run) in runs.items():
        if wanted:
            with console.status(name), tempfile.TemporaryDirectory() as folder:
                results[name] = run(Path(folder))
            console.print(_table(name, results[name]))
    if json_file is not None:
        json_file.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
        typer.echo(f"figures: {json_file}")
    raise typer.Exit(0 if all(result["passed"] for result in results.values()) else 1)


def _table(name: str, result: dict[str, Any]) -> Table:
    table = Table(name, "" if result["passed"] else "[red]broken promise[/red]")
    for field, value in result.items():
        table.add_row(field, str(value))
    return table
