"""The English of claims, as `claims.yaml` has it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

ENGLISH: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("claims.yaml").read_text(encoding="utf-8"))


def patterns(name: str) -> list[re.Pattern[str]]:
    """The patterns of an entry, one by one."""
    return [re.compile(like.replace("<adverbs>", ENGLISH["adverbs"]), re.IGNORECASE) for like in ENGLISH[name]]


def pattern(name: str) -> re.Pattern[str]:
    """The patterns of an entry as one."""
    return re.compile("|".join(one.pattern for one in patterns(name)), re.IGNORECASE)


def words(name: str) -> frozenset[str]:
    """A list of words."""
    return frozenset(ENGLISH[name].split())
