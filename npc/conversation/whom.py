"""Whom "him" means where nobody was spoken of: whoever is in view."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from npc.conversation.clause import Clause
from npc.conversation.referring import DONE_TO_SOMEBODY
from npc.conversation.things import Thing, table
from npc.language.kinds import is_alive
from npc.types import Detection, Percept

# Of these several in view may be meant, and one of them is a foe.
_TO_A_FOE = DONE_TO_SOMEBODY - {"heal"} | {"block"}
_TO_THINGS = frozenset({"catch", "get", "grab", "hit", "kick", "strike"})  # as well
_HIM = re.compile(r"(?:him|her|he|she)\b", re.IGNORECASE)


def in_sight(clause: Clause, percept: Percept, watch: Sequence[Detection], foes: Collection[str]) -> tuple[Clause, Percept]:
    """The clause of an order with whoever is in view in the place of "him", where one alone can be meant.

    Args:
        percept: of the clause; handed back with the place of who is meant.
        watch: what is in view.
        foes: phrases of what is a threat to the character: of several in view it is they who are attacked and stopped.
    """
    verb = clause.meaning.verb
    if not clause.lost or not (_HIM.fullmatch(clause.lost) or verb in DONE_TO_SOMEBODY - _TO_THINGS):
        return clause, percept
    alive = [thing for thing in table(watch) if is_alive(thing.phrase) or thing.phrase in foes]
    hostile = [thing for thing in alive if thing.phrase in foes and is_alive(thing.phrase)]
    one = _only(hostile) if verb in _TO_A_FOE and hostile else _only(alive)
    if one is None:
        return clause, percept
    text = re.sub(rf"\b{re.escape(clause.lost)}\b", f"the {one.phrase}", clause.text, count=1, flags=re.IGNORECASE)
    return replace(clause, thing=one.phrase, lost="", text=text), replace(percept, target=one.target)


def _only(things: Sequence[Thing]) -> Thing | None:
    return things[0] if len(things) == 1 else None
