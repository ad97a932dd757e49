"""Wishes and bans that are put in a roundabout way, put plainly (`reworded.yaml`): "would be great if you could grab the key",
"I would rather you did not touch it", "that sword is not going to pick itself up"."""

from __future__ import annotations

from functools import lru_cache

from npc.language.everyday import in_plain_verbs
from npc.language.grammar import expanded
from npc.language.outright import outright
from npc.language.patterns import TablePattern
from npc.tables import table_beside

# Few of these stand together; without a bound a line of nothing but "well, well" takes a second.
_AT = (
    r"(?:^|(?<=[.!?;] )|(?<=, ))(?:(?:please|so|and|but|hey|well|okay|then|now|just|also|oh|listen|look(?! after)|um+|er+m*|"
    r"right),? ){0,4}"
)
_RULES = tuple(
    (TablePattern(("" if like.startswith("(?<=") else _AT) + f"(?:{expanded(like)})"), rule["as"])
    for rule in table_beside(__file__, "reworded.yaml")
    for like in rule["like"]
)


@lru_cache(maxsize=512)
def reworded(said: str) -> str:
    """`plain` words, put plainly."""
    said = in_plain_verbs(outright(said))
    for pattern, plainly in _RULES:
        if pattern.search(said) is not None:
            said = pattern.sub(plainly, said)
    return said
