"""Of the speaker's own words that are told back, the part that was asked for: "nine goats", "since Tuesday", "by the river"."""

from __future__ import annotations

import re

from npc.language.after import ANSWERS, NUMBER, sought_by
from npc.language.phrases import singular

_STOPS = (
    r"(?= (?:and|that|with|last|next|yesterday|today|tomorrow|tonight|when|because|but|who|which|where|for|since|every|until|"
    r"by|this morning|<number> [a-z]+ ago)\b|[,.;!?]|$)"
).replace("<number>", f"(?:{NUMBER})")
_PLACE = re.compile(
    r"\b(?:(?:in|at|on|near|by|under|behind|beside|inside|outside|beyond|across|to|into|from) "
    r"(?!(?:you|me|him|her|it|them|us|be|the (?:morning|evening|night))\b)"
    rf"(?:(?:the|your|my|our|his|her|an?|this|that) )?(?:[A-Za-z'-]+ ){{0,3}}?[A-Za-z'-]+?|of (?-i:[A-Z])[a-z]+){_STOPS}",
    re.IGNORECASE,
)
_SINCE = re.compile(r"\b(?:(?:since|until|for|on|in|from|by|about) )?(?:(?:last|next|this|every) )?$", re.IGNORECASE)
_CALLED = re.compile(r"\b(?:called|named|name is|name was|names? (?:him|her|it)) (?:the )?(?P<name>[a-z][\w'-]*)", re.I)
_UNIT = "(?:years?|months?|weeks?|coins?|silver|gold|miles?)"
_HOW_MUCH = re.compile(rf"\b(?:\d+|{NUMBER})\b(?: {_UNIT})?(?: old)?", re.IGNORECASE)
_HOW_MANY = re.compile(r"how many (?P<what>[a-z]+)", re.IGNORECASE)
_WHOSE = r"(?: name\b| called\b| named\b|[\s?.!]*$)"
_OF_MINE = re.compile(rf"\b(?:my|our) (?:[a-z]+ )??(?P<whose>[a-z]+?)(?:'s)?(?={_WHOSE})", re.IGNORECASE)
_MOST = 0.5  # of the words: more than that is all of them


def asked_for(question: str, words: str) -> str:
    """The part of `words`, as they are told back, that answers a `plain` question; empty where that is not plain."""
    kind = sought_by(question)
    found = {"many": _number, "when": _time, "where": _place, "name": _name}.get(kind, _nothing)(question, words)
    return found if len(found) < _MOST * len(words) else ""


def _nothing(question: str, words: str) -> str:
    return ""


def _number(question: str, words: str) -> str:
    if (asked := _HOW_MANY.search(question)) is not None:
        what = re.escape(singular(asked["what"].lower()))
        found = re.search(rf"\b(?:\d+|{NUMBER}) (?:[a-z]+ ){{0,2}}?{what}[a-z]{{0,3}}\b", words, re.IGNORECASE)
    else:
        found = _HOW_MUCH.search(words)
    return found[0] if found is not None else ""


def _time(question: str, words: str) -> str:
    found = max(ANSWERS["when"].finditer(words), key=lambda match: len(match[0]), default=None)
    if found is None:
        return ""
    before = _SINCE.search(words[: found.start()])
    return f"{before[0] if before is not None else ''}{found[0]}"


def _place(question: str, words: str) -> str:
    of_time = ANSWERS["when"]
    return next((match[0] for match in _PLACE.finditer(words) if of_time.search(match[0]) is None), "")


def _name(question: str, words: str) -> str:
    if (called := _CALLED.search(words)) is not None:
        return called["name"]
    if (whose := _OF_MINE.search(question)) is None:
        return ""
    found = re.search(rf"\b{re.escape(singular(whose['whose'].lower()))},? (?P<name>(?-i:[A-Z])[\w'-]+)", words, re.IGNORECASE)
    return found["name"] if found is not None else ""
