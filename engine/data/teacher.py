"""The rule teacher: what should be done and felt, given what the player means and what is in view.

It labels synthetic scenes and recordings, and it is the demo game's ground truth. Pure rules, no persona:
a character may have its reasons to do otherwise (see `npc`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SOCIAL = frozenset({"greet", "farewell", "thank", "apologize", "compliment", "chat", "ask_about", "trade", "gift",
                    "agree", "refuse"})
_PLAIN = {"greet": "greet", "farewell": "greet", "thank": "talk", "apologize": "talk", "chat": "talk", "ask_about": "talk",
          "agree": "talk", "compliment": "celebrate", "gift": "celebrate", "trade": "trade", "refuse": "idle",
          "follow_me": "follow", "wait_here": "stay", "insult": "refuse"}
_HANDLE = {"go_to": "go_to", "give_me": "give", "pick_up": "pick_up", "use": "use"}
_FEELING = {"greet": "happy", "thank": "happy", "compliment": "happy", "gift": "happy", "agree": "happy",
            "farewell": "sad", "refuse": "sad", "help_me": "surprised", "warn": "surprised"}

TargetKind = Literal["named", "hostile", "hazard"]


@dataclass(frozen=True)
class Situation:
    """What is meant and what is in view.

    Attributes:
        intent: a label of the intent head; `none` where nothing was said.
        tone: a label of the tone head.
        named: the words name a thing.
        in_view: the named thing is in view.
        hostile: something hostile is in view.
        hazard: something dangerous (fire, bomb) is in view.
        foul: the named thing in view is foul (rot, vermin).
    """

    intent: str = "none"
    tone: str = "neutral"
    named: bool = False
    in_view: bool = False
    hostile: bool = False
    hazard: bool = False
    foul: bool = False


@dataclass(frozen=True)
class Lesson:
    """The right action and emotion, and which kind of entity is the target (None: nothing)."""

    action: str
    emotion: str
    target: TargetKind | None


def teach(situation: Situation) -> Lesson:
    """The lesson of a situation. The first rule that matches decides."""
    return Lesson(_action(situation), _emotion(situation), _target(situation))


def _action(s: Situation) -> str:
    if s.intent == "none":
        return "warn" if s.hostile else "flee" if s.hazard else "idle"
    if s.intent in ("attack", "help_me", "warn", "flee", "threaten"):
        return _action_in_danger(s)
    if s.intent in SOCIAL and s.hostile:
        return "warn"
    if s.intent in ("ask_where", "identify"):
        return "point_at" if s.named and s.in_view else "talk"
    if s.intent in _HANDLE:
        return "refuse" if s.named and not s.in_view else _HANDLE[s.intent]
    return _PLAIN[s.intent]


def _action_in_danger(s: Situation) -> str:
    if s.intent == "attack":
        return "attack" if (s.in_view if s.named else s.hostile) else "refuse"
    if s.intent == "help_me":
        return "defend" if s.hostile else "heal"
    if s.intent == "warn":
        return "defend" if s.hostile else "flee" if s.hazard else "talk"
    if s.intent == "flee":
        return "flee" if s.hostile or s.hazard else "refuse"
    return "warn" if s.hostile else "defend"   # threaten


def _emotion(s: Situation) -> str:
    if s.intent in ("attack", "threaten"):
        return "angry"
    if s.intent == "insult":
        return "angry" if s.tone == "angry" else "disgusted"
    if s.foul and s.in_view and s.intent in ("identify", "give_me", "pick_up", "use"):
        return "disgusted"
    if s.hostile or (s.hazard and s.intent in ("none", "warn", "flee")):
        return "afraid"
    if s.intent in ("apologize", "chat"):
        return {"sad": "sad", "excited": "happy"}.get(s.tone, "neutral")
    return _FEELING.get(s.intent, "neutral")


def _target(s: Situation) -> TargetKind | None:
    if s.named:
        return "named" if s.in_view else None
    if s.intent in ("attack", "help_me", "warn", "flee") and s.hostile:
        return "hostile"
    if s.intent in ("warn", "flee") and s.hazard:
        return "hazard"
    return None
