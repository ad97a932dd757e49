"""The language model of `serve --llm hf:PATH`: the start of its process, and its end with the server."""

from __future__ import annotations

import logging
import os
import secrets
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack
from typing import IO

from engine.cli.children import END_S, end
from engine.errors import Fault
from engine.files import reason
from engine.formats.hub import HF

KEY = "NPC_ENGINE_LLM_KEY"
READY = "ready: "
_LOG = logging.getLogger("engine.bridge")
_ERRORS = 64  # lines of what it complains about that are kept


class LlmProcess:
    """`python -m engine llm` beside a server, in a process of its own, with a key that only the server knows.

    Raises:
        Fault: the one that the process told, or `llm`.
    """

    def __init__(self, model: str) -> None:
        if getattr(sys, "frozen", False):
            raise Fault(
                "llm", "A packed server starts no language model.", "Run one beside it and give its address: --llm http://…."
            )
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
        assert self._process.stderr is not None
        self._errors: deque[str] = deque(maxlen=_ERRORS)
        # From the start: who fills a pipe that nobody reads waits for ever.
        reader = _read_by_a_thread(self._process.stderr, self._errors.append)
        try:
            told = self._process.stdout.readline().strip()
            if not told.startswith(READY):
                self._refuse(reader)
        except BaseException:
            end(self._process)
            raise
        self.url = told.removeprefix(READY)
        self._ending = False
        _read_by_a_thread(self._process.stdout, lambda line: None)
        threading.Thread(target=self._watch, name="language model", daemon=True).start()

    def _refuse(self, reader: threading.Thread) -> None:
        """Raise what the process said before it ended."""
        end(self._process)
        reader.join(END_S)
        lines = [line for line in self._errors if line.startswith("error: ")]
        why = lines[-1].removeprefix("error: ").strip() if lines else "It ended before it was ready."
        raise Fault("llm", f"There is no language model to ask. {why}", "Try it alone: python -m engine llm --model hf:PATH.")

    def __enter__(self) -> LlmProcess:
        return self

    def __exit__(self, *fault: object) -> None:
        self._ending = True
        end(self._process)

    def _watch(self) -> None:
        status = self._process.wait()
        if not self._ending:
            _LOG.warning("The language model has ended with status %d: authored lines stand.", status)


def _read_by_a_thread(stream: IO[str], take: Callable[[str], object]) -> threading.Thread:
    def read() -> None:
        for line in stream:
            take(line)

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    return thread


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
