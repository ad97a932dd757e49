"""What it would do, where that is only asked: "would you fight it for a hundred coins?"."""

from __future__ import annotations

import re

from npc.conversation.reply import Reply
from npc.language.mood import Mood, mood_of
from npc.language.senses import Sense
from npc.parts import best
from npc.turn import Turn

_WOULD = re.compile(r"would you (?:really |also |even |ever )*(?P<verb>[a-z]+)\b", re.IGNORECASE)
_TALKED_OF = 0.8  # likeness from which words are what anybody may be asked


def supposed(turn: Turn) -> Reply | None:
    """ "Would you fight it for a hundred coins?": nothing is done, but told whether it would."""
    clause = turn.clause
    found = _WOULD.match(clause.text) if clause.sense is Sense.QUESTION and mood_of(clause.text) is Mood.SUPPOSED else None
    actions = turn.parts.behaviour.deeds.get(found["verb"].lower(), ()) if found is not None else ()
    if found is None or not actions or best(turn.heard.talk)[1] >= _TALKED_OF:
        return None
    drives = turn.parts.drives(turn.heard)
    wills = turn.parts.may_do(actions[:1]) and turn.parts.actions.appeal(actions[0], drives) >= 0.0
    return Reply("would" if wills else "would_not", f"was asked whether it would {found['verb']}")
