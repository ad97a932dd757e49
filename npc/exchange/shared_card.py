"""Character Cards V1, V2 and V3 as files: JSON, or a PNG with the JSON in its texts.

V2: github.com/malfoyslastname/character-card-spec-v2 (PNG text `chara`, base64 of JSON); V3:
github.com/kwaroran/character-card-spec-v3 (`ccv3`, which goes before `chara`).
"""

from __future__ import annotations

import base64
import binascii
import copy
import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from npc.card_file import kind_of, shown
from npc.errors import PersonaError
from npc.exchange.lorebook import book_of
from npc.exchange.png import SIGNATURE, blank, read_texts, write_texts
from npc.text import is_whole, unwrapped

MAX_FILE = 256 << 20  # with the pictures and sounds that a V3 card may carry
MAX_JSON = 16 << 20  # of JSON, whether it stands in a file of its own or in a picture
MAX_DEPTH = 64
SPECS = {"chara_card_v2": "2.0", "chara_card_v3": "3.0"}
# What the specifications demand of a card's data, for cards that are written anew.
_TEXTS = (
    "name",
    "description",
    "personality",
    "scenario",
    "first_mes",
    "mes_example",
    "creator_notes",
    "system_prompt",
    "post_history_instructions",
    "creator",
    "character_version",
)
_LISTS = ("alternate_greetings", "tags")
_TOLD_BY = {*_TEXTS, *_LISTS, "extensions", "character_book", "nickname"}  # any of these tells a card from other JSON


@dataclass(frozen=True, slots=True)
class SharedCard:
    """A card as it stands in its file.

    Attributes:
        document: the whole JSON: with `spec` and `data`, or (V1) the data alone.
        picture: the PNG that it came in, if it did.
        raw: the whole file.
    """

    document: dict[str, Any]
    picture: bytes | None = None
    raw: bytes = b""

    @property
    def data(self) -> dict[str, Any]:
        """The fields of the character; changes go into the document."""
        return _data(self.document)


def new_card() -> SharedCard:
    """An empty V3 card."""
    data: dict[str, Any] = dict.fromkeys(_TEXTS, "") | {name: [] for name in _LISTS}
    data |= {"extensions": {}, "group_only_greetings": []}
    return SharedCard({"spec": "chara_card_v3", "spec_version": "3.0", "data": data})


def read_card(path: Path) -> SharedCard:
    """Read a JSON or PNG card.

    Raises:
        PersonaError: `card_file`, `card_png` or `card_json`: it cannot be read, or is no card.
    """
    name, raw = shown(str(path), 400), _bytes(path)
    try:
        if raw.startswith(SIGNATURE):
            return SharedCard(_document(_json_in(raw)), raw, raw)
        return SharedCard(_document(raw), None, raw)
    except PersonaError as error:
        raise PersonaError(error.code, f"{name}: {error.message}", error.fix) from None


def read_book(path: Path) -> Mapping[str, Any]:
    """Read a lorebook: one by itself (JSON), or that of a card.

    Raises:
        PersonaError: `card_file`, `card_png` or `card_json`: it cannot be read, or there is none.
    """
    name, raw = shown(str(path), 400), _bytes(path)
    try:
        document = _object(_json_in(raw) if raw.startswith(SIGNATURE) else raw)
        book = book_of(document) or _data(_checked(document)).get("character_book")
    except PersonaError as error:
        raise PersonaError(error.code, f"{name}: {error.message}", error.fix) from None
    if not isinstance(book, dict):
        raise PersonaError("card_json", f"{name}: The card has no lorebook.", "Give one with a lorebook, or a lorebook alone.")
    return book


def _bytes(path: Path) -> bytes:
    name = shown(str(path), 400)
    if not path.is_file():
        told = "is a folder or a device" if path.exists() else "is not there"
        raise PersonaError("card_file", f"{name}: {told}.", "Give the path of a JSON or PNG card.")
    try:
        if path.stat().st_size > MAX_FILE:
            raise PersonaError("card_file", f"{name}: over {MAX_FILE >> 20} MiB.", "A card is smaller.")
        return path.read_bytes()
    except OSError as error:
        raise PersonaError("card_file", f"{name}: {error.strerror}.", "Check the path.") from None


