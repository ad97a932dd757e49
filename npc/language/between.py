"""Questions after what passed between the two, and what a speaker tells of himself that is kept: patterns of `between.yaml`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from npc.language.formulas import data_of, expanded
from npc.language.grammar import VERBS
from npc.language.patterns import TablePattern
from npc.language.spelling import is_a_word

_DATA = data_of("between.yaml")
_PARTS = {**_DATA["parts"], "verbs": rf"(?:{VERBS})\b"}
LONGEST = 160  # characters that such a question has at most
_FORMS = tuple(
    (name, TablePattern(f"{_PARTS['lead']}(?:{expanded(pattern, _PARTS)}){_PARTS['tail']}"))
    for name, patterns in _DATA["like"].items()
    for pattern in patterns
)
_TOLD = tuple((kind, TablePattern(expanded(pattern, _PARTS))) for kind, pattern in _DATA["told"].items())
_NAMES = re.compile(
    r"\b(?:called|named|names? (?:is|was)|(?:I|we) (?:call|named) (?:him|her|it|them)|goes by)\b", re.IGNORECASE
)
PROMISE_ME = re.compile(
    r"(?:(?:please|so|and|then|can you|will you|would you) )*(?:promise|swear)(?: to)? me(?: that)? (?P<what>.+)", re.IGNORECASE
)
_NOT = re.compile(
    r"^.*?\b(?:do not|not to|never|must not|should not|may not|can not|stop|no)\b(?: (?:ever|you dare))? ?", re.IGNORECASE
)
_BAN = re.compile(r"(?:do not|never)\b", re.IGNORECASE)
_BIDDING = re.compile(_DATA["bidding"], re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question after what passed between the two.

    Attributes:
        what: an entry of `like`.
        item: the words for a thing of anybody's; `mine`: those for something of the speaker's. Both in lower case, and empty
            where none is named.
    """

    what: str
    item: str = ""
    mine: str = ""


@lru_cache(maxsize=512)
def asked(words: str) -> Asked | None:
    """What `plain` words ask for of what passed between the two; None where they ask for something else."""
    words = words.strip()
    if len(words) > LONGEST:
        return None
    for name, pattern in _FORMS:
        if (found := pattern.fullmatch(words)) is not None:
            groups = {key: (value or "").strip().lower() for key, value in found.groupdict().items()}
            return Asked(name, groups.get("item", ""), groups.get("mine", ""))
    return None


@lru_cache(maxsize=512)
def kinds_told(sentence: str) -> tuple[str, ...]:
    """What one `plain` sentence tells of who says it: `seeks`, `fears`, `goes`, `plans`."""
    found = ((kind, pattern.search(sentence)) for kind, pattern in _TOLD)
    return tuple(kind for kind, match in found if match is not None and not is_a_word(match.groupdict().get("place") or ""))


def what_to_do(order: str) -> str:
    """A `plain` order as what is to be done: "wait here" of "could you please wait here?"."""
    opens = _BIDDING.match(order)
    return order[opens.end() if opens is not None else 0 :].strip(" .,!?")


def is_ban(order: str) -> bool:
    """Whether a `plain` order is one not to do something."""
    return _BAN.match(what_to_do(order)) is not None


def what_not_to_do(ban: str) -> str:
    """A `plain` ban as what is not to be done: "touch the chest" of "please do not touch the chest"."""
    return _NOT.sub("", ban, count=1).strip(" .,!?")


def gives_a_name(kind: str, sentence: str) -> bool:
    """Whether a `plain` sentence about somebody or something of this kind tells its name."""
    of_it = re.escape(kind)
    beside = (
        rf"\b{of_it}s?(?:,| is| was| are)? (?-i:[A-Z])[a-z]",
        rf"\b(?-i:[A-Z])[a-z]+(?:,| is| was) (?:my|our) (?:[a-z]+ )?{of_it}\b",
    )
    return _NAMES.search(sentence) is not None or any(re.search(pattern, sentence, re.IGNORECASE) for pattern in beside)
