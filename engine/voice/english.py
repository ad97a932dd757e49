"""The English of claims, as `claims.yaml` has it."""

from __future__ import annotations

import re
from typing import Any

from npc.tables import table_beside

ENGLISH: dict[str, Any] = table_beside(__file__, "claims.yaml")


def patterns(name: str) -> list[re.Pattern[str]]:
    """The patterns of an entry, one by one."""
    return [re.compile(like.replace("<adverbs>", ENGLISH["adverbs"]), re.IGNORECASE) for like in ENGLISH[name]]


def pattern(name: str) -> re.Pattern[str]:
    """The patterns of an entry as one."""
    return re.compile("|".join(one.pattern for one in patterns(name)), re.IGNORECASE)


def words(name: str) -> frozenset[str]:
    """A list of words."""
    return frozenset(ENGLISH[name].split())
