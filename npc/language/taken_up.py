"""What a line may say of somebody's words, and of whom these words are."""

from __future__ import annotations

import re
from functools import lru_cache

from npc.language.echo import detail_of, embedded, mirrored, said_back
from npc.language.plain import unshouted

_I = re.compile(r"\bi\b")
_DENIES = re.compile(r"\b(?:not|never|no longer|nobody|nothing|none|n't)\b", re.IGNORECASE)
_FURTHER = re.compile(r" (?:that|who|which|because|but|and|so|when|if|where|until)\b", re.IGNORECASE)
_SUBJECTS = tuple(
    (whose, re.compile(rf"(?:(?:and|but|so|then|because|well|now|yeah|yes|no) )*(?:{words})\b", re.IGNORECASE))
    for whose, words in (
        ("I", "I|we|me"),
        ("you", "you|your"),
        ("they", r"he|she|they|(?:my|our|his|her) (?:(?:old|little|big|younger|older|best) )*(?:mother|father|mum|mom|dad|"
            r"brother|sister|son|daughter|kid|child|wife|husband|aunt|uncle|grandma|grandpa|gran|cousin|friend|neighbou?r|boss|teacher)"),
    )
)  # fmt: skip
LEADS = re.compile(
    r"^(?:(?:no|nah|nope|yes|yeah|well|hey|oh|ok|okay|ha|haha|lol|hm+|aw|damn|wow)[, ]+)+(?=(?:I|my|we|he|she|it|they|the|this|"
    r"that|you|your|maybe|perhaps|probably)\b)",
    re.IGNORECASE,
)
_SAID_BACK = 9  # words of a remark that is said back whole


def values_of(text: str, asks: bool) -> dict[str, str]:
    """What lines may name of the words themselves: a question said back, or as part of a sentence; a remark turned round."""
    text = _I.sub("I", LEADS.sub("", unshouted(text)))
    if asks:
        found = {"asked": said_back(text), "question": embedded(text)}
    else:
        said = mirrored(text)
        found = {"said": said if len(said.split()) <= _SAID_BACK else "", "detail": detail_of(text)}
    return {name: f"{words[:1].upper()}{words[1:]}" for name, words in found.items() if words}


@lru_cache(maxsize=1024)
def subject_of(text: str) -> str:
    """Of whom a `plain` remark tells, by its first words: `I`, `you`, `they` of people; empty where that is open."""
    return next((whose for whose, pattern in _SUBJECTS if pattern.match(text) is not None), "")


@lru_cache(maxsize=4096)
def denied(text: str) -> bool:
    """Whether a `plain` remark says that something is not so."""
    return _DENIES.search(_FURTHER.split(text, maxsplit=1)[0]) is not None  # "a door that I can not open" denies nothing
