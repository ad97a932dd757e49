"""Character cards of other tools, and pictures with their texts, as tests make them."""

from __future__ import annotations

import base64
import json
import struct
import zlib

import pytest

from npc import PersonaError
from npc.exchange.png import blank, write_texts
from npc.exchange.png import read_texts as _read_texts
from npc.exchange.shared_card import MAX_JSON, read_card

SERA = {
    "spec": "chara_card_v2",
    "spec_version": "2.0",
    "data": {
        "name": "Seraphine",
        "description": "{{char}} keeps the lighthouse.\r\nShe is brave and {{user}}'s oldest friend. \u202eEvil\u202c",
        "personality": "Kind, stubborn, melancholic",
        "scenario": "A storm is coming.",
        "first_mes": '*The door creaks.* "Come in, {{user}}! {Mind} the step." *She smiles.* "I am {{char}}."',
        "mes_example": "<START>\n{{user}}: Hi!\n{{char}}: *nods* The sea is loud tonight.\n{{char}}: " + "Long. " * 100,
        "creator_notes": "By nobody.",
        "system_prompt": "",
        "post_history_instructions": "Stay in role {{original}}.",
        "alternate_greetings": ["You again.", "*waves*"],
        "character_book": {
            "entries": [
                {
                    "keys": ["lamp", "(a+)+$"],
                    "content": "The lamp is old.",
                    "extensions": {"x": 1},
                    "enabled": True,
                    "insertion_order": 3,
                    "decorators": ["@@depth 4"],
                }
            ],
            "extensions": {},
        },
        "tags": ["sea", "female"],
        "creator": "somebody",
        "character_version": "1.1",
        "extensions": {"other_tool/data": {"deep": [1, 2.5, None, "ü"]}},
        "a_field_of_tomorrow": {"kept": True},
    },
}


def read_texts(data):
    return _read_texts(data, ("chara", "ccv3"), MAX_JSON)


def card_file(path, document, picture: bool = False):
    if picture:
        path.write_bytes(write_texts(blank(8, 8), {"chara": base64.b64encode(json.dumps(document).encode())}))
    else:
        path.write_text(json.dumps(document), encoding="utf-8")
    return path


def refused(path) -> PersonaError:
    with pytest.raises(PersonaError) as fault:
        read_card(path)
    assert fault.value.fix
    return fault.value


def with_chunk(kind: bytes, body: bytes) -> bytes:
    chunk = struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    whole = blank(4, 4)
    return whole[:-12] + chunk + whole[-12:]


WREN = {"name": "Wren", "description": "A fletcher.", "first_mes": "Hello.", "mes_example": ""}


def with_texts(*chunks: tuple[bytes, bytes]) -> bytes:
    made = [struct.pack(">I", len(b)) + kind + b + struct.pack(">I", zlib.crc32(kind + b)) for kind, b in chunks]
    whole = blank(4, 4)
    return whole[:33] + b"".join(made) + whole[33:]


def packed(document=WREN, keyword: bytes = b"chara\0") -> bytes:
    return keyword + base64.b64encode(json.dumps(document).encode())
