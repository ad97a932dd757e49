"""Descriptions of sprite sheets, as their makers write them: which parts of a picture are which thing.

Read are the JSON of TexturePacker and Aseprite (frames as a hash or an array, Aseprite's slices) and Godot's AtlasTexture and
SpriteFrames (`.tres`). Codecs alone: no file is opened here.
Sources: TexturePacker's "JSON (Hash)" and "JSON (Array)"; Aseprite's `--data` with `--list-slices`; Godot 4's text resources.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
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

    Raises:
        ValueError: it is no JSON, or its frames are no rectangles; says where and what.
    """
    try:
        told = json.loads(decoded(data))
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"it is no whole JSON (line {error.lineno}: {error.msg})") from None
    if not isinstance(told, dict) or not isinstance(told.get("frames"), dict | list):
        return None
    try:
        found = _Described.model_validate(told)
    except ValidationError as error:
        wanted = "dict" if isinstance(told["frames"], dict) else "tuple"  # of the two forms that frames have
        faults = [fault for fault in error.errors() if len(fault["loc"]) < 2 or not _is_other(fault["loc"][1], wanted)]
        fault = (faults or error.errors())[0]
        place = ".".join(str(part) for part in fault["loc"] if not str(part).startswith(wanted))
        raise ValueError(f"{place[:120]}: {fault['msg']}") from None
    if found.meta.slices:
        return Sheet(found.meta.image, tuple(s.keys[0].bounds.part(s.name) for s in found.meta.slices))
    frames = found.frames.items() if isinstance(found.frames, dict) else ((frame.filename, frame) for frame in found.frames)
    return Sheet(found.meta.image, tuple(frame.frame.part(name, frame.rotated) for name, frame in frames))


def _is_other(branch: object, wanted: str) -> bool:
    return str(branch).startswith(("dict[", "tuple[")) and not str(branch).startswith(wanted)


_RESOURCE = re.compile(
    r"\[ext_resource[^\]\n]{0,400}?path=\"(?:res://)?([^\"\n]{1,400})\"[^\]\n]{0,400}?\bid=\"?([^\"\]\s]{1,80})"
)
_ATLAS = re.compile(r"^atlas\s*=\s*ExtResource\(\s*\"?([^\")\s]{1,80})\"?\s*\)", re.MULTILINE)
_REGION = re.compile(r"^region\s*=\s*Rect2\(" + ",".join([r"\s*(\d{1,5})(?:\.\d*)?\s*"] * 4) + r"\)", re.MULTILINE)


_SECTION = re.compile(r"^\[(\w+)([^\n]{0,400})\]\s*$", re.MULTILINE)


def read_tres(data: bytes, name: str) -> tuple[Sheet, ...]:
    """The parts of sheets that a resource of Godot is made of; nothing for another resource, or one of whole pictures.

    An AtlasTexture is called as its file, `name`; SpriteFrames are looks of one thing, called so without "frames".

    Raises:
        ValueError: an AtlasTexture that does not tell its sheet and region.
    """
    try:
        text = decoded(data)
    except ValueError:
        return ()
    head = text[:400]
    paths = {number: path for path, number in _RESOURCE.findall(text)}
    if re.search(r"type=\"AtlasTexture\"", head.split("\n", 1)[0]):
        found = _atlas(text, paths, name)
        if found is None:
            raise ValueError("it does not tell the sheet and the region (whole pixels) of its AtlasTexture")
        return (found,)
    if not re.search(r"type=\"SpriteFrames\"", head.split("\n", 1)[0]):
        return ()
    called = re.sub(r"[ _.-]*(sprite)?[ _.-]*frames$", "", name, flags=re.IGNORECASE) or name
    by_picture: dict[str, dict[Part, None]] = {}
    for section in _atlases(text):
        if (part := _atlas(section, paths, called)) is not None:
            by_picture.setdefault(part.picture, {}).update(dict.fromkeys(part.parts))
    return tuple(Sheet(picture, tuple(parts)[:MOST_PARTS]) for picture, parts in by_picture.items())


def _atlases(text: str) -> Iterator[str]:
    """The sections of AtlasTextures in a resource."""
    sections = list(_SECTION.finditer(text))
    for section, following in zip(sections, [*sections[1:], None], strict=True):
        if section[1] == "sub_resource" and 'type="AtlasTexture"' in section[2]:
            yield text[section.end() : following.start() if following else None]


def _atlas(text: str, paths: dict[str, str], name: str) -> Sheet | None:
    atlas, region = _ATLAS.search(text), _REGION.search(text)
    path = paths.get(atlas[1]) if atlas else None
    if path is None or region is None:
        return None
    left, top, width, height = map(int, region.groups())
    return Sheet(path, (Part(name, left, top, width, height),))
