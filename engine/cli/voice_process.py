"""The voice process of `serve --voice`: its secret, its start, and its end with the server."""

from __future__ import annotations

import logging
import os
import secrets
import subprocess
import sys
import threading
from pathlib import Path

from engine.cli.children import end
from engine.errors import Fault
from engine.files import reason
from npc.text import is_whole, valid

_LOG = logging.getLogger("engine.bridge")
_LONGEST = 512  # characters, see `hello` in engine/formats/wire/protocol.yaml
_ENVIRONMENT = "NPC_ENGINE_VOICE_TOKEN"


def secret_of_voice(start: bool, file: Path | None) -> str | None:
    """The secret by which the server knows its voice process; None where there is to be none.

    It comes from the file, or from the environment; a process that the server starts itself gets a random one.

    Raises:
        Fault: `voice_token`.
    """
    if file is not None:
        try:
            given = file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            why = reason(error) if isinstance(error, OSError) else "it is no UTF-8"
            raise Fault("voice_token", f"{file} cannot be read: {why}.", "Check --voice-token-file.") from None
    else:
        given = os.environ.get(_ENVIRONMENT, "").strip()
        if not given:
            return secrets.token_urlsafe(32) if start else None
    if not (1 <= len(given) <= _LONGEST and is_whole(given)):
        fault = f"The secret of the voice process is no text of 1 to {_LONGEST} characters."
        raise Fault("voice_token", fault, "Write another one into the file of --voice-token-file.")
    return valid(given)


def reachable(endpoint: str) -> str:
    """The address of a server on this machine, for a program of this machine."""
    for every, here in (("//*:", "//127.0.0.1:"), ("//0.0.0.0:", "//127.0.0.1:"), ("//[::]:", "//[::1]:")):
        endpoint = endpoint.replace(every, here)
    return endpoint


class VoiceProcess:
    """`python -m engine voice` beside a server, in a process of its own: neither its load nor its end touch the server.

    Raises:
        Fault: `voice`, where it cannot be started.
    """

    def __init__(self, endpoint: str, secret: str, encrypted: bool, personas: Path | None = None) -> None:
        if encrypted:
            raise Fault(
                "voice",
                "--voice starts a process that has no key of its own.",
                "With --keys start it yourself: `python -m engine voice --keys FILE`, and --voice-token-file for both.",
            )
        command = [sys.executable, "-m", "engine", "voice", "--server", reachable(endpoint), "--parent-pid", str(os.getpid())]
        command += ["--personas", str(personas)] if personas is not None else []  # recordings lie beside the cards
        try:
            self._process = subprocess.Popen(command, env={**os.environ, _ENVIRONMENT: secret}, stdin=subprocess.DEVNULL)
        except OSError as error:
            raise Fault("voice", f"The voice process cannot be started: {reason(error)}.", "Leave --voice out.") from None
        self._ending = False
        threading.Thread(target=self._watch, name="voice process", daemon=True).start()

    def __enter__(self) -> VoiceProcess:
        return self

    def __exit__(self, *fault: object) -> None:
        self._ending = True
        end(self._process)

    def _watch(self) -> None:
        status = self._process.wait()
        if not self._ending:
            _LOG.warning("The voice process has ended with status %d: nobody hears or speaks; words may be typed.", status)
