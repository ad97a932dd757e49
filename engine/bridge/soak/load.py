"""Hundreds of NPCs over several games; then one game floods the server and one stops reading."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any

from engine.bridge.client import Client, Frame
from engine.bridge.soak.kills import ServerProcess

_WORDS_EVERY = 10  # ticks between two utterances of one game
_SETTLE_S = 15.0
_FLOODER, _SLEEPER = "floods", "stops reading"
_CAN_STOP = hasattr(signal, "SIGSTOP")
_GROWTH, _P99 = 0.05, 1.5  # what is promised


@dataclass(slots=True)
class _Report:
    """What one game saw: seconds from an observation to each decision, calm and disturbed."""

    role: str
    calm: list[float] = field(default_factory=list)
    disturbed: list[float] = field(default_factory=list)
    said: int = 0
    answered: int = 0
    twice: int = 0
    faults: list[str] = field(default_factory=list)


def run(minutes: float, npcs: int, clients: int, hertz: float, folder: Path) -> dict[str, Any]:
    """Half of the time all games play; in the other half one floods, one stops reading, and the rest play on.

    Returns:
        `p99_calm_ms` and `p99_disturbed_ms` (of the games that play on), `said`, `lost`, `twice`, `memory_growth`
        (last tenth of the disturbed half against its first third), `most_waiting` (observations) and `passed`.
    """
    roles = [_FLOODER, _SLEEPER, *["plays"] * (clients - 2)]
    share = [npcs // clients + (i < npcs % clients) for i in range(clients)]
    with ServerProcess(folder, metrics=True) as server:
        spawn = multiprocessing.get_context("spawn")
        reports: multiprocessing.Queue[_Report] = spawn.Queue()
        start = time.time() + 3.0 + 0.5 * clients  # processes take a while to begin
        times = (start, start + minutes * 30, start + minutes * 60)
        games = [
            spawn.Process(target=_play, args=(server.address, role, count, hertz, times, reports))
            for role, count in zip(roles, share, strict=True)
        ]
        for game in games:
            game.start()
        try:
            memory, waiting = _watch(server, times)
        finally:
            _wake(games)
        seen = [reports.get(timeout=_SETTLE_S + 30) for _ in games]
        for game in games:
            game.join(10)
    return _summary(seen, memory, waiting) | {"minutes": minutes, "npcs": npcs, "clients": clients, "hertz": hertz}


def _wake(games: Sequence[SpawnProcess]) -> None:
    """Let the game that stands at its breakpoint go on."""
    for game in games:
        if _CAN_STOP and game.pid is not None:
            os.kill(game.pid, signal.SIGCONT)


def _watch(server: ServerProcess, times: tuple[float, float, float]) -> tuple[list[float], list[float]]:
    """Memory (MiB) and waiting observations, once a second in the disturbed half."""
    memory: list[float] = []
    waiting: list[float] = []
    time.sleep(max(0.0, times[1] - time.time()))
    while time.time() < times[2]:
        memory.append(server.memory() or 0.0)
        waiting.append(server.gauge("waiting"))
        time.sleep(min(1.0, max(0.05, (times[2] - times[1]) / 20)))
    return memory, waiting


def _play(
    endpoint: str,
    role: str,
    npcs: int,
    hertz: float,
    times: tuple[float, float, float],
    reports: multiprocessing.Queue[_Report],
) -> None:
    """One game, in a process of its own."""
    report = _Report(role)
    try:
        with Client(endpoint, name=role, timeout=30) as client:
            names = [f"npc {i}" for i in range(npcs)]
            for name in names:
                client.spawn(name, "elder", timeout=30)
            time.sleep(max(0.0, times[0] - time.time()))
            game = _Game(client, names, report)
            game.play(times[1], 1 / hertz, report.calm)
            acts: dict[str, Callable[[], None]] = {
                _FLOODER: lambda: game.flood(times[2]),
                _SLEEPER: lambda: game.sleep(times[2]),
            }
            acts.get(role, lambda: game.play(times[2], 1 / hertz, report.disturbed))()
            game.settle()
            report.faults = [str(error) for error in client.errors]
    except Exception as error:
        report.faults.append(f"{type(error).__name__}: {error}")
    reports.put(report)


class _Game:
    """Every NPC sees every frame; one after the other is spoken to."""

    def __init__(self, client: Client, names: list[str], report: _Report) -> None:
        self._client, self._names, self._report = client, names, report
        self._sent: dict[int, float] = {}
        self._answers: set[tuple[str, str]] = set()
        self._ticks = 0

    def play(self, until: float, tick: float, seconds: list[float]) -> None:
        """Observe every `tick` seconds, and note how long each decision took."""
        due = time.perf_counter()
        while time.time() < until:
            self._observe()
            due = max(due + tick, time.perf_counter())
            while (left := due - time.perf_counter()) > 0:
                self._take(seconds, left)

    def flood(self, until: float) -> None:
        """Observe without a pause, and speak far more than can be answered at once.

        It gives way to other processes: what is measured is the server, not who gets a processor.
        """
        if hasattr(os, "nice"):
            os.nice(10)
        while time.time() < until:
            self._observe(talks=self._client.pending < 500)
            self._take([], 0.0)

    def sleep(self, until: float) -> None:
        """Stand at a breakpoint, all threads of the process, while much is under way."""
        for _ in range(50):
            self._observe()
        if _CAN_STOP and time.time() < until:
            os.kill(os.getpid(), signal.SIGSTOP)
        time.sleep(max(0.0, until - time.time()))

    def settle(self) -> None:
        """Wait until everything that was said is answered."""
        deadline = time.monotonic() + _SETTLE_S
        while self._client.pending and time.monotonic() < deadline:
            self._take([], 0.1)
        self._take([], 0.0)  # answers that came in while something was sent

    def _observe(self, talks: bool | None = None) -> None:
        self._ticks += 1
        talks = self._ticks % _WORDS_EVERY == 0 if talks is None else talks
        text = f"hello {self._ticks}" if talks else ""
        to = [self._names[self._ticks % len(self._names)]]
        pixels = bytes([self._ticks % 256]) * (64 * 36 * 3)
        seq = self._client.observe(self._names, frame=Frame(pixels, 64, 36), text=text, to=to)
        self._report.said += bool(text)
        self._sent[seq] = time.perf_counter()
        self._sent.pop(seq - 1000, None)

    def _take(self, seconds: list[float], timeout: float) -> None:
        for decision in self._client.poll(timeout):
            now = time.perf_counter()
            if decision.seq in self._sent:
                seconds.append(now - self._sent[decision.seq])
            if decision.utterance_id is not None:
                answer = (decision.utterance_id, decision.npc)
                self._report.twice += answer in self._answers
                self._report.answered += answer not in self._answers
                self._answers.add(answer)


def _summary(reports: list[_Report], memory: list[float], waiting: list[float]) -> dict[str, Any]:
    others = [report for report in reports if report.role not in (_FLOODER, _SLEEPER)]
    calm = _p99([second for report in others for second in report.calm])
    disturbed = _p99([second for report in others for second in report.disturbed])
    growth = _mean(memory[-max(1, len(memory) // 10) :]) / max(1e-9, _mean(memory[: max(1, len(memory) // 3)])) - 1
    lost = sum(report.said - report.answered for report in reports)
    twice = sum(report.twice for report in reports)
    faults = [f"{report.role}: {fault}" for report in reports for fault in report.faults]
    return {
        "decisions": sum(len(report.calm) + len(report.disturbed) for report in others),
        "said": sum(report.said for report in reports),
        "lost": lost,
        "twice": twice,
        "p99_calm_ms": round(calm * 1e3, 2),
        "p99_disturbed_ms": round(disturbed * 1e3, 2),
        "memory_mib": round(memory[-1], 1) if memory else None,
        "memory_growth": round(growth, 4),
        "most_waiting": int(max(waiting, default=0)),
        "faults": faults,
        "passed": not (lost or twice or faults) and growth <= _GROWTH and disturbed <= _P99 * calm,
    }


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _p99(values: list[float]) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))] if ordered else float("nan")
