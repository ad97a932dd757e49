"""Questions and claims about what changed hands, as words put them: the patterns of `accounts.yaml`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from npc.language.formulas import data_of, expanded
from npc.language.patterns import TablePattern

_DATA = data_of("accounts.yaml")
MASS = frozenset(_DATA["mass"].split())  # what is told without an article
LONGEST = 200  # characters that such a question has at most
_VERBS = {(who, verb): to for who, rows in _DATA["verbs"].items() for to, verbs in rows.items() for verb in verbs.split()}


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked or claimed.

    Attributes:
        what: an entry of `like`.
        item: the words for the thing, in lower case, without article; empty where none is named.
        mine: it is the speaker who did it.
        to: which deeds its verb is of: `out`, `in`, `sold`, `bought`; empty where it has no verb.
        values: the other groups of the pattern.
    """

    what: str
    item: str
    mine: bool
    to: str
    values: dict[str, str]


def _compiled() -> tuple[tuple[str, TablePattern], ...]:
    parts = _DATA["parts"]
    return tuple(
        (name, TablePattern(f"{parts['lead']}(?:{expanded(pattern, parts)}){parts['tail']}"))
        for name, patterns in _DATA["like"].items()
        for pattern in patterns
    )


_FORMS = _compiled()


@lru_cache(maxsize=512)
def _asked(words: str) -> tuple[Asked, ...]:
    return tuple(_of(name, found) for name, pattern in _FORMS if (found := pattern.fullmatch(words)) is not None)


def asked(words: str) -> Iterator[Asked]:
    """What `plain` words may ask or claim of what changed hands, the surest first."""
    words = words.strip()
    if len(words) <= LONGEST:
        yield from _asked(words)


def _of(name: str, found: re.Match[str]) -> Asked:
    groups = {key: value.strip().lower() for key, value in found.groupdict().items() if value}
    who = groups.pop("who", "")
    to = _VERBS.get(("I" if who == "i" else "you", groups.pop("verb", "")), "")
    return Asked(name, groups.pop("item", ""), who == "i", to, groups)
