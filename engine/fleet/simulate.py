"""Many simulated games against several gateways: how fast they are answered, and that kills cost no word."""

from __future__ import annotations

import hashlib
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from engine.bridge.client import BridgeError, Client, Frame
from engine.bridge.soak.processes import Serving
from engine.errors import Fault

_START_S = 180.0
_SETTLE_S = 60.0
_WORDS_EVERY = 5  # frames from one utterance of a game to the next
_WIDTH, _HEIGHT = 320, 180
_PROMISED_S = 5.0  # after a kill everybody is answered again


def place(world: str, gateways: Sequence[str]) -> list[str]:
    """The gateways in the order in which this world should try them (rendezvous hashing, Thaler & Ravishankar 1998).

    Whoever knows the same names comes to the same order, and when a gateway goes only its own worlds move. Each is weighed
    by the first 8 bytes of BLAKE2b of its name, a line feed, and the world; the heaviest is the first.
    """
    weights = {g: hashlib.blake2b(f"{g}\n{world}".encode("utf-8", "replace"), digest_size=8).digest() for g in gateways}
    return sorted(weights, key=lambda gateway: (weights[gateway], gateway), reverse=True)


@dataclass(slots=True)
class Game:
    """What one game said and what came back."""

    world: str
    gateway: str
    said: dict[int, float] = field(default_factory=dict)  # utterances: sequence number -> when
    answered: Counter[int] = field(default_factory=Counter)
    waited: list[float] = field(default_factory=list)  # seconds from an observation to its decision
    words_at: list[tuple[float, float]] = field(default_factory=list)  # said, answered
    refused: list[str] = field(default_factory=list)

    def play(self, until: Callable[[], bool], hertz: float, seed: int) -> None:
        """Show a frame `hertz` times a second, speak with every fifth, and go on until all is answered."""
        chance = random.Random(seed)
        try:
            with Client(self.gateway, name=self.world, timeout=_START_S) as client:
                client.spawn("mira", "elder", timeout=_START_S)
                shown: dict[int, float] = {}
                due, turn, deadline = time.monotonic(), 0, float("inf")
                while not until() or (client.pending and time.monotonic() < deadline):
                    if until():
                        deadline = min(deadline, time.monotonic() + _SETTLE_S)
                    elif time.monotonic() >= due:
                        due, turn = max(due + 1 / hertz, time.monotonic()), turn + 1
                        text = f"hello {turn}" if turn % _WORDS_EVERY == 0 and client.pending < 20 else ""
                        seq = client.observe("mira", frame=_frame(chance), text=text, captured_at=time.monotonic())
                        shown[seq] = time.monotonic()
                        if text:
                            self.said[seq] = shown[seq]
                    self._take(client, shown, max(0.001, min(0.05, due - time.monotonic())))
                self.refused += [str(error) for error in client.errors]
        except BridgeError as error:
            self.refused.append(str(error))

    def _take(self, client: Client, shown: dict[int, float], wait: float) -> None:
        for decision in client.poll(wait):
            now = time.monotonic()
            if decision.seq in self.said:
                self.answered[decision.seq] += 1
                self.words_at.append((self.said[decision.seq], now))
            if (at := shown.pop(decision.seq, None)) is not None:
                self.waited.append(now - at)
        for seq in [seq for seq in shown if seq < max(shown, default=0) - 256]:
            del shown[seq]  # frames that gave way to newer ones


def _frame(chance: random.Random) -> Frame:
    row = b"".join(bytes(chance.choices(range(256), k=3)) * 20 for _ in range(_WIDTH // 20))
    return Frame(row * _HEIGHT, _WIDTH, _HEIGHT)


@dataclass(frozen=True, slots=True)
class Blow:
    """Something that is done to the fleet: what it is called, and how."""

    name: str
    strike: Callable[[], None]


def run(
    gateways: Sequence[str],
    games: int,
    seconds: float,
    hertz: float,
    blows: Sequence[Blow] = (),
    remembered: Callable[[str], int] | None = None,
    told: Callable[[str], None] = lambda how_far: None,
) -> dict[str, Any]:
    """Let games play, each on the gateway of its world; strike a blow in every part of the time but the first.

    Args:
        remembered: how many utterances the character of a world remembers to have heard.

    Returns:
        `decisions_per_s`, `p50_ms`, `p95_ms`, `p99_ms`, `said`, `lost` and `twice` (answers), `not_remembered` and
        `remembered_twice`, by blow `recovered_s` (from it until every game was answered on words that it said after it) and
        `since_back_s` (the same since what was killed had been started again), `refused`, `passed`.
    """
    played = [Game(world := f"world {n}", place(world, gateways)[0]) for n in range(games)]
    over = threading.Event()
    threads = [threading.Thread(target=game.play, args=(over.is_set, hertz, n)) for n, game in enumerate(played)]
    start = time.monotonic()
    for thread in threads:
        thread.start()
    struck: dict[str, tuple[float, float]] = {}  # when it was, and when what was killed was back
    try:
        _await_all(played, start)
        start = time.monotonic()
        for game in played:
            game.waited.clear()  # what was answered before that time is no part of its figures
        for blow in blows:
            time.sleep(seconds / (len(blows) + 1))
            told(blow.name)
            at = time.monotonic()
            blow.strike()
            struck[blow.name] = at, time.monotonic()
            _await_all(played, at)
        time.sleep(seconds / (len(blows) + 1))
    finally:
        over.set()
        for thread in threads:
            thread.join(_SETTLE_S + 30)
    return _summary(played, time.monotonic() - start, struck, remembered)


def _await_all(games: Sequence[Game], since: float) -> None:
    """Until everybody was answered on words that were said after that."""
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline and not all(any(said > since for said, _ in list(g.words_at)) for g in games):
        time.sleep(0.02)


def _summary(
    games: Sequence[Game], took: float, struck: dict[str, tuple[float, float]], remembered: Callable[[str], int] | None
) -> dict[str, Any]:
    waited = sorted(wait for game in games for wait in game.waited)
    lost = sum(len(game.said.keys() - game.answered.keys()) for game in games)
    twice = sum(count - 1 for game in games for count in game.answered.values())
    missing = more = 0
    for game in games if remembered is not None else ():
        assert remembered is not None
        heard = remembered(game.world)
        missing, more = missing + max(0, len(game.answered) - heard), more + max(0, heard - len(game.said))
    recovered, back = {}, {}
    for name, (at, started) in struck.items():
        firsts = [min((done for said, done in game.words_at if said > at), default=float("inf")) for game in games]
        recovered[name], back[name] = round(max(firsts) - at, 2), round(max(0.0, max(firsts) - started), 2)
    refused = [line for game in games for line in game.refused]
    return {
        "games": len(games),
        "seconds": round(took, 1),
        "decisions_per_s": round(len(waited) / took, 1),
        **{f"p{share}_ms": round(1e3 * _share_of(waited, share / 100), 1) for share in (50, 95, 99)},
        "said": sum(len(game.said) for game in games),
        "lost": lost,
        "twice": twice,
        "not_remembered": missing,
        "remembered_twice": more,
        "recovered_s": recovered,
        "since_back_s": back,
        "refused": refused[:5],
        "passed": not (lost or twice or missing or more or refused) and max(back.values(), default=0.0) <= _PROMISED_S,
    }


def _share_of(times: Sequence[float], share: float) -> float:
    return times[min(len(times) - 1, int(len(times) * share))] if times else float("nan")


def restarted(gateway: Serving) -> None:
    """Kill a gateway and start it again."""
    gateway.kill()
    with suppress(Fault):
        gateway.start()
