"""The game's own reading of commands: phrases that the village knows, independent of the engine's model.

Described in docs/demo.md. It has no opinion about words outside of it: those are not scored.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

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
