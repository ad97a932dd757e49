"""`python -m engine bench-speech`: how well and how soon it hears and speaks, and what that costs the server."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Annotated, Any

import typer
import yaml

from engine.cli.speech_at_work import live_figures
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
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the figures here.")] = None,
) -> None:
    """Measure hearing on lines by espeak-ng's voices in noise, and a server with its voice process."""
    if json_file is not None:
        writable_folder(json_file.parent)
    with needs_extra("voice", "Measuring speech"):
        import ctranslate2  # noqa: F401  # whatever lacks is told before anything is measured
    from engine.speech.ears import Ears

    ears = Ears(model)
    figures: Figures = {"model": model, "load_average": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None}
    figures["hearing"] = _hearing(ears, quick)
    figures["intents"] = _intents(ears, bundle, quick)
    figures["nothing"] = _nothing(ears)
    figures["tone"] = _tone(bundle)
    figures["recorded"] = _recorded(ears)
    figures["first_sound"] = _first_sound()
    del ears
    if live:
        figures["live"] = live_figures(bundle, model, [line["text"] for line in _content()["lines"]], 6 if quick else 20)
    _table(figures)
    if json_file is not None:
        write_json(json_file, figures)
        typer.echo(f"figures: {json_file}")


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


def _hearing(ears: Ears, quick: bool) -> list[Figures]:
    """Word error and names, in noise, by each synthesiser, with the words of the game; and what they gain."""
    from engine.speech.benchmark import NOISES, Spoken, measure
    from engine.speech.game_words import GameWords

    content = _content()
    lines = [Spoken(line["text"], tuple(line.get("names", ()))) for line in content["lines"]][:: 2 if quick else 1]
    words = GameWords.of(content["game"])
    rows: list[Figures] = []
    for who, voices in _speakers(quick).items():
        for told in (True, False):
            for noise, ratio in NOISES if told else NOISES[:3:2]:
                score = measure(ears, lines, words if told else GameWords(), voices, noise, ratio)
                rows.append(
                    {
                        "said_by": who,
                        "noise": "clean" if ratio is None else f"{noise} noise at {ratio:.0f} dB",
                        "words_of_the_game": told,
                        "word_error": round(score.word_error, 3),
                        "names": round(score.names_right, 3),
                        "p50_s": round(score.p50_s, 3),
                        "processor_s": round(median(score.busy), 3),
                        "lines": len(score.heard),
                    }
                )
                typer.echo(f"hearing: {rows[-1]}")
    return rows


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
            sounds = (sound_of_line(text, voice) for text, _ in lines)
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
