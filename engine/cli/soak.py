"""`soak`: what a server bears."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.status import Status
from rich.table import Table

from engine.files import writable_folder, write_json


def soak(
    kill: Annotated[
        int, typer.Option("--kill", "--kills", min=0, help="How often the server is killed; 0 leaves this out.")
    ] = 20,
    minutes: Annotated[float, typer.Option(min=0, help="Of load, half of it disturbed; 0 leaves this out.")] = 5.0,
    npcs: Annotated[int, typer.Option(min=1, help="NPCs under load, over all clients.")] = 200,
    clients: Annotated[int, typer.Option(min=3, help="Games under load; one will flood, one stop reading.")] = 8,
    hertz: Annotated[float, typer.Option(min=0.1, help="Frames a second of each game under load.")] = 10.0,
    inputs: Annotated[int, typer.Option(min=0, help="Broken messages for the codec; 0 leaves this out.")] = 1_000_000,
    messages: Annotated[int, typer.Option(min=0, help="Broken messages for a live server; 0 leaves this out.")] = 50_000,
    images: Annotated[int, typer.Option(min=0, help="Broken picture files; 0 leaves this out.")] = 300_000,
    hostile_seconds: Annotated[
        float, typer.Option("--hostile", min=0, help="Seconds for each kind of hostile peer; 0 leaves this out.")
    ] = 5.0,
    seed: Annotated[int, typer.Option(help="Of everything that is left to chance.")] = 0,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the figures here.")] = None,
) -> None:
    """Kill, flood and confuse servers (without a model); exit status 1 where a promise was broken."""
    from engine.bridge.soak import hostile, kills, load, peers, pictures

    if json_file is not None:
        writable_folder(json_file.parent)
    runs: dict[str, tuple[bool, Callable[[Path, Callable[[str], None]], dict[str, Any]]]] = {
        "kills": (kill > 0, lambda folder, told: kills.run(kill, folder, seed=seed, told=told)),
        "load": (minutes > 0, lambda folder, told: load.run(minutes, npcs, clients, hertz, folder)),
        "codec": (inputs > 0, lambda folder, told: hostile.codec(inputs, seed, told)),
        "nonsense": (messages > 0, lambda folder, told: hostile.live(messages, folder, seed, told)),
        "hostile": (hostile_seconds > 0, lambda folder, told: peers.run(hostile_seconds, folder, told)),
        "pictures": (images > 0, lambda folder, told: pictures.run(images, seed)),
    }
    console, results = Console(), dict[str, dict[str, Any]]()
    for name, (wanted, run) in runs.items():
        if wanted:
            with console.status(name) as status, tempfile.TemporaryDirectory() as folder:
                results[name] = run(Path(folder), partial(_show, status, name))
            console.print(_soak_table(name, results[name]))
    if json_file is not None:
        write_json(json_file, results)
        typer.echo(f"figures: {json_file}")
    raise typer.Exit(0 if all(result["passed"] for result in results.values()) else 1)


def _show(status: Status, name: str, how_far: str) -> None:
    status.update(f"{name}: {how_far}")


def _soak_table(name: str, result: dict[str, Any]) -> Table:
    table = Table(name, "" if result["passed"] else "[red]broken promise[/red]")
    for field, value in result.items():
        table.add_row(field, str(value))
    return table
