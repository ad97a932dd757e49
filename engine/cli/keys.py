"""`keys`: who may connect to an encrypted server."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.bridge.keys import add_client, create_server_keys


def keys(
    file: Annotated[Path, typer.Argument(help="The server's key file.")] = Path("server.keys"),
    add: Annotated[list[str] | None, typer.Option(help="Name of a client to let in; may be given again.")] = None,
) -> None:
    """Make the server's key file, or a key file for each client that it shall let in."""
    if not file.exists():
        create_server_keys(file)
        typer.echo(f"{file}: for `python -m engine serve --keys {file}`; never leaves the server")
    for name in add or []:
        own = add_client(file, name)
        typer.echo(f"{own}: for the game '{name}'; carry it there by a safe way")
    if not add:
        typer.echo(f"let a game in with `python -m engine keys {file} --add NAME`, then start the server again")
