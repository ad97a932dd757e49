"""What the Unity package really shows: its serialised fields and its window's words, read from the source."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "clients" / "unity"
_FIELD = re.compile(
    r"\[SerializeField(?:, (?P<hint>[^\]]*))?\] private (?P<kind>[\w\[\]]+) (?P<name>\w+)(?: = (?P<usual>[^;]+))?;"
)
_EVENTS = {"DecisionEvent": "Decision", "TextEvent": "String", "FlagEvent": "Boolean"}


@dataclass(frozen=True)
class Field:
    """A serialised field as the inspector has it.

    Attributes:
        event: what its handlers get, for a UnityEvent; else "".
        usual: the value that the source gives, as it is written there.
        slider: its range, for a number with one.
    """

    label: str
    kind: str
    usual: str
    event: str
    slider: tuple[float, float] | None


def fields(component: str) -> list[Field]:
    """The serialised fields of a component, in their order."""
    return [_field(found) for found in _FIELD.finditer((PACKAGE / "Runtime" / f"{component}.cs").read_text(encoding="utf-8"))]


def _field(found: re.Match[str]) -> Field:
    reach = re.search(r"Range\(([\d.]+)f?, ([\d.]+)f?\)", found["hint"] or "")
    slider = (float(reach[1]), float(reach[2])) if reach else None
    return Field(label(found["name"]), found["kind"], found["usual"] or "", _EVENTS.get(found["kind"], ""), slider)


def label(name: str) -> str:
    """A name as Unity's editor writes it: `offlineAction` is Offline Action."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return words[0].upper() + words[1:]


def window_says(words: str) -> str:
    """The words, which must stand in the editor window's source.

    Raises:
        LookupError: they do not; the picture would lie.
    """
    if words not in (PACKAGE / "Editor" / "NpcEngineWindow.cs").read_text(encoding="utf-8"):
        raise LookupError(f"NpcEngineWindow.cs does not say '{words}'")
    return words
