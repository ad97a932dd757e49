"""The words of one game: put before the recogniser, and found again by sound where it heard others in their place."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

from engine.speech import phonemes as ph
from engine.speech.recognition import Guess, plain_words, word_list

_MOST = 256
_PROMPT = 320  # characters: what Whisper's memory for what came before holds with ease
_USUAL = "Village, wolf, red potion, gate."  # where a game tells none: it keeps Whisper to English, and to games
_NEAR = 0.4  # of the sound may differ
_PRICE = 3.5  # of a difference of all of the sound, in natural logarithms for each phoneme
_MOVES = 3  # words put right in one text
_VOWELS = frozenset("aɑɐʌæɒeɛəɜɚɝiɪᵻɨoɔuʊyøœ")
_ALIKE = ("pbm", "tdɾðθ", "kɡgx", "fvw", "szʃʒ", "nmŋ", "lɹrw", "jiɪ", "hɦ")
_FLEETING = frozenset("hjwɹəʔ")


@dataclass(frozen=True)
class GameWords:
    """Names, places, watched phrases and whatever else the game speaks of.

    Attributes:
        phrases: as the game writes them, the most important first.
    """

    phrases: tuple[str, ...] = ()

    @classmethod
    def of(cls, words: Iterable[str]) -> GameWords:
        """Of what a game or server tells; empty and double ones are left out."""
        tidy = (" ".join(re.sub(r"[_\W]+", " ", word.replace("'", "’")).replace("’", "'").split()) for word in words)
        return cls(tuple(dict.fromkeys(word for word in tidy if any(c.isalpha() for c in word)))[:_MOST])

    @cached_property
    def prompt(self) -> str:
        """What the recogniser gets to see before it listens."""
        kept: list[str] = []
        size = 0
        for phrase in self.phrases:
            size += len(phrase) + 2
            if size > _PROMPT:
                break
            kept.append(phrase)
        return f"{', '.join(kept)}." if kept else _USUAL

    @cached_property
    def single(self) -> frozenset[str]:
        """Every word of them that says something."""
        return frozenset(word for phrase in self.phrases for word in plain_words(phrase) if word not in word_list("common"))

    @cached_property
    def pairs(self) -> frozenset[tuple[str, str]]:
        """Words that follow each other in them."""
        return frozenset(pair for phrase in self.phrases for pair in pairwise(plain_words(phrase)))

    @cached_property
    def _sounds(self) -> tuple[tuple[str, str], ...]:
        words = dict.fromkeys(word for phrase in self.phrases for word in (phrase, *phrase.split()) if len(word) > 2)
        sounds = ((word, sound_of(word)) for word in words if word.lower() not in word_list("common"))
        return tuple((word, sound) for word, sound in sounds if len(sound) > 1)

    def put_right(self, guess: Guess) -> list[Guess]:
        """The text, and what it would be if words of the game had been said where others sound like them.

        Each change has its price in `score`, so that whoever chooses among them weighs it against what is likely.
        """
        found = [guess]
        words = guess.text.split()
        changes: list[tuple[float, int, int, str]] = []
        for start in range(len(words)):
            for count in (1, 2, 3):
                part = words[start : start + count]
                if len(part) == count:
                    changes += [(cost, start, count, word) for word, cost in self._near(" ".join(part))]
        taken: list[tuple[float, int, int, str]] = []
        for change in sorted(changes)[: 4 * _MOVES]:
            found.append(_changed(guess, words, [change]))
            if len(taken) < _MOVES and not any(_overlap(change, other) for other in taken):
                taken.append(change)
        if len(taken) > 1:
            found.append(_changed(guess, words, sorted(taken, key=lambda change: change[1])))
        return found

    def _near(self, said: str) -> list[tuple[str, float]]:
        plain = " ".join(plain_words(said))
        if not plain or plain in (phrase.lower() for phrase in self.phrases) or plain in self.single:
            return []
        sound = sound_of(plain)
        near: list[tuple[str, float]] = []
        for word, theirs in self._sounds:
            longest = max(len(sound), len(theirs))
            if abs(len(sound) - len(theirs)) > _NEAR * longest:
                continue
            difference = distance(sound, theirs, _NEAR * longest)
            if difference <= _NEAR * longest:
                near.append((word, _PRICE * difference * (1.0 if difference > 0.0 else 0.0)))
        return sorted(near, key=lambda found: found[1])[:2]


def _changed(guess: Guess, words: Sequence[str], changes: Sequence[tuple[float, int, int, str]]) -> Guess:
    out, place, price = [], 0, 0.0
    for cost, start, count, word in changes:
        out += [*words[place:start], word + _mark(words[start + count - 1])]
        place, price = start + count, price + cost
    text = " ".join([*out, *words[place:]])
    tokens = 1.3 * len(plain_words(text)) + 2
    return Guess(text, guess.score - price / tokens)


def _mark(word: str) -> str:
    """The punctuation at a word's end."""
    found = re.search(r"[.,;:!?…]+$", word)
    return found.group() if found else ""


def _overlap(one: tuple[float, int, int, str], other: tuple[float, int, int, str]) -> bool:
    return one[1] < other[1] + other[2] and other[1] < one[1] + one[2]


@lru_cache(maxsize=8192)
def sound_of(words: str) -> str:
    """The phonemes of words, without stress and pauses."""
    return ph.plain(ph.phonemes(words))


@lru_cache(maxsize=65536)
def distance(one: str, other: str, most: float = math.inf) -> float:
    """How much two rows of phonemes differ: 1 for one that is wholly another, less for those that are easily mistaken.

    Args:
        most: what is beyond it may be told as infinite, and sooner.
    """
    row = [0.0]
    for phoneme in other:
        row.append(row[-1] + _ALONE[phoneme])
    for mine in one:
        costs, alone = _COSTS[mine], _ALONE[mine]
        before, row[0] = row[0], row[0] + alone
        least = left = row[0]
        for j, theirs in enumerate(other, 1):
            up = row[j]
            changed = before + costs[theirs]
            best = min(up + alone, left + _ALONE[theirs], changed)
            before, row[j], left = up, best, best
            least = min(least, best)
        if least > most:
            return math.inf
    return row[-1]


class _Alone(dict[str, float]):
    """What a phoneme costs that the other row lacks."""

    def __missing__(self, phoneme: str) -> float:
        return self.setdefault(phoneme, 0.5 if phoneme in _FLEETING else 0.8)


class _Costs(dict[str, dict[str, float]]):
    """What it costs to take a phoneme for another."""

    def __missing__(self, phoneme: str) -> dict[str, float]:
        return self.setdefault(phoneme, _Between(phoneme))


class _Between(dict[str, float]):
    def __init__(self, one: str) -> None:
        self._one = one

    def __missing__(self, other: str) -> float:
        return self.setdefault(other, _between(self._one, other))


_ALONE, _COSTS = _Alone(), _Costs()


def _between(one: str, other: str) -> float:
    if one == other:
        return 0.0
    if one in _VOWELS and other in _VOWELS:
        return 0.4
    return 0.45 if any(one in group and other in group for group in _ALIKE) else 1.0
