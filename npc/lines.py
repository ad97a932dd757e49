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

    def __init__(self, lines: Mapping[str, Sequence[Line]], fallback: Mapping[str, Sequence[Line]], seed: str) -> None:
        self._lines = lines
        self._fallback = fallback
        self._seed = seed
        self._said: deque[str] = deque(maxlen=_REMEMBERED)
        self._choices = 0

    @property
    def state(self) -> tuple[int, tuple[str, ...]]:
        """How often it has chosen, and the last lines: with these another speaker goes on where this one stopped."""
        return self._choices, tuple(self._said)

    def resume(self, choices: int, said: Sequence[str]) -> None:
        """Go on where another speaker with the same seed stopped; see `state`."""
        self._choices = choices
        self._said.extend(said)

    def line(self, key: str, moment: Moment, variables: Mapping[str, str]) -> str:
        """A line under `key` (an action or `unclear`); empty where none fits."""
        own = self._choose(self._lines.get(key, ()), moment, variables)
        return own or self._choose(self._fallback.get(key, ()), moment, variables)

    def one_of(self, lines: Sequence[Line], moment: Moment, variables: Mapping[str, str]) -> str:
        """A line out of `lines`, such as those of a rule; empty where none fits."""
        return self._choose(lines, moment, variables)

    def _choose(self, lines: Sequence[Line], moment: Moment, variables: Mapping[str, str]) -> str:
        fitting = [line for line in lines if self._fits(line, moment, variables)]
        if not fitting:
            return ""
        fresh = [line for line in fitting if line.say not in self._said]
        if fresh:
            most = max(line.specificity for line in fresh)
            best = [line for line in fresh if line.specificity == most]
            # Seeded for each choice: a few bytes of state, where a generator's own would fill a save file.
            chosen = random.Random(f"{self._seed}/{self._choices}").choice(best)
            self._choices += 1
        else:
            chosen = min(fitting, key=lambda line: self._said.index(line.say))
            self._said.remove(chosen.say)
        self._said.append(chosen.say)
        if chosen.once is not None:
            moment.told[chosen.once].add(chosen.say)
        return chosen.spoken(variables)

    @staticmethod
    def _fits(line: Line, moment: Moment, variables: Mapping[str, str]) -> bool:
        if line.once is not None and line.say in moment.told[line.once]:
            return False
        return line.variables <= variables.keys() and line.holds(moment)
