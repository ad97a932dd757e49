"""Whether a clause may ask for something to be done at all: whom it is about, when, and whether it is meant as it stands.

"He told me to run", "never seen so many trees", "you never know who walks in" and "take your time" have the verbs of orders and
of bans, and are none: they tell of the past or of others, hold of anybody, or are set phrases. That is decided here, in one
place, before a clause is read as something to be done (`npc.language.senses`) and before the model's guess at a deed is
believed (`npc.second_opinion`).
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache
from typing import Any

from npc.language.grammar import GRAMMAR
from npc.language.patterns import TablePattern
from npc.tables import table_beside

_DATA: dict[str, Any] = table_beside(__file__, "mood.yaml")
_WORD = re.compile(r"[a-z0-9'-]+|[,;:\"]")
_PAST, _NOT_PAST, _ADVERBS, _LEADS = (frozenset(_DATA[name].split()) for name in ("past", "present", "adverbs", "leads"))
_AUXILIARIES, _DETERMINERS, _ANYBODY = (frozenset(_DATA[name].split()) for name in ("auxiliaries", "determiners", "anybody"))
_BIDDING, _OF_YOU, _IDLE = (frozenset(_DATA[name].split()) for name in ("bidding", "of_you", "idle"))
_VERBS = frozenset(GRAMMAR["verbs"].split()) | frozenset(_DATA["tells"].split())
_ORDERS = frozenset(GRAMMAR["verbs"].split())
_LEAD = re.compile(rf"(?:{re.sub(r'(?<=[|]) ', '', _DATA['lead_phrases'])})\b,?\s*", re.IGNORECASE)
_ASKS = re.compile(
    r"(?:what|which|why|how|when|where|whose|whom|do|does|did|is|are|was|were|can|could|would|will|have|has|had|may|shall|should|"
    r"must|am|let us)\b(?! not a\b| a\b)",
    re.IGNORECASE,
)
# "Could anyone have taken the key?", "did he run?"
_ASKS_OF_OTHERS = re.compile(
    r"(?:(?:could|can|may|might|would|should|must) (?:not )?(?!(?:you|I|we))(?:[\w']+ ){1,4}?have (?:been )?[a-z]{3,}|"
    r"(?:did|has|had|was|were) (?:not )?(?!(?:you|I|we|not|there)\b)[\w']+ )",
    re.IGNORECASE,
)
# "I will have the axe", "I would like you to come": who speaks asks for something.
_WISHES = re.compile(
    r"(?:I|we) (?:[a-z]+ ){0,2}?(?:(?:would|will|could|must|have to|had)(?: really| just| also)* (?:like|love|have|take|buy|"
    r"use|want|need|ask|rather|prefer|pay|give|insist|beg)|do not (?:want|need) (?:you|anyone|anybody|him|her|them)|"
    r"am (?:ordering|asking|begging|telling|warning|buying|selling|"
    r"looking for|after))\b",
    re.IGNORECASE,
)
# What is at hand, or whom an order is for.
_AT_HAND = re.compile(
    r"\b(?:I (?:am|went|was|left|have|will|never)|"
    r"please|me|us|my|him|her|them|the|this|that|these|those|it|you|your (?:position|ground|post|hands?|distance|voice)|"
    r"still|quiet|watch|guard|eye|lookout|here|there|now|back|away|out|down|up)\b",
    re.IGNORECASE,
)
_MANY = frozenset({"most", "some", "many", "all", "few"})
_AS_THEY_SAY = (
    r"(?:,? (?:as )?(?:my|they|we|people|he|she|grandpa|grandma|mum|mom|dad|that is)\b.{0,30}\b(?:says?|said|say|motto))?"
)
_SPEAKER = {"i": "I", "we": "we"}
_OTHERS = frozenset({"he", "she", "they", "it"})
_LONGEST = 7  # words of a subject
_FEW = 2
# "You do not scare me" bans nothing, "you do not touch that" does.
_DENIES_YOU = re.compile(
    r"you (?:really |just )?(?:do|did|were|have|had) not (?!.*\b(?:the|that|this|these|those|my|it)\b)", re.IGNORECASE
)


class Mood(StrEnum):
    """How a clause is meant; of `OPEN` ones its form does not tell."""

    OPEN = ""
    SAYING = "saying"  # a set phrase
    REPORTED = "reported"  # what somebody said
    PAST = "past"  # what was
    GENERAL = "general"  # of anybody, at any time
    SUPPOSED = "supposed"  # wished, or made up
    MINE = "mine"  # what the speaker does himself
    ADVICE = "advice"  # for the other one's own life
    OTHERS = "others"  # what others, or things, do or are
    OF_YOU = "of you"  # what the one spoken to is like


_PATTERNS = tuple(
    (Mood(name), TablePattern(f"(?:{'|'.join(_DATA[key])}){_AS_THEY_SAY if key == 'sayings' else ''}[\\s.!?,]*$"))
    for name, key in (
        ("saying", "sayings"), ("reported", "reported"), ("supposed", "supposed"), ("general", "general"),
        ("advice", "advice"),
    )
)  # fmt: skip


@lru_cache(maxsize=1024)
def mood_of(clause: str) -> Mood:
    """The mood of a `plain`, `trimmed` clause."""
    told = _LEAD.sub("", clause) if _LEAD.match(clause) else clause
    for mood, pattern in _PATTERNS:
        if pattern.match(clause) or pattern.match(told):
            return mood
    if _ASKS.match(told):
        return Mood.OTHERS if _ASKS_OF_OTHERS.match(told) else Mood.OPEN
    words = _WORD.findall(told.lower())
    subject, verb = _parsed(words)
    if subject in {"I", "we"} and (not verb or verb in _BIDDING or _WISHES.match(told)):
        return Mood.OPEN
    if _is_past(verb):
        return Mood.PAST
    if not subject:
        return Mood.SAYING if verb in _IDLE and len(words) > _FEW and not _AT_HAND.search(told) else Mood.OPEN
    if subject == "you":
        return Mood.OF_YOU if verb in _OF_YOU or _DENIES_YOU.match(told) else Mood.OPEN
    return Mood.MINE if subject in {"I", "we"} else Mood.OTHERS


def _parsed(words: list[str]) -> tuple[str, str]:
    """Subject (`I`, `we`, `you`, `they` of all others; empty: there is none) and first verb of a clause."""
    at = 0
    while at < len(words) - 1 and ((words[at] in _LEADS and words[at + 1] not in _AUXILIARIES) or words[at] == ","):
        at += 1
    if at >= len(words):
        return "", ""
    first = words[at]
    if first in _MANY and words[at + 1 : at + 2] and words[at + 1] in _ANYBODY:
        at, first = at + 1, words[at + 1]
    if first in _SPEAKER or first == "you":
        return _SPEAKER.get(first, "you"), _verb_at(words, at + 1)
    if first in _OTHERS:
        return "they", _verb_at(words, at + 1)
    if first in _ANYBODY:
        verb = _verb_at(words, at + 1)
        return ("they", verb) if _is_finite(verb) or verb in _VERBS else ("", "")
    if first in _ADVERBS:
        return "", _verb_at(words, at)
    if first in _ORDERS or first == "please":
        return "", first
    of_several = first in _DETERMINERS
    for n in range(at + 1, min(at + 1 + (_LONGEST if of_several else 2), len(words))):
        if words[n] in {",", ";", ":", '"'}:
            break
        if _is_finite(words[n]) and words[n - 1] not in _DETERMINERS and words[n] not in {"who", "that"}:
            return "they", words[n]
        if words[n] in _ADVERBS and _is_finite(verb := _verb_at(words, n)):
            return "they", verb
    return "", ""


def _verb_at(words: list[str], at: int) -> str:
    """The first verb from here on, behind adverbs."""
    while at < len(words) and words[at] in _ADVERBS:
        at += 1
    return words[at] if at < len(words) and re.match(r"[a-z]", words[at]) else ""


def _is_past(verb: str) -> bool:
    return verb in _PAST or (len(verb) > 4 and verb.endswith("ed") and verb not in _NOT_PAST and verb not in _VERBS)


def _is_finite(word: str) -> bool:
    """Whether a word is a verb whose form tells that it has a subject: "is", "ran", "smells"; a base form may be an order."""
    if word in _AUXILIARIES or _is_past(word):
        return True
    stems = (word[:-1], word[:-2], word[:-3] + "y") if word.endswith("s") else ()
    return any(stem in _VERBS for stem in stems)
