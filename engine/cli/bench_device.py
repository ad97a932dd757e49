"""What `bench` measures of one device: a frame's way through the graphs, what crosses to it, and both beside a renderer."""

from __future__ import annotations

import math
import multiprocessing
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
from rich.table import Table

from engine.perception import Bundle, Frame, Perceiver, Query
from engine.perception.bound import BoundGraph, Traffic
from engine.perception.choosing import Choice, choose, zeros
from engine.perception.onnx_sessions import open_session
from engine.perception.placement import placements

FRAME_S, DRAWS_S = 1 / 60, 1 / 120  # of the game that is played: half of every frame's time it keeps the device busy
DECISIONS_S = 0.1  # between two observations
_QUERY = Query("attack the wolf", watch=("wolf", "fire"))
_WARM = 10


@dataclass(frozen=True)
class DeviceFigures:
    """Latencies in ms; crossings are of one frame's decision.

    Attributes:
        occupied: share of the time that graphs run where ten frames a second are decided.
        draws: of the renderer, alone and beside the engine; `late` is the share of its frames that missed their time.
    """

    choice: Choice
    nodes: dict[str, str]
    pinned: bool
    crossings: dict[str, float]
    latency_ms: dict[str, dict[str, float]]
    draws_ms: dict[str, dict[str, float]]
    occupied: float

    def as_json(self) -> dict[str, object]:
        """For a file of figures."""
        told = {"provider": self.choice.provider.name, "variant": self.choice.variant, "why": self.choice.why}
        rest = {key: value for key, value in vars(self).items() if key != "choice"}
        return told | rest

    def table(self) -> Table:
        """For people."""
        title = f"{self.choice.provider.name}, {self.choice.variant} graphs, in one process"
        table = Table("what", "p50 ms", "p95 ms", "p99 ms", title=title, title_justify="left")
        for name, values in (self.latency_ms | self.draws_ms).items():
            table.add_row(name, *(f"{values[q]:.2f}" for q in ("p50", "p95", "p99")))
        return table

    def lines(self) -> list[str]:
        """What is no latency."""
        c = self.crossings
        copied = "; on a CPU none of it is copied" if self.choice.provider.name == "cpu" else ""
        pinned = "pinned" if self.pinned else "not pinned"
        alone, beside = (self.draws_ms[name]["late"] for name in self.draws_ms)
        return [
            f"crossings a decision: {c['up']:.0f} tensors up ({c['kb_up']:.1f} kB, frames {pinned}), {c['down']:.0f} down "
            f"({c['kb_down']:.1f} kB){copied}",
            "nodes: " + "; ".join(f"{name} {where}" for name, where in self.nodes.items()),
            f"at {1 / DECISIONS_S:.0f} decisions a second graphs run {self.occupied:.1%} of the time; the renderer misses "
            f"{alone:.1%} of its frames alone, {beside:.1%} beside them",
        ]


def measure_device(bundle: Path | None, provider: str, runs: int, seconds: float = 3.0) -> DeviceFigures:
    """Measure; each phase beside the renderer takes `seconds`.

    Raises:
        Fault: the provider, or the graphs for it, cannot be had.
    """
    choice = choose(provider, Bundle(bundle), 1)
    perceiver = Perceiver(bundle, provider)
    perceiver.warm_up()
    decide = _Decider(perceiver)
    for _ in range(_WARM):
        decide.once()
    before = decide.traffic()
    alone = [decide.once() for _ in range(runs)]
    crossed = decide.traffic().since(before)
    paced, drawn, beside, shared = _beside(choice, bundle, decide, seconds)
    return DeviceFigures(
        choice,
        {name: str(where) for name, where in placements(perceiver.bundle, choice).items()},
        perceiver.graphs.bound["image"].pinned,
        {
            "up": crossed.up / runs,
            "down": crossed.down / runs,
            "kb_up": crossed.bytes_up / runs / 1e3,
            "kb_down": crossed.bytes_down / runs / 1e3,
        },
        {
            "frame -> sight, one after the other": percentiles(alone),
            "frame -> sight, ten a second": percentiles(paced),
            "the same beside a renderer": percentiles(beside),
        },
        {"a renderer's frame": _drawn(drawn), "the same beside the engine": _drawn(shared)},
        sum(paced) / max(len(paced) * DECISIONS_S, sum(paced)),
    )


class _Decider:
    def __init__(self, perceiver: Perceiver) -> None:
        self._perceiver, self._i = perceiver, 0

    def once(self) -> float:
        """Seconds from a new picture to what is seen in it."""
        self._i += 1
        frame = Frame(bytes([self._i % 251]) * (360 * 640 * 3), 640, 360)
        start = time.perf_counter()
        self._perceiver.see(self._perceiver.encode_frame(frame), [_QUERY])
        return time.perf_counter() - start

    def paced(self, seconds: float) -> list[float]:
        """The same ten times a second."""
        end, took = time.perf_counter() + seconds, []
        while (start := time.perf_counter()) < end:
            took.append(self.once())
            time.sleep(max(0.0, start + DECISIONS_S - time.perf_counter()))
        return took

    def traffic(self) -> Traffic:
        graphs = [graph.traffic for graph in self._perceiver.graphs.bound.values()]
        return Traffic(*(sum(getattr(t, name) for t in graphs) for name in Traffic.__dataclass_fields__))


def _beside(
    choice: Choice, bundle: Path | None, decide: _Decider, seconds: float
) -> tuple[list[float], list[float], list[float], list[float]]:
    """Decisions alone, the renderer's frames alone, decisions beside it, its frames beside them."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    renderer = spawn.Process(target=_render, args=(theirs, choice.provider.runtime, bundle, choice.variant), daemon=True)
    renderer.start()
    theirs.close()
    try:
        ours.recv()  # it is ready
        paced = decide.paced(seconds)
        ours.send(seconds)
        drawn = ours.recv()
        ours.send(seconds)
        beside = decide.paced(seconds)
        return paced, drawn, beside, ours.recv()
    finally:
        renderer.terminate()
        renderer.join(10)


def _render(pipe: Connection, runtime: str, bundle: Path | None, variant: str) -> None:
    """A game of 60 frames a second: the image graph stands for its draw calls, as often as half a frame's time takes."""
    graph = BoundGraph(open_session(Bundle(bundle).graph("image", variant), runtime, 1))
    feed = zeros(graph.session)

    def draw(times: int) -> float:
        start = time.perf_counter()
        for _ in range(times):
            graph.run(feed, 1)
        return time.perf_counter() - start

    draw(_WARM)
    calls = max(1, round(DRAWS_S / statistics.median(draw(1) for _ in range(20))))
    pipe.send(calls)
    while True:
        seconds = pipe.recv()
        due = time.perf_counter()
        end, took = due + seconds, []
        while due < end:
            took.append(draw(calls))
            due = max(due + FRAME_S, time.perf_counter())
            time.sleep(max(0.0, due - time.perf_counter()))
        pipe.send(took)


def _drawn(seconds: Sequence[float]) -> dict[str, float]:
    return percentiles(seconds) | {"late": float(np.mean([s > FRAME_S for s in seconds]))}


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """p50, p95 and p99 in ms."""
    ordered = sorted(seconds)
    return {f"p{q}": round(ordered[math.ceil(len(ordered) * q / 100) - 1] * 1e3, 3) for q in (50, 95, 99)}
