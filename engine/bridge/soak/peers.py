"""Peers that keep to no rules, one kind after the other, while a game plays on and is timed."""

from __future__ import annotations

import multiprocessing
import selectors
import socket
import struct
import threading
import time
from collections.abc import Callable
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

from engine.bridge import zmtp
from engine.bridge.client import Client
from engine.bridge.soak.kills import ServerProcess
from engine.formats.wire.codec import Hello, Observe, Ping, Spawn, Utterance, encode

_SLOWER, _GROWTH_MIB = 1.5, 96.0  # what is promised
_SMALLEST_P99_S = 0.005  # below that a factor says more about the machine than about the server
_EVERY_S = 0.01
ROUNDS = 2  # of each kind: calm, aside, attacked, calm, ...
SETTLES_S = 2.5  # for what was left behind, and for the game to be known as one that asks for little
_SWALLOWS_S = 0.001  # rests after each look
_START_S = 30.0  # for a process to begin and to end
_TOGETHER = 4  # peers of one kind at once


class Peer:
    """A connection to a server, byte by byte; `identity` is the id that it announces."""

    def __init__(self, endpoint: str, identity: bytes = b"", shake: bool = True) -> None:
        host, _, port = endpoint.removeprefix("tcp://").rpartition(":")
        self._stream = socket.create_connection((host, int(port)), timeout=2.0)
        if shake:
            self.send(zmtp.GREETING)
            properties = b"\x0bSocket-Type" + struct.pack(">I", 6) + b"DEALER"
            self.send(zmtp.command(b"READY", properties + b"\x08Identity" + struct.pack(">I", len(identity)) + identity))

    def __enter__(self) -> Peer:
        return self

    def __exit__(self, *fault: object) -> None:
        self._stream.close()

    def send(self, data: bytes) -> None:
        self._stream.sendall(data)

    def say(self, message: Any) -> None:
        self.send(zmtp.framed(encode(message)))


def _endless_parts(endpoint: str, over: Event, part: bytes, hello: bool) -> None:
    with Peer(endpoint) as peer:
        if hello:
            peer.say(Hello("endless", "endless"))
        while not over.is_set():
            peer.send(zmtp.frame(part, 1) * 256)


def _unfinished(endpoint: str, over: Event) -> None:
    with Peer(endpoint) as peer:
        peer.send(zmtp.header(16 * 1024 * 1024) + bytes(4 * 1024 * 1024))
        over.wait(0.5)


def _chosen_ids(endpoint: str, over: Event) -> None:
    for number in range(500):
        with Peer(endpoint, b"\0" + struct.pack(">I", (0x6B8B4567 + number) % 2**32)) as peer:
            peer.say(Hello("ahead", "ahead"))


def _thief(endpoint: str, over: Event) -> None:
    with Peer(endpoint, b"game") as peer:
        for seq in range(1, 50):
            peer.say(Observe(seq, ("mira",), None, Utterance(f"stolen {seq}", "give me your gold", ("mira",))))


def _idle(endpoint: str, over: Event) -> None:
    peers = [Peer(endpoint, shake=False) for _ in range(300)]
    over.wait(0.5)
    for peer in peers:
        peer.__exit__()


def _sessions(endpoint: str, over: Event) -> None:
    with Peer(endpoint) as peer:
        for number in range(1000):
            peer.say(Hello("greedy", f"greedy {number} {id(peer)}"))


def _guesses(endpoint: str, over: Event) -> None:
    with Peer(endpoint) as peer:
        for number in range(200):
            peer.say(Hello("guesser", "guess", token=f"password {number}"))


def _crowd(endpoint: str, over: Event) -> None:
    with Peer(endpoint) as peer:
        peer.say(Hello("crowd", f"crowd {id(peer)}"))
        names = tuple(f"npc {number}" for number in range(256))
        for number, name in enumerate(names):
            peer.say(Spawn(name, "elder", tuple(f"thing {number} {i}" for i in range(32))))
        for seq in range(1, 20):
            peer.say(Observe(seq, names))
            over.wait(0.05)


def _heavy_cards(endpoint: str, over: Event) -> None:
    with Peer(endpoint) as peer:
        peer.say(Hello("heavy", f"heavy {id(peer)}"))
        for number in range(20):
            watch = {f"a rather long phrase that nobody knows {i}": "nonsense" for i in range(700)}
            peer.say(Spawn(f"npc {number}", {"name": "Heavy", "watch": watch, "traits": {"bravary": 1}}))


