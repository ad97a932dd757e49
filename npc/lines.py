"""What the character says: the most fitting authored line, varied, not repeated."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Mapping, Sequence

from npc.conditions import Line, Moment

# A line is not said again while it is among the last few, as long as there is another that fits.
_REMEMBERED = 6


class Speaker:
    """Chooses lines for one character.

    Among the lines that fit, those that ask for most come first (storylet saliency, as in Ink and Yarn
    Spinner); what was said lately gives way to what was not, then to the line said longest ago.
    """

    def __init__(
        self, lines: Mapping[str, Sequence[Line]], fallback: Mapping[str, Sequence[Line]], rng: random.Random
    ) -> None:
        self._lines = lines
        self._fallback = fallback
        self._rng = rng
        self._said: deque[str] = deque(maxlen=_REMEMBERED)

    def line(self, key: str, moment: Moment, variables: Mapping[str, str]) -> str:
        """A line under `key` (an action or `unclear`); empty where none fits."""
        own = self._choose(self._lines.get(key, ()), moment, variables)
        return own or self._choose(self._fallback.get(key, ()), moment, variables)

    def one_of(self, lines: Sequence[Line], moment: Moment, variables: Mapping[str, str]) -> str:
        """A line out of `lines`, such as those of a rule; empty where none fits."""
        return self._choose(lines, moment, variables)

    def _choose(self, lines: Sequence[Line], moment: Moment, variables: Mapping[str, str]) -> str:
        fitting = [line for line in lines if line.variables <= variables.keys() and line.holds(moment)]
        if not fitting:
            return ""
        fresh = [line for line in fitting if line.say not in self._said]
        if fresh:
            most = max(line.specificity for line in fresh)
            chosen = self._rng.choice([line for line in fresh if line.specificity == most])
        else:
            chosen = min(fitting, key=lambda line: self._said.index(line.say))
            self._said.remove(chosen.say)
        self._said.append(chosen.say)
        return chosen.spoken(variables)
