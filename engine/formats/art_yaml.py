"""`art.yaml`: what the files of an art folder do not say."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from engine.errors import Fault
from engine.formats.described import LARGEST_TEXT
from engine.formats.recording import TAGS, Name, first_fault
from npc.inside import read_inside
from npc.text import decoded

Sizes = tuple[Annotated[int, Field(ge=4, le=360)], Annotated[int, Field(ge=4, le=360)]]


class _ThingCfg(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    tags: tuple[str, ...] = ()
    names: tuple[Name, ...] = Field((), max_length=16)
    size: Sizes | Annotated[int, Field(ge=4, le=360)] | None = None

    @field_validator("tags")
    @classmethod
    def _tags_are_known(cls, tags: tuple[str, ...]) -> tuple[str, ...]:
        for tag in tags:
            if tag not in TAGS:
                raise ValueError(f"{tag[:40]!r} is no tag; known are {', '.join(sorted(TAGS))}")
        return tags

    def sizes(self) -> tuple[int, int] | None:
        if isinstance(self.size, int):
            return self.size, self.size
        return None if self.size is None else (min(self.size), max(self.size))


class ArtCfg(BaseModel):
    """`art.yaml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    game: Name = ""
    things: dict[str, _ThingCfg] = {}
    shelves: tuple[str, ...] = ()  # folders of pictures that are things of their own


def read_cfg(folder: Path) -> ArtCfg:
    """What a folder's `art.yaml` says; nothing where there is none.

    Raises:
        Fault: `art_yaml`.
    """
    try:
        raw = yaml.safe_load(decoded(read_inside(folder, "art.yaml", LARGEST_TEXT)))
        return ArtCfg.model_validate({} if raw is None else raw)
    except FileNotFoundError:
        return ArtCfg()
    except ValidationError as error:
        fault = first_fault(error)
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        fault = " ".join(str(error).split()) or type(error).__name__
    raise unfit(folder, fault)


def unfit(folder: Path, fault: str) -> Fault:
    """What is wrong with the `art.yaml` of a folder."""
    example = "things: {red potion: {tags: [item], names: [healing potion], size: [16, 48]}}"
    return Fault("art_yaml", f"{folder / 'art.yaml'}: {fault}.", f"It is like this: {example}")
