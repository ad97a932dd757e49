"""`python -m engine bench-speech`: how well and how soon it hears and speaks, and what that costs the server."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Annotated, Any

import typer
import yaml

from engine.bridge.client import Client, Frame
from engine.errors import Fault, needs_extra
from engine.files import writable_folder, write_json

if TYPE_CHECKING:
    from engine.speech.ears import Ears

_WIDTH, _HEIGHT = 640, 360
_EVERY_S = 0.05  # between frames
_SPEAKABLE = re.compile(r"^[A-Za-z][a-z]*(?:[ ,]+(?:I|I'm|I'll|[a-z]+(?:'[a-z]+)?))*[.!?]?$")
_TYPED = frozenset(
    ["ur", "thx", "lol", "bro", "sic", "im", "ill", "dont", "cant", "nah", "ugh", "u", "omg", "poopoo"]
)  # not said so
_EACH_INTENT = 4
_WAIT_S = 8.0

Figures = dict[str, Any]


def bench_speech(
    model: Annotated[Path | None, typer.Option(help="Folder of a Whisper model for CTranslate2.")] = None,
    bundle: Annotated[Path | None, typer.Option(help="Bundle directory; the shipped one if not given.")] = None,
    quick: Annotated[bool, typer.Option(help="One voice, and fewer lines.")] = False,
    live: Annotated[bool, typer.Option(help="Also measure a server and its voice process at work.")] = True,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the figures here.")] = None,
) -> None:
    """Measure hearing on lines by espeak-ng's voices in noise, and a server with its voice process."""
    if json_file is not None:
        writable_folder(json_file.parent)
    with needs_extra("voice", "Measuring speech"):
        import ctranslate2  # noqa: F401  # whatever lacks is told before anything is measured
    from engine.speech.ears import Ears

    ears = Ears(model)
    figures: Figures = {"load_average": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None}
    figures["hearing"] = _hearing(ears, quick)
    figures["intents"] = _intents(ears, bundle, quick)
    figures["nothing"] = _nothing(ears)
    figures["tone"] = _tone()
    figures["recorded"] = _recorded(ears)
    figures["first_sound"] = _first_sound()
    del ears
    if live:
        figures["live"] = _live(bundle, model, 6 if quick else 20)
    if json_file is not None:
        write_json(json_file, figures)
        typer.echo(f"figures: {json_file}")


def _content() -> dict[str, Any]:
    text = (resources.files("engine.lab.data") / "speech_lines.yaml").read_text(encoding="utf-8")
    content: dict[str, Any] = yaml.safe_load(text)
    return content


def _hearing(ears: Ears, quick: bool) -> list[Figures]:
    """Word error and names, in noise, with and without the words of the game."""
    from engine.speech.benchmark import NOISES, VOICES, Spoken, measure
    from engine.speech.game_words import GameWords

    content = _content()
    lines = [Spoken(line["text"], tuple(line.get("names", ()))) for line in content["lines"]][:: 2 if quick else 1]
    rows: list[Figures] = []
    for told, words in (("told", GameWords.of(content["game"])), ("not told", GameWords())):
        for noise, ratio in NOISES:
            score = measure(ears, lines, words, VOICES[:1] if quick else VOICES, noise, ratio)
            behind = "clean" if ratio is None else f"{noise} noise at {ratio:.0f} dB"
            rows.append(
                {
                    "noise": behind,
                    "words_of_the_game": told,
                    "word_error": round(score.word_error, 3),
                    "names": round(score.names_right, 3),
                    "p50_s": round(score.p50_s, 3),
                    "processor_s": round(median(score.busy), 3),
                    "lines": len(score.heard),
                }
            )
            typer.echo(
                f"{behind}, words of the game {told}: word error {score.word_error:.1%}, names right {score.names_right:.1%}, "
                f"recognised in {score.p50_s:.2f} s, {median(score.busy):.2f} s of the processor (p50 of {len(score.heard)})"
            )
    return rows


def _intents(ears: Ears, bundle: Path | None, quick: bool) -> Figures:
    """Intents of lines that are typed and of the same lines as they are heard."""
    from engine.lab.data.utterances import load_strangers
    from engine.perception import Perceiver, Query
    from engine.speech.benchmark import VOICES, sound_of_line
    from engine.speech.game_words import GameWords

    perceiver = Perceiver(bundle, "cpu")
    taken: dict[str, list[str]] = {}
    for line in load_strangers():
        row, words = taken.setdefault(line.intent, []), line.text.lower().split()
        is_said = 3 <= len(words) <= 10 and _SPEAKABLE.match(line.text) and _TYPED.isdisjoint(words)
        if is_said and len(row) < (2 if quick else _EACH_INTENT):
            row.append(line.text)
    lines = [(text, intent) for intent, texts in taken.items() for text in texts]

    def right(texts: Sequence[str]) -> float:
        percepts = [perceiver.perceive(None, [Query(text)])[0] for text in texts]
        said = [max(p.intent, key=p.intent.__getitem__) if p.intent else "" for p in percepts]
        return sum(one == intent for one, (_, intent) in zip(said, lines, strict=True)) / len(lines)

    typed = right([text for text, _ in lines])
    heard = {}
    for voice in VOICES[:1] if quick else VOICES[:2]:
        sounds = (sound_of_line(text, voice) for text, _ in lines)
        heard[voice] = right([ears.hear(sound, len(sound) / 16_000, GameWords()).text for sound in sounds])
    mean = sum(heard.values()) / len(heard)
    typer.echo(f"intents right of {len(lines)} lines of strangers: typed {typed:.1%}, spoken {mean:.1%} ({heard})")
    return {"lines": len(lines), "typed": round(typed, 3), "spoken": round(mean, 3)}


