"""What conditions of a card may name. A label that does not exist would never hold, and nobody would notice."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, TypeAlias

from npc.behaviour import load_behaviour
from npc.card_file import suggestion
from npc.conditions import Condition
from npc.mood import SHOWN

if TYPE_CHECKING:
    from npc.persona import Persona

CAUSES = ("words", "boundary", "unwilling", "rule", "absent", "unable", "unknown", "unclear", "reflex", "event", "plan")
RELATIONSHIPS = ("acquaintance", "friend", "foe", "feared")
_Place: TypeAlias = tuple[int | str, ...]


def common_labels() -> dict[str, Collection[str]]:
    """Entry of a condition -> the labels that it may name in any card. What is in view may be called anything."""
    behaviour = load_behaviour()
    actions = tuple(behaviour.actions)
    return {
        "intent": behaviour.intents,
        "tone": behaviour.tones,
        "action": actions,
        "wanted": actions,
        "emotion": tuple(behaviour.emotions),
        "mood": ("neutral", *SHOWN),
        "relationship": RELATIONSHIPS,
        "cause": CAUSES,
        "event": tuple(behaviour.events),
        "remembers": (*behaviour.intents, *behaviour.events),
        "did": actions,
    }


def unknown_labels(persona: Persona) -> Iterator[tuple[_Place, str]]:
    """Where a condition of the card names what does not exist, and what is wrong there."""
    labels: dict[str, Collection[str]] = {
        **common_labels(),
        "promised": (*load_behaviour().actions, *load_behaviour().plans, *persona.plans),
        "knows": persona.knowledge,
    }
    for place, condition in _conditions(persona):
        for entry, known in labels.items():
            for label in getattr(condition, entry):
                if label not in known:
                    yield (*place, entry), f"unknown {entry} `{label}`; {suggestion(label, known)}"


def _conditions(persona: Persona) -> Iterator[tuple[_Place, Condition]]:
    for n, rule in enumerate(persona.rules):
        yield ("rules", n, "when"), rule.when
        yield from _each(("rules", n, "say"), rule.say)
    for action, needs in persona.requires.items():
        yield ("requires", action), needs
    for name, plan in persona.plans.items():
        yield ("plans", name, "when"), plan.when
    for field in ("boundaries", "lines"):
        spoken: Mapping[str, tuple[Condition, ...]] = getattr(persona, field)
        for key, lines in spoken.items():
            yield from _each((field, key), lines)
    for name, fact in persona.knowledge.items():
        yield from _each(("knowledge", name, "say"), fact.say)


def _each(place: _Place, lines: tuple[Condition, ...]) -> Iterator[tuple[_Place, Condition]]:
    for n, line in enumerate(lines):
        yield (*place, n), line
