"""What players are likely to say: how often words follow each other in lines to characters, and the words of one game.

Whisper tells several texts of a sound, all of them near it; the one that a player would say to a character is mostly right.
"""

from __future__ import annotations

import gzip
import math
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from functools import cache
from importlib import resources

from engine.speech.recognition import Guess, plain_words

FILE = "player_lines.txt.gz"
_OF_THE_GAME = 2e-4  # how often a word of the game comes up, at the least
_UNKNOWN = 3e-6  # a word that no line has
_SHARE = 0.2  # of what players name in a place: each word of the game has this chance to be it
_GOES_ON = 0.3  # of a word of the game that is followed by the next one of its phrase
_SLOT = "thing"  # stands in the counted lines for whatever a game may have
_WEIGHT = 0.45  # of the language beside the sound
_WORD = 3.5  # what a word is worth by itself, or short texts would always win
_TOKENS = 1.3  # that Whisper spends on a word


class Language:
    """Counts of one, two and three words in a row, smoothed by Witten and Bell's method."""

    def __init__(self, counts: Iterable[tuple[tuple[str, ...], int]]) -> None:
        self._counts: dict[tuple[str, ...], int] = {}
        self._after: Counter[tuple[str, ...]] = Counter()
        self._kinds: Counter[tuple[str, ...]] = Counter()
        for words, count in counts:
            self._counts[words] = count
            if len(words) > 1:
                self._after[words[:-1]] += count
                self._kinds[words[:-1]] += 1
        self._all = sum(count for words, count in self._counts.items() if len(words) == 1) or 1

    def knows(self, word: str) -> bool:
        """Whether players have said the word."""
        return (word,) in self._counts

    def logarithm(self, words: Sequence[str], game: Collection[str] = (), pairs: Collection[tuple[str, str]] = ()) -> float:
        """The natural logarithm of how likely a line is.

        Args:
            game: words of the game: each may stand where players name things.
            pairs: of them that follow each other.
        """
        before, last = ["<s>", "<s>"], ""
        total = 0.0
        for word in (*words, "</s>"):
            p = self._chance(before, word, _OF_THE_GAME if word in game else 0.0)
            if word in game:
                p = max(p, _SHARE * self._chance(before, _SLOT), _GOES_ON if (last, word) in pairs else 0.0)
            total += math.log(p)
            before = [before[-1], _SLOT if word in game else word]
            last = word
        return total

    def _chance(self, before: Sequence[str], word: str, least: float = 0.0) -> float:
        p = max(self._counts.get((word,), 0) / self._all or _UNKNOWN, least)
        for reach in (1, 2):
            history = tuple(before[-reach:])
            if seen := self._after.get(history, 0):
                trust = seen / (seen + self._kinds[history])
                p = trust * self._counts.get((*history, word), 0) / seen + (1.0 - trust) * p
        return p

    def worth(self, guess: Guess, game: Collection[str] = (), pairs: Collection[tuple[str, str]] = ()) -> float:
        """How good a text is, by sound and language together."""
        words = plain_words(guess.text)
        return guess.score * (_TOKENS * len(words) + 2) + _WEIGHT * (self.logarithm(words, game, pairs) + _WORD * len(words))


def counted(lines: Iterable[str]) -> list[tuple[tuple[str, ...], int]]:
    """The counts of lines; three words in a row that came but once are left out."""
    counts: Counter[tuple[str, ...]] = Counter()
    for line in lines:
        words = ["<s>", "<s>", *plain_words(line), "</s>"]
        for place in range(2, len(words)):
            counts.update(tuple(words[place - n : place + 1]) for n in range(3))
    return sorted((words, count) for words, count in counts.items() if len(words) < 3 or count > 1)


def packed(counts: Iterable[tuple[tuple[str, ...], int]]) -> bytes:
    """Counts as they lie in the package."""
    return gzip.compress("\n".join(f"{count} {' '.join(words)}" for words, count in counts).encode(), mtime=0)


@cache
def players() -> Language:
    """What is said to the characters that ship; made by `python -m engine.lab.data.spoken`."""
    rows = gzip.decompress((resources.files("engine.speech") / FILE).read_bytes()).decode().splitlines()
    parts = (row.split(" ") for row in rows)
    return Language((tuple(words), int(count)) for count, *words in parts)