def _json_in(png: bytes) -> bytes:
    texts = read_texts(png, ("ccv3", "chara"), MAX_JSON * 4 // 3 + 1024)
    packed = texts.get("ccv3", texts.get("chara"))
    if packed is None:
        raise PersonaError("card_png", "The picture holds no character card.", "Export it as a PNG card where it comes from.")
    if packed.lstrip()[:1] == b"{":  # some tools leave out the base64
        return packed
    packed = b"".join(packed.split()).rstrip(b"=")
    try:
        return base64.b64decode(packed + b"=" * (-len(packed) % 4), validate=True)
    except binascii.Error:
        raise PersonaError("card_png", "The card in the picture is damaged (no base64).", "Export it again.") from None


def _document(raw: bytes) -> dict[str, Any]:
    return _checked(_object(raw))


def _object(raw: bytes) -> dict[str, Any]:
    """The JSON object of a file, of bounded size and depth."""
    if kind := kind_of(raw):
        raise PersonaError(
            "card_json", f"This is {kind}, no JSON or PNG.", "Export the card as PNG or JSON where it comes from."
        )
    if len(raw) > MAX_JSON:
        raise PersonaError("card_json", f"The card has over {MAX_JSON >> 20} MiB of text.", "Shorten it.")
    try:
        document = json.loads(unwrapped(raw), parse_constant=_no_constant, parse_float=_finite)
    except RecursionError:
        raise PersonaError("card_json", "The card is nested too deep.", "Flatten it.") from None
    except UnicodeDecodeError as error:
        why = f"it is not written in UTF-8 (byte {error.start + 1})"
        raise PersonaError("card_json", f"The card is no JSON: {why}.", "Save it as UTF-8.") from None
    except ValueError:
        raise PersonaError("card_json", "The card is no JSON.", "Export it again where it comes from.") from None
    if not isinstance(document, dict) or (_depth(document) > MAX_DEPTH):
        raise _no_card()
    return document


def _no_card() -> PersonaError:
    return PersonaError("card_json", "This is no character card.", "Give a JSON or PNG card of version 1, 2 or 3.")


def _checked(document: dict[str, Any]) -> dict[str, Any]:
    """The document of a card that has what a card must have."""
    if book_of(document) is not None:
        fix = "Say with --into which card is to know what it tells."
        raise PersonaError("card_json", "This is a lorebook, no character card.", fix)
    data = document.get("data", document) if "spec" in document else _data(document)
    if not isinstance(data, dict) or not _TOLD_BY.intersection(data):
        raise _no_card()
    if not isinstance(data.get("name"), str) or not data["name"].strip():
        raise PersonaError(
            "card_json", "The character has no name: `name` is missing or empty.", "Give it one, and import it again."
        )
    return document


def _data(document: dict[str, Any]) -> dict[str, Any]:
    """The fields of the character: those of `data`, or (V1) of the document itself."""
    inner = document.get("data")
    return inner if isinstance(inner, dict) and ("spec" in document or "name" not in document) else document


def _no_constant(name: str) -> None:
    raise ValueError(name)  # NaN and Infinity are no JSON


def _finite(number: str) -> float:
    value = float(number)
    if not math.isfinite(value):
        raise ValueError(number)
    return value


def _depth(value: Any) -> int:
    level, depth = [value], 0
    while level and depth <= MAX_DEPTH:
        inner = [v.values() if isinstance(v, dict) else v for v in level if isinstance(v, (dict, list))]
        level, depth = [x for values in inner for x in values], depth + 1
    return depth


def write_card(card: SharedCard, path: Path, portrait: Path | None = None) -> None:
    """Write a card; a `.png` gets it as V2 and as V3, a `.json` as it is.

    Args:
        portrait: a PNG for the picture; by default the one that the card came in, else a grey one.

    Raises:
        PersonaError: `card_file` or `card_png`.
    """
    ending = path.suffix.lower()
    if ending not in {".png", ".json"}:
        raise PersonaError("card_file", f"{shown(str(path), 400)} ends in neither .png nor .json.", "Name another with --out.")
    if ending == ".json":
        write_file(path, _json(card.document, indent=2) + b"\n")
        return
    try:
        picture = portrait.read_bytes() if portrait else card.picture or blank()
    except OSError as error:
        raise PersonaError("card_file", f"{shown(str(portrait), 400)}: {error.strerror}.", "Check the path.") from None
    texts = {"chara": _packed(card, "chara_card_v2"), "ccv3": _packed(card, "chara_card_v3")}
    write_file(path, write_texts(picture, texts))


def check_new(path: Path, force: bool = False, source: Path | None = None) -> None:
    """Nothing is lost by writing `path`.

    Args:
        force: it may be there already.
        source: what is read, which is never replaced.

    Raises:
        PersonaError: `card_file`.
    """
    name = shown(str(path), 400)
    if source is not None and path.exists() and path.samefile(source):
        raise PersonaError("card_file", f"{name} is the card itself.", "Name another with --out.")
    if path.is_dir() or (path.exists() and not path.is_file()):
        raise PersonaError("card_file", f"{name} is no file.", "Name another with --out.")
    if path.exists() and not force:
        raise PersonaError("card_file", f"{name} is there already.", "Name another with --out, or replace it with --force.")


def write_file(path: Path, data: bytes) -> None:
    """Write a file whole, or leave what was there.

    Raises:
        PersonaError: `card_file`: it cannot be written.
    """
    part = path.with_name(f".{path.name[:200]}.{os.getpid()}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise PersonaError("card_file", f"{shown(str(path), 400)}: {error.strerror}.", "Check the path.") from None


def _json(document: Any, indent: int | None = None) -> bytes:
    """JSON as people read it; a half character, which no file can hold, stays the escape that it was."""
    text = json.dumps(document, ensure_ascii=False, indent=indent)
    return (text if is_whole(text) else json.dumps(document, indent=indent)).encode()


def _packed(card: SharedCard, spec: str) -> bytes:
    document = card.document
    if document.get("spec") != spec:
        document = {"spec": spec, "spec_version": SPECS[spec], "data": copy.deepcopy(card.data)}
    return base64.b64encode(_json(document))
