"""Everyday verbs of orders, put plainly (`everyday.yaml`): "nip over to the well" is "go to the well", "lob me the key" is
"give me the key", "give that wolf what for" is "attack that wolf"."""

from __future__ import annotations

import re
from functools import lru_cache, partial
from typing import Any

from npc.language.grammar import expanded
from npc.language.kinds import is_alive
from npc.language.patterns import TablePattern
from npc.language.phrases import singular, thing_in
from npc.tables import table_beside

_DATA: dict[str, Any] = table_beside(__file__, "everyday.yaml")
# Where a verb of an order may stand; Python looks behind for words of a fixed width only.
_BEHIND = (
    "and", "then", "now", "please", "just", "not", "never", "can you", "could you", "will you", "would you", "you to", "let us",
    "you should", "you must", "quickly", "either", "also", "so", "but", "okay", "go", "better", "you can", "you may",
    "at least", "as to", "enough to", "you might", "maybe", "possibly", "kindly", "you like",
)  # fmt: skip
_AT = "|".join(["^", "(?<=[.!?;:,] )", *(rf"(?<=\b{words} )" for words in _BEHIND)])
_HIM = frozenset({"him", "her", "them", "it"})
_PART = re.compile(rf"(?<![?]P)<({'|'.join(_DATA['parts'])})>")


def _compiled(like: str) -> TablePattern:
    """One name may stand for several groups, which Python wants to be told apart."""
    while _PART.search(like) is not None:
        like = _PART.sub(lambda part: _DATA["parts"][part[1]], like)
    return TablePattern(rf"(?:{_AT})(?:{expanded(like)})(?=[\s.,!?;]|$|(?<= ))")


_RULES = tuple((_compiled(like), rule["as"]) for rule in _DATA["likes"] for like in rule["like"])
WORDS = frozenset(re.findall(r"[a-z]{4,}", repr(_DATA["likes"])))  # which are spelt right: "scarper", "stash"
_GROUP = re.compile(r"\\g<(\w+)>")


@lru_cache(maxsize=512)
def in_plain_verbs(said: str) -> str:
    """`plain` words with plain verbs in the place of everyday ones."""
    for pattern, plainly in _RULES:
        said = pattern.sub(partial(_put, plainly), said)
    return said


def _put(plainly: str, found: re.Match[str]) -> str:
    values = {name.rstrip("_"): value for name, value in found.groupdict().items() if value}
    foe = values.get("foe", "")
    if foe and foe.lower() not in _HIM and not is_alive(singular(thing_in(foe))):
        return found[0]
    return _GROUP.sub(lambda group: values.get(group[1], ""), plainly)
