"""`python -m engine llm`: a language model of this machine for the second voice; and its process beside a server."""

from __future__ import annotations

import logging
import os
import secrets
import subprocess
import sys
import threading
from contextlib import ExitStack
from typing import Annotated

import typer

from engine.cli.lifetime import end_with_process, ended_by_signals, say
from engine.errors import Fault
from engine.files import reason

HF = "hf:"
KEY = "NPC_ENGINE_LLM_KEY"
_LOG = logging.getLogger("engine.bridge")
_READY = "ready: "
_END_S = 3.0


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
        say(f"{_READY}{server.address}")
        server.serve_forever(poll_interval=0.2)


class LlmProcess:
    """`python -m engine llm` beside a server, in a process of its own, with a key that only the server knows.

    Raises:
        Fault: the one that the process told, or `llm`.
    """

    def __init__(self, model: str) -> None:
        self.key = secrets.token_urlsafe(32)
        command = [sys.executable, "-m", "engine", "llm", "--model", model, "--parent-pid", str(os.getpid())]
        try:
            self._process = subprocess.Popen(
                command,
                env={**os.environ, KEY: self.key},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                errors="replace",
            )
        except OSError as error:
            raise Fault("llm", f"The language model cannot be started: {reason(error)}.", "Leave --llm out.") from None
        assert self._process.stdout is not None
        told = self._process.stdout.readline().strip()
        if not told.startswith(_READY):
            self._refuse()
        self.url = told.removeprefix(_READY)
        self._ending = False
        for stream in (self._process.stdout, self._process.stderr):
            threading.Thread(target=_drain, args=(stream,), daemon=True).start()
        threading.Thread(target=self._watch, name="language model", daemon=True).start()

    def _refuse(self) -> None:
        """Raise what the process said before it ended."""
        self._process.terminate()
        _, errors = self._process.communicate()
        lines = [line for line in errors.splitlines() if line.startswith("error: ")]
        why = lines[-1].removeprefix("error: ") if lines else "It ended before it was ready."
        raise Fault("llm", f"There is no language model to ask. {why}", "Try it alone: python -m engine llm --model hf:PATH.")

    def __enter__(self) -> LlmProcess:
        return self

    def __exit__(self, *fault: object) -> None:
        self._ending = True
        self._process.terminate()
        try:
            self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _watch(self) -> None:
        status = self._process.wait()
        if not self._ending:
            _LOG.warning("The language model has ended with status %d: authored lines stand.", status)


def _drain(stream: object) -> None:
    for _ in stream:  # type: ignore[attr-defined]
        pass


def asked_at(llm: str, remote: bool, ends: ExitStack) -> tuple[str, str]:
    """Where the language model of `--llm` is, and its key; `hf:PATH` starts one, which ends with `ends`.

    Raises:
        Fault: `llm`.
    """
    from engine.voice import checked_url, key_of_environment

    if not llm.startswith(HF):
        return checked_url(llm, remote), key_of_environment()
    process = ends.enter_context(LlmProcess(llm))
    return process.url, process.key
