"""Lines made into sound: breaths, words and mouth shapes with their times, and a memory for what was made before."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.errors import Fault
from engine.speech import phonemes as ph
from engine.speech.clauses import Breath, breaths
from engine.speech.prosody import Character, Prosody, felt
from engine.speech.sound import Samples, pcm_of, resampled
from engine.speech.voice_file import Manner, VoiceFile, shipped_voice

_LOG = logging.getLogger("engine.speech")
_MADE = 48 << 20  # bytes of sound that are kept
_LOADED = 2  # voice files at a time, beside the shipped one: each takes some 100 MB
_LOUDNESS = 0.16  # of the loud parts, root mean square, before the volume of the card


@dataclass(frozen=True, slots=True)
class Mark:
    """A word or mouth shape, from `began` to `ended` in seconds from the beginning of its sound."""

    text: str
    began: float
    ended: float


@dataclass(frozen=True, slots=True)
class Sounded:
    """A breath as sound.

    Attributes:
        pcm: signed 16-bit, one channel, at `rate`, with the pause behind it.
        exact: the times are the voice file's own; else they are estimated by the length of words.
    """

    pcm: bytes
    rate: int
    words: tuple[Mark, ...]
    shapes: tuple[Mark, ...]
    exact: bool = True

    @property
    def seconds(self) -> float:
        return len(self.pcm) / 2 / self.rate

    def after(self, seconds: float) -> Sounded:
        """With its times moved behind what was said before."""
        words, shapes = (
            tuple(Mark(m.text, round(m.began + seconds, 3), round(m.ended + seconds, 3)) for m in marks)
            for marks in (self.words, self.shapes)
        )
        return replace(self, words=words, shapes=shapes)


class Synthesis:
    """Voices that are loaded, and what they said lately. Used by one thread."""

    def __init__(self, voices: Path | None = None, default: Path | None = None, threads: int = 1) -> None:
        """
        Args:
            voices: folder of voice files that cards may name.
            default: voice file of cards that name none; the shipped one if not given.

        Raises:
            Fault: `extra_missing`, `voice_file` or `speech_library`.
        """
        self._folder, self._threads = voices, threads
        self._default = VoiceFile(default or shipped_voice(), threads)
        self._files: OrderedDict[str, VoiceFile] = OrderedDict()
        self._missing: set[str] = set()
        self._made: OrderedDict[tuple[object, ...], Sounded] = OrderedDict()
        self._size = 0
        self._breath(self._default, Breath("Good day.", ".", 0.0), Character(), Prosody())  # loads espeak-ng, warms up

    def line(self, text: str, who: Character, emotion: str) -> Iterator[Sounded]:
        """The breaths of a line one after the other, each made when it is asked for.

        Args:
            text: what is said; without letters nothing is.
            who: from `prosody.character`.
            emotion: label of the decision.
        """
        file = self._file(who.file)
        prosody = felt(who.prosody, emotion)
        for breath in breaths(text):
            key = (file.name, who.speaker, prosody, breath)
            sounded = self._made.get(key)
            if sounded is None:
                sounded = self._breath(file, breath, who, prosody)
                self._keep(key, sounded)
            else:
                self._made.move_to_end(key)
            yield sounded

    def _keep(self, key: tuple[object, ...], sounded: Sounded) -> None:
        self._made[key] = sounded
        self._size += len(sounded.pcm)
        while self._size > _MADE:
            _, oldest = self._made.popitem(last=False)
            self._size -= len(oldest.pcm)

    def _file(self, name: str) -> VoiceFile:
        """The file that a card names; the default where it cannot be had, which is logged once."""
        if not name or name == self._default.name:
            return self._default
        if name in self._files:
            self._files.move_to_end(name)
            return self._files[name]
        if name in self._missing:
            return self._default
        try:
            if self._folder is None or Path(name).name != name:
                raise Fault(
                    "voice_file", f"A card names the voice '{name[:60]}'.", "Give the folder of voice files with --voices."
                )
            self._files[name] = VoiceFile(self._folder / f"{name.removesuffix('.onnx')}.onnx", self._threads)
        except Fault as fault:
            _LOG.warning("%s The usual voice speaks instead.", fault)
            if len(self._missing) < 1000:
                self._missing.add(name)
            return self._default
        if len(self._files) > _LOADED:
            self._files.popitem(last=False)
        return self._files[name]

    def _breath(self, file: VoiceFile, breath: Breath, who: Character, prosody: Prosody) -> Sounded:
        spoken = ph.phonemes(breath.text, file.language).strip() + breath.mark
        # Played faster it sounds higher: made longer by as much, it lasts as long as before.
        manner = Manner(prosody.pitch / prosody.rate, 0.667 * prosody.liveliness, 0.8, who.speaker)
        said = file.say(spoken, manner)
        sound = resampled(said.samples, file.rate * prosody.pitch, file.rate)
        sound = _levelled(sound, file.rate, prosody)
        seconds = len(sound) / file.rate
        spans = _spans(spoken, said.lengths, seconds)
        pause = np.zeros(int(breath.pause * prosody.pauses / prosody.rate * file.rate), np.float32)
        words = _words(breath.words, spoken, spans, file.language)
        return Sounded(
            pcm_of(np.concatenate([sound, pause])), file.rate, words, _shapes(spoken, spans), said.lengths is not None
        )


def spread(text: str, spoken: str, began: float, ended: float) -> tuple[tuple[Mark, ...], tuple[Mark, ...]]:
    """Words and mouth shapes of a line whose sound came from elsewhere, spread over the time that it takes."""
    if not spoken:
        return (), ()
    spans = began + _spans(spoken, None, ended - began)
    words = [word for word in text.split() if any(c.isalnum() for c in word)]
    return _words(words, spoken + ".", np.append(spans, ended), "en-us"), _shapes(spoken, spans)


def _levelled(sound: Samples, rate: int, prosody: Prosody) -> Samples:
    """At the loudness of its prosody, soft at the peaks, and trembling if need be."""
    loud = np.abs(sound)
    above = sound[loud > 0.1 * loud.max()] if sound.size and loud.max() > 1e-4 else sound[:0]
    if not above.size:
        return sound
    sound = sound * (_LOUDNESS * prosody.volume / float(np.sqrt(np.mean(above**2))))
    if prosody.tremble:
        time = np.arange(len(sound), dtype=np.float32) / rate
        sound = (sound * (1.0 - prosody.tremble * (0.5 + 0.5 * np.sin(2 * np.pi * 6.5 * time)))).astype(np.float32)
    bent = np.where(np.abs(sound) > 0.6, np.sign(sound) * (0.6 + 0.4 * np.tanh((np.abs(sound) - 0.6) / 0.4)), sound)
    return bent.astype(np.float32)


def _spans(spoken: str, lengths: NDArray[np.int64] | None, seconds: float) -> NDArray[np.float64]:
    """Begin of each phoneme in seconds, and the end of the last: shape (phonemes + 1,)."""
    if lengths is None:
        weights = np.array([0.0, *(0.3 if p.isspace() or p in "ˈˌ" else 1.0 for p in spoken), 0.0])
    else:
        weights = lengths.astype(np.float64)
    ends = np.cumsum(weights) / max(float(weights.sum()), 1e-9) * seconds
    return ends[:-1]


def _words(words: list[str], spoken: str, spans: NDArray[np.float64], language: str) -> tuple[Mark, ...]:
    """When each word is said.

    espeak-ng may run words together ("of the") or make several of one ("42"): where the counts differ, the time of all is
    shared out by how long each would be alone.
    """
    parts: list[tuple[int, int]] = []
    start = 0
    for part in spoken[:-1].split(" "):
        if part:
            parts.append((start, start + len(part)))
        start += len(part) + 1
    if not words or not parts:
        return ()
    if len(parts) == len(words):
        return tuple(
            Mark(word, round(float(spans[a]), 3), round(float(spans[b]), 3)) for word, (a, b) in zip(words, parts, strict=True)
        )
    shares = np.array([len(ph.plain(ph.phonemes(word, language))) + 0.5 for word in words])
    first, last = parts[0][0], parts[-1][1]
    edges = np.concatenate([[0.0], np.cumsum(shares) / shares.sum()]) * (last - first) + first
    times = np.interp(edges, np.arange(len(spans)), spans)
    return tuple(
        Mark(word, round(float(a), 3), round(float(b), 3)) for word, a, b in zip(words, times[:-1], times[1:], strict=True)
    )


def _shapes(spoken: str, spans: NDArray[np.float64]) -> tuple[Mark, ...]:
    """Mouth shapes; neighbours that are the same are one."""
    shapes: list[Mark] = []
    for phoneme, began, ended in zip(spoken, spans[:-1], spans[1:], strict=True):
        shape = ph.shape_of(phoneme)
        if shapes and shape in (None, shapes[-1].text):
            shapes[-1] = replace(shapes[-1], ended=round(float(ended), 3))
        elif shape is not None:
            shapes.append(Mark(shape, round(float(began), 3), round(float(ended), 3)))
    return tuple(shapes)
