"""How soon a server and its voice process hear and speak, and what that costs frames: a part of `bench-speech`."""

from __future__ import annotations

import secrets
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median
from typing import Any

import typer

from engine.bridge.client import Client, Frame
from engine.errors import Fault

_WIDTH, _HEIGHT = 640, 360
_EVERY_S = 0.05  # between frames
_WAIT_S = 8.0


def live_figures(bundle: Path | None, model: str, lines: Sequence[str], runs: int) -> dict[str, Any]:
    """What a server, its voice process, and a game that speaks and listens come to."""
    with _processes(bundle, model) as (endpoint, voice), Client(endpoint, name="bench", timeout=20) as client:
        client.spawn("mira", "healer", ["wolf", "fire"])
        deadline = time.monotonic() + 60
        while not client.has_voice:
            client.poll(0.1)
            if time.monotonic() > deadline:
                raise Fault(
                    "bench", "The voice process did not come within a minute.", "Run `python -m engine voice` to see why."
                )
        decided, sounded, missed = _talks(client, lines, runs)
        before = _frames(client, 10.0)
        during = _frames_while_it_talks(endpoint, client, 10.0)
        memory = _memory(voice)
    figures = {
        "end_of_speech_to_decision_p50_s": round(median(decided), 3) if decided else None,
        "decision_to_first_sound_p50_s": round(median(sounded), 3) if sounded else None,
        "not_answered": missed,
        "frame_to_decision_p99_ms": {"alone": _p99(before), "beside_speech": _p99(during)},
        "p99_ratio": round(_p99(during) / _p99(before), 2),
        "memory_mb": memory,
    }
    typer.echo(
        f"end of speech -> decision {figures['end_of_speech_to_decision_p50_s']} s, decision -> first sound "
        f"{figures['decision_to_first_sound_p50_s']} s (p50 of {runs}; {missed} not answered)"
    )
    typer.echo(
        f"frame -> decision p99: {_p99(before)} ms alone, {_p99(during)} ms while it hears and speaks "
        f"({figures['p99_ratio']} times); memory of the voice process {memory} MB"
    )
    return figures


@contextmanager
def _processes(bundle: Path | None, model: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A server and its voice process; the address of one, and the other."""
    with tempfile.TemporaryDirectory() as folder:
        ready, secret = Path(folder) / "ready", Path(folder) / "secret"
        secret.write_text(secrets.token_urlsafe(16), encoding="utf-8")
        engine = [sys.executable, "-m", "engine"]
        serve = [
            *engine,
            "serve",
            "--bind",
            "tcp://127.0.0.1:*",
            "--ready-file",
            str(ready),
            "--memory",
            "none",
            "--provider",
            "cpu",
        ]
        serve += ["--voice-token-file", str(secret), *(["--bundle", str(bundle)] if bundle else [])]
        running = [subprocess.Popen(serve, stdout=subprocess.DEVNULL)]
        try:
            while not ready.exists():
                if running[0].poll() is not None:
                    raise Fault("server", "The server did not start.", "Run `python -m engine serve` to see why.")
                time.sleep(0.02)
            endpoint = ready.read_text(encoding="utf-8").strip()
            voice = [*engine, "voice", "--server", endpoint, "--secret-file", str(secret), "--model", model]
            running.append(subprocess.Popen(voice, stdout=subprocess.DEVNULL))
            yield endpoint, running[1]
        finally:
            for process in reversed(running):
                process.terminate()
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


def _talks(client: Client, lines: Sequence[str], runs: int) -> tuple[list[float], list[float], int]:
    """Seconds from the end of speech to the decision, and from there to the first sound of its line."""
    from engine.speech.benchmark import sound_of_line

    decided: list[float] = []
    sounded: list[float] = []
    missed = 0
    for number in range(runs):
        decision = _said(client, sound_of_line(lines[number % len(lines)], "en-us"), decided)
        if decision is None:
            missed += 1
            continue
        began = time.perf_counter()
        client.voice("mira", f"{decision.line} {number}.", emotion=decision.emotion)  # a line that was never made before
        while time.perf_counter() - began < _WAIT_S:
            client.poll(0.005)
            if any(getattr(sound, "pcm", b"") for sound in client.sounds()):
                sounded.append(time.perf_counter() - began)
                break
        client.hush()
    return decided, sounded, missed


def _said(client: Client, sound: Any, decided: list[float]) -> Any:
    """Say a line as a player does, in real time; the decision that has words, or None where none comes."""
    from engine.speech.sound import RATE, pcm_of

    hearing, step = client.hear("mira"), RATE // 20
    began = time.perf_counter()
    for number, start in enumerate(range(0, len(sound), step)):
        hearing.put(pcm_of(sound[start : start + step]), time.monotonic())
        client.poll(max(0.0, began + (number + 1) * _EVERY_S - time.perf_counter()))
    hearing.end()
    ended = time.perf_counter()
    while time.perf_counter() - ended < _WAIT_S:
        for decision in client.poll(0.005):
            if decision.line:
                decided.append(time.perf_counter() - ended)
                return decision
        if hearing.over and not hearing.text:
            return None
    return None


def _frames(client: Client, seconds: float) -> list[float]:
    """Milliseconds from frame to decision, twenty frames a second."""
    found = []
    end = time.perf_counter() + seconds
    number = 0
    while time.perf_counter() < end:
        began = time.perf_counter()
        pixels = bytes([number % 251]) * (_WIDTH * _HEIGHT * 3)
        seq = client.observe("mira", frame=Frame(pixels, _WIDTH, _HEIGHT))
        while time.perf_counter() - began < 2.0:
            if any(decision.seq == seq for decision in client.poll(0.5)):
                found.append((time.perf_counter() - began) * 1e3)
                break
        number += 1
        time.sleep(max(0.0, _EVERY_S - (time.perf_counter() - began)))
    return found


def _frames_while_it_talks(endpoint: str, client: Client, seconds: float) -> list[float]:
    """The same while another game speaks, and is spoken to, without a pause."""
    over = threading.Event()

    def talk() -> None:
        from engine.speech.benchmark import sound_of_line

        with Client(endpoint, name="talker", timeout=20) as talker:
            talker.spawn("mira", "healer")
            number = 0
            while not over.is_set():
                number += 1
                talker.voice("mira", f"I shall tell you of day {number}, and of what we did on it, if you care to hear it.")
                _said(talker, sound_of_line("Have you seen Orrin anywhere today?", "en-us"), [])
                talker.sounds()

    thread = threading.Thread(target=talk, daemon=True)
    thread.start()
    time.sleep(1.0)
    found = _frames(client, seconds)
    over.set()
    thread.join(30)
    return found


def _p99(milliseconds: Sequence[float]) -> float:
    row = sorted(milliseconds)
    return round(row[min(len(row) - 1, int(len(row) * 0.99))], 2) if row else float("nan")


def _memory(process: subprocess.Popen[bytes]) -> int | None:
    """The most that a process has held, in MB, where the system tells."""
    with suppress(OSError, IndexError, ValueError):
        status = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
        return int(status.split("VmHWM:")[1].split()[0]) // 1024
    return None
