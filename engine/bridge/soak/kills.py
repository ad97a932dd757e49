"""A server process, killed again and again while games talk to it."""

from __future__ import annotations

import random
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from engine.bridge.client import Client
from engine.bridge.soak.processes import Serving


class ServerProcess(Serving):
    """`python -m engine serve --echo`. Used as a context, or started by `start`.

    Args:
        folder: for its journal, its log and its ready file.
        metrics: also answer `gauge`.
    """

    def __init__(self, folder: Path, metrics: bool = False) -> None:
        options = ["--echo", "--journal", str(folder / "journal.db")]
        super().__init__(folder, options + (["--metrics", "127.0.0.1:0"] if metrics else []))

    def __enter__(self) -> ServerProcess:
        self.start()
        return self

    def __exit__(self, *fault: object) -> None:
        self.kill()

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def terminate(self) -> int:
        """SIGTERM; returns the exit status."""
        assert self._process is not None
        self._process.terminate()
        return self._process.wait(10)

    def memory(self) -> float | None:
        """Resident MiB; None where the system has no /proc."""
        assert self._process is not None
        try:
            status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii")
        except OSError:
            return None
        [line] = [line for line in status.splitlines() if line.startswith("VmRSS:")]
        return int(line.split()[1]) / 1024

    def gauge(self, name: str) -> float:
        """A value of its metrics."""
        page_at = [line for line in self._said() if line.startswith("metrics: ")][-1].removeprefix("metrics: ")
        with urllib.request.urlopen(page_at, timeout=10) as page:
            lines = page.read().decode().splitlines()
        return next(float(line.split()[1]) for line in lines if line.startswith(f"npc_engine_{name} "))


_NPCS = ("mira", "bram", "odo")
_SAY_EVERY_S = 0.02
_SETTLE_S = 20.0


@dataclass(slots=True)
class _Tally:
    """What one game said and what came back."""

    said: set[tuple[int, str]] = field(default_factory=set)  # sequence number and NPC
    decided: Counter[tuple[int, str]] = field(default_factory=Counter)
    order: dict[str, list[int]] = field(default_factory=dict)
    returns: int = 0  # kills survived when the last answer came
    back_after: list[float] = field(default_factory=list)  # s from ready to the next decision
    fault: str = ""


def run(
    kills: int, folder: Path, clients: int = 2, seed: int = 0, told: Callable[[str], None] = lambda how_far: None
) -> dict[str, Any]:
    """Kill the server `kills` times mid-session.

    Returns:
        `said`, `lost`, `twice`, `out_of_order` (answers, one for each NPC that heard), `resumed` (clients that came
        back after every kill), `back_after_s` (slowest return) and `passed`.
    """
    tallies = [_Tally() for _ in range(clients)]
    ready: list[float] = []
    over = threading.Event()
    with ServerProcess(folder) as server:
        games = [threading.Thread(target=_play, args=(server.address, tally, ready, over)) for tally in tallies]
        for game in games:
            game.start()
        chance = random.Random(seed)
        for number in range(kills):
            told(f"{number} of {kills}")
            time.sleep(chance.uniform(0.5, 1.5))
            server.kill()
            time.sleep(chance.uniform(0.0, 0.5))
            server.start()
            ready.append(time.monotonic())
            _await_all(tallies, len(ready))
        time.sleep(1.0)
        over.set()
        for game in games:
            game.join()
    return _summary(tallies, kills)


def _await_all(tallies: list[_Tally], kills: int) -> None:
    """Wait until everybody is back; whoever is not in time has missed this return for good."""
    deadline = time.monotonic() + _SETTLE_S
    while any(tally.returns < kills for tally in tallies) and time.monotonic() < deadline:
        time.sleep(0.01)


def _play(endpoint: str, tally: _Tally, ready: list[float], over: threading.Event) -> None:
    """Talk to everybody, in turn and all at once, until it is over and all is answered."""
    with Client(endpoint, timeout=10) as client:
        for npc in _NPCS:
            client.spawn(npc, "elder")
        seen = turn = 0
        deadline = float("inf")
        while not over.is_set() or (client.pending and time.monotonic() < deadline):
            if over.is_set():
                deadline = min(deadline, time.monotonic() + _SETTLE_S)
            elif client.pending < 50:  # a player does not talk on for ever to somebody who does not answer
                turn += 1
                hearers = _NPCS if turn % 10 == 0 else (_NPCS[turn % len(_NPCS)],)
                seq = client.observe(hearers, text=f"hello {turn}")
                tally.said |= {(seq, npc) for npc in hearers}
            decisions = client.poll(_SAY_EVERY_S)
            for decision in decisions:
                tally.decided[decision.seq, decision.npc] += 1
                tally.order.setdefault(decision.npc, []).append(decision.seq)
            if decisions and len(ready) > seen:
                tally.back_after.append(time.monotonic() - ready[-1])
                tally.returns = seen = len(ready)
        tally.fault = "; ".join(str(error) for error in client.errors)


def _summary(tallies: list[_Tally], kills: int) -> dict[str, Any]:
    lost = sum(len(tally.said - set(tally.decided)) for tally in tallies)
    twice = sum(count - 1 for tally in tallies for count in tally.decided.values())
    disorder = sum(a > b for tally in tallies for seqs in tally.order.values() for a, b in pairwise(seqs))
    resumed = sum(len(tally.back_after) == kills for tally in tallies)
    faults = [tally.fault for tally in tallies if tally.fault]
    return {
        "kills": kills,
        "clients": len(tallies),
        "said": sum(len(tally.said) for tally in tallies),
        "lost": lost,
        "twice": twice,
        "out_of_order": disorder,
        "resumed": resumed,
        "back_after_s": round(max((max(tally.back_after, default=0.0) for tally in tallies), default=0.0), 3),
        "faults": faults,
        "passed": not (lost or twice or disorder or faults) and resumed == len(tallies),
    }
