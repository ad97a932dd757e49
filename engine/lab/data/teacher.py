"""The rule teacher: what a sensible character does and feels, given what was meant and what is in view.

One pure function, used to label synthetic scenes and as the demo game's ground truth. Personality is not
its business: it says what the situation calls for; `npc` decides what this character makes of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SOCIAL = frozenset(
    {"greet", "farewell", "thank", "apologize", "compliment", "chat", "ask_about", "trade", "gift", "agree", "refuse"}
)
ERRANDS = {"go_to": "go_to", "give_me": "give", "pick_up": "pick_up", "use": "use"}
TALK_ACTIONS = {
    "greet": "greet",
    "farewell": "greet",
    "thank": "talk",
    "apologize": "talk",
    "chat": "talk",
    "ask_about": "talk",
    "agree": "talk",
    "compliment": "celebrate",
    "gift": "celebrate",
    "trade": "trade",
    "refuse": "idle",
    "insult": "refuse",
    "follow_me": "follow",
    "wait_here": "stay",
}
TOUCHING = frozenset({"identify", "give_me", "pick_up", "use"})
GLAD = frozenset({"greet", "thank", "compliment", "gift", "agree"})
POINTS_AT_HOSTILE = frozenset({"attack", "help_me", "warn", "flee"})
POINTS_AT_HAZARD = frozenset({"warn", "flee"})


@dataclass(frozen=True)
class Situation:
    """What the player means and what the frame shows.

    Attributes:
        intent, tone: labels of their heads; intent is `none` where nothing was said.
        named: the words name a thing.
        target_tags: tags of the named thing where it is in view, None where it is not (or nothing was named).
        hostile, hazard: something with that tag is in view.
    """

    intent: str = "none"
    tone: str = "neutral"
    named: bool = False
    target_tags: frozenset[str] | None = None
    hostile: bool = False
    hazard: bool = False

    @property
    def missing(self) -> bool:
        """A thing was named that is not in view."""
        return self.named and self.target_tags is None


@dataclass(frozen=True)
class Lesson:
    """The right action and emotion, and which thing they are about.

    `target`: the named thing, the largest hostile, the largest hazard, or nothing in view.
    """

    action: str
    emotion: str
    target: Literal["named", "hostile", "hazard"] | None


def teach(situation: Situation) -> Lesson:
    """The lesson of a situation."""
    return Lesson(_action(situation), _emotion(situation), _target(situation))


def _action(s: Situation) -> str:
    match s.intent:
        case "attack":
            willing = s.target_tags is not None if s.named else s.hostile
            return "attack" if willing else "refuse"
        case "help_me":
            return "defend" if s.hostile else "heal"
        case "warn":
            return "defend" if s.hostile else "flee" if s.hazard else "talk"
        case "flee":
            return "flee" if s.hostile or s.hazard else "refuse"
        case "threaten":
            return "warn" if s.hostile else "defend"
        case "ask_where" | "identify":
            return "talk" if s.target_tags is None else "point_at"
        case "none":
            return "warn" if s.hostile else "flee" if s.hazard else "idle"
    if s.intent in ERRANDS:
        return "refuse" if s.missing else ERRANDS[s.intent]
    return "warn" if s.hostile and s.intent in SOCIAL else TALK_ACTIONS[s.intent]


def _emotion(s: Situation) -> str:
    if s.intent in ("attack", "threaten"):
        return "angry"
    if s.intent == "insult":
        return "angry" if s.tone == "angry" else "disgusted"
    if s.intent in TOUCHING and "foul" in (s.target_tags or ()):
        return "disgusted"
    if s.hostile or (s.hazard and s.intent in ("none", "warn", "flee")):
        return "afraid"
    if s.intent in GLAD:
        return "happy"
    if s.intent in ("farewell", "refuse"):
        return "sad"
    if s.intent in ("apologize", "chat"):
        return {"sad": "sad", "excited": "happy"}.get(s.tone, "neutral")
    return "surprised" if s.intent in ("help_me", "warn") else "neutral"


def _target(s: Situation) -> Literal["named", "hostile", "hazard"] | None:
    if s.named:
        return None if s.missing else "named"
    if s.hostile and s.intent in POINTS_AT_HOSTILE:
        return "hostile"
    return "hazard" if s.hazard and s.intent in POINTS_AT_HAZARD else None
