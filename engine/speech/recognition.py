"""Words of a sound: Whisper by CTranslate2, with the words of the game before it, and what it invents in silence left out."""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from engine.errors import Fault, needs_extra
from engine.speech.models import model_folder
from engine.speech.sound import HOP, RATE, Samples, spectrogram

LONGEST_S = 29.0  # Whisper listens to thirty seconds at once
# Columns of context, eight, fourteen and thirty seconds. With less than eight it guesses wildly; it was trained with thirty,
# which take the encoder more than ten times as long as eight.
GLANCE, CLOSELY, WHOLLY = 800, 1400, 3000
_EDGE = 20  # columns behind a sound that its own silence is taken of
_HUSH = 300  # columns, at the least, of silence that the decoder is shown behind a sound, so that it knows where it ends
_SHOWN = 1600  # columns that it is shown of a short one
_PROMPT = 96  # tokens of the game's words
_BEAM = 5
_PACE = 6.5  # words a second beyond which nobody speaks
_BRACKETS = re.compile(r"\[[^\]]*\]|\([^)]*\)|\*[^*]*\*|♪[^♪]*♪?|[♪♫]")


@dataclass(frozen=True, slots=True)
class Guess:
    """What may have been said.

    Attributes:
        text: as Whisper writes it.
        score: mean logarithm of its tokens' probabilities.
    """

    text: str
    score: float


@dataclass(frozen=True, slots=True)
class Heard:
    """What was said; without `text` nothing was, or nothing that can be told.

    Attributes:
        text: the words.
        confidence: 0 to 1.
        guesses: all, the likeliest first.
    """

    text: str = ""
    confidence: float = 0.0
    guesses: tuple[Guess, ...] = ()


NOTHING = Heard()