def _bushes(endpoint: str, over: Event) -> None:
    with Peer(endpoint) as peer:
        peer.say(Hello("bushes", f"bushes {id(peer)}"))
        heavy = zmtp.framed(encode(Spawn("bush", {"name": [{}] * 60_000})))
        dear = zmtp.framed(encode(Spawn("bush", {"name": [{}] * 8_000, "watch": {f"{i:x}": "threat" for i in range(3_000)}})))
        while not over.is_set():
            peer.send(heavy + dear)


def _newcomers(endpoint: str, over: Event) -> None:
    while not over.is_set():
        peers = [Peer(endpoint) for _ in range(20)]
        for peer in peers:
            peer.__exit__()


def _reconnecting(endpoint: str, over: Event) -> None:
    name = f"again {threading.get_ident()}"
    while not over.is_set():
        with Peer(endpoint) as peer:
            peer.say(Hello("again", name))
            peer.say(Spawn("one", "elder"))
            peer.say(Observe(1, ("one",), None, Utterance(f"{time.monotonic()}", "hello", ("one",))))


def _drops(endpoint: str, over: Event) -> None:
    with Peer(endpoint) as peer:
        peer.say(Hello("drops", f"drops {id(peer)}"))
        for byte in zmtp.framed(encode(Ping(1))) * 1000:
            peer.send(bytes([byte]))


def _spawns(endpoint: str, over: Event) -> None:
    with Peer(endpoint) as peer:
        peer.say(Hello("spawns", f"spawns {id(peer)}"))
        while not over.is_set():
            for number in range(100):
                peer.say(Spawn("one", ("elder", "guard")[number % 2]))


def _pings(endpoint: str, over: Event) -> None:
    with Peer(endpoint) as peer:
        peer.say(Hello("pings", f"pings {id(peer)}"))
        data = zmtp.framed(encode(Ping(1))) * 100 + zmtp.command(b"PING", b"\0\0context") * 100
        while not over.is_set():  # and it reads nothing
            peer.send(data)


KINDS: dict[str, Callable[[str, Event], None]] = {
    "endless empty parts": lambda endpoint, over: _endless_parts(endpoint, over, b"", False),
    "endless parts after hello": lambda endpoint, over: _endless_parts(endpoint, over, b"", True),
    "endless large parts": lambda endpoint, over: _endless_parts(endpoint, over, bytes(65536), False),
    "unfinished messages": _unfinished,
    "ids of its own": _chosen_ids,
    "words without a session": _thief,
    "idle connections": _idle,
    "sessions without end": _sessions,
    "guessed tokens": _guesses,
    "a crowd with all phrases": _crowd,
    "heavy cards": _heavy_cards,
    "pings, and reads nothing": _pings,
    "headers of brackets": _bushes,
    "newcomers without end": _newcomers,
    "comes back without end": _reconnecting,
    "byte after byte": _drops,
    "spawns without end": _spawns,
}


