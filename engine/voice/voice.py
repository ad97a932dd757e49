"""The second voice at work: a few threads of its own, a short queue, a budget, and a rest after failures."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from engine.errors import Fault
from engine.voice.llm import LONGEST, Completion, LlmError, cleaned, fault, messages
from npc import Character, Decision, Percept

_LOG = logging.getLogger("engine.voice")
_WAITING = 64  # utterances; the oldest gives way
_FAILURES = 3  # in a row, after which it rests
_REST_S = 30.0
_PIECE_S = 0.15  # between events of one line

# Text so far, and whether more follows.
Tell = Callable[[str, bool], None]


@dataclass(frozen=True, slots=True)
class LlmCfg:
    """Where the model is and how long it may take.

    Attributes:
        url: base of an OpenAI-compatible API.
        model: its name there.
        budget: seconds from the decision to the end of the line.
        key: bearer token, or empty.
        threads: lines that are worded at the same time.
    """

    url: str
    model: str = "default"
    budget: float = 2.0
    key: str = ""
    threads: int = 2


@dataclass(frozen=True, slots=True)
class _Rewording:
    """One line to be worded anew: plain data, since the character lives on in another thread meanwhile."""

    prompt: list[dict[str, str]]
    name: str
    boundaries: frozenset[str]
    action: str
    line: str
    deadline: float
    tell: Tell


def checked_url(url: str, remote: bool) -> str:
    """The address, if it may be used: what players say leaves this machine only where that was asked for.

    Raises:
        Fault: `llm`.
    """
    host = _host(url)
    if not host:
        raise Fault("llm", f"'{url}' is no address of a language model.", "Give one like http://127.0.0.1:8080/v1.")
    if not remote and not _is_here(host):
        raise Fault(
            "llm",
            f"{host} is another machine, and would read what players say.",
            "Run the model here, or say --llm-remote.",
        )
    return url


def _host(url: str) -> str:
    """The host of an address that HTTP can use, else nothing."""
    if not (url.isascii() and url.isprintable()) or " " in url:
        return ""
    try:
        parts = urlsplit(url)
        _ = parts.port  # looked at only here: one that is none raises
    except ValueError:
        return ""
    return parts.hostname or "" if parts.scheme in ("http", "https") else ""


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


class Voice:
    """Rewords lines in the background; the newest utterance of an NPC takes the place of one that waits.

    The authored line has been said by then. Where the model is slow, broken or out of role, that line stands.

    Raises:
        Fault: `llm`: a key that no HTTP header can carry.
    """

    def __init__(self, cfg: LlmCfg, clock: Callable[[], float] = time.monotonic) -> None:
        if not (cfg.key.isascii() and cfg.key.isprintable()):
            raise Fault("llm", "The key of the language model holds what no header can carry.", "Set NPC_ENGINE_LLM_KEY anew.")
        self._cfg, self._clock = cfg, clock
        self._waiting: OrderedDict[int, _Rewording] = OrderedDict()
        self._under_way: set[Completion] = set()
        self._change = threading.Condition()
        self._failures, self._rests_until, self._closed = 0, float("-inf"), False
        self.told = self.dropped = self.failed = 0
        for number in range(cfg.threads):
            threading.Thread(target=self._work, name=f"voice-{number}", daemon=True).start()

    def reword(self, character: Character, percept: Percept, decision: Decision, tell: Tell) -> None:
        """Queue a line. Returns at once; `tell` is called on another thread, or never."""
        if not decision.line or not percept.text.strip() or self._clock() < self._rests_until:
            return
        persona = character.persona
        job = _Rewording(
            messages(character, decision, percept.text, percept.speaker),
            persona.name,
            frozenset(persona.boundaries),
            decision.action,
            decision.line,
            self._clock() + self._cfg.budget,
            tell,
        )
        with self._change:
            self._waiting.pop(id(character), None)
            self._waiting[id(character)] = job
            while len(self._waiting) > _WAITING:
                self._waiting.popitem(last=False)
                self.dropped += 1
            self._change.notify()

    def close(self) -> None:
        """Stop, and cut what is under way."""
        with self._change:
            self._closed = True
            self._waiting.clear()
            self._change.notify_all()
            for completion in self._under_way:
                completion.cut()

    def _work(self) -> None:
        while True:
            with self._change:
                self._change.wait_for(lambda: self._closed or bool(self._waiting))
                if self._closed:
                    return
                _, job = self._waiting.popitem(last=False)
                body = {"model": self._cfg.model, "messages": job.prompt, "max_tokens": 80, "temperature": 0.7}
                completion = Completion(self._cfg.url, self._cfg.key, body, job.deadline)
                self._under_way.add(completion)
            try:
                self._speak(job, completion)
                self._failures = 0
            except LlmError as error:
                if not self._closed:
                    self._fail(str(error))
            except Exception:  # a fault of ours must not silence every later line
                _LOG.exception("the second voice failed")
            finally:
                with self._change:
                    self._under_way.discard(completion)

    def _speak(self, job: _Rewording, completion: Completion) -> None:
        """Stream one line; where it goes wrong after something was told, the authored line is told again."""
        text, told_at, told = "", self._clock(), False
        try:
            with closing(completion.pieces()) as pieces:
                for piece in pieces:
                    text += piece
                    if len(text) > 2 * LONGEST:
                        raise LlmError("too long")
                    line = cleaned(text, job.name)
                    if self._clock() - told_at >= _PIECE_S and not fault(line, job.boundaries, job.action):
                        job.tell(line, True)
                        told_at, told = self._clock(), True
            line = cleaned(text, job.name)
            if why := fault(line, job.boundaries, job.action):
                raise LlmError(why)
        except LlmError:
            if told:
                job.tell(job.line, False)
            raise
        job.tell(line, False)
        self.told += 1

    def _fail(self, why: str) -> None:
        self.failed += 1
        self._failures += 1
        _LOG.warning("The second voice: %s. The authored line stands.", why)
        if self._failures >= _FAILURES:
            self._failures, self._rests_until = 0, self._clock() + _REST_S
            _LOG.warning("The second voice rests for %g s.", _REST_S)