def _nothing(ears: Ears) -> Figures:
    """What is heard where nothing is said."""
    from engine.speech.benchmark import silences, spoken_in
    from engine.speech.game_words import GameWords

    found = spoken_in(ears, silences(), GameWords.of(_content()["game"]))
    typer.echo(f"80 s of silence, noise, a hum and knocks, open microphone and push to talk: {len(found)} lines heard {found}")
    return {"seconds": 80, "heard": found}


def _tone() -> Figures:
    """How often a manner of speaking is told by its sound, at three settings of the microphone."""
    from engine.speech.benchmark import measure_tone

    lines = [line["text"] for line in _content()["lines"]]
    found = {}
    for gain in (-6.0, 0.0, 6.0):
        found[f"{gain:+.0f} dB"] = shares = measure_tone(lines, ("en-gb-scotland", "en-gb-x-rp"), gain)
        told = ", ".join(f"{manner} {p:.0%}" for manner, p in shares.items())
        typer.echo(f"tone by sound, microphone {gain:+.0f} dB: {told}")
    return found


def _first_sound() -> Figures:
    """How soon a voice begins, apart from everything around it."""
    from engine.speech.benchmark import measure_first_sound
    from engine.speech.synthesis import Synthesis

    clock, busy = measure_first_sound(Synthesis(), [line["text"] for line in _content()["lines"]])
    typer.echo(f"line -> first breath made: {clock:.2f} s, {busy:.2f} s of the processor (p50)")
    return {"p50_s": round(clock, 3), "processor_s": round(busy, 3)}


def _recorded(ears: Ears) -> Figures | None:
    """A human's recording, where the package that ships one is installed."""
    place = find_spec("moonshine_voice")
    folder = Path(next(iter(place.submodule_search_locations or []), "")) if place is not None else Path()
    wave = folder / "assets" / "two_cities.wav"
    if not wave.is_file():
        typer.echo("a human's recording: not measured (moonshine-voice, which ships one, is not installed)")
        return None
    import soundfile

    from engine.speech.benchmark import measure_recording
    from engine.speech.sound import RATE, resampled

    samples, rate = soundfile.read(str(wave), dtype="float32", always_2d=True)
    sound = resampled(samples.mean(axis=1), rate, RATE)
    clean, text = measure_recording(ears, _content()["novel"], sound, "none", None)
    noisy, _ = measure_recording(ears, _content()["novel"], sound, "pink", 10.0)
    typer.echo(f"a human's recording of {len(sound) / RATE:.0f} s: word error {clean:.1%}, in pink noise at 10 dB {noisy:.1%}")
    return {"word_error": round(clean, 3), "at_10_db": round(noisy, 3), "heard": text}


def _live(bundle: Path | None, model: Path | None, runs: int) -> Figures:
    """A server, its voice process, and a game that speaks and listens."""
    with _processes(bundle, model) as (endpoint, voice), Client(endpoint, name="bench", timeout=20) as client:
        client.spawn("mira", "healer", ["wolf", "fire"])
        deadline = time.monotonic() + 60
        while not client.has_voice:
            client.poll(0.1)
            if time.monotonic() > deadline:
                raise Fault(
                    "bench", "The voice process did not come within a minute.", "Run `python -m engine voice` to see why."
                )
        decided, sounded, missed = _talks(client, runs)
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
def _processes(bundle: Path | None, model: Path | None) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
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
            voice = [*engine, "voice", "--server", endpoint, "--secret-file", str(secret)]
            voice += ["--model", str(model)] if model else []
            running.append(subprocess.Popen(voice, stdout=subprocess.DEVNULL))
            yield endpoint, running[1]
        finally:
            for process in reversed(running):
                process.terminate()
                with suppress(subprocess.TimeoutExpired):
                    process.wait(10)


def _talks(client: Client, runs: int) -> tuple[list[float], list[float], int]:
    """Seconds from the end of speech to the decision, and from there to the first sound of its line."""
    from engine.speech.benchmark import sound_of_line

    decided: list[float] = []
    sounded: list[float] = []
    missed = 0
    lines = [line["text"] for line in _content()["lines"]]
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
