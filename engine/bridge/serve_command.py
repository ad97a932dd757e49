"""`python -m engine serve`: answer games over ZeroMQ."""

from __future__ import annotations

import logging
import os
import signal
from pathlib import Path
from typing import Annotated

import typer

from engine.errors import EngineError


def serve(
    bind: Annotated[str, typer.Option(help="ZeroMQ address to listen on.")] = "tcp://127.0.0.1:5571",
    bundle: Annotated[Path | None, typer.Option(help="Bundle directory; the shipped one if not given.")] = None,
    provider: Annotated[str, typer.Option(help="auto, cuda or cpu.")] = "auto",
    personas: Annotated[Path | None, typer.Option(help="Directory with persona cards of your own.")] = None,
    token: Annotated[str | None, typer.Option(help="Clients must say this token.")] = None,
    threads: Annotated[int | None, typer.Option(help="Threads of the image graph.")] = None,
    insecure: Annotated[bool, typer.Option(help="Allow addresses that other machines can reach.")] = False,
    ready_file: Annotated[Path | None, typer.Option(help="Written with the address once the server is ready.")] = None,
) -> None:
    """Start a server; Ctrl-C or SIGTERM ends it after what was said is answered."""
    from engine.brain import Brain
    from engine.bridge.server import Server
    from engine.perception import Perceiver

    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    if personas is not None and not personas.is_dir():
        raise EngineError("personas", f"There is no directory {personas}.", "Give a directory of YAML cards.")
    perceiver = Perceiver(bundle, provider, threads)
    server = Server(
        Brain(perceiver, personas),
        bind,
        provider=perceiver.provider,
        bundle=perceiver.bundle.manifest.name,
        token=token,
        insecure=insecure,
    )
    perceiver.warm_up()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: server.stop())
    typer.echo(f"serving {perceiver.bundle.manifest.name} on {server.endpoint} ({perceiver.provider})")
    if ready_file is not None:
        partial = ready_file.with_name(ready_file.name + ".partial")
        partial.write_text(server.endpoint, encoding="utf-8")
        os.replace(partial, ready_file)
    server.run()
