"""The second voice at work: a few threads of its own, a short queue, a budget, and a rest after failures."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from engine.errors import Fault
from engine.voice.claims import contradiction
from engine.voice.grounding import Grounds, Said, grounds_of
from engine.voice.llm import LONGEST, Completion, LlmError, cleaned, fault, finished, messages
from npc import Character, Decision, Percept

_LOG = logging.getLogger("engine.voice")
_WAITING = 64  # utterances; the oldest gives way
_FAILURES = 3  # in a row, after which it rests
_REST_S = 30.0
_PIECE_S = 0.15  # between events of one line
_SAID = 240  # characters of a turn
_SPEAKERS = 8  # of one character
_TURNS = 4  # of the talk with one speaker that are told to the model

# Text so far, and whether more follows.
Tell = Callable[[str, bool], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a line: it was told, or not, and then why not.

    Attributes:
        line: what the model said, as far as it came.
        why: what speaks against it; empty: it was told. `contradicts`: it claims what is not so.
    """

    line: str
    why: str = ""
    contradicts: bool = False

    @property
    def told(self) -> str:
        """For whoever asks why, in one sentence."""
        shown = repr(self.line[:200])
        return f"second voice: {shown}" if not self.why else f"second voice: {self.why}; the authored line stands, not {shown}"


Judge = Callable[[Outcome], None]


def _nobody(_: Outcome) -> None:
    """Nobody asks what became of a line."""


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

    grounds: Grounds
    deadline: float
    tell: Tell
    judge: Judge = _nobody

    def wrong(self, line: str) -> tuple[str, bool]:
        """What speaks against saying a line; whether that is a claim of what is not so."""
        if why := fault(line):
            return why, False
        why = contradiction(line, self.grounds)
        return why, bool(why)


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


def key_of_environment() -> str:
    """The key for the API, from `NPC_ENGINE_LLM_KEY`; empty where there is none."""
    return os.environ.get("NPC_ENGINE_LLM_KEY", "")


class Voice:
    """Rewords lines in the background; the newest utterance of an NPC takes the place of one that waits.

    The authored line has been said by then. Where the model is slow, broken or out of role, or claims what is not so, that line
    stands.

    Attributes:
        told: lines that were reworded. `dropped`: those that gave way in the queue. `failed`: those that the model did not
            give, or gave out of role. `contradicted`: those that claimed what is not so.

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
        self.told = self.dropped = self.failed = self.contradicted = 0
        self._turns: WeakKeyDictionary[Character, dict[str, deque[Said]]] = WeakKeyDictionary()
        for number in range(cfg.threads):
            threading.Thread(target=self._work, name=f"voice-{number}", daemon=True).start()

    def reword(self, character: Character, percept: Percept, decision: Decision, tell: Tell, judge: Judge = _nobody) -> bool:
        """Queue a line, on the thread that decides; whether it was. Returns at once; `tell` is called elsewhere, or never.

        Args:
            judge: is called once, on another thread, with what became of the line, where anything did.
        """
        if not decision.line or not percept.text.strip():
            return False
        turns = self._turns.setdefault(character, {}).setdefault(percept.speaker, deque(maxlen=_TURNS))
        rests = self._clock() < self._rests_until
        grounds = None if rests else grounds_of(character, percept, decision, turns)
        turns.append(Said(percept.text[:_SAID], decision.line[:_SAID]))
        if len(self._turns[character]) > _SPEAKERS:
            del self._turns[character][next(iter(self._turns[character]))]
        if grounds is None:
            return False
        job = _Rewording(grounds, self._clock() + self._cfg.budget, tell, judge)
        with self._change:
            self._waiting.pop(id(character), None)
            self._waiting[id(character)] = job
            while len(self._waiting) > _WAITING:
                self._waiting.popitem(last=False)
                self.dropped += 1
            self._change.notify()
        return True

    def worded(self, character: Character, decision: Decision) -> tuple[str, str]:
        """A line in other words, waited for: what is said (empty: the authored line stands), and what became of it.

        For whoever has nothing else to do meanwhile, such as a chat in a terminal.
        """
        outcomes: list[Outcome] = []
        known = threading.Event()

        def take(outcome: Outcome) -> None:
            outcomes.append(outcome)
            known.set()

        if self.reword(character, character.percept, decision, lambda text, more: None, take):
            known.wait(self._cfg.budget + 1.0)
        if not outcomes:
            return "", ""
        return "" if outcomes[0].why else outcomes[0].line, outcomes[0].told

    def counts(self) -> dict[str, int]:
        """What became of lines since the start, by the attributes' names. Safe on any thread."""
        return {name: getattr(self, name) for name in ("told", "contradicted", "failed", "dropped")}

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
            try:
                self._speak(job)
                self._failures = 0
            except LlmError as error:
                if not self._closed:
                    self._fail(str(error))
            except Exception:  # a fault of ours must not silence every later line
                _LOG.exception("the second voice failed")

    @contextmanager
    def _asked(self, job: _Rewording) -> Iterator[Completion]:
        """The completion of a job, cut where the voice is closed meanwhile."""
        body = {"model": self._cfg.model, "messages": messages(job.grounds), "max_tokens": 80, "temperature": 0.7}
        completion = Completion(self._cfg.url, self._cfg.key, body, job.deadline)
        with self._change:
            if self._closed:
                raise LlmError("closed")
            self._under_way.add(completion)
        try:
            yield completion
        finally:
            with self._change:
                self._under_way.discard(completion)

    def _speak(self, job: _Rewording) -> None:
        """Stream one line; where it goes wrong after something was told, the authored line is told again."""
        text, told_at, told, name = "", self._clock(), False, job.grounds.who.name
        try:
            with self._asked(job) as completion, closing(completion.pieces()) as pieces:
                for piece in pieces:
                    text += piece
                    if len(text) > 2 * LONGEST:
                        raise LlmError("too long")
                    line = cleaned(text, name)
                    if self._clock() - told_at >= _PIECE_S and not job.wrong(line)[0]:
                        job.tell(line, True)
                        told_at, told = self._clock(), True
            line = cleaned(text, name)
            if completion.is_cut_short:
                line = finished(line)
            why, contradicts = job.wrong(line)
            if why and not contradicts:
                raise LlmError(why)
        except LlmError as error:
            if told:
                job.tell(job.grounds.line, False)
            job.judge(Outcome(cleaned(text, name)[:LONGEST], str(error)))
            raise
        if contradicts:
            if told:
                job.tell(job.grounds.line, False)
            self.contradicted += 1
            _LOG.warning("The second voice %s. The authored line stands.", why)
        else:
            job.tell(line, False)
            self.told += 1
        job.judge(Outcome(line, why, contradicts))

    def _fail(self, why: str) -> None:
        self.failed += 1
        self._failures += 1
        _LOG.warning("The second voice: %s. The authored line stands.", why)
        if self._failures >= _FAILURES:
            self._failures, self._rests_until = 0, self._clock() + _REST_S
            _LOG.warning("The second voice rests for %g s.", _REST_S)
