"""Hand-written player lines: one YAML file an intent, grouped into paraphrase families.

A family is one way of putting it. Whole families are held out for evaluation, so that a held-out line is
never a near copy of a training line.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from engine.errors import EngineError
from engine.labels import Labels, load_labels

Slot = Literal["thing", "creature", "place", "person"]
SLOTS: tuple[Slot, ...] = ("thing", "creature", "place", "person")
HELD_OUT_SHARE = 0.2


@dataclass(frozen=True)
class Utterance:
    """One line. `slot` is the kind of thing that fills its placeholder, None where it has none."""

    text: str
    intent: str
    tone: str
    slot: Slot | None
    family: str

    def filled(self, thing: str) -> str:
        """The line with `thing` in its slot."""
        return self.text.replace("{" + (self.slot or "") + "}", thing)


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid")
    text: str
    tone: str | None = None


class _Family(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    tone: str = "neutral"
    lines: list[str | _Line]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")
    intent: str
    families: list[_Family]


def load_utterances(split: Literal["train", "held_out", "all"] = "all", folder: Path | None = None) -> list[Utterance]:
    """All lines of a split, in file order.

    Raises:
        EngineError: `utterances_invalid`, naming file and fault.
    """
    return [u for u in _load(folder) if split == "all" or _is_held_out(u, folder) == (split == "held_out")]


@lru_cache(maxsize=4)
def _load(folder: Path | None) -> tuple[Utterance, ...]:
    root = folder or Path(str(resources.files("engine"))) / "data" / "utterances"
    files = sorted(root.glob("*.yaml"))
    if not files:
        raise EngineError("utterances_missing", f"No utterance files in {root}.", "Give a directory of YAML files.")
    labels = load_labels()
    return tuple(u for file in files for u in _read(file, labels))


def _read(file: Path, labels: Labels) -> list[Utterance]:
    try:
        content = _File.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
        labels.index("intent", content.intent)
        return [_utterance(content.intent, family, line, labels) for family in content.families for line in family.lines]
    except (yaml.YAMLError, ValidationError, EngineError, ValueError) as error:
        reason = " ".join(str(error).split())[:200]
        raise EngineError("utterances_invalid", f"{file.name}: {reason}", "See docs/training.md.") from None


def _utterance(intent: str, family: _Family, line: str | _Line, labels: Labels) -> Utterance:
    text, tone = (line, None) if isinstance(line, str) else (line.text, line.tone)
    slots = [slot for slot in SLOTS if "{" + slot + "}" in text]
    if len(slots) > 1 or text.count("{") != len(slots):
        raise ValueError(f"'{text}' has an unknown slot, or more than one")
    labels.index("tone", tone or family.tone)
    return Utterance(text, intent, tone or family.tone, slots[0] if slots else None, f"{intent}/{family.name}")


def _is_held_out(utterance: Utterance, folder: Path | None) -> bool:
    return utterance.family in _held_out_families(folder)


@lru_cache(maxsize=4)
def _held_out_families(folder: Path | None) -> frozenset[str]:
    """A fifth of each intent's families (at least one), chosen by hash so that new files do not reshuffle old ones."""
    families: dict[str, list[str]] = {}
    for u in _load(folder):
        known = families.setdefault(u.intent, [])
        if u.family not in known:
            known.append(u.family)
    chosen: set[str] = set()
    for names in families.values():
        ranked = sorted(names, key=lambda name: hashlib.sha256(name.encode()).digest())
        chosen.update(ranked[: max(1, round(len(names) * HELD_OUT_SHARE))] if len(names) > 1 else [])
    return frozenset(chosen)
