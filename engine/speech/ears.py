"""What was said in a sound, for whoever wants to know: noise taken out, recognised, weighed, and doubted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np

from engine.speech.game_words import GameWords
from engine.speech.language import Language, players
from engine.speech.noise import denoised
from engine.speech.recognition import (
    CLOSELY,
    GLANCE,
    NOTHING,
    WHOLLY,
    Guess,
    Heard,
    Recogniser,
    believed,
    cleaned,
    confidence_of,
    plain_words,
)
from engine.speech.sound import RATE, Samples

_WIDTH = 8  # texts that are followed at a time
_QUICK = 2  # of words that are shown before the line is over
_REPAIRED = 5  # the likeliest texts in which words of the game are looked for
_SURE = -0.7  # mean logarithm of its tokens, below which a text is doubted
_LOST = -1.2  # below which a short text, such as a robot's "follow me", is listened to once more, in the model's whole context
_SHORT_S = 1.5
_LIKELY = -1.9  # worth for each word, below which nobody would say it
_LEAST_S = 0.1  # of speech: below it is a knock


class Ears:
    """The recogniser and what it takes to believe it; used by one thread."""

    def __init__(self, model: str = "base", threads: int = 1, language: Language | None = None) -> None:
        """
        Args:
            model: see `models.model_folder`.

        Raises:
            Fault: `extra_missing` or `speech_model`.
        """
        self._recogniser = Recogniser(model, threads)
        self._language = language or players()

    def hear(self, sound: Samples, spoken_s: float, words: GameWords = GameWords(), quick: bool = False) -> Heard:
        """What was said.

        Args:
            sound: at 16 kHz.
            spoken_s: seconds of it that are speech, as voice activity tells.
            words: of the game.
            quick: for words that are shown before the line is over: sooner, and less sure.
        """
        if spoken_s < _LEAST_S or not sound.size:
            return NOTHING
        if quick:
            guesses, silence = self._recogniser.listen(sound, "", 1, _QUICK, hushed=False)
            shown = self._believed(guesses, spoken_s, silence, "")
            return Heard(shown[0].text, confidence_of(shown[0].score, silence), tuple(shown)) if shown else NOTHING
        quiet, _ = denoised(sound)
        heard = np.float32(0.5) * (quiet + sound)  # a filter's traces are stranger to Whisper than half of the noise
        found = self._listened(heard, spoken_s, words, GLANCE)
        if found and self._is_unsure(found[0].guesses[0], words):
            found += self._listened(sound, spoken_s, words, CLOSELY)  # with all of its noise: another view
            if spoken_s < _SHORT_S and all(each.guesses[0].score < _LOST for each in found):
                found += self._listened(sound, spoken_s, words, WHOLLY)
        return _merged(found, lambda guess: self._worth(guess, words))

    def _listened(self, sound: Samples, spoken_s: float, words: GameWords, columns: int) -> list[Heard]:
        """What was heard, its guesses ranked; nothing where nothing of it is believed."""
        guesses, silence = self._recogniser.listen(sound, words.prompt, _WIDTH, _WIDTH, columns)
        kept = self._believed(guesses, spoken_s, silence, words.prompt)
        offered = [other for guess in kept[:_REPAIRED] for other in words.put_right(guess)] + kept[_REPAIRED:]
        ranked = sorted(offered, key=lambda guess: -self._worth(guess, words))
        return [Heard(ranked[0].text, confidence_of(ranked[0].score, silence), tuple(ranked))] if ranked else []

    @staticmethod
    def _believed(guesses: Iterable[Guess], spoken_s: float, silence: float, prompt: str) -> list[Guess]:
        single = [replace(guess, text=once(cleaned(guess.text))) for guess in guesses]
        return [guess for guess in single if believed(guess, spoken_s, silence, prompt)]

    def _worth(self, guess: Guess, words: GameWords) -> float:
        return self._language.worth(guess, words.single, words.pairs)

    def _is_unsure(self, guess: Guess, words: GameWords) -> bool:
        """Whether it pays to listen once more: the sound told little, or nobody would say that."""
        return guess.score < _SURE or self._worth(guess, words) < _LIKELY * (len(plain_words(guess.text)) + 1)


def _merged(found: Sequence[Heard], worth: Callable[[Guess], float]) -> Heard:
    """One of several hearings of the same sound: the best text wins, all are kept, each once."""
    if not found:
        return NOTHING
    best = max(found, key=lambda heard: worth(heard.guesses[0]))
    once_each: dict[str, Guess] = {}
    for guess in sorted((guess for heard in found for guess in heard.guesses), key=lambda guess: -worth(guess)):
        once_each.setdefault(guess.text, guess)
    return replace(best, guesses=tuple(once_each.values()))


def once(text: str) -> str:
    """A text without its repetitions: short sounds are followed by silence, in which Whisper may say it all again."""
    words = text.split()
    plain = [" ".join(plain_words(word)) for word in words]
    for size in range(2, len(plain) // 2 + 1):
        repeated = (plain[:size] * (len(plain) // size + 1))[: len(plain)]
        if repeated == plain:
            return " ".join(words[:size])
    if len(plain) > 2 and len(set(plain)) == 1:
        return words[0]
    return text


def seconds(sound: Samples) -> float:
    """How long a sound at 16 kHz lasts."""
    return len(sound) / RATE


__all__ = ["Ears", "Guess", "once", "seconds"]