class Recogniser:
    """A model that is loaded; used by one thread."""

    def __init__(self, model: str = "base", threads: int = 1) -> None:
        """
        Args:
            model: see `model_folder`.

        Raises:
            Fault: `extra_missing` or `speech_model`.
        """
        with needs_extra("voice", "Hearing"):
            import ctranslate2
            from tokenizers import Tokenizer
        with model_folder(model) as folder:
            try:
                self._model: Any = ctranslate2.models.Whisper(
                    str(folder), device="cpu", compute_type="int8", inter_threads=1, intra_threads=threads
                )
                self._tokens: Any = Tokenizer.from_file(str(folder / "tokenizer.json"))
            except Exception as error:  # of two libraries, whose errors have no base class
                fault = f"{model} cannot be loaded: {' '.join(str(error).split())[:200]}."
                fix = "Give the folder of a Whisper model for CTranslate2 (faster-whisper)."
                raise Fault("speech_model", fault, fix) from None
        named: Any = self._tokens.token_to_id
        self._start: list[int] = [named("<|startoftranscript|>")]
        if self._model.is_multilingual:
            self._start += [named("<|en|>"), named("<|transcribe|>")]
        self._start.append(named("<|notimestamps|>"))
        self._before = named("<|startofprev|>")
        self._storage = ctranslate2.StorageView.from_array
        self._silence = self._encoded(np.zeros(RATE, np.float32), WHOLLY)

    def listen(
        self,
        sound: Samples,
        prompt: str = "",
        guesses: int = _BEAM,
        width: int = _BEAM,
        columns: int = GLANCE,
        hushed: bool = True,
    ) -> tuple[tuple[Guess, ...], float]:
        """The likeliest texts of a sound, and how likely it holds no speech.

        Args:
            sound: at 16 kHz; what is beyond `LONGEST_S` is left out.
            prompt: words that may come up.
            guesses: how many texts.
            width: how many are followed at a time; 1 is fastest.
            columns: of 10 ms, that are encoded at the least; more take longer and help short sounds.
            hushed: with silence shown behind the sound, which takes longer and keeps the decoder from going on with it.
        """
        codes = self._encoded(sound, columns)
        if hushed:
            codes = self._with_silence(codes, len(sound))
        features = self._storage(np.ascontiguousarray(codes))
        start = self._prompted(prompt)
        found = self._model.generate(
            features,
            [start],
            beam_size=width,
            num_hypotheses=min(guesses, width),
            return_scores=True,
            return_no_speech_prob=True,
            max_length=len(start) + min(24 + int(len(sound) / RATE * 12), 224),
            suppress_blank=True,
        )[0]
        texts = (self._tokens.decode(ids).strip() for ids in found.sequences_ids)
        return tuple(Guess(text, float(score)) for text, score in zip(texts, found.scores, strict=True)), float(
            found.no_speech_prob
        )

    def _encoded(self, sound: Samples, columns: int) -> NDArray[np.float32]:
        """What the encoder makes of a sound, of shape (1, columns / 2, size of the model)."""
        wide = min(max(columns, len(sound) // HOP + 50), WHOLLY)
        codes: NDArray[np.float32] = np.array(
            self._model.encode(self._storage(spectrogram(sound, wide + wide % 2)[None]), to_cpu=True)
        )
        return codes

    def _with_silence(self, codes: NDArray[np.float32], samples: int) -> NDArray[np.float32]:
        """The codes of a sound of so many samples, and behind it those of silence as they are in the full context.

        A full context would cost the encoder ten times as much, for silence that was encoded before.
        """
        kept = min(codes.shape[1], (samples // HOP + _EDGE) // 2)
        shown = min(max(_SHOWN // 2, kept + _HUSH // 2), WHOLLY // 2)
        return np.concatenate([codes[:, :kept], self._silence[:, kept:shown]], axis=1)

    def _prompted(self, prompt: str) -> list[int]:
        if not prompt:
            return self._start
        ids: list[int] = self._tokens.encode(" " + prompt.strip(), add_special_tokens=False).ids[:_PROMPT]
        return [self._before, *ids, *self._start]


def believed(guess: Guess, seconds: float, silence: float, prompt: str = "") -> bool:
    """Whether a text was said, and is none that Whisper makes of noise.

    Args:
        guess: what may have been said.
        seconds: of speech, as voice activity tells.
        silence: how likely there is no speech, as Whisper tells.
        prompt: the words that it was given, which it may give back.
    """
    text = guess.text
    words = plain_words(text)
    if not words or guess.score < -1.6 or (silence > 0.8 and guess.score < -0.7):
        return False
    if " ".join(words) in word_list("invented") and (guess.score < -0.75 or silence > 0.7 or seconds < 0.25):
        return False
    if len(words) > 2 + _PACE * max(seconds, 0.3):
        return False
    if len(text) > 40 and len(text.encode()) / len(zlib.compress(text.encode())) > 2.2:  # the same again and again
        return False
    echo = " ".join(plain_words(prompt))
    return not (len(words) >= 3 and echo and " ".join(words) in echo)


@cache
def word_list(name: str) -> frozenset[str]:
    """A list of `words.yaml`."""
    lists = yaml.safe_load((resources.files("engine.speech") / "words.yaml").read_text(encoding="utf-8"))
    return frozenset(" ".join(entry.split()) for entry in str(lists[name]).split("|"))


def cleaned(text: str) -> str:
    """Without what stands for sounds: `[MUSIC]`, `(sighs)`, `♪`."""
    return " ".join(_BRACKETS.sub(" ", text).split())


def plain_words(text: str) -> list[str]:
    """The words of a text, in small letters, without punctuation."""
    return re.findall(r"[a-z0-9']+", text.lower().replace("’", "'"))


def confidence_of(score: float, silence: float) -> float:
    """How sure one may be of a text: 1 where every token was certain."""
    return round(min(max(math.exp(score) * (1.0 - 0.5 * silence), 0.0), 1.0), 3)


def word_errors(said: Sequence[str], heard: Sequence[str]) -> int:
    """Words that were put in, left out or taken for others, at the least."""
    row = list(range(len(heard) + 1))
    for i, word in enumerate(said, 1):
        before, row[0] = row[0], i
        for j, other in enumerate(heard, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (word != other))
    return row[-1]
