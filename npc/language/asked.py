"""Questions in ever other words, put plainly (`asked.yaml`): "what would be standing beside yon well?" asks what is next to
the well.

What is asked is told by the meaning of the words (`engine/minds/wordings.py`); here the things that they name are found and put
into the plain question, which is then read as if it had been asked so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import lru_cache
from typing import Any, TypeAlias

from npc.language.kinds import SAME, USUAL
from npc.language.phrases import COLOURS, plural, singular
from npc.tables import table_beside

Asked: TypeAlias = Callable[[str], str]
_DATA: dict[str, Any] = table_beside(__file__, "asked.yaml")
PLAIN: Mapping[str, str] = _DATA["plain"]
_INSTEAD: dict[str, tuple[tuple[str, re.Pattern[str]], ...]] = {
    form: tuple((question, re.compile(signs, re.IGNORECASE)) for question, signs in others.items())
    for form, others in _DATA["instead"].items()
}
_OF_THE_VIEW, _HERE = frozenset(_DATA["of_the_view"].split()), re.compile(_DATA["here"], re.IGNORECASE)
_EMPTY = frozenset(_DATA["empty"].split())
_MANY, _BY = frozenset({"count"}), frozenset({"who_at", "beside"})  # forms that ask for many, and that ask what is by a thing
_TO_THE = re.compile(r"\bto (?:the|your|my)(?= (?:left|right))", re.IGNORECASE)
_WORD = re.compile(r"[a-z-]{2,}(?:'(?!s\b)[a-z]+)?")
_HUES = "|".join((*COLOURS, "golden", "gray", "violet", "big", "little", "old", "young", "small", "large"))
_THE = r"the|an?|that|this|those|these|any|some|yon|yonder|thy|your|our|his|her|their|no|many|much|which|what|both|another"
_STOPS = (
    r"of|in|on|at|by|to|for|from|with|near|next|beside|besides|behind|between|and|or|but|is|are|was|were|be|been|being|am|do|does|"
    r"did|has|have|had|can|could|will|would|shall|should|may|might|must|I|you|he|she|it|we|they|me|him|them|us|who|whom|whose|"
    r"what|where|when|why|how|that|which|there|here|over|under|then|than|so|if|as|not|now|please|again|still|right|left|about|"
    r"closer|closest|nearer|nearest|stands?|standing|lies?|lying|sits?|sitting|hold|holds|holding|looks?|looking|around|before|"
    r"ago|earlier|just|also|too|else|like|lie|been|got|gone|going|off|out|up|down|away|across|along|against|doing|costs?|cost|say|"
    r"says|said|ye|thou|thee|art|doth|hath|dost"
)
_PHRASE = re.compile(rf"\b(?:{_THE}) (?P<noun>(?:(?!(?:{_STOPS}|{_THE})\b)[a-z][a-z'-]* ?){{1,3}})", re.IGNORECASE)
_ANCHOR = re.compile(
    r"\b(?:near|nearby|beside|next to|by|behind|close to|around|at|alongside|under|beneath|against|with|from)(?: to)? "
    rf"(?:(?:{_THE}) )?$",
    re.IGNORECASE,
)
_MINE = re.compile(
    r"\b(?:my|our|mine own) (?:(?:dear|beloved|little|poor|old|own|good|late|elder|older|younger|big|faithful|trusty|lovely|"
    r"sweet) )*(?P<mine>[a-z][a-z-]*)|"
    r"\b(?P<mine_>[a-z][a-z-]*) (?:of mine|I (?:have|own|mentioned|told you (?:about|of)))\b",
    re.IGNORECASE,
)
_NO_MINE = frozenset(_DATA["not_mine"].split())
_ANOTHER = re.compile(r"\b(?:the other|another|others)\b", re.IGNORECASE)
# "the red one", "the one on the left"
_AT = r"(?:on|to|in|at|by|near|next to|behind|beside|over|with)"
_ONE = re.compile(
    rf"\b(?:the|that|this) (?P<noun>(?:(?:{_HUES}) ones?\b|ones?\b(?= {_AT}\b))(?: {_AT} [a-z -]{{2,30}}(?=[,.?!]|$))?)",
    re.IGNORECASE,
)
_PRONOUN = re.compile(r"\b(?:it|them|him|her|that one|this one|those|these|that|this|they|he|she)\b", re.IGNORECASE)
_BY_IT = re.compile(r"\b(?:near|beside|to|by|around|round|at|behind|under|with) (it|them|him|her|that|this)\b", re.I)
_KNOWN = "|".join(sorted({re.escape(name) for name in (*USUAL, *SAME)}, key=lambda name: (-len(name), name)))
_MANY_NAMED = "|".join(sorted({plural(name) for name in USUAL}, key=lambda name: (-len(name), name)))
_NAMED = re.compile(rf"\b(?:(?:{_HUES}) )*(?:{_KNOWN}|{_MANY_NAMED})s?\b", re.IGNORECASE)


def nothing(clause: str) -> str:
    """Nobody tells by its meaning what a clause asks."""
    return ""


def put_plainly(form: str, clause: str, names: Collection[str] = ()) -> str:
    """The plain question of a form, with what a `plain` clause names; empty where the clause lacks what the form asks about.

    Args:
        names: of what may be spoken of here, beside usual things.
    """
    question = next((other for other, signs in _INSTEAD.get(form, ()) if signs.search(clause)), PLAIN[form])
    if "{mine}" in question:
        return question.format(mine=mine) if (mine := _mine(clause)) else ""
    if "{thing}" not in question:
        return question
    if _ANOTHER.search(clause) is not None:  # than the one that was meant: that is told by what was said before
        return ""
    two = "{other}" in question
    found = _things(form, clause, frozenset(names), 2 if two else 1)
    if two:
        if len(found) < 2:
            return ""
        (thing, placed), (other, placed_too) = found[:2]
        thing, other = (other, thing) if placed and not placed_too else (thing, other)
        return question.format(thing=thing, other=other)
    if form not in _BY and (one := _ONE.search(clause)) is not None:
        return question.format(thing=_TO_THE.sub("on the", one["noun"].strip()))
    # "by the well, is there a wolf?": what something is placed by is not what is asked for, unless who is by it is.
    meant = [thing for thing, placed in found if placed is (form in _BY)] or [thing for thing, _ in found]
    thing = meant[0] if meant else _pronoun(clause, _BY_IT if form in _BY else _PRONOUN)
    asked = question.format(thing=plural(singular(thing)) if form in _MANY and meant else thing) if thing else ""
    return asked if meant else asked.replace(f"the {thing}", thing)


class Plainly:
    """Puts plainly what asks in words of its own, and notes its forms.

    Args:
        told: gives the form that a clause asks; empty: none.
        names: as of `put_plainly`.
    """

    def __init__(self, told: Asked, names: Collection[str]) -> None:
        self._told, self._names = told, names
        self.forms: dict[str, str] = {}

    def __call__(self, clause: str) -> str:
        """The plain question; empty where there is none."""
        if not (form := self._told(clause)):
            return ""
        self.forms[clause] = form
        return put_plainly(form, clause, self._names)


def _pronoun(clause: str, pattern: re.Pattern[str]) -> str:
    return (found[1] if found.re.groups else found[0]).lower() if (found := pattern.search(clause)) is not None else ""


def _mine(clause: str) -> str:
    names = (found["mine"] or found["mine_"] for found in _MINE.finditer(clause))
    return next((name.lower() for name in names if name.lower() not in _NO_MINE), "")


def _things(form: str, clause: str, names: frozenset[str], wanted: int) -> list[tuple[str, bool]]:
    """The things that a clause names, each once, in its order, and whether each is what something is placed by.

    What is not known by its name counts where too few of those are `wanted`, and words speak of here and now.
    """
    spans = [found.span() for found in _NAMED.finditer(clause)]
    spans += [found.span() for found in _of(names).finditer(clause)] if names else []
    found = _phrases(clause, spans)
    if len(found) >= wanted or (form in _OF_THE_VIEW and _HERE.search(clause) is None):
        return found
    return _phrases(clause, [*spans, *((part.start("noun"), part.end("noun")) for part in _PHRASE.finditer(clause))])


def _phrases(clause: str, spans: Iterable[tuple[int, int]]) -> list[tuple[str, bool]]:
    apart: list[tuple[int, int]] = []
    for span in sorted(spans, key=lambda span: span[0] - span[1]):  # the longest first
        if not any(span[0] < end and start < span[1] for start, end in apart):
            apart.append(span)
    found: dict[str, bool] = {}
    for start, end in sorted(apart):
        phrase = singular(" ".join(word for word in _WORD.findall(clause[start:end].lower()) if word not in _EMPTY))
        if phrase:
            found.setdefault(phrase, _ANCHOR.search(clause[:start]) is not None)
    return list(found.items())


@lru_cache(maxsize=256)
def _of(names: frozenset[str]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(re.escape(name) for name in sorted(names, key=lambda n: (-len(n), n)))})s?\b", re.I)
