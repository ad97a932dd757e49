"""Utility: what the character would do of all that it might do.

An action's utility is its probability times the character's willingness (1, less where it dislikes the
action). What a reluctant character takes away from an action goes to the actions that it would rather do:

    utility(a) = willingness(a) * (p(a) + sum of p(b) * reluctance(b) over the b that name a in `instead`)

So a willing character does what it was asked, and a coward's share of `defend` goes to `flee`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from npc.behaviour import Leaning

# Labels below this probability are noise of the head, not candidates.
_FLOOR = 0.02
# Liking an action tips the scales between near equals; it does not overrule what was asked.
_EAGERNESS = 0.25
_NO_FAVOURS: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Choice:
    """What won (`label`), what perception proposed (`wanted`, with probability `p`), and all utilities."""

    label: str
    wanted: str
    p: float
    utilities: Mapping[str, float]
    appeals: Mapping[str, float]


class Arbiter:
    """Weighs the labels of one head for one character."""

    def __init__(self, leanings: Mapping[str, Leaning], traits: Mapping[str, float], never: Collection[str] = ()) -> None:
        self._leanings = leanings
        self._never = frozenset(never)
        self._still = {
            label: sum(weight * traits.get(drive, 0.0) for drive, weight in leaning.appeal.items())
            for label, leaning in leanings.items()
        }
        self._moving = {
            label: tuple((drive, weight) for drive, weight in leaning.appeal.items() if drive not in traits)
            for label, leaning in leanings.items()
        }

    def appeal(self, label: str, drives: Mapping[str, float], favours: Mapping[str, float] = _NO_FAVOURS) -> float:
        """How much the character wants `label`, -1..1; -1 where a boundary forbids it.

        `drives` are the mood shift and the tone of voice, by name; `favours` what goals add to labels.
        """
        if label in self._never:
            return -1.0
        total = self._still.get(label, 0.0) + favours.get(label, 0.0)
        for drive, weight in self._moving.get(label, ()):
            total += weight * drives.get(drive, 0.0)
        return max(-1.0, min(1.0, total))

    def choose(
        self,
        probabilities: Mapping[str, float],
        drives: Mapping[str, float],
        default: str,
        favours: Mapping[str, float] = _NO_FAVOURS,
    ) -> Choice:
        """The label of highest utility; `default` where nothing is proposed or nothing may be done."""
        proposed = {label: p for label, p in probabilities.items() if p >= _FLOOR and label in self._leanings}
        wanted = max(proposed, key=proposed.__getitem__, default=default)
        appeals: dict[str, float] = {}
        utilities: dict[str, float] = {}
        for label, p in proposed.items():
            appeal = self._weigh(label, drives, favours, appeals)
            utilities[label] = utilities.get(label, 0.0) + p * _willingness(appeal)
            if appeal < 0.0:
                for other in self._leanings[label].instead:
                    share = -p * appeal * _willingness(self._weigh(other, drives, favours, appeals))
                    utilities[other] = utilities.get(other, 0.0) + share
        allowed = {label: utility for label, utility in utilities.items() if label not in self._never}
        best = max(allowed, key=allowed.__getitem__, default=default)
        return Choice(best, wanted, probabilities.get(wanted, 0.0), utilities, appeals)

    def _weigh(self, label: str, drives: Mapping[str, float], favours: Mapping[str, float], appeals: dict[str, float]) -> float:
        if label not in appeals:
            appeals[label] = self.appeal(label, drives, favours)
        return appeals[label]


def _willingness(appeal: float) -> float:
    return 1.0 + (appeal if appeal < 0.0 else _EAGERNESS * appeal)
