"""What players say: hand-written lines by intent, in families of which some are kept for evaluation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Literal, Protocol

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator, model_validator

from engine.errors import Fault
from engine.formats.labels import Labels, load_labels
from engine.lab.data.concepts import SLOT_TAGS, stable_share

Split = Literal["train", "held_out"]
HELD_OUT_FAMILIES = 0.2
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast in C
_SLOT = re.compile(r"\{(\w*)\}")


@dataclass(frozen=True)
class PlayerLine:
    """One line. `text` still holds its slot, e.g. "hand me the {thing}"; `slot` is its name or None."""

    text: str
    intent: str
    tone: str
    slot: str | None
    family: str

    def filled(self, phrase: str) -> str:
        """The line with a bare noun phrase ("red potion") in its slot."""
        return self.text if self.slot is None else self.text.replace("{" + self.slot + "}", phrase)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Line(_Strict):
    text: str = Field(min_length=1)
    tone: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _bare_text_is_a_line(cls, value: object) -> object:
        return {"text": value} if isinstance(value, str) else value

    @field_validator("text")
    @classmethod
    def _slot_is_known(cls, text: str) -> str:
        slots = _SLOT.findall(text)
        if len(slots) > 1 or any(slot not in SLOT_TAGS for slot in slots):
            raise ValueError(f"'{text}' may hold one slot of {', '.join(SLOT_TAGS)}")
        return text

    @property
    def slot(self) -> str | None:
        found = _SLOT.search(self.text)
        return found.group(1) if found else None


class _Family(_Strict):
    name: str
    tone: str = "neutral"
    lines: tuple[_Line, ...] = Field(min_length=1)


class _IntentFile(_Strict):
    intent: str
    families: tuple[_Family, ...] = Field(min_length=2)

    @field_validator("families")
    @classmethod
    def _names_are_unique(cls, families: tuple[_Family, ...]) -> tuple[_Family, ...]:
        names = [family.name for family in families]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"two families are called {', '.join(sorted(twice))}")
        return families


class _Source(Protocol):
    @property
    def name(self) -> str: ...

    def read_text(self, encoding: str) -> str: ...


def load_utterances(split: Split | None = None, folder: Path | None = None) -> list[PlayerLine]:
    """All lines of one side of the family split, or of both; by default the lines that ship with the engine.

    About a fifth of the families of each intent, at least one, are held out: the same ones on every machine.

    Raises:
        Fault: `utterances_invalid`, naming the file and the family at fault.
    """
    root = folder or resources.files("engine.lab.data") / "utterances"
    sources = sorted((p for p in root.iterdir() if p.name.endswith(".yaml")), key=lambda p: p.name)
    if not sources:
        raise Fault("utterances_missing", f"There is no utterance file in {root}.", "Check the path.")
    labels = load_labels()
    return [line for source in sources for line in _lines(_read(source, labels), split)]


def load_strangers() -> list[PlayerLine]:
    """Lines by somebody who never saw the training lines: what the intent figures are worth outside of this house."""
    return read_lines(Path(str(resources.files("engine.lab.data"))) / "strangers.yaml", load_labels())


def read_lines(path: Path, labels: Labels) -> list[PlayerLine]:
    """Lines to measure by: a YAML file of intents, each with a list of lines (`text` and perhaps its `tone`, or bare text).

    A line whose tone nobody wrote has the tone "".

    Raises:
        Fault: `lines_invalid`, naming the intent and the line at fault.
    """
    raw: object = None
    try:
        raw = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)
        content = TypeAdapter(dict[str, tuple[_Line, ...]]).validate_python(raw)
        for intent, lines in content.items():
            labels.index("intent", intent)
            for tone in {line.tone for line in lines if line.tone}:
                labels.index("tone", tone)
        if not any(content.values()):
            raise ValueError("it holds no line")
    except (OSError, UnicodeError, yaml.YAMLError, ValueError, Fault) as error:
        fix = 'Write e.g. greet: [{text: "well met", tone: friendly}, "hello there"].'
        raise Fault("lines_invalid", f"{path}: {_fault(error, raw)}.", fix) from None
    return [
        PlayerLine(line.text, intent, line.tone or "", line.slot, "") for intent, lines in content.items() for line in lines
    ]


def _read(source: _Source, labels: Labels) -> _IntentFile:
    raw: object = None
    try:
        raw = yaml.load(source.read_text(encoding="utf-8"), Loader=_Loader)
        content = _IntentFile.model_validate(raw)
        _check_labels(content, labels)
    except (yaml.YAMLError, ValueError, LookupError, AttributeError, RecursionError, Fault) as error:  # odd scalars and bytes
        raise Fault(
            "utterances_invalid", f"{source.name}: {_fault(error, raw)}.", "See the other files for the form."
        ) from None
    return content


def _check_labels(content: _IntentFile, labels: Labels) -> None:
    labels.index("intent", content.intent)
    for family in content.families:
        for tone in {family.tone} | {line.tone for line in family.lines if line.tone}:
            labels.index("tone", tone)


def _fault(error: Exception, raw: object) -> str:
    if not isinstance(error, ValidationError):
        return str(error).rstrip(".").replace("\n", " ")
    first = error.errors()[0]
    where = list(first["loc"])
    place = ".".join(map(str, where))
    if len(where) > 1 and where[0] == "families" and isinstance(raw, dict):
        family = raw["families"][int(where[1])]
        name = family.get("name", where[1]) if isinstance(family, dict) else where[1]
        place = f"family '{name}', " + ".".join(map(str, where[2:]))
    return f"{place}: {first['msg']}"


def _lines(content: _IntentFile, split: Split | None) -> Iterator[PlayerLine]:
    held_out = _held_out(content.intent, (family.name for family in content.families))
    for family in content.families:
        if split is None or (family.name in held_out) == (split == "held_out"):
            for line in family.lines:
                yield PlayerLine(line.text, content.intent, line.tone or family.tone, line.slot, family.name)


def _held_out(intent: str, families: Iterable[str]) -> set[str]:
    by_chance = sorted(families, key=lambda name: stable_share(f"{intent}/{name}"))
    return set(by_chance[: max(1, round(HELD_OUT_FAMILIES * len(by_chance)))])
