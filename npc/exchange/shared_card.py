"""Character Cards V1, V2 and V3 as files: JSON, or a PNG with the JSON in its texts.

V2: github.com/malfoyslastname/character-card-spec-v2 (PNG text `chara`, base64 of JSON); V3:
github.com/kwaroran/character-card-spec-v3 (`ccv3`, which goes before `chara`).
"""

from __future__ import annotations

import base64
import binascii
import copy
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from npc.errors import PersonaError
from npc.exchange.png import SIGNATURE, blank, read_texts, write_texts

MAX_FILE = 32 << 20
MAX_JSON = 4 << 20
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


@dataclass(frozen=True, slots=True)
class SharedCard:
    """A card as it stands in its file.

    Attributes:
        document: the whole JSON: with `spec` and `data`, or (V1) the data alone.
        picture: the PNG that it came in, if it did.
    """

    document: dict[str, Any]
    picture: bytes | None = None

    @property
    def data(self) -> dict[str, Any]:
        """The fields of the character; changes go into the document."""
        inner = self.document.get("data")
        return inner if isinstance(inner, dict) and "spec" in self.document else self.document


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
    try:
        if path.stat().st_size > MAX_FILE:
            raise PersonaError("card_file", f"{path}: over {MAX_FILE >> 20} MiB.", "A card is smaller.")
        raw = path.read_bytes()
    except OSError as error:
        raise PersonaError("card_file", f"{path}: {error.strerror}.", "Check the path.") from None
    try:
        if raw.startswith(SIGNATURE):
            return SharedCard(_document(_json_in(raw)), raw)
        return SharedCard(_document(raw))
    except PersonaError as error:
        raise PersonaError(error.code, f"{path}: {error.message}", error.fix) from None


def _json_in(png: bytes) -> bytes:
    texts = read_texts(png)
    packed = texts.get("ccv3", texts.get("chara"))
    if packed is None:
        raise PersonaError("card_png", "The picture holds no character card.", "Export it as a PNG card where it comes from.")
    try:
        return base64.b64decode(packed, validate=True)
    except binascii.Error:
        raise PersonaError("card_png", "The card in the picture is damaged (no base64).", "Export it again.") from None


def _document(raw: bytes) -> dict[str, Any]:
    fault = PersonaError("card_json", "This is no character card.", "Give a JSON or PNG card of version 1, 2 or 3.")
    if len(raw) > MAX_JSON:
        raise PersonaError("card_json", f"The card has over {MAX_JSON >> 20} MiB of text.", "Shorten it.")
    try:
        document = json.loads(raw.decode("utf-8-sig"), parse_constant=_no_constant)
    except RecursionError:
        raise PersonaError("card_json", "The card is nested too deep.", "Flatten it.") from None
    except (UnicodeDecodeError, ValueError):
        raise PersonaError("card_json", "The card is no JSON.", "Export it again where it comes from.") from None
    if not isinstance(document, dict) or (_depth(document) > MAX_DEPTH):
        raise fault
    data = document.get("data") if "spec" in document else document
    if not isinstance(data, dict) or not isinstance(data.get("name"), str) or not data["name"].strip():
        raise fault
    return document


def _no_constant(name: str) -> None:
    raise ValueError(name)  # NaN and Infinity are no JSON


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
    try:
        if path.suffix.lower() == ".png":
            picture = portrait.read_bytes() if portrait else card.picture or blank()
            texts = {"chara": _packed(card, "chara_card_v2"), "ccv3": _packed(card, "chara_card_v3")}
            path.write_bytes(write_texts(picture, texts))
        else:
            path.write_text(json.dumps(card.document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise PersonaError("card_file", f"{error.filename}: {error.strerror}.", "Check the path.") from None


def _packed(card: SharedCard, spec: str) -> bytes:
    document = card.document
    if document.get("spec") != spec:
        document = {"spec": spec, "spec_version": SPECS[spec], "data": copy.deepcopy(card.data)}
    return base64.b64encode(json.dumps(document, ensure_ascii=False).encode())
