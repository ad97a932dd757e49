"""`python -m engine bench-speech`: how well and how soon it hears and speaks, and what that costs the server."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Annotated, Any

import typer
import yaml

from engine import __version__
from engine.cli.parts import Parts, shown
from engine.cli.speech_at_work import live_figures
from engine.cli.speech_bars import bars
from engine.errors import needs_extra
from engine.files import writable_folder, write_json

if TYPE_CHECKING:
    from engine.speech.ears import Ears

_SPEAKABLE = re.compile(r"^[A-Za-z][a-z]*(?:[ ,]+(?:I|I'm|I'll|[a-z]+(?:'[a-z]+)?))*[.!?]?$")
_TYPED = frozenset(
    ["ur", "thx", "lol", "bro", "sic", "im", "ill", "dont", "cant", "nah", "ugh", "u", "omg", "poopoo"]
)  # not said so
_EACH_INTENT = 4

Figures = dict[str, Any]


def bench_speech(
    model: Annotated[str, typer.Option(help="Whisper model, as of `voice`.")] = "base",
    bundle: Annotated[Path | None, typer.Option(help="Bundle directory; the shipped one if not given.")] = None,
    quick: Annotated[bool, typer.Option(help="One voice, and fewer lines.")] = False,
    live: Annotated[bool, typer.Option(help="Also measure a server and its voice process at work.")] = True,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write the figures here; with it an interrupted run goes on.")
    ] = None,
) -> None:
    """Measure hearing on lines by two synthesisers in noise, and a server with its voice process.

    Interrupt it at will: with --json what is measured is kept, and the same command goes on.
    """
    if json_file is not None:
        writable_folder(json_file.parent)
    with needs_extra("voice", "Measuring speech"):
        import ctranslate2  # noqa: F401  # whatever lacks is told before anything is measured
    from engine.speech.benchmark import has_people

    how = {"version": __version__, "model": model, "quick": quick, "bundle": str(bundle or "shipped"), "flite": has_people()}
    parts = Parts(json_file, how)
    if len(parts):
        typer.echo(f"{parts.path}: {len(parts)} parts of an earlier run are taken from there")
    try:
        figures = how | _measured(parts, model, bundle, quick, live)
    except KeyboardInterrupt:
        if len(parts) and parts.path:
            typer.echo(f"interrupted: {len(parts)} parts are in {parts.path}, and the same command goes on", err=True)
        raise
    _table(figures)
    figures["bars"] = bars(figures)
    if json_file is not None:
        write_json(json_file, figures)
        parts.close()
        typer.echo(f"figures: {json_file}")


def _measured(parts: Parts, model: str, bundle: Path | None, quick: bool, live: bool) -> Figures:
    """All figures, by what they are of."""
    from engine.speech.ears import Ears

    ears = Ears(model)
    after: dict[str, Callable[[], Any]] = {
        "hearing": lambda: _hearing(parts, ears, quick),
        "intents": lambda: _intents(ears, bundle, quick),
        "nothing": lambda: _nothing(ears),
        "tone": lambda: _tone(bundle),
        "recorded": lambda: _recorded(ears),
        "first_sound": _first_sound,
    }
    if live:
        after["live"] = lambda: live_figures(bundle, model, [line["text"] for line in _content()["lines"]], quick)
    figures: Figures = {"load_average": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None}
    for number, (name, measured) in enumerate(after.items(), 1):
        typer.echo(f"{number} of {len(after)}: {name.replace('_', ' ')}", err=True)
        figures[name] = parts.part(name, measured)
    return figures


def _table(figures: Figures) -> None:
    """What was heard, as docs/voice.md has it."""
    typer.echo("\n| said by | in | words of the game | word error | names right | recognised in (of the processor) |")
    typer.echo("|---|---|---|---|---|---|")
    for row in figures["hearing"]:
        told = "told" if row["words_of_the_game"] else "not told"
        typer.echo(
            f"| {row['said_by']} | {row['noise']} | {told} | {row['word_error']:.1%} | {row['names']:.0%} | "
            f"{row['p50_s']:.2f} s ({row['processor_s']:.2f} s) |"
        )


def _content() -> dict[str, Any]:
    text = (resources.files("engine.lab.data") / "speech_lines.yaml").read_text(encoding="utf-8")
    content: dict[str, Any] = yaml.safe_load(text)
    return content


def _hearing(parts: Parts, ears: Ears, quick: bool) -> list[Figures]:
    """Word error and names, in noise, by each synthesiser, with the words of the game; and what they gain."""
    from engine.speech.benchmark import NOISES

    wanted = [
        (who, voices, told, noise, ratio)
        for who, voices in _speakers(quick).items()
        for told in (True, False)
        for noise, ratio in (NOISES if told else NOISES[:3:2])
    ]
    rows: list[Figures] = []
    for number, (who, voices, told, noise, ratio) in enumerate(wanted, 1):
        title = f"{who}, {_noise_name(noise, ratio)}, words of the game {'told' if told else 'not told'}"
        bar = f"hearing, {number} of {len(wanted)}: {title}"
        row = parts.part(title, partial(_heard, ears, who, voices, told, noise, ratio, quick, bar))
        typer.echo(f"{title}: {row['word_error']:.1%} of the words wrong, {row['names']:.0%} of the names right")
        rows.append(row)
    return rows


def _noise_name(noise: str, ratio: float | None) -> str:
    return "clean" if ratio is None else f"{noise} noise at {ratio:.0f} dB"


def _heard(
    ears: Ears, who: str, voices: Sequence[str], told: bool, noise: str, ratio: float | None, quick: bool, bar: str
) -> Figures:
    """How one synthesiser is heard in one noise."""
    from engine.speech.benchmark import Spoken, measure
    from engine.speech.game_words import GameWords

    content = _content()
    lines = [Spoken(line["text"], tuple(line.get("names", ()))) for line in content["lines"]][:: 2 if quick else 1]
    words = GameWords.of(content["game"]) if told else GameWords()
    said = [(voice, number, line) for voice in voices for number, line in enumerate(lines)]
    score = measure(ears, shown(said, bar), words, noise, ratio)
    return {
        "said_by": who,
        "noise": _noise_name(noise, ratio),
        "words_of_the_game": told,
        "word_error": round(score.word_error, 3),
        "names": round(score.names_right, 3),
        "p50_s": round(score.p50_s, 3),
        "processor_s": round(median(score.busy), 3),
        "lines": len(score.heard),
        "counted": {"errors": score.errors, "words": score.words, "names": score.names, "found": score.found},
    }


def _speakers(quick: bool) -> dict[str, tuple[str, ...]]:
    """Voices by synthesiser: espeak-ng, a robot; and flite, where it is installed, learnt from recordings of people."""
    from engine.speech.benchmark import PEOPLE, VOICES, has_people

    found: dict[str, tuple[str, ...]] = {"espeak-ng": VOICES[:1] if quick else VOICES}
    if has_people():
        return found | {"flite": PEOPLE[:1] if quick else PEOPLE[:2]}
    typer.echo(
        "flite is not installed (Debian: apt install flite): espeak-ng alone speaks, which people are easier to understand than"
    )
    return found


def _intents(ears: Ears, bundle: Path | None, quick: bool) -> Figures:
    """Intents of lines that are typed and of the same lines as they are heard."""
    from engine.lab.data.utterances import load_strangers
    from engine.perception import Perceiver, Query
    from engine.speech.benchmark import sound_of_line
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

    game = GameWords.of(_content()["game"])
    shares = {"typed": right([text for text, _ in lines])}
    for who, voices in _speakers(quick).items():
        each = []
        for voice in voices[:2]:
            sounds = (sound_of_line(text, voice) for text, _ in shown(lines, f"intents, said by {who}'s {voice}"))
            each.append(right([ears.hear(sound, len(sound) / 16_000, game).text for sound in sounds]))
        shares[f"said by {who}"] = sum(each) / len(each)
    told = ", ".join(f"{how} {share:.1%}" for how, share in shares.items())
    typer.echo(f"intents right of {len(lines)} lines of strangers: {told}")
    return {"lines": len(lines)} | {how: round(share, 3) for how, share in shares.items()}


def _nothing(ears: Ears) -> Figures:
    """What is heard where nothing is said."""
    from engine.speech.benchmark import silences, spoken_in
    from engine.speech.game_words import GameWords

    found = spoken_in(ears, silences(), GameWords.of(_content()["game"]))
    typer.echo(f"80 s of silence, noise, a hum and knocks, open microphone and push to talk: {len(found)} lines heard {found}")
    return {"seconds": 80, "heard": found}


def _tone(bundle: Path | None) -> Figures:
    """How often a manner of speaking is told by its sound, at three settings of the microphone, and by words and sound."""
    from engine.minds.tone import fused_tone
    from engine.perception import Perceiver, Query
    from engine.speech.benchmark import MANNERS, tones_heard

    lines = [line["text"] for line in _content()["lines"]]
    found: Figures = {}
    for gain in (-6.0, 0.0, 6.0):
        rows = list(tones_heard(lines, ("en-gb-scotland", "en-gb-x-rp"), gain))
        found[f"{gain:+.0f} dB"] = _shares(rows, lambda heard, meant: _top(heard) in meant if heard else not meant)
        if not gain:
            perceiver = Perceiver(bundle, "cpu")
            words = {line: perceiver.perceive(None, [Query(line)])[0].tone for line in lines}
            by_words = [(manner, line, words[line]) for manner, line, _ in rows]
            together = [(manner, line, fused_tone(words[line], heard)) for manner, line, heard in rows]
            for name, told in (("words alone", by_words), ("words and sound", together)):
                found[name] = _shares([row for row in told if MANNERS[row[0]][2]], lambda tone, meant: _top(tone) in meant)
    for name, shares in found.items():
        typer.echo(f"tone, {name}: {', '.join(f'{manner} {p:.0%}' for manner, p in shares.items())}")
    return found


def _top(tone: Mapping[str, float]) -> str:
    return max(tone, key=tone.__getitem__)


def _shares(
    rows: Sequence[tuple[str, str, Mapping[str, float]]], right: Callable[[Mapping[str, float], tuple[str, ...]], bool]
) -> dict[str, float]:
    """The share of lines of each manner of which the tone is right."""
    from engine.speech.benchmark import MANNERS

    said: dict[str, list[bool]] = {}
    for manner, _, tone in rows:
        said.setdefault(manner, []).append(right(tone, MANNERS[manner][2]))
    return {manner: round(sum(found) / len(found), 3) for manner, found in said.items()}


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
