"""The pictures that a card names: what `lint` says of them and what a server takes is one rule.

A server decodes them as well, which nothing here can: damage within the coded pixels shows there alone.
"""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, Field

from npc.errors import Fault
from npc.inside import read_inside
from npc.picture_containers import Container, container_of, is_whole_riff, kind_of

PICTURES = (".png", ".webp", ".jpg", ".jpeg")
MOST_BYTES, MOST_PIXELS = 1 << 20, 1 << 20  # of a picture of a thing
_SAVE_ANEW = "Save it anew as a PNG, WebP or JPEG."
_PUT_ITSELF = "Put the picture itself there, or give its path from the card on."
_SCALE_DOWN = "Scale it down: 128 pixels a side show enough."


def _lies_below(name: str) -> str:
    parts = name.replace("\\", "/").split("/")
    if not name or ".." in parts or parts[0] == "" or ":" in parts[0] or not name.lower().endswith(PICTURES):
        raise ValueError("`looks` names a PNG, WebP or JPEG in the folder of the card; write e.g. `looks: art/gloomfang.png`")
    return name


PictureFile = Annotated[str, Field(max_length=200), AfterValidator(_lies_below)]


class Unfit(NamedTuple):
    """Why a picture cannot be shown, as the end of "the picture NAME …", and what to do about it, as a sentence."""

    why: str
    fix: str


_BREAKS_OFF = Unfit("breaks off", _SAVE_ANEW)


def read_picture(folder: Path, name: str) -> bytes | Unfit:
    """The bytes of a picture that a card in `folder` names, or what is wrong with it; nothing is raised."""
    try:
        data = read_inside(folder, name, MOST_BYTES)
    except FileNotFoundError:
        return Unfit("is not there", "Put it there, or give its path from the card on.")
    except ValueError as error:  # a link, a folder, a name that leads out
        why = str(error).removeprefix(f"{name!r} ")
        return Unfit(why, _SCALE_DOWN if why.startswith("has ") else _PUT_ITSELF)
    except OSError as error:
        return Unfit(f"cannot be read ({error.strerror})", "Give its path from the card on, and let the server read it.")
    return _unfit(data) or data


def _unfit(data: bytes) -> Unfit | None:
    kind = kind_of(data)
    if not data:
        return Unfit("is empty", _SAVE_ANEW)
    if kind is None:
        return Unfit("is no PNG, WebP or JPEG, whatever it is called", _SAVE_ANEW)
    if kind == "webp" and not is_whole_riff(data):
        return _BREAKS_OFF
    try:
        found = container_of(data, kind)
        if found.width * found.height > MOST_PIXELS:
            return Unfit(f"has {found.width}x{found.height} pixels; {MOST_PIXELS} in all are the most", _SCALE_DOWN)
        found.check(kind)
    except Fault as fault:
        return unfit_by(fault)
    if not found.whole:
        return _BREAKS_OFF
    return Unfit("is damaged", _SAVE_ANEW) if kind == "png" and _is_damaged(found) else None


def unfit_by(fault: Fault) -> Unfit:
    """What a fault of the picture says; its advice to a game that sends frames is none to the author of a card."""
    message = fault.message.rstrip(".")
    _, frame, why = message.partition(" frame ")
    if frame:
        return Unfit(why, _SAVE_ANEW)
    _, picture, why = message.rpartition("The picture ")
    return Unfit(why if picture else f"is not taken: {message}", fault.fix)


def _is_damaged(png: Container) -> bool:
    """Whether a checksum is not that of its chunk."""
    header, *chunks = png.kept
    return any(zlib.crc32(chunk[4:-4]) != int.from_bytes(chunk[-4:]) for chunk in (header[8:], *chunks))
