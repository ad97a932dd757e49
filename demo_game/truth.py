"""Ground truth: what words mean among what is really there, and what would be right to do.

Words come from people and from the decided lines of scripts; a small grammar reads them, which knows the village's own names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from demo_game.figures import Actor, Entity, ScreenBox
from demo_game.view import in_view
from demo_game.village import CAST, KINDS
from demo_game.world import World
from engine.lab.data.teacher import Lesson, Situation, teach

# -- what words say --------------------------------------------------------------------------------------------

# The first phrase found decides. Specific meanings come before words that many meanings share.
PHRASES: tuple[tuple[str, str], ...] = (
    ("threaten", r"or else|i'?ll (?:kill|hurt|cut|gut) you|i will (?:kill|hurt|cut|gut) you"),
    ("apologize", r"sorry|apologi[sz]e|forgive me"),
    ("insult", r"idiots?|stupid|fool|ugly|you (?:are|'re) a coward|worthless"),
    ("follow_me", r"follow me|come with me|come along|stick with me|walk with me"),
    ("wait_here", r"wait here|wait|stay here|stay put|stay where you are|don'?t move|hold still"),
    ("ask_where", r"where(?:'s| is| are)|show me|point (?:at|to|out)"),
    ("identify", r"(?:what|who)(?:'s| is) (?:that|this)"),
    ("warn", r"watch out|look out|beware|careful|(?:wolf|fire) (?:behind|over there|is coming)"),
    ("flee", r"run(?: away| for your life)?(?! (?:over )?to)|flee|get out of here|escape|save yourself"),
    ("attack", r"attack|kill|fight|slay|strike|hit"),
    ("help_me", r"help(?: me)?|save me|protect me|heal me|i(?:'m| am) (?:hurt|wounded|bleeding)"),
    ("give_me", r"(?:give|hand|pass|bring|fetch|get|toss) (?:me|us)|hand over|gimme|(?:can|could|may) i have|fetch the"),
    ("pick_up", r"pick up|pick the .* up|grab|collect|take the|gather|lift"),
    ("use", r"use|open|drink|eat|read|light the|knock on"),
    ("go_to", r"(?:go|walk|head|move|run|come)(?: over)? to|go (?:and )?stand (?:by|at|next to)|stand by"),
    ("gift", r"(?:a )?gift for you|this is for you|present for you|brought you"),
    ("trade", r"trade|buy|sell|barter|how much|your wares"),
    ("compliment", r"you (?:look|are) (?:great|wonderful|beautiful|brave|kind|amazing)|well done|nice (?:hat|work)"),
    ("thank", r"thanks|thank you|much obliged"),
    ("farewell", r"goodbye|good bye|bye|farewell|see you"),
    ("greet", r"hello|hi|hey|good (?:morning|day|evening)|greetings|well met"),
)
TONES: tuple[tuple[str, str], ...] = (
    ("friendly", r"please|kindly|friend|dear|would you"),
    ("angry", r"now!|damn|at once|idiots?|stupid"),
)


@dataclass(frozen=True)
class Command:
    """What words mean in the village: labels of intent and tone."""

    intent: str
    tone: str


def understand(words: str) -> Command | None:
    """A command, or None where the grammar has no opinion."""
    lowered = words.lower().replace("’", "'")
    intent = _first(PHRASES, lowered)
    return None if intent is None else Command(intent, _first(TONES, lowered) or "neutral")


def _first(table: tuple[tuple[str, str], ...], words: str) -> str | None:
    return next((label for label, pattern in table if re.search(rf"(?<!\w)(?:{pattern})(?!\w)", words)), None)


# -- what would be right ---------------------------------------------------------------------------------------

# What people may speak of that the village does not have.
VOCABULARY: Mapping[str, tuple[str, ...]] = {
    "wolf": ("hostile", "animal"),
    "dragon": ("hostile",),
    "bear": ("hostile", "animal"),
    "horse": ("animal",),
    "cat": ("animal",),
    "crown": ("item",),
    "shield": ("item",),
    "green potion": ("item",),
    "lantern": ("item",),
    "map": ("item",),
    "cheese": ("item", "food"),
    "pumpkin": ("item", "food"),
    "tower": ("place",),
    "bridge": ("place",),
    "church": ("place",),
    "king": ("person",),
    "wizard": ("person",),
}

# Nature -> action of the teacher -> what that nature may do in its place, and whether it may still do it.
NATURES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "coward": {"attack": ("flee",), "defend": ("flee",), "warn": ("flee",)},
    "guard": {"warn": ("warn", "defend", "attack"), "defend": ("defend", "attack", "warn"), "attack": ("attack", "defend")},
    "merchant": {"give": ("trade", "refuse")},
    "healer": {"attack": ("refuse",)},
    "hermit": {
        "give": ("trade", "refuse"),
        "talk": ("talk", "refuse"),
        "greet": ("greet", "refuse"),
        "celebrate": ("talk", "refuse"),
        "follow": ("follow", "refuse"),
        "go_to": ("go_to", "refuse"),
    },
}
# The merchant gives to those who ask nicely.
KIND_WORDS: Mapping[tuple[str, str], tuple[str, ...]] = {("merchant", "give"): ("give", "trade", "refuse")}


@dataclass(frozen=True)
class Expectation:
    """What would be right.

    Attributes:
        intent: what the words mean.
        actions: those that are right for this nature.
        boxes: screen boxes that a target may fall into; empty where nothing in view is meant.
    """

    intent: str
    actions: tuple[str, ...]
    boxes: tuple[ScreenBox, ...]


def expect(world: World, npc: Actor, words: str) -> Expectation | None:
    """What an NPC should make of `words` now; None where the grammar has no opinion."""
    command = understand(words)
    if command is None:
        return None
    seen = in_view(world)
    phrase = named(words, besides=(npc.name.lower(), *npc.called))
    lesson, meant = lesson_for(seen, command.intent, command.tone, phrase)
    allowed = NATURES.get(npc.persona, {}).get(lesson.action, (lesson.action,))
    if command.tone == "friendly":
        allowed = KIND_WORDS.get((npc.persona, lesson.action), allowed)
    alike = [e for e in seen if e is meant or (lesson.target == "named" and phrase and e.is_called(phrase))]
    return Expectation(command.intent, allowed, tuple(e.box for e in alike) if meant else ())


def lesson_for(seen: Sequence[Entity], intent: str, tone: str, phrase: str | None) -> tuple[Lesson, Entity | None]:
    """The teacher's lesson and the entity that is meant.

    Args:
        seen: what is in view, the largest first.
        phrase: what the words name, or None.
    """
    found = [e for e in seen if phrase is not None and e.is_called(phrase)]
    hostile = [e for e in seen if "hostile" in e.tags]
    hazard = [e for e in seen if "hazard" in e.tags]
    tags = frozenset(tag for e in found for tag in e.tags) if found else None
    lesson = teach(Situation(intent, tone, phrase is not None, tags, bool(hostile), bool(hazard)))
    meant = {"named": found, "hostile": hostile, "hazard": hazard, None: []}[lesson.target]
    return lesson, next(iter(meant), None)


def named(words: str, besides: Sequence[str] = ()) -> str | None:
    """The longest name in the words that the village knows, `besides` those of whom is spoken to."""
    lowered = words.lower()
    known = sorted({*_NAMES, *VOCABULARY} - set(besides), key=lambda name: (-len(name), name))
    return next((name for name in known if re.search(rf"\b{re.escape(name)}\b", lowered)), None)


_NAMES = {
    *(kind.name for kind in KINDS.values()),
    "potion",
    "stall",
    *(name.lower() for name, _, called, _, _ in CAST for name in (name, *called)),
}
