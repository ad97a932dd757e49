"""What stands between two lines: an order, a price that waits, a thing that was shown, one that is not meant."""

from __future__ import annotations

import math
import re

from npc.conversation.clause import Clause
from npc.language.senses import Meaning, Sense
from npc.memory.ledger import Ledger

_LINES = 3  # in which a price is answered
_STAYS = frozenset({"stay", "wait", "stand", "remain"})
_SHOWS = frozenset({Sense.QUESTION, Sense.OTHER, Sense.SELF, Sense.NO, Sense.TRADE})
_NOT_SO = re.compile(r"(?:but )?not (?:so|too) [a-z]+(?: to (?:it|him|her|me))?[\s.!]*", re.IGNORECASE)  # in what manner
_THIS_THING = re.compile(
    r"\b(?:(?:put|leave|left|lay) (?:here |there |down )?(?:this|my)|(?:give|take|bring|gets?|deliver|send|carry|have|got|"
    r"brought|found|made) (?:you |him |her )?(?:this|these|an?|my)|"
    r"(?:(?:no (?:use|need) (?:for|of)|do not (?:need|want)) (?:the|this|that))|here is (?:an?|my|this)) "
    r"(?P<thing>(?!lot\b|bit\b|moment\b|minute\b|second\b|look\b|chance\b|break\b|hand\b|question\b|idea\b|son\b|"
    r"wife\b)[a-z]+)\b",
    re.IGNORECASE,
)
_NOT_THAT_ONE = re.compile(r"\b(?:not (?:that|this)(?: one)?\b(?! (?!one\b)[a-z])|wrong one)", re.IGNORECASE)
_NEXT_ONE = re.compile(r"^(?:(?:and|now|then|okay|go|to|no),? )*(?:the )?next(?: one)?[\s.!]*$", re.IGNORECASE)


def is_manner(said: str, before: Clause) -> bool:
    """Whether a clause only tells how an order is to be carried out: "sing, but not so loud"."""
    return before.sense is Sense.ORDER and _NOT_SO.fullmatch(said) is not None


def thing_shown(clause: Clause) -> str:
    """The thing that somebody speaks of as in his hands, without asking for anything; empty where there is none."""
    found = _THIS_THING.search(clause.said) if clause.sense in _SHOWS else None
    return found["thing"].lower() if found is not None else ""


def is_another(said: str, meaning: Meaning) -> bool:
    """Whether what is ordered is another one than that which was meant last: "not that one, the left one", "the next"."""
    corrects = "corrects" in meaning.values and _NOT_THAT_ONE.search(said) is not None
    return corrects or (meaning.sense is Sense.ORDER and _NEXT_ONE.search(said) is not None)


def is_said_again(clause: Clause, later: list[Clause]) -> bool:
    """Whether an order to stay is given once more, with how long: "wait for me here. don't move until I say go"."""
    again = later[0] if later else None
    stays = clause.sense is Sense.ORDER and clause.meaning.verb in _STAYS and not clause.conditions and not clause.thing
    return stays and again is not None and again.meaning.verb in _STAYS and any(c.joint == "until" for c in again.conditions)


def is_ordered(ledger: Ledger) -> bool:
    """Whether something was ordered, and no price named since."""
    return ledger.order is not None and not any(bid.time >= ledger.order.time for bid in ledger.bids)


def is_priced(ledger: Ledger) -> bool:
    """Whether a price that the character named waits for an answer."""
    bid = ledger.open_bid("npc")
    since = ledger.heard[-_LINES].time if len(ledger.heard) >= _LINES else -math.inf
    return ledger.asked == "deal" or (bid is not None and bid is ledger.bids[-1] and bid.time >= since)
