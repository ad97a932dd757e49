"""What was said in a sound, for whoever wants to know: noise taken out, recognised, weighed, and doubted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.speech.game_words import GameWords
from engine.speech.language import Language, players
from engine.speech.noise import denoised
from engine.speech.recognition import NOTHING, Guess, Heard, Recogniser, believed, cleaned, confidence_of, plain_words
from engine.speech.sound import RATE, Samples

_WIDTH = 8  # texts that are followed at a time
_QUICK = 2  # of words that are shown before the line is over
_REPAIRED = 5  # the likeliest texts in which words of the game are looked for
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
            guesses, silence = self._recogniser.listen(sound, "", 1, _QUICK, whole=False)
        else:
            quiet, _ = denoised(sound)
            heard = np.float32(0.5) * (quiet + sound)  # a filter's traces are stranger to Whisper than half of the noise
            guesses, silence = self._recogniser.listen(heard, words.prompt, _WIDTH, _WIDTH)
        single = [replace(guess, text=once(cleaned(guess.text))) for guess in guesses]
        kept = [guess for guess in single if believed(guess, spoken_s, silence, words.prompt)]
        if not kept:
            return NOTHING
        if quick:
            return Heard(kept[0].text, confidence_of(kept[0].score, silence), tuple(kept))
        offered = [other for guess in kept[:_REPAIRED] for other in words.put_right(guess)] + kept[_REPAIRED:]
        ranked = sorted(offered, key=lambda guess: -self._language.worth(guess, words.single, words.pairs))
        best = ranked[0]
        return Heard(best.text, confidence_of(best.score, silence), tuple(ranked))


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
