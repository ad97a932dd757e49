"""`python -m tests.unity.bench`: round trips of a 640×360 RGB frame, the Python client's and the C# client's.

The server is the real one around a stub of the model, so that what is left is the bridge. The two clients take turns, and
medians of turns are compared, since this machine may be busy.
"""

from __future__ import annotations

import multiprocessing
import statistics
import subprocess
import tempfile
import time
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

from engine.bridge.client import Client, Frame
from engine.bridge.server import Server
from engine.formats.wire.constants import DEFAULT_LIMITS
from engine.minds.brain import Brain
from tests.bridge.conftest import StubPerceiver
from tests.unity.csharp import HERE, PLUGIN, compile_cs

TURNS = 5
TRIPS = 300  # a turn
WARM_UP = 50  # trips that do not count: just-in-time compilation, sockets, caches


def serve(ready: Connection) -> None:
    """In a process of its own, as a game would have it."""
    # A game shows some dozen frames a second; a bench shows as many as it can.
    server = Server("tcp://127.0.0.1:0", limits=replace(DEFAULT_LIMITS, observes=100_000))
    ready.send(server.endpoint)
    server.run(Brain(StubPerceiver()), "stub")


def python_trips(endpoint: str, trips: int) -> list[float]:
    """Milliseconds of each round trip."""
    frame = Frame(bytes(640 * 360 * 3), 640, 360)
    times = []
    with Client(endpoint, name="bench") as client:
        client.spawn("bench", "guard")
        for _ in range(trips):
            began = time.perf_counter()
            seq = client.observe("bench", frame=frame)
            while not any(decision.seq == seq for decision in client.poll(5.0)):
                pass
            times.append((time.perf_counter() - began) * 1000)
    return times


def csharp_trips(program: Path, endpoint: str, trips: int) -> list[float]:
    """The same, measured by the C# client itself."""
    command = ["mono", str(program), "bench", endpoint, str(trips)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return [float(line) for line in done.stdout.splitlines()]


def build(folder: Path) -> Path:
    core, program = folder / "NpcEngine.Core.dll", folder / "program.exe"
    compile_cs(core, sorted((PLUGIN / "Runtime" / "Core").glob("*.cs")))
    compile_cs(program, sorted((HERE / "program").glob("*.cs")), references=[core], target="exe")
    return program


def main() -> None:
    here, there = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(there,), daemon=True)
    server.start()
    endpoint = here.recv()
    medians: dict[str, list[float]] = {"python": [], "c#": []}
    with tempfile.TemporaryDirectory() as folder:
        program = build(Path(folder))
        for _ in range(TURNS):
            medians["python"].append(statistics.median(python_trips(endpoint, WARM_UP + TRIPS)[WARM_UP:]))
            medians["c#"].append(statistics.median(csharp_trips(program, endpoint, WARM_UP + TRIPS)[WARM_UP:]))
    server.terminate()
    best = {name: statistics.median(times) for name, times in medians.items()}
    for name, times in medians.items():
        print(f"{name:6}  p50 {best[name]:.2f} ms  (turns: {', '.join(f'{t:.2f}' for t in times)})")
    print(f"c# / python: {best['c#'] / best['python']:.2f}")


if __name__ == "__main__":
    main()
