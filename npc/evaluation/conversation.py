"""Public conversations, as files: who is spoken to, what is in view, what is said, and what has to come of it.

The files beside this one (`conversations/*.yaml`) were written before the code that they measure. Whoever makes characters
writes own ones in the same way (docs/conversation.md).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, TypeAlias

import yaml
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError, field_validator

from npc.errors import Fault
from npc.text import decoded

SHIPPED = Path(__file__).with_name("conversations")
SCENES = SHIPPED / "scenes"
# What `answer` stands for among the actions of a turn: words alone.
ANSWERS = frozenset({"talk", "greet", "idle", "point_at", "celebrate"})

Box: TypeAlias = tuple[float, float, float, float]  # left, top, right, bottom, in fractions of the frame
_Word = Annotated[str, Field(min_length=1, max_length=200)]


class Turn(BaseModel):
    """One step: something said, a change of what is in view, some time that passes, or a restart; and what is expected.

    Attributes:
        say: what the player says; `by`: who says it.
        see: from now on this scene is in view.
        wait: seconds that pass; a step with `say` is followed by three seconds in any case.
        restart: the server ends here, and a new one goes on with the same memory file.
        kind: the category of the turn, for the table.
        action: actions that are right, `answer` stands for any that is words alone; empty: any is.
        target: the thing that has to lie where the decision points, `none`: it must point nowhere. It is looked at where
            the action has a place, or the decision gives one.
        says: the line has to match one of these regular expressions (a list among them: all of that list).
        because: the same of the decision's reason, for answers that every card words its own way.
        not_: it must match none of these; `contradicts`: nor these, which would contradict what was said before.
        never: actions that are wrong; `forbids`: from here on, until a later turn `allows` them.
        again: the same line once more is what was asked for.
        empty: a deed is asked for without a thing that is there.
        hostile: the words are; otherwise they must cost no trust.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    say: Annotated[str, Field(max_length=1000)] = ""
    by: _Word = "player"
    see: str = ""
    wait: Annotated[FiniteFloat, Field(ge=0, le=3600)] = 0.0
    restart: bool = False
    kind: str = ""
    action: tuple[_Word, ...] = ()
    target: str = ""
    says: tuple[_Word | tuple[_Word, ...], ...] = ()
    because: tuple[_Word, ...] = ()
    not_: Annotated[tuple[_Word, ...], Field(alias="not")] = ()
    contradicts: tuple[_Word, ...] = ()
    never: tuple[_Word, ...] = ()
    forbids: tuple[_Word, ...] = ()
    allows: tuple[_Word, ...] = ()
    again: bool = False
    empty: bool = False
    hostile: bool = False

    @field_validator("says", "because", "not_", "contradicts")
    @classmethod
    def _are_patterns(cls, patterns: tuple[str | tuple[str, ...], ...]) -> tuple[str | tuple[str, ...], ...]:
        for pattern in patterns:
            for part in (pattern,) if isinstance(pattern, str) else pattern:
                try:
                    re.compile(part)
                except re.error as error:
                    raise ValueError(f"{part!r} is no regular expression: {error}") from None
        return patterns

    @property
    def actions(self) -> frozenset[str]:
        """The actions that are right, `answer` written out."""
        return frozenset(self.action).difference({"answer"}) | (ANSWERS if "answer" in self.action else frozenset())


class Conversation(BaseModel):
    """One conversation: with a card (the name of a shipped one, or of one in `cards` beside), in a scene."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: _Word
    card: _Word
    scene: str
    turns: Annotated[tuple[Turn, ...], Field(min_length=1, max_length=200)]


def load(path: Path = SHIPPED) -> list[Conversation]:
    """The conversations of a file, or of all YAML files in a folder, in order.

    Raises:
        Fault: `conversations`: there are none, or one has a fault; it names the place.
    """
    files = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    found = [conversation for file in files for conversation in _read(file)]
    if not found:
        raise Fault("conversations", f"{path}: no conversations.", "Name a YAML file of them, or a folder with some.")
    return found


def _read(file: Path) -> list[Conversation]:
    try:
        rows = yaml.safe_load(decoded(file.read_bytes()))
    except (OSError, ValueError) as error:
        raise Fault("conversations", f"{file} cannot be read: {error}.", "Check the path.") from None
    except yaml.YAMLError as error:
        raise Fault("conversations", f"{file}: {error}.", "Mend the YAML.") from None
    if not isinstance(rows, list):
        raise Fault("conversations", f"{file}: not a list of conversations.", "See docs/conversation.md.")
    found = []
    for number, row in enumerate(rows, 1):
        try:
            found.append(Conversation.model_validate(row))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"])) or "the conversation"
            name = row.get("id", number) if isinstance(row, dict) else number
            message = f"{file}, conversation {name}, {where}: {first['msg']}."
            raise Fault("conversations", message, "See docs/conversation.md.") from None
        _check_scenes(file, found[-1])
    return found


def _check_scenes(file: Path, conversation: Conversation) -> None:
    for scene in (conversation.scene, *(turn.see for turn in conversation.turns if turn.see)):
        if scene not in boxes():
            known = ", ".join(boxes())
            raise Fault("conversations", f"{file}, conversation {conversation.id}: no scene `{scene}`.", f"There are: {known}.")


@cache
def boxes() -> Mapping[str, Sequence[tuple[str, Box]]]:
    """What is where in each scene."""
    scenes = yaml.safe_load((SCENES / "boxes.yaml").read_text(encoding="utf-8"))
    return {name: [(row["is"], tuple(row["box"])) for row in rows] for name, rows in scenes.items()}
