"""How players really type: typos, lost punctuation, shouting. Applied to training lines at random."""

from __future__ import annotations

import random
import re


def roughen(text: str, rng: random.Random, rate: float = 0.35) -> str:
    """With probability `rate`, spoil `text` a little; otherwise return it unchanged."""
    if rng.random() > rate or len(text) < 3:
        return text
    return rng.choice((_drop_letter, _swap_letters, _double_letter, _no_punctuation, _no_spaces_after_comma))(text, rng)


def _place(text: str, rng: random.Random) -> int:
    return rng.randrange(1, len(text) - 1) if len(text) > 2 else 0


def _drop_letter(text: str, rng: random.Random) -> str:
    i = _place(text, rng)
    return text[:i] + text[i + 1 :]


def _swap_letters(text: str, rng: random.Random) -> str:
    i = _place(text, rng)
    return text[:i] + text[i + 1] + text[i] + text[i + 2 :]


def _double_letter(text: str, rng: random.Random) -> str:
    i = _place(text, rng)
    return text[:i] + text[i] + text[i:]


def _no_punctuation(text: str, rng: random.Random) -> str:
    return re.sub(r"[^\w\s]", "", text) or text


def _no_spaces_after_comma(text: str, rng: random.Random) -> str:
    return text.replace(", ", ",")
