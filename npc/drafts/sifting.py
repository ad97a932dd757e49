"""What speaks against a draft: that it is no line, would be a fault of the card, claims too much, or is there already."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

from npc.card_review import spoken
from npc.drafts.gaps import Gap
from npc.errors import PersonaError
from npc.persona import Persona, persona_from
from npc.variables import names_in

ALIKE = 0.8  # of the letters, from which two lines are one
_SHARED = 0.75  # of the words
_WORD = re.compile(r"\w+")

# What is wrong with a line said with an action by a persona: its form, its claims. Empty: nothing.
Judge = Callable[[str, str, Persona], str]


@dataclass(frozen=True, slots=True)
class Draft:
    """A line for a gap; `why`: what speaks against it, empty where nothing does."""

    gap: Gap
    line: str
    why: str = ""


def sifted(gap: Gap, line: str, persona: Persona, taken: Iterable[str], judge: Judge) -> Draft:
    """A draft, with what speaks against it.

    Args:
        taken: lines of the card, and drafts that were accepted.
        judge: whether the line may be said at all, see `engine.voice.author`.
    """
    return Draft(gap, line, _misfit(gap, line, persona) or judge(line, gap.action, persona) or _double(line, taken))


def _misfit(gap: Gap, line: str, persona: Persona) -> str:
    if not line:
        return "nothing came"
    try:
        if unknown := sorted(names_in(line) - {"name", "player"}):
            return f"names {{{unknown[0]}}}, which may not be known"
        trial: dict[str, object] = {"name": persona.name}
        if gap.kind == "fact":
            trial["knowledge"] = {"draft": {"asked": [gap.question], "say": [line]}}
        elif gap.kind == "bark":
            trial["barks"] = [{"when": gap.when, "say": [line]}]
        else:
            trial["lines"] = {str(gap.where[1]): [line]}
        persona_from(trial)
    except (PersonaError, ValueError) as error:
        return f"is a fault in a card: {getattr(error, 'message', error)}"
    return ""


def _double(line: str, taken: Iterable[str]) -> str:
    mine = line.lower()
    words = set(_WORD.findall(mine))
    for other in taken:
        theirs = other.lower()
        both = set(_WORD.findall(theirs))
        shared = len(words & both) / max(len(words | both), 1)
        if shared >= _SHARED or (shared > 0.3 and SequenceMatcher(None, mine, theirs).ratio() >= ALIKE):
            return f"is much like “{other[:60]}”"
    return ""


def said_by(persona: Persona) -> list[str]:
    """All lines of a card."""
    return [line.say for _, lines in spoken(persona) for line in lines]
