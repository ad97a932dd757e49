"""Steps to a side: "move a bit to the left", "one step back"."""

from __future__ import annotations

import re

from npc.conversation.clause import Clause
from npc.language.senses import Sense

_STEPS = frozenset({"move", "step", "go", "come", "walk"})
_ASIDE = re.compile(
    r"(?:(?:just |over |back |a (?:bit|little|tad|step|touch) |one step |more |further |to |the |your |my )*)"
    r"(?P<side>left|right|forwards?|backwards?)(?: (?:a (?:bit|little|tad)|please|now|more))*",
    re.IGNORECASE,
)


def side_of(clause: Clause) -> str:
    """Where somebody is to move to by a step; empty where that is not what is asked."""
    rest = clause.meaning.values.get("rest", "").strip(" .!")
    found = _ASIDE.fullmatch(rest) if clause.sense is Sense.ORDER and clause.meaning.verb in _STEPS else None
    return found["side"].lower().removesuffix("s") if found is not None else ""
