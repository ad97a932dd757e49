"""The game's own ground truth: what a command means in this village, and what would be right to do.

The game understands its own commands by a small phrase grammar (see docs/demo.md), independent of the model.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from demo_game.world import World
from engine.data.teacher import Situation, teach

# First match decides; the words are those of the village's players.
_GRAMMAR: tuple[tuple[str, str], ...] = (
    ("follow_me", r"\b(follow|come with|come along|stick with)\b"),
    ("wait_here", r"\b(wait|stay here|stay put|don't move|hold on|stop)\b"),
    (
        "give_me",
        r"\b(give me|hand me|hand over|pass me|bring me|fetch me|get me|fetch the|can i have|i want the|i need the|gimme)\b",
    ),
    ("pick_up", r"\b(pick|grab|collect|take the|gather|lift)\b"),
    ("ask_where", r"\b(where|show me|point at|point to)\b"),
    ("identify", r"\b(what is that|what's that|what is this|what's this|identify)\b"),
    ("attack", r"\b(attack|kill|fight|slay|hit)\b"),
    ("help_me", r"\b(help|save me|protect me|heal me|i'm hurt)\b"),
    ("warn", r"\b(watch out|look out|beware|careful|danger)\b"),
    ("flee", r"\b(run away|run|flee|get out|escape|hide)\b"),
    ("use", r"\b(use|open|drink|eat|activate|read|light)\b"),
    ("go_to", r"\b(go to|walk to|go over to|head to|move to|stand by)\b"),
    ("gift", r"\b(gift|this is for you|i brought you)\b"),
    ("trade", r"\b(trade|buy|sell|how much|wares)\b"),
    ("thank", r"\b(thanks|thank you)\b"),
    ("apologize", r"\b(sorry|apologi[sz]e|forgive me)\b"),
    ("threaten", r"\b(i'll kill you|i will kill you|or else)\b"),
    ("insult", r"\b(idiot|stupid|coward|ugly|fool)\b"),
    ("farewell", r"\b(goodbye|bye|farewell|see you)\b"),
    ("greet", r"\b(hello|hi|hey|good morning|greetings)\b"),
)
# What a nature does in place of what the rules say (docs/characters.md tells why).
_NATURES: dict[str, dict[str, tuple[str, ...]]] = {
    "coward": {"attack": ("flee",), "defend": ("flee",), "warn": ("flee",)},
    "guard": {"warn": ("defend", "attack"), "defend": ("attack",)},
    "merchant": {"give": ("trade", "refuse")},
    "healer": {"attack": ("refuse",)},
    "hermit": {"give": ("trade", "refuse"), "talk": ("refuse",), "greet": ("refuse",), "celebrate": ("talk", "refuse")},
}


@dataclass(frozen=True)
class Expectation:
    """What would be right: allowed actions, and the screen box that a target should fall into (None: no target)."""

    intent: str
    actions: tuple[str, ...]
    box: tuple[float, float, float, float] | None


def understand(words: str) -> str | None:
    """The intent of a command by the game's own grammar, or None where it has no opinion."""
    lowered = words.lower()
    return next((intent for intent, pattern in _GRAMMAR if re.search(pattern, lowered)), None)


def expect(world: World, kind: str, words: str) -> Expectation | None:
    """What an NPC of nature `kind` should make of `words` now."""
    intent = understand(words)
    if intent is None:
        return None
    entities = world.entities()
    hostile = next((box for _, box, tags in entities if "hostile" in tags), None)
    hazard = next((box for _, box, tags in entities if "hazard" in tags), None)
    name, found = _named(words, entities)
    tags = frozenset(t for _, _, ts in found for t in ts) if found else None
    lesson = teach(Situation(intent, "neutral", name is not None, tags, hostile is not None, hazard is not None))
    box = {"named": found[0][1] if found else None, "hostile": hostile, "hazard": hazard, None: None}[lesson.target]
    others = _NATURES.get(kind, {}).get(lesson.action, ())
    return Expectation(intent, (lesson.action, *others), box)


def _named(
    words: str, entities: list[tuple[str, tuple[float, float, float, float], tuple[str, ...]]]
) -> tuple[str | None, list[tuple[str, tuple[float, float, float, float], tuple[str, ...]]]]:
    """The longest name in the words that the village knows, and the entities in view that bear it."""
    known = sorted({*(n for n, _, _ in entities), *_VOCABULARY}, key=len, reverse=True)
    lowered = words.lower()
    name = next((n for n in known if re.search(rf"\b{re.escape(n)}\b", lowered)), None)
    return name, [e for e in entities if e[0] == name or (name and e[0].endswith(f" {name}"))]


_VOCABULARY = (
    "red potion",
    "blue potion",
    "potion",
    "key",
    "chest",
    "well",
    "campfire",
    "wolf",
    "fire",
    "sword",
    "bread",
    "apple",
    "barrel",
    "sign",
    "door",
    "tree",
    "flower",
    "house",
    "dragon",
    "crown",
    "shield",
    "boat",
    "green potion",
    "horse",
)
