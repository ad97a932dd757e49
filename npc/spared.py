"""Who is spared by a ban or a watch: "don't let anyone near, except the smith", "only my wife may open it"."""

from __future__ import annotations

import re

from npc.conversation.reply import Reply
from npc.language.echo import turned
from npc.language.phrases import singular, thing_in
from npc.language.plain import plain
from npc.language.senses import Sense
from npc.turn import Turn

_WHO = (
    r"(?:(?:the|my|your|his|her|our|that) (?!time\b|mind\b|one\b|way\b|key\b)[a-z]+(?: (?!he\b|she\b|they\b|"
    r"may\b|can\b|is\b|gets?\b|and\b|has\b|nobody\b|to\b|of\b)[a-z]+)?|me|him|her|them|(?-i:(?!(?:You|We|It|This|That|They|He|She|There|Who|What|And|But)\b)[A-Z][a-z]+))"
)
_EXCEPT = re.compile(
    rf"\b(?:but|except(?: for)?|other than|besides|apart from|unless it is|save for) (?:for )?(?P<who>{_WHO})\b", re.I
)
_ANYBODY = re.compile(r"\b(?:(?:any|every|no)(?:one|body)|no one|people|them|a soul|somebody|someone)\b", re.IGNORECASE)
_MAY = re.compile(
    rf"(?:(?:and|but|well|actually|only|so|okay|no|hm+|though)[, ]+)*(?:(?P<only>only|just) )?(?P<who>{_WHO}|he|she|they) "
    r"(?:(?:may|can|could|is allowed to|are allowed to|is welcome to|has my leave to|is free to)\b|"
    r"is (?:fine|okay|all right|the exception|welcome)\b).*",
    re.IGNORECASE,
)
_ONLY = re.compile(
    rf"(?:(?:and|but|well|so)[, ]+)*(?:only|just|nobody but|no one but) (?P<who>{_WHO})\b"
    r"(?:,? (?:mind(?: you)?|though|okay|gets? .*|may .*|can .*|nobody .*|no one .*))?"
    r"(?:,? (?:and )?(?:nobody|no one) (?:else|other)\b.*)?[\s.!]*",
    re.IGNORECASE,
)
_SUBJECTS = {"he": "him", "she": "her", "they": "them", "me": "you"}
_LINES = 3  # in which a ban was spoken of
_TOPICS = frozenset({"forbid", "keeps_away"})
_SENSES = frozenset({Sense.OTHER, Sense.LIFT, Sense.SELF, Sense.FORBID})


def beside(turn: Turn) -> Reply | None:
    """Who is spared by the ban, or the watch, of the same breath; None where nobody is."""
    if turn.replied is None or turn.replied.topic not in _TOPICS:
        return None
    said = plain(turn.percept.text)
    found = _EXCEPT.search(said)
    if found is None or _ANYBODY.search(said, 0, found.start()) is None:  # "touch nothing but the key" is of things
        return None
    return _spare(turn, found["who"])


def answer(turn: Turn) -> Reply | None:
    """Who is spared by what the speaker has bidden before; None where he has bidden nothing, or spares nobody."""
    ledger, speaker = turn.ledger, turn.percept.speaker
    bidden = (
        bool(ledger.forbidden)
        or any(heard.sense == Sense.FORBID for heard in ledger.heard[-_LINES:])
        or any(o.speaker == speaker for o in turn.parts.agenda.planned)
    )
    if not bidden or turn.clause.sense not in _SENSES:
        return None
    unless = next((c for c in turn.clause.conditions if c.joint == "unless"), None)  # "unless it's the elder, she can know"
    if unless is not None and unless.text.lower().startswith("it is "):
        return _spare(turn, unless.text[6:].strip(" .!"))
    words = turn.clause.said.strip()
    found = _ONLY.fullmatch(words) or (
        _EXCEPT.search(words) if words.lower().startswith(("except", "unless", "but ")) else None
    )
    if (
        found is None
        and (may := _MAY.fullmatch(words)) is not None
        and (may["only"] or may["who"].lower() not in {"me", "them", "they"})
    ):
        found = may
    return _spare(turn, found["who"]) if found is not None else None


def _spare(turn: Turn, who: str) -> Reply:
    """Note it with what the speaker wants kept away, and say so."""
    agenda, name = turn.parts.agenda, singular(thing_in(who))
    agenda.planned = [
        o.model_copy(update={"but": name}) if o.lasting and o.action == "warn" and o.speaker == turn.percept.speaker else o
        for o in agenda.planned
    ]
    turn.parts.memory.touch()
    said = (
        turned(_SUBJECTS.get(who.lower(), who))
        if who.lower() not in {"me", "him", "her", "them"}
        else _SUBJECTS.get(who.lower(), who)
    )
    return Reply("spared", f"spares {said}", {"who": said})
