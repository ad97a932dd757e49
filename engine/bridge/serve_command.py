"""`python -m engine serve`: answer games over ZeroMQ."""

from __future__ import annotations

import logging
import os
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from engine.bridge.server import Server
from engine.errors import EngineError


def serve(
    bind: Annotated[str, typer.Option(help="Address to listen on; port 0 takes a free one.")] = "tcp://127.0.0.1:5571",
    bundle: Annotated[Path | None, typer.Option(help="Bundle directory; the shipped one if not given.")] = None,
    provider: Annotated[str, typer.Option(help="auto, cuda or cpu.")] = "auto",
    personas: Annotated[Path | None, typer.Option(help="Directory with persona cards of your own.")] = None,
    token: Annotated[str | None, typer.Option(envvar="NPC_ENGINE_TOKEN", help="Clients must send it.")] = None,
    threads: Annotated[int | None, typer.Option(help="Threads of the image graph.")] = None,
    insecure: Annotated[bool, typer.Option(help="Allow addresses that other machines can reach.")] = False,
    ready_file: Annotated[Path | None, typer.Option(help="Gets the address once the server is ready.")] = None,
    verbose: Annotated[bool, typer.Option(help="Log who comes and goes.")] = False,
) -> None:
    """Start a server; Ctrl-C or SIGTERM ends it after what was said is answered."""
    from engine.brain import Brain
    from engine.perception import Perceiver

    logging.basicConfig(level=logging.INFO if verbose else logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    if personas is not None and not personas.is_dir():
        raise EngineError("personas", f"There is no directory {personas}.", "Give a directory of YAML cards.")
    server = Server(bind, token=token, insecure=insecure)  # first, since it fails fastest
    try:
        perceiver = Perceiver(bundle, provider, threads)
        brain = Brain(perceiver, personas)
        perceiver.warm_up()
    except EngineError:
        server.close()
        raise
    # A reply must not wait 5 ms, Python's default, for the interpreter lock of the other thread.
    sys.setswitchinterval(0.0005)
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: server.stop())
    bundle_name = perceiver.bundle.manifest.name
    typer.echo(f"ready: {server.endpoint}, {perceiver.provider}, bundle {bundle_name}")
    if ready_file is not None:
        _announce(ready_file, server.endpoint)
    server.run(brain, bundle_name)


def _announce(path: Path, endpoint: str) -> None:
    """Write the address in one step, so that nobody reads half of it."""
    partial = path.with_name(path.name + ".partial")
    try:
        partial.write_text(endpoint, encoding="utf-8")
        os.replace(partial, path)
    except OSError as error:
        raise EngineError("ready_file", f"{path} cannot be written: {error.strerror}.", "Check --ready-file.") from None
