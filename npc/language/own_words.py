"""Questions after the speaker's own words, in whatever frame: "tell me again, what was it I confessed?"

Some say so ("did I mention"), some only ask of what happened to the speaker, or of what is his. Patterns of `own_words.yaml`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from npc.language.after import sought_by, stems
from npc.language.senses import Ask
from npc.tables import table_beside

_DATA: dict[str, Any] = table_beside(__file__, "own_words.yaml")
_OPENS = re.compile(rf"(?:(?:{_DATA['opens']})[,:;]? +)+", re.IGNORECASE)
_CLOSES = re.compile(rf"(?:,? +(?:{_DATA['closes']}))+[\s?.!]*$", re.IGNORECASE)
_ASKS = re.compile(_DATA["asks"], re.IGNORECASE)
_SAYS_SO = re.compile(_DATA["says_so"], re.IGNORECASE)
_OF_ONESELF = re.compile(r"\b(?:I|me|my|mine|we|us|our)\b", re.IGNORECASE)
_AGAIN = re.compile(r"\bagain[\s?.!]*$", re.IGNORECASE)
_TAIL = re.compile(rf"(?:{_DATA['closes']})[\s?.!]*", re.IGNORECASE)  # "which one is it, did I say?"
_YOURS = re.compile(r"\byou(?:r|rs)?\b", re.IGNORECASE)
_LIVED = re.compile(_DATA["lived"], re.IGNORECASE)
_OWNED_UP = re.compile(_DATA["owned_up"], re.IGNORECASE)
_SIGHT = re.compile(_DATA["sight"], re.IGNORECASE)
_SORT = re.compile(
    r"(?:what|which) (?:(?:kind|sort) of )?(?P<sort>[a-z]+) (?:was it|is it|did|was|were|am|are|have|had|do)\b", re.IGNORECASE
)
_OF_BEFORE = frozenset({Ask.MY_NAME, Ask.MINE, Ask.ABOUT, Ask.I_SAID})
_SAYING = stems(_DATA["saying"])


@lru_cache(maxsize=512)
def bare(question: str) -> str:
    """A `plain` question without the words that only say that it is after what was said: "tell me again", "did I tell you"."""
    inner = _OPENS.sub("", question.strip(), count=1) if _OPENS.match(question.strip()) else question.strip()
    return _CLOSES.sub("", inner).strip(" ?.!") or question.strip(" ?.!")


@lru_cache(maxsize=512)
def says_so(question: str) -> bool:
    """Whether a `plain` question names that it is after the speaker's own words."""
    own = _OF_ONESELF.search(question) is not None or (_AGAIN.search(question) is not None and not _YOURS.search(question))
    return own and _SAYS_SO.search(question) is not None and _ASKS.match(bare(question)) is not None


def goes_before(question: str, ask: Ask) -> bool:
    """Whether of several questions in one breath it is the one to answer, as it asks for what was said before."""
    return _TAIL.fullmatch(question.strip()) is None and (ask in _OF_BEFORE or says_so(question))


@lru_cache(maxsize=512)
def of_ones_life(question: str) -> bool:
    """Whether it asks of what happened to its speaker, without a word of telling: "where did the wolf bite me?"."""
    inner = bare(question)
    return bool(sought_by(inner)) and _LIVED.search(inner) is not None


def owns_up(question: str) -> bool:
    """Whether it asks for what its speaker has confessed."""
    return _OWNED_UP.search(question) is not None


def sought_in(question: str) -> frozenset[str]:
    """The stems that have to be in an answer: not those of telling, nor the sort of thing that is asked for."""
    inner = bare(question)
    sort = _SORT.match(inner)
    return stems(inner) - _SAYING - (stems(sort["sort"]) if sort is not None else frozenset())


def seen_together(question: str) -> str:
    """The sort of thing that is asked for as seen before: "creature" of "what creature did we see?"; empty: none."""
    found = _SIGHT.match(bare(question))
    return found["sort"].lower() if found is not None else ""
