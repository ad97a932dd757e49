"""`pack`: the folder that ships with a game."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from engine.errors import Fault
from engine.formats.bundle import Bundle
from npc import load_persona
from npc.exchange.table_review import table_faults

_PACKED = ("serve", "doctor", "keys", "ask", "talk")  # commands that a game, or who looks for a fault in one, needs


def pack(
    out: Annotated[Path, typer.Option(help="Folder to write; it must not exist yet, or be an older pack.")],
    bundle: Annotated[Path | None, typer.Option(help="Bundle directory; the shipped one if not given.")] = None,
    personas: Annotated[Path | None, typer.Option(help="Folder with persona cards of your own, taken along and used.")] = None,
    archive: Annotated[bool, typer.Option(help="Also write OUT.tar.xz (on Windows OUT.zip).")] = True,
) -> None:
    """Freeze the server, its bundle and cards into a folder that ships with a game (needs the pack extra)."""
    from engine.cli import COMMANDS
    from engine.shipping.packing import pack as build

    if personas is not None and out.resolve().is_relative_to(personas.resolve()):
        raise Fault("out_taken", f"{out} lies in {personas}, which is taken along whole.", "Choose an --out beside it.")
    for card in _cards(personas):
        load_persona(card)  # a faulty one is told now, not to players
        for told in table_faults(card):
            raise told
    console = Console()
    with console.status("pack") as status:
        modules = [COMMANDS[name].module for name in _PACKED]
        # PyInstaller takes relative paths from a folder of its own.
        done = build(
            out.resolve(),
            Bundle(bundle and bundle.resolve()),
            modules,
            personas,
            archive,
            lambda doing: status.update(f"pack: {doing}"),
        )
    table = Table("part", "MB")
    for name, size in done.parts:
        table.add_row(name, f"{size / 1e6:.1f}")
    table.add_row("[bold]all[/bold]", f"[bold]{done.bytes / 1e6:.1f}[/bold]")
    console.print(table)
    if done.archive is not None and done.archive_bytes is not None:
        typer.echo(f"{done.archive}: {done.archive_bytes / 1e6:.1f} MB")
    typer.echo(f"from its start to the first decision: {done.first_decision_s:.2f} s")
    typer.echo(f"{done.folder}: start it as docs/deployment.md tells, or let the Unity or Godot plug-in do it")


def _cards(personas: Path | None) -> list[Path]:
    if personas is None:
        return []
    if not personas.is_dir():
        raise Fault("personas", f"There is no directory {personas}.", "Give a directory of YAML cards.")
    return [file for file in sorted(personas.iterdir()) if file.suffix in (".yaml", ".yml") and not file.name.startswith(".")]