def run(
    seconds: float,
    folder: Path,
    told: Callable[[str], None] = lambda kind: None,
    rounds: int = ROUNDS,
    settles: float = SETTLES_S,
) -> dict[str, Any]:
    """Let each kind of hostile peer at a server for `seconds`, beside a game.

    Peers, game and server share the processors of one machine. What the peers cost by that alone is measured beside a program
    that takes what they send, and throws it away ("aside"): the game's server has nothing to do with them then.

    Args:
        told: called with each kind as its turn comes.
        rounds: in which all of it is done, so that what else the machine does hits all alike.
        settles: seconds of play before each round.

    Returns:
        by kind `median_ms` and `p99_ms`, each calm, aside and attacked, from turns in `rounds`; `memory_mib` (growth by
        the end), `over` (kinds by whose p99 attacked was more than 1.5 times the greater of the others), `faults` and `passed`.
    """
    spawn = multiprocessing.get_context("spawn")  # of its own, so that it takes no time of the game that is timed
    faults: list[str] = []
    times: dict[str, dict[str, list[float]]] = {}
    with ServerProcess(folder) as server, Client(server.address, name="game", timeout=10) as game, _Sink() as sink:
        game.spawn("mira", "elder")
        before = server.memory() or 0.0
        for kind in KINDS:
            told(kind)
            of_kind = times[kind] = {"calm": [], "aside": [], "attacked": []}
            for _ in range(rounds):
                _play(game, settles, faults)
                of_kind["calm"] += _play(game, seconds / rounds, faults)
                for name, endpoint in (("aside", sink.endpoint), ("attacked", server.address)):
                    ready, over = spawn.Event(), spawn.Event()
                    process = spawn.Process(target=_attack, args=(kind, endpoint, ready, over), daemon=True)
                    process.start()
                    ready.wait(_START_S)
                    of_kind[name] += _play(game, seconds / rounds, faults)
                    over.set()
                    process.join(_START_S)
            if not server.alive:
                faults.append(f"the server died of: {kind}")
                break
        grown = (server.memory() or 0.0) - before
        faults += [str(error) for error in game.errors]
    p99 = {kind: {name: _share_of(found, 0.99) for name, found in of_kind.items()} for kind, of_kind in times.items()}
    over_it = [
        kind
        for kind, of_kind in p99.items()
        if of_kind["attacked"] > _SLOWER * max(of_kind["calm"], of_kind["aside"], _SMALLEST_P99_S)
    ]
    return {
        "seconds": seconds,
        "median_ms": {kind: tuple(_ms(_share_of(found, 0.5)) for found in of_kind.values()) for kind, of_kind in times.items()},
        "p99_ms": {kind: tuple(map(_ms, of_kind.values())) for kind, of_kind in p99.items()},
        "over": over_it,
        "memory_mib": round(grown, 1),
        "faults": faults,
        "passed": not faults and not over_it and grown <= _GROWTH_MIB,
    }


class _Sink:
    """A process that takes connections and throws away what comes, without a word."""

    def __enter__(self) -> _Sink:
        spawn = multiprocessing.get_context("spawn")
        ports: multiprocessing.Queue[int] = spawn.Queue()
        self._process = spawn.Process(target=_swallow, args=(ports,), daemon=True)
        self._process.start()
        self.endpoint = f"tcp://127.0.0.1:{ports.get(timeout=_START_S)}"
        return self

    def __exit__(self, *fault: object) -> None:
        self._process.kill()
        self._process.join(_START_S)


def _swallow(ports: multiprocessing.Queue[int]) -> None:
    """A little of each connection at a time, so that the peers wait here as they do at a server."""
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener, selectors.DefaultSelector() as waiting:
        listener.setblocking(False)
        waiting.register(listener, selectors.EVENT_READ)
        ports.put(listener.getsockname()[1])
        while True:
            for key, _ in waiting.select():
                stream = key.fileobj
                assert isinstance(stream, socket.socket)
                try:
                    if stream is listener:
                        peer = stream.accept()[0]
                        peer.setblocking(False)
                        waiting.register(peer, selectors.EVENT_READ)
                    elif not stream.recv(65536):
                        raise ConnectionError
                except BlockingIOError:
                    continue
                except OSError:
                    if stream is not listener:
                        waiting.unregister(stream)
                        stream.close()
            time.sleep(_SWALLOWS_S)


def _attack(kind: str, endpoint: str, ready: Event, over: Event) -> None:
    """Several peers of a kind, in a process of their own."""
    threads = [threading.Thread(target=_repeat, args=(KINDS[kind], endpoint, over)) for _ in range(_TOGETHER)]
    for thread in threads:
        thread.start()
    ready.set()
    for thread in threads:
        thread.join()


def _repeat(act: Callable[[str, Event], None], endpoint: str, over: Event) -> None:
    """Do it again and again; being cut off is what is to be expected."""
    while not over.is_set():
        try:
            act(endpoint, over)
        except OSError:
            over.wait(0.01)


def _share_of(times: list[float], share: float) -> float:
    """So many of the times are no longer than this."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def _ms(seconds: float) -> float:
    return round(seconds * 1e3, 2)


def _play(game: Client, seconds: float, faults: list[str]) -> list[float]:
    """Seconds from words to the answer, each time."""
    times: list[float] = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        start = time.monotonic()
        seq = game.observe("mira", text="hello")
        answered = False
        while not answered and time.monotonic() - start < 10:
            answered = any(decision.seq == seq for decision in game.poll(1.0))
        times.append(time.monotonic() - start)
        if not answered:
            faults.append(f"no answer to {seq} within 10 s")
            break
        time.sleep(_EVERY_S)
    return times
