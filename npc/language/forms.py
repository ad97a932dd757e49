"""How a question or remark is put, where nothing else answers it: the topic that takes it up, and what it is about."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from npc.language.echo import PAST, turned
from npc.language.patterns import TablePattern
from npc.language.phrases import kind_of
from npc.tables import table_beside

_THING = "(?P<thing>(?:(?:the|a|an|my|your|his|her|our|their|this|that|these|those|some|any|all) )?[a-z'-]+(?: [a-z'-]+){0,4}?)"
_ENDS = re.compile(
    r"\s+(?:then|now|today|here|there|too|so|at all|though|anyway|again|lately|before|yet|by the way|"
    r"in (?:the|this|that|your|my)\b.*|"
    r"(?:for|to|with|from|at|on|who|that|which|when|because|and|or|of late|around|you|I|we|he|she|they)\b.*)$",
    re.IGNORECASE,
)
_EMPTY = re.compile(
    r"(?:it|this|that|these|those|them|him|her|he|she|they|there|here|ones?|(?:some|any|every|no)(?:thing|one|body)|me|you|us|all|"
    r"stuff|things?|so|what|who|yourself|myself|mine|yours|up|going|doing|on|true|okay|sure)",
    re.IGNORECASE,
)
_PRONOUN = re.compile(r"(?:it|he|she|they|I|you|we|what|who|there|here|so|up|going)", re.IGNORECASE)
_LONGEST = 90  # characters of words that go on about something
_COMMA = re.compile(r"\s*[,.!?]\s*|\s+")


def _read() -> dict[str, tuple[tuple[str, TablePattern], ...]]:
    forms = table_beside(__file__, "forms.yaml")
    words = {"thing": _THING, "past": f"(?<!\\ba )(?:{'|'.join(sorted(PAST))}|[a-z]{{3,}}ed)", **forms.pop("words")}
    return {
        kind: tuple(
            (topic, TablePattern(rf"(?:{_whole(pattern, words)})[\s?.!,]*"))
            for topic, patterns in named.items()
            for pattern in patterns
        )
        for kind, named in forms.items()
    }


def _whole(pattern: str, words: Mapping[str, str]) -> str:
    """A pattern with what `<thing>`, `<they>` ... stand for."""
    for name, stands_for in words.items():
        pattern = pattern.replace(f"<{name}>", stands_for)
    return pattern


_FORMS = _read()
FURTHER = tuple(dict.fromkeys(kind for kind, _ in _FORMS["further"]))  # how one may go on about what was told


@lru_cache(maxsize=256)
def further_of(clause: str) -> str:
    """How a `plain` clause goes on about what was told: `why`, `when`, `then` ...; empty where it does not."""
    return next((kind for kind, pattern in _FORMS["further"] if pattern.fullmatch(clause) is not None), "")


@lru_cache(maxsize=256)
def follow_of(clause: str) -> str:
    """How a `plain` clause, which says nothing alone, goes on about what was just talked of: `why`, `back` ("and you?"),
    `think`, `then` ...; empty where it does not."""
    if len(clause) > _LONGEST:
        return ""
    words = _COMMA.sub(" ", clause.strip(" ?.!,"))
    return next((kind for kind, pattern in _FORMS["follow"] if pattern.fullmatch(words) is not None), "")


@lru_cache(maxsize=256)
def form_of(clause: str, question: bool) -> tuple[str, str]:
    """The topic that takes up a `plain` clause, and what it is about, as the other says it ("your knee" of "my knee").

    Both are empty where there is none.
    """
    for topic, pattern in _FORMS["questions" if question else "remarks"]:
        if (found := pattern.fullmatch(clause)) is not None:
            values = found.groupdict()
            mine = f"my {values['mine']}" if values.get("mine") else ""
            return topic, echoed(values.get("thing") or values.get("most") or mine)
    return "", ""


def echoed(phrase: str) -> str:
    """A phrase as the other takes it up: short, turned round; empty where it says nothing alone."""
    phrase = _ENDS.sub("", phrase.strip(" .,!?"))
    words = phrase.split()
    if not 0 < len(words) <= 5 or _EMPTY.fullmatch(kind_of(phrase)) or _PRONOUN.fullmatch(words[0]):
        return ""
    return turned(phrase)
