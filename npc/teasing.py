"""Teasing: what is called at somebody with a laugh ("you old crook, hehe") is no insult, as long as it is mild."""

from __future__ import annotations

import re
from dataclasses import replace

from npc.conversation.clause import Clause
from npc.language.harm import means_harm
from npc.parts import best
from npc.second_opinion import mostly
from npc.types import Percept

_LAUGHS = re.compile(
    r"\b(?:lol|lmao|rofl|(?:ha){2,}h?|(?:he){2,}|hihi|xd|jk|just kidding|only joking|no offen[cs]e|"
    r"I (?:really |kind of |quite |do )?like you)\b|[;:]-?[)DPp]|<3",
    re.IGNORECASE,
)
_STRONG = re.compile(
    r"\b(?:idiot|moron|imbecile|scum|filth|bitch|bastard|whore|slut|worthless|pathetic|disgusting|ugly|stupid|retard\w*|fuck\w*|shit\w*|cunt|"
    r"hate|despise|loathe|mother|mum|die|dead|kill|hurt|burn|blood|trash|garbage|vermin|worm|pig|swine|loser|useless|smell\w*|stink\w*|fat)\b",
    re.IGNORECASE,
)
_FAIR = 0.7
_ENMITY = frozenset({"insult", "threaten"})


def as_teased(text: str, clause: Clause, percept: Percept) -> Percept:
    """The percept of a clause without an insult that was meant in fun.

    Args:
        text: the whole utterance as it was written, with its signs of laughter.
    """
    if best(percept.intent)[0] not in _ENMITY or _LAUGHS.search(text) is None:
        return percept
    if _STRONG.search(text) is not None or means_harm(clause.text):
        return percept
    return replace(
        percept,
        intent=mostly(percept.intent, "chat", _FAIR),
        action=mostly(percept.action, "talk", _FAIR),
        tone=mostly(percept.tone, "friendly", _FAIR),
    )
