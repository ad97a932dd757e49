"""`python -m engine llm`: a language model of this machine for the second voice."""

from __future__ import annotations

import os
import threading
from typing import Annotated

import typer

from engine.cli.lifetime import end_with_process, ended_by_signals, say
from engine.cli.llm_process import KEY, READY
from engine.errors import Fault
from engine.files import reason
from engine.formats.hub import HF


def llm(
    model: Annotated[str, typer.Option(help="hf:PATH of a folder, or hf:NAME in the hub's cache: GPT-2 or any causal model.")],
    port: Annotated[int, typer.Option(min=0, max=65535, help="On this machine; 0 takes a free one.")] = 0,
    threads: Annotated[int, typer.Option(min=1, max=64, help="Of the processor; the game needs the others.")] = 2,
    seed: Annotated[int, typer.Option(help="Of what is left to chance.")] = 0,
    parent_pid: Annotated[int | None, typer.Option(min=1, help="End when the process of this number has ended.")] = None,
) -> None:
    """Serve a language model of this machine to the second voice, by an OpenAI-compatible API on loopback.

    `serve --llm hf:PATH` and `talk --llm hf:PATH` start it by themselves. Requests must carry the key of $NPC_ENGINE_LLM_KEY
    where there is one. Nothing is downloaded.
    """
    from engine.writer.model import Writer
    from engine.writer.server import WriterServer

    writer = Writer(model if model.startswith(HF) else HF + model, threads, seed)
    try:
        server = WriterServer(writer, port, os.environ.get(KEY, ""))
    except OSError as error:
        raise Fault("address", f"Port {port} cannot be had: {reason(error)}.", "Take another --port; 0: a free one.") from None

    def stop() -> None:  # from the thread that serves it would wait for itself
        threading.Thread(target=server.shutdown, daemon=True).start()

    with server, ended_by_signals(stop):
        if parent_pid is not None:
            end_with_process(parent_pid, stop)
        say(f"{READY}{server.address}")
        server.serve_forever(poll_interval=0.2)
