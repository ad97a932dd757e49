"""Whether a line of a language model may be heard in the game. What is in doubt is not said."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from npc import Persona

LONGEST = 300  # characters
_OUT_OF_ROLE = re.compile(
    r"\b(as an? (ai|assistant|language model)|language model|chat ?gpt|openai|i(?:'m| am) (?:an? )?(?:ai|assistant)"
    r"|system prompt|the player says|instructions?\b.*\b(?:say|tell|forbid)|roleplay)\b",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"[*_`#\[\]{}<>|\\]|https?:")
# Words by which a character announces an action in its own person: enough to notice "I'll attack", no more.
_ANNOUNCED = {
    "attack": r"attack|kill|strike|fight",
    "follow": r"follow|come with",
    "give": r"give you|hand you",
    "flee": r"run away|flee",
    "heal": r"heal",
    "trade": r"sell you|trade",
    "defend": r"defend|protect",
    "go_to": r"go to",
    "stay": r"stay|wait here",
    "pick_up": r"pick (?:it )?up",
    "use": r"use",
    "warn": r"warn",
}


def fault(line: str, persona: Persona, action: str) -> str:
    """What speaks against saying `line` with `action`; empty where nothing does."""
    if not line.strip() or not any(c.isalpha() for c in line):
        return "empty"
    if len(line) > LONGEST:
        return "too long"
    if any(unicodedata.category(c) in {"Cc", "Cf", "Co", "Cn"} for c in line) or _MARKUP.search(line):
        return "markup"
    if _OUT_OF_ROLE.search(line):
        return "out of role"
    words = re.findall(r"\w+", line.lower())
    if words and Counter(words).most_common(1)[0][1] > max(4, len(words) // 3):
        return "repeats itself"
    for other, said in _ANNOUNCED.items():
        announces = rf"\bI(?:'ll| will| shall|'m going to)\s+(?:{said})\b"
        if other in persona.boundaries and other != action and re.search(announces, line, re.IGNORECASE):
            return f"announces {other}"
    return ""


def cleaned(line: str, name: str) -> str:
    """Without what models put around a line: its speaker, quotes, blanks."""
    line = re.sub(rf"^\s*{re.escape(name)}\s*:\s*", "", line.strip())
    return " ".join(line.strip().strip('"“”').split())
