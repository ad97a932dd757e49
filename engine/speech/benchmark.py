"""How well lines are heard that another synthesiser than that of characters makes, in noise."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
import wave
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import numpy as np

from engine.speech.ears import Ears
from engine.speech.game_words import GameWords
from engine.speech.hearing import Hearings, Told
from engine.speech.phonemes import formant_voice
from engine.speech.prosody import Character
from engine.speech.recognition import plain_words, word_errors
from engine.speech.sound import RATE, Samples, pcm_of, resampled, samples_of
from engine.speech.synthesis import Synthesis
from engine.speech.tone import Sounding, Usual, sounding

VOICES = ("en-us", "en", "en-us+f3")  # of espeak-ng: another accent, and a woman
PEOPLE = ("slt", "rms", "awb")  # of flite: voices learnt from recordings of three people, a woman and two men
NOISES: tuple[tuple[str, float | None], ...] = (("none", None), ("pink", 20.0), ("pink", 10.0), ("white", 10.0))
_PAUSE_S = 0.25
_PIECE_S = 0.05


@dataclass(frozen=True, slots=True)
class Spoken:
    """A line to be said.

    Attributes:
        names: of the game that are in it.
    """

    text: str
    names: tuple[str, ...] = ()


@dataclass(slots=True)
class Score:
    """What became of lines.

    Attributes:
        heard: the texts, in the order of the lines.
        seconds: that each took to be recognised.
        busy: seconds of processor time of each, which other programs on the machine do not change.
    """

    errors: int = 0
    words: int = 0
    names: int = 0
    found: int = 0
    heard: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)

    @property
    def word_error(self) -> float:
        return self.errors / max(self.words, 1)

    @property
    def names_right(self) -> float:
        return self.found / max(self.names, 1)

    @property
    def p50_s(self) -> float:
        return median(self.seconds) if self.seconds else 0.0


def sound_of_line(text: str, voice: str, noise: str = "none", ratio: float | None = None, seed: int = 0) -> Samples:
    """A line at 16 kHz, said by espeak-ng or flite, with noise around and behind it.

    Args:
        voice: one of `PEOPLE`, or of espeak-ng's.
        ratio: decibels of the speech above the noise.
    """
    said, rate = _flite(text, voice) if voice in PEOPLE else formant_voice(text, voice)
    sound = np.pad(resampled(said, rate, RATE), (int(_PAUSE_S * RATE), int(_PAUSE_S * RATE)))
    return with_noise(sound, noise, ratio, seed)


def has_people() -> bool:
    """Whether flite is installed (Debian's package of that name)."""
    return shutil.which("flite") is not None


def _flite(text: str, voice: str) -> tuple[Samples, int]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "said.wav"
        subprocess.run(["flite", "-voice", voice, "-t", text, "-o", str(path)], check=True, capture_output=True)
        with wave.open(str(path), "rb") as file:
            return samples_of(file.readframes(file.getnframes())), file.getframerate()


def with_noise(sound: Samples, noise: str, ratio: float | None, seed: int) -> Samples:
    """A sound with noise at so many decibels below its speech."""
    if ratio is None:
        return sound
    speech = float(np.mean(sound[np.abs(sound) > 0.01] ** 2)) if bool((np.abs(sound) > 0.01).any()) else 1e-3
    noisy: Samples = (sound + noise_of(noise, len(sound), seed) * np.sqrt(speech / 10 ** (ratio / 10))).astype(np.float32)
    return noisy


def noise_of(kind: str, size: int, seed: int) -> Samples:
    """Noise of loudness one: `white`, or `pink`, as wind, water, crowds and machines are nearly."""
    white = np.random.default_rng(seed).standard_normal(size)
    if kind == "pink":
        spectrum = np.fft.rfft(white) / np.sqrt(np.maximum(np.arange(size // 2 + 1), 1))
        white = np.fft.irfft(spectrum, size)
    noise: Samples = (white / white.std()).astype(np.float32)
    return noise


def measure(ears: Ears, said: Iterable[tuple[str, int, Spoken]], words: GameWords, noise: str, ratio: float | None) -> Score:
    """How well lines are heard, as push to talk.

    Args:
        said: voice, number (another one is other noise) and line of each.
    """
    score = Score()
    for voice, number, line in said:
        _add(score, ears, line, sound_of_line(line.text, voice, noise, ratio, number), words)
    return score


def measure_recording(ears: Ears, text: str, sound: Samples, noise: str, ratio: float | None) -> tuple[float, str]:
    """Word error of a long recording, cut into lines as an open microphone is, and what was heard."""
    told: list[Told] = []
    hearings = Hearings(ears, told.append)
    feed(hearings, with_noise(sound, noise, ratio, 0))
    heard = " ".join(line.text for line in told if line.final)
    said = plain_words(text)
    return word_errors(said, plain_words(heard)) / len(said), heard


def spoken_in(ears: Ears, sounds: Iterable[Samples], words: GameWords) -> list[str]:
    """What is heard in sounds that are no speech, by an open microphone and by push to talk: it should be nothing."""
    found: list[str] = []
    for sound in sounds:
        for opened in (True, False):
            told: list[Told] = []
            feed(Hearings(ears, told.append), sound, words.phrases, opened)
            found += [line.text for line in told if line.text]
    return found


def silences(seconds: float = 20.0) -> Iterator[Samples]:
    """A minute of what is no speech: silence, noise of two kinds, and a hum with knocks."""
    size = int(seconds * RATE)
    yield np.zeros(size, np.float32)
    yield (noise_of("white", size, 1) * 0.03).astype(np.float32)
    yield (noise_of("pink", size, 2) * 0.1).astype(np.float32)
    hum = 0.1 * np.sin(2 * np.pi * 50 * np.arange(size) / RATE)
    knocks = np.zeros(size)
    for start in range(RATE, size - 400, RATE):
        knocks[start : start + 320] += np.random.default_rng(start).standard_normal(320) * 0.5
    yield (hum + knocks).astype(np.float32)


def feed(hearings: Hearings, sound: Samples, words: Sequence[str] = (), opened: bool = True) -> None:
    """A whole sound, as a game would send it, as fast as it is taken."""
    size = int(_PIECE_S * RATE)
    for number, start in enumerate(range(0, len(sound), size)):
        pcm = pcm_of(sound[start : start + size])
        last = start + size >= len(sound)
        hearings.take("sound", number, pcm, open_microphone=opened, words=words if number == 0 else (), end=last)
        while hearings.work():
            pass


_SPELLINGS = {"mister": "mr", "okay": "ok", "gray": "grey", "armor": "armour"}


def spelt_alike(text: str) -> list[str]:
    """Words in one spelling: how a word is written is not how it was heard."""
    return [_SPELLINGS.get(word, word) for word in plain_words(text)]


def _add(score: Score, ears: Ears, line: Spoken, sound: Samples, words: GameWords) -> None:
    began, busy = time.perf_counter(), time.process_time()
    text = ears.hear(sound, len(sound) / RATE - 2 * _PAUSE_S, words).text
    score.seconds.append(time.perf_counter() - began)
    score.busy.append(time.process_time() - busy)
    said, heard = spelt_alike(line.text), spelt_alike(text)
    score.heard.append(text)
    score.errors += word_errors(said, heard)
    score.words += len(said)
    score.names += len(line.names)
    row = " ".join(heard)
    score.found += sum(f" {' '.join(spelt_alike(name))} " in f" {row} " for name in line.names)


# Manners of espeak-ng's voices, and the tones that they should be heard as; neutral is to be told by words alone.
MANNERS: dict[str, tuple[dict[str, int], str, tuple[str, ...]]] = {
    "plain": ({}, "", ()),
    "shouted": ({"volume": 200, "rate": 180, "pitch": 70, "melody": 75}, "", ("angry", "excited")),
    "hurried and loud": ({"volume": 140, "rate": 215, "pitch": 72, "melody": 90}, "", ("excited", "angry")),
    "whispered": ({"volume": 60}, "+whisper", ("afraid",)),
    "slow and soft": ({"volume": 45, "rate": 115, "pitch": 32, "melody": 20}, "", ("sad",)),
}


def tones_heard(
    lines: Sequence[str], voices: Sequence[str], gain_db: float = 0.0
) -> Iterator[tuple[str, str, Mapping[str, float]]]:
    """Manner, line, and the tones that are told of it by sound alone, in the course of a game whose player speaks in all
    manners by turns.

    Args:
        gain_db: of the microphone.
    """
    for voice in voices:
        usual = Usual()
        for number, line in enumerate([*lines[-3:], *lines]):
            manner = list(MANNERS)[number % len(MANNERS) if number > 2 else 0]
            for each in MANNERS if number > 2 else ():
                how, variant, _ = MANNERS[each]
                yield each, line, deepcopy(usual).tone(_manner(line, voice + variant, how, gain_db))
            how, variant, _ = MANNERS[manner]
            usual.tone(_manner(line, voice + variant, how, gain_db))


def _manner(line: str, voice: str, how: Mapping[str, int], gain_db: float) -> Sounding | None:
    said, rate = formant_voice(line, voice, **how)
    sound = np.clip(resampled(said, rate, RATE) * 10 ** (gain_db / 20), -1.0, 1.0).astype(np.float32)
    return sounding(sound, line, len(sound) / RATE)


def measure_first_sound(synthesis: Synthesis, lines: Sequence[str]) -> tuple[float, float]:
    """Seconds until the first breath of a line is made, p50, on the clock and of the processor."""
    seconds, busy = [], []
    for line in lines:
        began, used = time.perf_counter(), time.process_time()
        next(synthesis.line(line, Character(), "neutral"), None)
        seconds.append(time.perf_counter() - began)
        busy.append(time.process_time() - used)
    return median(seconds), median(busy)
