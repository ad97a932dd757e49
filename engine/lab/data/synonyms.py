"""Words that no picture was trained with, for things that are known by another name."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources

import yaml


@cache
def load_synonyms() -> Mapping[str, tuple[str, ...]]:
    """By a thing's usual name, other words for it."""
    text = (resources.files("engine.lab.data") / "synonyms.yaml").read_text(encoding="utf-8")
    return {name: tuple(words) for name, words in yaml.safe_load(text).items()}
