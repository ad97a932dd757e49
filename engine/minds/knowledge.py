"""Questions to facts: which of the things that a card knows do the words ask for?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from npc import Persona

Floats = npt.NDArray[np.float32]
_CARDS = 64  # whose questions are kept as vectors
_AHEAD = 4  # questions encoded ahead with one frame: they cost about as much as the frame itself
_DECIMALS = 4  # what a log needs of a cosine


class Knowledge:
    """Compares words with the questions of cards, by their sentence vectors.

    Args:
        sentences: unit sentence vectors [n, S] of n texts; keeps those that it has computed.
    """

    def __init__(self, sentences: Callable[[Sequence[str]], Floats]) -> None:
        self._sentences = sentences
        self._vectors = lru_cache(_CARDS)(sentences)  # by the questions, which an edited card may have changed
        self._ahead: dict[tuple[str, ...], int] = {}

    def prepare(self, personas: Iterable[Persona]) -> None:
        """Encode a few questions of these cards ahead, so that the first words do not wait for all of them."""
        for questions in {persona.questions for persona in personas}:
            done = self._ahead.get(questions, 0)
            if done < len(questions):
                self._sentences(questions[done : done + _AHEAD])
                if len(self._ahead) >= _CARDS:
                    self._ahead.clear()
                self._ahead[questions] = done + _AHEAD
                return

    def likeness(self, persona: Persona, text: str) -> Mapping[str, float]:
        """Cosine of `text` with the nearest question of each fact of the card; empty without words or facts."""
        if not persona.knowledge or not text.strip():
            return {}
        cosines = iter((self._vectors(persona.questions) @ self._sentences([text])[0]).tolist())
        return {name: round(max(next(cosines) for _ in fact.asked), _DECIMALS) for name, fact in persona.knowledge.items()}
