"""`python -m engine bench`: latency from the game's frame to the decision in the game, beside its baselines."""

from __future__ import annotations

import math
import multiprocessing
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
import zmq
from rich.console import Console
from rich.table import Table

from engine.bridge.client import Client, Frame
from engine.cli.bench_device import measure_device, percentiles
from engine.errors import Fault, needs_extra
from engine.files import writable_folder, write_json
from engine.minds.brain import Brain
from engine.minds.mind import Observation
from engine.perception import Perceiver
from engine.perception.echo import EchoPerceiver

WIDTH, HEIGHT = 640, 360
WARM_UP = 10
_SETTLES_S = 5.0  # a server that has just started encodes what people may talk about between frames
_PEER_THREADS = 2
_BATCHES = (1, 2, 4, 8)  # frames
_CROWD = 64
_ROUNDS = 6  # of processes for what is measured without a model
_ONE_WAY = "wire: bare pyzmq, frame there, 6 bytes back"
_ECHO = "wire: bare pyzmq echo, frame there and back"
_BRIDGE = "bridge: frame -> decision, no inference"
_THINKING = "of that, echo and character (alone, in one process)"
_UNINTERRUPTED = 200  # round trips; a server lets in 250 observations a second and drops the frames of a flood


def bench(
    runs: Annotated[int, typer.Option(min=5, help="Round trips per measurement.")] = 200,
    bundle: Annotated[Path | None, typer.Option(help="Bundle directory; the shipped one if not given.")] = None,
    provider: Annotated[
        str, typer.Option(help="As of serve; where one is named, its copies, nodes and load beside a renderer are told too.")
    ] = "auto",
    article: Annotated[bool, typer.Option(help="Also time the article's model (needs the train extra).")] = True,
    peers: Annotated[bool, typer.Option("--peers", help="Time what one would pick instead (needs the peers extra).")] = False,
    weights: Annotated[
        list[str] | None, typer.Option(help='With --peers: "PEER=FOLDER" of weights that you have (repeatable).')
    ] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the figures here.")] = None,
) -> None:
    """Measure end to end over TCP loopback, 640x360 raw RGB frames."""
    if json_file is not None:
        writable_folder(json_file.parent)
    console = Console()
    if peers:
        _peers(console, runs, bundle, weights or [], json_file)
        return
    rows: dict[str, list[float]] = {}
    device = None
    with console.status("measuring"):
        if provider != "auto":  # first: one that cannot be had is known at once
            device = measure_device(bundle, provider, runs)
        rows |= _wire_and_bridge(runs)
        start = time.perf_counter()
        model = ["--provider", provider, *(["--bundle", str(bundle)] if bundle else [])]
        with _server(*model) as endpoint, Client(endpoint, name="bench", timeout=20) as client:
            client.spawn("npc", "guard", ["wolf", "fire"])
            first = _round_trip(client, 0, "")
            startup = time.perf_counter() - start
            _settle(client)
            rows["frame -> decision"] = _repeat(runs, lambda i: _round_trip(client, i, ""))
            rows["frame + new words -> decision"] = _repeat(
                runs, lambda i: _round_trip(client, i, f"bring me the key number {i}")
            )
            rows["frame + known words -> decision"] = _repeat(runs, lambda i: _round_trip(client, i, "bring me the key"))
            crowd = _crowd(client)
            rows[f"frame -> decisions of {_CROWD} NPCs"] = _repeat(
                max(5, runs // 4), lambda i: _round_trip(client, i, "", crowd)
            )
            used = client.welcome.provider
        batches = _batches(bundle, provider)
        if article:
            rows |= _article(min(runs, 50))
    figures = {name: percentiles(seconds) for name, seconds in rows.items()}
    overhead = _overhead(figures)
    console.print(_table(figures, used))
    typer.echo(f"bridge overhead: {overhead['p50_ms']:.2f} ms, {overhead['of_bare_echo']:.2f} times the bare echo")
    for frames, ms in batches.items():
        typer.echo(f"image graph, {frames} frames: {ms['together']:.1f} ms together, {ms['in turn']:.1f} ms in turn")
    if device is not None:
        console.print(device.table())
        for line in device.lines():
            typer.echo(line)
    typer.echo(f"server start to first decision: {startup:.2f} s (first round trip {first * 1e3:.1f} ms)")
    if json_file is not None:
        result = {"provider": used, "runs": runs, "frame": [WIDTH, HEIGHT], "startup_s": startup}
        if device is not None:
            result["device"] = device.as_json()
        result |= {"overhead": overhead, "image_graph_ms": batches, "latency_ms": figures}
        write_json(json_file, result)
        typer.echo(f"figures: {json_file}")


def _peers(console: Console, runs: int, bundle: Path | None, weights: Sequence[str], json_file: Path | None) -> None:
    with needs_extra("peers", "Timing peers"):
        from engine.lab.comparison.peers import measure_peers
    given = dict(entry.partition("=")[::2] for entry in weights)
    folders = {name: Path(folder) for name, folder in given.items()}
    with console.status("measuring") as status:
        rows = measure_peers(runs, _PEER_THREADS, bundle, folders, status.update)
    table = Table("a frame of 640x360", "p50 ms", "p95 ms", "weights MB", "gives", "lacks")
    for row in rows:
        figures = (f"{value:.1f}" for value in (row.p50_ms, row.p95_ms, row.megabytes))
        table.add_row(row.peer.name, *figures, row.peer.does, row.peer.lacks)
    console.print(table)
    if json_file is not None:
        timed = {row.peer.name: {"p50_ms": row.p50_ms, "p95_ms": row.p95_ms, "weights_mb": row.megabytes} for row in rows}
        write_json(json_file, {"runs": runs, "threads": _PEER_THREADS, "peers": timed})
        typer.echo(f"figures: {json_file}")


def _wire_and_bridge(runs: int) -> dict[str, list[float]]:
    """What a frame costs without a model, beside what the wire alone costs.

    Each takes turns with processes of its own: two that happen to lie well on the cores are half again as fast.
    """
    rows: dict[str, list[float]] = {name: [] for name in (_ONE_WAY, _ECHO, _BRIDGE, _THINKING)}
    each = math.ceil(runs / _ROUNDS)
    for _ in range(_ROUNDS):
        rows[_ONE_WAY] += _bare(each, parts=2)
        rows[_ECHO] += _bare(each, parts=3)
        with _server("--echo") as endpoint, Client(endpoint, name="bench", timeout=20) as client:
            client.spawn("npc", "guard", ["wolf", "fire"])
            rows[_BRIDGE] += _repeat(each, lambda i: _round_trip(client, i, ""))
        rows[_THINKING] += _thinking(each)
    return rows


def _thinking(runs: int) -> list[float]:
    """What the server does between the bridge's halves while it has no model: an echo, and a character's tick."""
    brain = Brain(EchoPerceiver())
    mind = brain.mind("npc", "guard", ["wolf", "fire"])

    def once(i: int) -> float:
        frame = Frame(_pixels(i), WIDTH, HEIGHT)
        start = time.perf_counter()
        brain.decide(frame, [Observation(mind, start)])
        return time.perf_counter() - start

    return _repeat(runs, once)


def _batches(bundle: Path | None, provider: str) -> dict[int, dict[str, float]]:
    """Milliseconds (p50) that several frames take through the image graph, in one run and one after the other."""
    perceivers = {
        "together": Perceiver(bundle, provider, batch=_BATCHES[-1]),
        "in turn": Perceiver(bundle, provider, batch=1),
    }
    figures: dict[int, dict[str, float]] = {}
    for count in _BATCHES:
        figures[count] = {name: percentiles(_encoding(perceiver, count))["p50"] for name, perceiver in perceivers.items()}
    return figures


def _encoding(perceiver: Perceiver, count: int) -> list[float]:
    def once(i: int) -> float:
        frames = [Frame(_pixels(i * count + n), WIDTH, HEIGHT) for n in range(count)]  # new ones: known ones cost nothing
        start = time.perf_counter()
        perceiver.encode_frames(frames, [])
        return time.perf_counter() - start

    return _repeat(30, once)


def _overhead(figures: dict[str, dict[str, float]]) -> dict[str, float]:
    """The bridge's part of a round trip, p50, in ms and as a multiple of the bare echo."""
    bridge = figures[_BRIDGE]["p50"] - figures[_THINKING]["p50"]
    return {"p50_ms": round(bridge, 3), "of_bare_echo": round(bridge / figures[_ECHO]["p50"], 2)}


@contextmanager
def _server(*options: str) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        ready = Path(folder) / "ready"
        command = [
            sys.executable,
            "-m",
            "engine",
            "serve",
            "--bind",
            "tcp://127.0.0.1:*",
            "--ready-file",
            str(ready),
            "--memory",
            str(Path(folder) / "memory.sqlite"),
            *options,
        ]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        try:
            while not ready.exists():
                if process.poll() is not None:
                    said = (process.stderr.read() if process.stderr else "").strip().splitlines()
                    raise Fault("server", f"The server did not start: {said[-1] if said else 'no reason given'}")
                time.sleep(0.01)
            yield ready.read_text(encoding="utf-8")
        finally:
            process.terminate()
            process.wait(10)


def _settle(client: Client) -> None:
    """Let the server finish what it does beside its first answers; a client that is not polled would lose touch meanwhile."""
    end = time.perf_counter() + _SETTLES_S
    while time.perf_counter() < end:
        client.poll(0.1)


def _crowd(client: Client) -> list[str]:
    """NPCs that see one frame."""
    names = [f"npc {number}" for number in range(_CROWD)]
    for name in names:
        client.spawn(name, "guard", ["wolf", "fire"])
    return names


def _round_trip(client: Client, i: int, text: str, npcs: Sequence[str] = ("npc",)) -> float:
    """Seconds from a new frame in the game to the last of its decisions in the game."""
    pixels, missing = _pixels(i), len(npcs)
    start = time.perf_counter()
    seq = client.observe(npcs, frame=Frame(pixels, WIDTH, HEIGHT, "rgb"), text=text)
    while time.perf_counter() - start < 10:
        missing -= sum(decision.seq == seq for decision in client.poll(1.0))
        if not missing:
            return time.perf_counter() - start
    raise Fault("bench", "A decision did not come within 10 s.", "Run `python -m engine doctor`.")


def _pixels(i: int) -> bytes:
    """The game's next frame, freshly drawn: bytes, as screenshots come (an array is copied, since it may be drawn over)."""
    return bytes([i % 251]) * (HEIGHT * WIDTH * 3)


def _repeat(runs: int, once: Callable[[int], float]) -> list[float]:
    for i in range(WARM_UP):
        once(i)
    seconds = []
    for i in range(runs):
        if i % _UNINTERRUPTED == 0:
            time.sleep(1)
        seconds.append(once(WARM_UP + i))
    return seconds


def _bare(runs: int, parts: int) -> list[float]:
    """What the wire alone costs: a DEALER here, and a ROUTER in another process that sends back the first parts.

    Two parts are the name of the connection and a header, the third is the frame. Nothing is copied that need not be.
    """
    spawn = multiprocessing.get_context("spawn")
    ports: multiprocessing.Queue[int] = spawn.Queue()
    peer = spawn.Process(target=_answer, args=(runs + WARM_UP, parts, ports), daemon=True)
    peer.start()
    context = zmq.Context()
    dealer = context.socket(zmq.DEALER)
    dealer.connect(f"tcp://127.0.0.1:{ports.get(timeout=30)}")

    def once(i: int) -> float:
        pixels = _pixels(i)
        start = time.perf_counter()
        dealer.send_multipart([b"header", pixels], copy=False)
        dealer.recv_multipart(copy=False)
        return time.perf_counter() - start

    seconds = _repeat(runs, once)
    peer.join(10)
    dealer.close(0)
    context.term()
    return seconds


def _answer(times: int, parts: int, ports: multiprocessing.Queue[int]) -> None:
    with zmq.Context() as context, context.socket(zmq.ROUTER) as router:
        ports.put(router.bind_to_random_port("tcp://127.0.0.1"))
        for _ in range(times):
            router.send_multipart(router.recv_multipart(copy=False)[:parts], copy=False)


def _article(runs: int) -> dict[str, list[float]]:
    try:
        from engine.lab.comparison.latency import article_latency
    except ModuleNotFoundError:
        return {}
    return {f"{name} (inference alone)": seconds for name, seconds in article_latency(runs).items()}


def _table(figures: dict[str, dict[str, float]], provider: str) -> Table:
    table = Table(
        "what", "p50 ms", "p95 ms", "p99 ms", title=f"end to end, {WIDTH}x{HEIGHT} raw, {provider}", title_justify="left"
    )
    for name, values in figures.items():
        table.add_row(name, *(f"{v:.2f}" for v in values.values()))
    return table
