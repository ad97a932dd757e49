"""Whether what somebody tells is good news or bad, by the words of it; those that are denied count for nothing."""

from __future__ import annotations

import re
from functools import lru_cache

from npc.tables import table_beside

_DATA = table_beside(__file__, "polarity.yaml")
_BAD, _GOOD, _DENIED, _GRAVE = (frozenset(_DATA[name].split()) for name in ("bad", "good", "denied", "grave"))
# "She left me", "they threw us out", "he left us for the war"; "I left the stove on" is no farewell.
_LEFT = re.compile(
    r"\bleft (?:(?:me|us|him|her|them)(?! (?:an?|the|his|her|my|their|some|all)\b)|his (?:wife|family|children)|"
    r"my (?:mother|father|sister|brother))\b|"
    r"\b(?:he|she|they) (?:just )?left\W*$|"
    r"\b(?:threw|kicked|chased|locked|turned) (?:me|us|him|her|them) out\b|\bturned (?:me|us) (?:down|away)\b|"
    r"\blet me go\b(?! (?:to|first|ahead|home|with|in|out|and)\b)|"
    r"\b(?:stopped|quit|stops) (?:talking|speaking|writing) to (?:me|us)\b|\bwalked out on (?:me|us)\b"
)
_CANNOT = re.compile(r"\b(?:can|could) not (?:bear|stand|forget|take|stop|get over|endure|face)\b", re.IGNORECASE)
_WORD = re.compile(r"[a-z']+")
_OVER = frozenset({"over", "away", "on", "out"})
_AND_DONE = frozenset({"and", "to", "back", "home", "off", "out", "over", "up", "by", "well", "wild", "mad", "on"})
_NEAR = 3  # words after a denial that it takes back


@lru_cache(maxsize=512)
def polarity_of(text: str) -> str:
    """`bad`, `good`, or empty where a `plain` text is neither, or both."""
    words = _WORD.findall(text.lower())
    bad, good = int(_LEFT.search(text.lower()) is not None), 0
    for at, word in enumerate(words):
        denied = any(before in _DENIED for before in words[max(0, at - _NEAR) : at])
        if word == "passed" and not _OVER.isdisjoint(words[at + 1 : at + 2]):
            bad += not denied
            continue
        if word == "gone" and not _AND_DONE.isdisjoint(words[at + 1 : at + 2]):  # "he has gone and dyed his beard"
            continue
        if word == "kind" and words[at + 1 : at + 2] == ["of"]:  # "kind of fuzzy"
            continue
        bad += (word in _BAD and not denied) or (word in _GOOD and denied)
        good += word in _GOOD and not denied and words[at - 1 : at] != ["too"]  # "too proud to say it"
    return "bad" if bad > good else "good" if good > bad else ""


def is_eased(text: str) -> bool:
    """Whether a `plain` text says that something bad is not so: "I am not afraid of it any more"."""
    words = _WORD.findall(text.lower())
    bad = [at for at, word in enumerate(words) if word in _BAD]
    before = [words[max(0, at - _NEAR) : at] for at in bad]
    if _CANNOT.search(text) is not None:  # "I can not bear being alone"
        return False
    return bool(bad) and all(not _DENIED.isdisjoint(some) and "want" not in some for some in before)


def is_grave(text: str) -> bool:
    """Whether what a `plain` text tells of weighs on somebody: "the soup was terrible" does not."""
    return _LEFT.search(text.lower()) is not None or not _GRAVE.isdisjoint(_WORD.findall(text.lower()))
