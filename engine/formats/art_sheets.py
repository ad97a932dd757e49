"""Descriptions of sprite sheets, as their makers write them: which parts of a picture are which thing.

Read are the JSON of TexturePacker and Aseprite (frames as a hash or an array, Aseprite's slices) and Godot's AtlasTexture
(`.tres`). Codecs alone: no file is opened here.
Sources: TexturePacker's "JSON (Hash)" and "JSON (Array)"; Aseprite's `--data` with `--list-slices`; Godot 4's text resources.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from npc.text import decoded

MOST_PARTS = 4000
Side = Annotated[int, Field(ge=0, le=1 << 16)]


@dataclass(frozen=True)
class Part:
    """A rectangle of a sheet. `name` is as the description has it; `turned`: stored a quarter clockwise."""

    name: str
    left: int
    top: int
    width: int
    height: int
    turned: bool = False


@dataclass(frozen=True)
class Sheet:
    """`picture`: the path of the picture as the description has it, perhaps of another machine; empty where it tells none."""

    picture: str
    parts: tuple[Part, ...]


class _Rect(BaseModel):
    model_config = ConfigDict(frozen=True)

    x: Side
    y: Side
    w: Side
    h: Side

    def part(self, name: str, turned: bool = False) -> Part:
        return Part(name, self.x, self.y, *((self.h, self.w) if turned else (self.w, self.h)), turned)


class _Frame(BaseModel):
    frame: _Rect
    filename: str = ""
    rotated: bool = False  # the rectangle is told as if it were not


class _Key(BaseModel):
    bounds: _Rect


class _Slice(BaseModel):
    name: str
    keys: tuple[_Key, ...] = Field(min_length=1, max_length=MOST_PARTS)


class _Meta(BaseModel):
    image: str = ""
    slices: tuple[_Slice, ...] = Field(default=(), max_length=MOST_PARTS)


class _Described(BaseModel):
    frames: dict[str, _Frame] | tuple[_Frame, ...] = Field(max_length=MOST_PARTS)
    meta: _Meta = Field(default_factory=lambda: _Meta(slices=()))


def read_json(data: bytes) -> Sheet | None:
    """The sheet that a JSON file describes; None for a JSON file about something else.

    Slices of Aseprite come before its frames: where somebody has drawn them, they are the things.
    """
    try:
        found = _Described.model_validate_json(decoded(data))
    except (ValidationError, ValueError, RecursionError):
        return None
    if found.meta.slices:
        return Sheet(found.meta.image, tuple(s.keys[0].bounds.part(s.name) for s in found.meta.slices))
    frames = found.frames.items() if isinstance(found.frames, dict) else ((frame.filename, frame) for frame in found.frames)
    return Sheet(found.meta.image, tuple(frame.frame.part(name, frame.rotated) for name, frame in frames))


_RESOURCE = re.compile(
    r"\[ext_resource[^\]\n]{0,400}?path=\"(?:res://)?([^\"\n]{1,400})\"[^\]\n]{0,400}?\bid=\"?([^\"\]\s]{1,80})"
)
_ATLAS = re.compile(r"^atlas\s*=\s*ExtResource\(\s*\"?([^\")\s]{1,80})\"?\s*\)", re.MULTILINE)
_REGION = re.compile(r"^region\s*=\s*Rect2\(" + ",".join([r"\s*(\d{1,5})(?:\.\d*)?\s*"] * 4) + r"\)", re.MULTILINE)


def read_tres(data: bytes, name: str) -> Sheet | None:
    """The part of a sheet that a Godot AtlasTexture is, under its file's `name`; None for another resource."""
    try:
        text = decoded(data)
    except ValueError:
        return None
    atlas, region = _ATLAS.search(text), _REGION.search(text)
    if "AtlasTexture" not in text[:400] or atlas is None or region is None:
        return None
    paths = {number: path for path, number in _RESOURCE.findall(text)}
    path = paths.get(atlas[1])
    left, top, width, height = map(int, region.groups())
    return None if path is None else Sheet(path, (Part(name, left, top, width, height),))
