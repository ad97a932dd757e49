"""Questions about what is in view that are wrapped in politeness, put outright: "would you be so kind as to tell me how many
potions there are" asks "how many potions are there?".

What is asked of a fact stays as it is: what words mean does not hang on the wrapping.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache, partial
from typing import TypeAlias

_Asked: TypeAlias = Callable[[re.Match[str]], str]
_POLITELY = r"(?:(?:please|pray|kindly|perhaps|maybe|possibly|just|also|by any chance|happen to)[, ]+){0,3}"
_FRAME = (
    rf"(?:{_POLITELY}(?:can|could|would|will|might) you {_POLITELY}(?:have a (?:quick )?look and )?"
    r"(?:tell|let|inform|remind) me(?: know)?|"
    r"(?:would|could) you be (?:so|very|that) (?:kind|good|nice|helpful) (?:as )?(?:to|and) (?:tell|let) me(?: know)?|"
    r"(?:please )?(?:be (?:so kind|a dear|so good)|do me a favou?r|have a look)(?: as)?,?(?: to| and)? "
    r"(?:tell|let) me(?: know)?|"
    rf"{_POLITELY}tell(?: me|(?=,))|{_POLITELY}let me know|do you {_POLITELY}know|"
    rf"(?:I (?:would|should) (?:like|love|be glad|be curious) to know|I {_POLITELY}(?:want|need|wish) to know|"
    r"I (?:was|am) (?:just )?(?:wondering|curious)|I wonder)|"
    rf"(?:may|can|could|might) I {_POLITELY}(?:ask|inquire|know)(?: you)?|"
    r"(?:any|have you any|got any|do you have (?:any|an)) (?:idea|clue))"
)
_AT = (
    r"(?:^|(?<=[.!?;] )|(?<=, ))"
    r"(?:(?:so|and|but|hey|well|okay|then|now|oh|sorry|excuse me|please|good sir|my friend)[, ]+){0,3}"
)
_END = r"(?P<end>(?:[, ]+(?:please|then|now|exactly|for me|pray|dear|my friend))*\s*(?:[.!?]|$))"
_NAMED = r"(?:the|that|this|your|those|these|an?|any) [a-z][a-z' -]{1,40}?"
_BE = r"(?P<be>is|are|was|were)"


def _wrapped(question: str) -> re.Pattern[str]:
    return re.compile(rf"{_AT}{_FRAME}[, ]+{question}{_END}", re.IGNORECASE)


_FORMS: tuple[tuple[re.Pattern[str], _Asked], ...] = (
    (
        _wrapped(r"how many (?P<things>[a-z][a-z' -]{1,40}?) there (?P<be>are|is)(?P<rest>(?: [a-z' -]+?)?)"),
        lambda m: f"how many {m['things']} {m['be']} there{m['rest']}",
    ),
    (
        _wrapped(r"how many (?P<things>[a-z][a-z' -]{1,40}?) (?:you|we) (?:can )?see(?P<rest>(?: [a-z' -]+?)?)"),
        lambda m: f"how many {m['things']} do you see{m['rest']}",
    ),
    (
        _wrapped(rf"(?P<what>what|which) (?P<hue>colou?r) (?P<thing>{_NAMED}) (?:is|are|has|have)"),
        lambda m: f"{m['what']} {m['hue']} is {m['thing']}",
    ),
    (
        _wrapped(r"(?:if|whether) there (?P<be>is|are) (?P<rest>[a-z][a-z' -]+?)"),
        lambda m: f"{m['be']} there {m['rest']}",
    ),
    (_wrapped(r"(?:if|whether) you (?:can )?see (?P<rest>[a-z][a-z' -]+?)"), lambda m: f"do you see {m['rest']}"),
    (
        _wrapped(rf"(?P<wh>what|who) (?P<that>that|this|those|these|it) {_BE}(?P<rest>(?: [a-z' -]+?)?)"),
        lambda m: f"{m['wh']} {m['be']} {m['that']}{m['rest']}",
    ),
    (_wrapped(rf"where (?P<thing>{_NAMED}) {_BE}"), lambda m: f"where {m['be']} {m['thing']}"),
    (
        _wrapped(
            r"(?P<whole>(?:how many [a-z][a-z' -]{1,40}? (?:are|is)|what (?:is|are|lies|stands|do you see)|"
            r"who (?:is|are|stands)|which (?:[a-z]+ ){0,3}is|what colou?r is|where (?:is|are)) [a-z][a-z' -]+?)"
        ),
        lambda m: m["whole"],
    ),
)


@lru_cache(maxsize=512)
def outright(said: str) -> str:
    """`plain` words with what they ask about the view asked outright; others as they are."""
    for pattern, asked in _FORMS:
        said = pattern.sub(partial(_put, asked), said)
    return said.strip()


def _put(asked: _Asked, found: re.Match[str]) -> str:
    return f"{asked(found)}?"
