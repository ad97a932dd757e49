"""What a character feels: its mood, which passes, and what it thinks of each person, which stays.

The mood stands in valence, arousal and dominance, each in -1..1. After ALMA (Gebhard 2005, "ALMA: A Layered Model of Affect"):
events raise emotions, each emotion pushes the mood, and the mood drifts back to the temperament that the traits give it.

A relationship is trust, affection, fear and respect, each in -1..1, 0 at first. How much each kind of words moves it is set by
hand in `behaviour.yaml`, not taken from the literature.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, NamedTuple, TypeAlias, get_args

from pydantic import Field

# -- mood ------------------------------------------------------------------------------------------------------


class Affect(NamedTuple):
    """A point of the mood space."""

    valence: float
    arousal: float
    dominance: float

    def plus(self, other: Affect, weight: float = 1.0) -> Affect:
        """`self + weight * other`, cut to -1..1 on each axis."""
        valence, arousal, dominance = self[0] + weight * other[0], self[1] + weight * other[1], self[2] + weight * other[2]
        return Affect(max(-1.0, min(1.0, valence)), max(-1.0, min(1.0, arousal)), max(-1.0, min(1.0, dominance)))

    def minus(self, other: Affect) -> Affect:
        """The difference; not cut."""
        return Affect(self[0] - other[0], self[1] - other[1], self[2] - other[2])


# OCC emotions (Ortony, Clore & Collins 1988) as points of the mood space: Gebhard 2005, table 2.
EMOTIONS: Mapping[str, Affect] = {
    "anger": Affect(-0.51, 0.59, 0.25),
    "disappointment": Affect(-0.3, 0.1, -0.4),
    "distress": Affect(-0.4, -0.2, -0.5),
    "fear": Affect(-0.64, 0.60, -0.43),
    "gratification": Affect(0.6, 0.5, 0.4),
    "gratitude": Affect(0.4, 0.2, -0.3),
    "joy": Affect(0.4, 0.2, 0.1),
    "liking": Affect(0.40, 0.16, -0.24),
    "pity": Affect(-0.4, -0.2, -0.5),
    "pride": Affect(0.4, 0.3, 0.3),
    "relief": Affect(0.2, -0.3, 0.4),
    "reproach": Affect(-0.3, -0.1, 0.4),
    "satisfaction": Affect(0.3, -0.2, 0.4),
}

# ALMA's moods are back to normal after about twenty minutes; four half-lives leave 6 %.
HALF_LIFE = 300.0
# One event moves the mood by this share of the emotion: a shouted insult is felt at once, a fright after the
# second time.
PUSH = 0.3
# Below this distance from its temperament the character feels nothing worth naming.
NOTICEABLE = 0.3

# What characters show, as points of the mood space; the nearest of them names the mood.
SHOWN: Mapping[str, Affect] = {
    "happy": EMOTIONS["joy"],
    "angry": EMOTIONS["anger"],
    "afraid": EMOTIONS["fear"],
    "sad": EMOTIONS["distress"],
}


def temperament(traits: Mapping[str, float]) -> Affect:
    """The mood that the traits tend to.

    Mehrabian's (1996) regression from the Big Five onto pleasure, arousal and dominance, with warm for
    agreeableness, cheerful for extraversion, brave for emotional stability and lawful for conscientiousness.
    """
    warm, cheerful = traits.get("warm", 0.0), traits.get("cheerful", 0.0)
    brave, lawful = traits.get("brave", 0.0), traits.get("lawful", 0.0)
    return Affect(
        0.21 * cheerful + 0.59 * warm + 0.19 * brave,
        0.30 * warm - 0.57 * brave,
        0.17 * lawful + 0.60 * cheerful - 0.32 * warm,
    )


class Mood:
    """The changing mood of one character, on the clock of its percepts."""

    def __init__(self, home: Affect) -> None:
        self.home = home
        self.now = home
        self._time: float | None = None

    @property
    def shift(self) -> Affect:
        """How far the mood is from the temperament."""
        return self.now.minus(self.home)

    @property
    def name(self) -> str:
        """`happy`, `angry`, `afraid`, `sad`, or `neutral` where nothing has moved it much."""
        shift = self.shift
        if math.hypot(*shift) < NOTICEABLE:
            return "neutral"
        return max(SHOWN, key=lambda name: _cosine(shift, SHOWN[name]))

    def pass_time(self, time: float) -> None:
        """Drift home until `time` in seconds; a clock that runs backwards changes nothing."""
        elapsed = 0.0 if self._time is None else max(0.0, time - self._time)
        self._time = time
        if elapsed and self.now != self.home:
            self.now = self.home.plus(self.shift, 0.5 ** (elapsed / HALF_LIFE))

    def feel(self, emotion: str, intensity: float) -> None:
        """Be pushed by an emotion of `EMOTIONS` or `SHOWN`, `intensity` in 0..1; others push nowhere."""
        point = EMOTIONS.get(emotion) or SHOWN.get(emotion)
        if point:
            self.now = self.now.plus(point, PUSH * intensity)


def _cosine(a: Affect, b: Affect) -> float:
    return sum(x * y for x, y in zip(a, b, strict=True)) / (math.hypot(*a) * math.hypot(*b))


# -- relationships ---------------------------------------------------------------------------------------------

Dimension: TypeAlias = Literal["trust", "affection", "fear", "respect"]
Degree: TypeAlias = Annotated[float, Field(ge=-1, le=1)]
DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)
# From here on a dimension has a name that lines and rules can ask for: three compliments make a friend.
NOTABLE = 0.25


@dataclass(slots=True)
class Relationship:
    """How one person stands with the character."""

    trust: Degree = 0.0
    affection: Degree = 0.0
    fear: Degree = 0.0
    respect: Degree = 0.0

    @property
    def name(self) -> str:
        """`friend`, `foe` or `feared`; `acquaintance` where nothing is notable."""
        if self.fear >= NOTABLE and self.fear >= abs(self.affection):
            return "feared"
        if abs(self.affection) < NOTABLE:
            return "acquaintance"
        return "friend" if self.affection > 0 else "foe"

    @property
    def weight(self) -> float:
        """How much there is to it at all: 0 for a stranger."""
        return sum(abs(value) for value in self.as_drives().values())

    def as_drives(self) -> dict[str, float]:
        """Its dimensions by name, for the appeals of actions."""
        return {name: getattr(self, name) for name in DIMENSIONS}

    def move(self, change: Mapping[Dimension, float], weight: float = 1.0) -> None:
        """Add `weight` times the change of each dimension.

        What is thought already resists: the nearer a dimension is to the end it moves to, the less it moves, so
        that no number of compliments buys everything and one insult does not undo a long friendship.
        """
        for name, amount in change.items():
            now, step = getattr(self, name), amount * weight
            room = 1.0 - now if step > 0 else 1.0 + now
            setattr(self, name, max(-1.0, min(1.0, now + step * min(1.0, room))))
