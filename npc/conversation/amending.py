"""What is put right in one breath: "toss me one? No, the bread", "the potion. The red one", "fetch him. No, forget it"."""

from __future__ import annotations

import re
from dataclasses import replace

from npc.conversation.clause import Clause
from npc.language.kinds import afforded
from npc.language.phrases import COLOURS, kind_of
from npc.language.senses import Meaning, Sense

_LEAD = re.compile(
    r"(?:(?:or|and|no+|nah|nope|sorry|wait|actually|oh|well|um+|I mean|I meant|I said|rather|that is|make that)[,.! ]+)+",
    re.IGNORECASE,
)
_AND = re.compile(r"(?:and[,.! ]+)+", re.IGNORECASE)
_I_MEAN = re.compile(r",? I (?:mean|meant|said)[\s.!]*$", re.IGNORECASE)
_JOKES = re.compile(r"(?:(?:I am|I was|just|only) )*(?:joking|kidding|teasing|messing(?: with you)?)[\s.!]*", re.IGNORECASE)
_LEFT_THERE = re.compile(
    r"(?:and )?(?:leave|drop|put|set|lay) (?:it|them|that|this|those)(?: down)? (?:there|by|on|near|next|beside|at)\b",
    re.IGNORECASE,
)
_THING = re.compile(
    r"(?P<thing>(?:the|that|this|my|your) (?!one\b)[a-z' -]{2,40}?)"
    r"(?:,? (?:and |but )?not (?:the|that|this) [a-z' -]+)?[\s.!?]*",
    re.IGNORECASE,
)
# "The red one", "the one by the tree": which of several.
_WHICH = re.compile(
    rf"(?:the|that) (?P<how>(?:{'|'.join(COLOURS)}|big|small|little|large|left|right|near|far|"
    r"nearest|closest|old|new)) one[\s.!]*|"
    r"(?:the |that )?one (?P<at>(?:(?:over|right|just|all the way) )?"
    r"(?:on|by|near|next to|to|at|beside|behind|in|over|with|closest|nearest|under)\b"
    r"[a-z' -]{2,40}?)[\s.!]*",
    re.IGNORECASE,
)
_PRONOUN = re.compile(r"\b(?:one of (?:them|those|these)|one|it|that|this|some|them|those)\b(?=[\s?.!,]*$)", re.IGNORECASE)
_VAGUE = frozenset({"thing", "things", "stuff", "something"})


def amended(said: str, before: Clause) -> str:
    """The order before it, whole, with what a clause puts right in it; empty where it does not.

    Args:
        said: the clause, `plain`.
    """
    if not before.meaning.is_deed_of_a_thing:
        return ""
    lead = _LEAD.match(said)
    words = said[lead.end() :] if lead is not None else said
    if (which := _WHICH.fullmatch(words)) is not None and before.thing:
        kind = kind_of(before.thing)
        return _with(before, f"the {which['how']} {kind}" if which["how"] else f"the {kind} {which['at']}")
    meant = _I_MEAN.search(words)  # "the door, I mean"
    words = words[: meant.start()] if meant is not None else words
    adds = meant is None and (lead is None or _AND.fullmatch(lead[0]) is not None)  # "and the apple" takes nothing back
    thing = None if adds else _THING.fullmatch(words)
    return _with(before, thing["thing"]) if thing is not None else ""


def _with(before: Clause, thing: str) -> str:
    """The text of an order with another thing in the place of its own."""
    if before.thing and not before.lost:
        place = re.compile(
            rf"(?:\b(?:the|that|this|an?|any|some|one of the|your|my)\s+)?\b{re.escape(before.thing)}\b", re.IGNORECASE
        )
    else:
        place = _PRONOUN
    changed, count = place.subn(lambda _: thing, before.text, count=1)
    return changed if count else ""


def is_given_up(clause: Clause, before: Clause) -> bool:
    """Whether an order is taken back as soon as it is given: "fetch me the key. Nah, never mind"."""
    if _JOKES.fullmatch(clause.said) is not None:
        return before.sense is Sense.ORDER
    bare = clause.sense is Sense.RELEASE and not clause.meaning.verb and not clause.meaning.values
    return bare and clause.joint in {"", "then"} and before.sense is Sense.ORDER and not before.conditions


def is_said_outright(clause: Clause, before: Clause) -> bool:
    """Whether an order says what a correction before it means: "not that, the chest. Have a look at the chest"."""
    corrects = "corrects" in before.meaning.values and clause.sense is before.sense is Sense.ORDER
    return corrects and bool(clause.thing) and clause.thing == before.thing and clause.joint in {"", "then"}


def is_left_there(clause: Clause, before: Clause) -> bool:
    """Whether it only says that what is carried somewhere stays there: "take it to the well and leave it there"."""
    return (
        clause.sense in {Sense.RELEASE, Sense.OTHER} and before.meaning.goes_to_a_thing and bool(_LEFT_THERE.match(clause.text))
    )


def at_hand(meaning: Meaning, thing: str) -> tuple[str, ...]:
    """What may be meant by an order of "it", or of "that thing", where nothing was spoken of: doors and chests are opened."""
    return afforded(meaning.verb) if meaning.sense is Sense.ORDER and (not thing or kind_of(thing) in _VAGUE) else ()


def named(clause: Clause, phrase: str) -> Clause:
    """The clause with the name of what it is about."""
    return replace(clause, thing=phrase, lost="")
