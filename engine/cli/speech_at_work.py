"""How soon a server and its voice process hear and speak, and what that costs frames: a part of `bench-speech`."""

from __future__ import annotations

import secrets
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import typer

from engine.bridge.client import Client, Frame
from engine.cli.parts import shown
from engine.errors import Fault

_WIDTH, _HEIGHT = 640, 360
_EVERY_S = 0.05  # between frames
_WAIT_S = 8.0
_AUDIBLE = 0.01  # of full scale
_LETS_GO_S = 0.25  # after the last sound


def live_figures(bundle: Path | None, model: str, lines: Sequence[str], quick: bool = False) -> dict[str, Any]:
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
        runs = 6 if quick else 20
        pushed = _talks(client, lines, runs)
        opened = _talks(client, lines, runs, opened=True)
        before: list[float] = []
        during: list[float] = []
        for _ in range(1 if quick else 3):  # by turns, since the machine may be slower at one time than at another
            before += _frames(client, 10.0)
            during += _frames_while_it_talks(endpoint, client, 10.0)
        memory = _memory(voice)
    sounded = pushed.sounded + opened.sounded
    figures = {
        "push_to_talk": pushed.figures(),
        "open_microphone": opened.figures(),
        "decision_to_first_sound_p50_s": round(median(sounded), 3) if sounded else None,
        "frame_to_decision_p99_ms": {"alone": _p99(before), "beside_speech": _p99(during), "frames": len(before) + len(during)},
        "p99_ratio": round(_p99(during) / _p99(before), 2),
        "memory_mb": memory,
    }
    for how, talks in (("push to talk", pushed), ("open microphone", opened)):
        found = talks.figures()
        typer.echo(
            f"{how}: end of speech -> decision {found['decision_p50_s']} s (p50 of {runs}; {talks.missed} not answered), "
            f"end of sound -> decision {found['after_the_button_p50_s']} s"
        )
    typer.echo(f"decision -> first sound {figures['decision_to_first_sound_p50_s']} s (p50)")
    typer.echo(
        f"frame -> decision p99: {_p99(before)} ms alone, {_p99(during)} ms while it hears and speaks "
        f"({figures['p99_ratio']} times); memory of the voice process {memory} MB"
    )
    return figures


@dataclass(slots=True)
class _Talks:
    """Lines that were said and answered.

    Attributes:
        decided: seconds from the last sound of a line to the decision about it.
        let_go: the same from when the button was let go, which is a little later.
        sounded: from a decision to the first sound of its line.
        missed: lines that brought no decision with words.
    """

    decided: list[float] = field(default_factory=list)
    let_go: list[float] = field(default_factory=list)
    sounded: list[float] = field(default_factory=list)
    missed: int = 0

    def figures(self) -> dict[str, Any]:
        return {
            "decision_p50_s": round(median(self.decided), 3) if self.decided else None,
            "after_the_button_p50_s": round(median(self.let_go), 3) if self.let_go else None,
            "lines": len(self.decided) + self.missed,
            "not_answered": self.missed,
        }


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


def _talks(client: Client, lines: Sequence[str], runs: int, opened: bool = False) -> _Talks:
    """Lines said in real time, each answer spoken until its first sound."""
    from engine.speech.benchmark import sound_of_line

    talks = _Talks()
    title = f"lines, {'open microphone' if opened else 'push to talk'}"
    for number in shown(range(runs), title):
        decision = _said(client, sound_of_line(lines[number % len(lines)], "en-us"), talks, opened)
        if decision is None:
            talks.missed += 1
            continue
        began = time.perf_counter()
        told = f"{decision.line} {number}, {'loud' if opened else 'low'}."  # a line that was never made before
        client.voice("mira", told, emotion=decision.emotion)
        while time.perf_counter() - began < _WAIT_S:
            client.poll(0.005)
            if any(getattr(sound, "pcm", b"") for sound in client.sounds()):
                talks.sounded.append(time.perf_counter() - began)
                break
        client.hush()
    return talks


def _said(client: Client, sound: Any, talks: _Talks, opened: bool = False) -> Any:
    """Say a line as a player does, in real time; the decision that has words, or None where none comes.

    The button is let go a quarter of a second after the last sound; an open microphone goes on in silence.
    """
    from engine.speech.sound import RATE, pcm_of

    step = RATE // 20
    last = int(np.flatnonzero(np.abs(sound) > _AUDIBLE)[-1]) + 1
    heard = sound[: last + int(_LETS_GO_S * RATE)]
    if opened:
        heard = np.pad(heard, (0, int(_WAIT_S * RATE)))
    hearing = client.hear("mira", open=opened)
    began, decision = time.perf_counter(), None
    for number, start in enumerate(range(0, len(heard), step)):
        hearing.put(pcm_of(heard[start : start + step]), time.monotonic())
        told = _worded(client.poll(max(0.0, began + (number + 1) * _EVERY_S - time.perf_counter())))
        if opened and told and start > last:  # what is said before is about something else
            decision = told
            hearing.drop()
            break
    over = time.perf_counter()
    hearing.end()
    while decision is None and time.perf_counter() - over < _WAIT_S and (hearing.text or not hearing.over):
        decision = _worded(client.poll(0.005))
    if decision is not None:
        now = time.perf_counter()
        talks.decided.append(now - began - last / RATE)
        talks.let_go.append(now - (began + last / RATE + _LETS_GO_S))
    return decision


def _worded(decisions: Iterable[Any]) -> Any:
    return next((decision for decision in decisions if decision.line), None)


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
                _said(talker, sound_of_line("Have you seen Orrin anywhere today?", "en-us"), _Talks())
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
