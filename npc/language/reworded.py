"""Wishes and bans that are put in a roundabout way, put plainly (`reworded.yaml`): "would be great if you could grab the key",
"I would rather you did not touch it", "that sword is not going to pick itself up"."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import yaml

from npc.language.everyday import in_plain_verbs
from npc.language.grammar import expanded

_AT = r"(?:^|(?<=[.!?;] )|(?<=, ))(?:(?:please|so|and|but|hey|well|okay|then|now|just|also|oh|listen|look),? )*"
_RULES = tuple(
    (re.compile(("" if like.startswith("(?<=") else _AT) + f"(?:{expanded(like)})", re.IGNORECASE), rule["as"])
    for rule in yaml.safe_load(Path(__file__).with_name("reworded.yaml").read_text(encoding="utf-8"))
    for like in rule["like"]
)


@lru_cache(maxsize=512)
def reworded(said: str) -> str:
    """`plain` words, put plainly."""
    said = in_plain_verbs(said)
    for pattern, plainly in _RULES:
        if pattern.search(said) is not None:
            said = pattern.sub(plainly, said)
    return said
