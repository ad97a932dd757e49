"""Character Cards that are broken, hostile, or packed as tools pack them."""

from __future__ import annotations

import base64
import contextlib
import json
import tracemalloc
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npc import PersonaError, load_persona, persona_from
from npc.__main__ import main
from npc.exchange.convert import to_persona
from npc.exchange.png import blank
from npc.exchange.shared_card import MAX_JSON, SharedCard, read_card
from tests.npc.exchanged import SERA, WREN, card_file, packed, read_texts, refused, with_chunk, with_texts

BOMB = zlib.compress(b" " * (64 << 20), 9)
BROKEN = {
    "nothing": (b"", "no JSON"),
    "text": (b"hello", "no JSON"),
    "a list": (b"[]", "no character card"),
    "no name": (b'{"spec": "chara_card_v2", "data": {"name": ""}}', "has no name"),
    "data that is text": (b'{"spec": "chara_card_v2", "data": "x"}', "no character card"),
    "deep": (b'{"name": "x", "y": ' + b"[" * 99 + b"]" * 99 + b"}", "no character card"),
    "very deep": (b"[" * 500_000, "nested too deep"),
    "large": (b'{"name": "' + b"x" * (17 << 20) + b'"}', "MiB of text"),
    "NaN": (b'{"name": "x", "y": NaN}', "no JSON"),
    "not UTF-8": (b'{"name": "\xff"}', "no JSON: it is not written in UTF-8 (byte 11)"),
    "a picture without a card": (blank(4, 4), "holds no character card"),
    "a cut-off picture": (blank(4, 4)[:-20], "cut off"),
    "a damaged picture": (blank(4, 4).replace(b"IDAT", b"IDAU"), "checksum"),
    "no base64": (with_chunk(b"tEXt", b"chara\0???"), "no base64"),
    "a bomb in zTXt": (with_chunk(b"zTXt", b"chara\0\0" + BOMB), "far too long"),
    "a bomb in iTXt": (with_chunk(b"iTXt", b"chara\0\1\0\0\0" + BOMB), "far too long"),
    "a broken zTXt": (with_chunk(b"zTXt", b"chara\0\0rubbish"), "cannot be unpacked"),
    "no end": (b"\x89PNG\r\n\x1a\n" + with_chunk(b"tEXt", b"a\0b")[8:-12] * 2000, "more than"),
}


@pytest.mark.parametrize(("content", "said"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_card_is_one_sentence(tmp_path, capsys, content, said):
    path = tmp_path / "card"
    path.write_bytes(content)
    assert said in refused(path).message
    assert main(["import-card", str(path), "--out", str(tmp_path / "new.yaml")]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert not (tmp_path / "new.yaml").exists()


def test_compressed_and_international_texts_are_read():
    packed = base64.b64encode(json.dumps(SERA).encode())
    for kind, body in ((b"zTXt", b"chara\0\0" + zlib.compress(packed)), (b"iTXt", b"chara\0\0\0en\0\0" + packed)):
        assert read_texts(with_chunk(kind, body)) == {"chara": packed}
    assert len(packed) < MAX_JSON


@settings(deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 255))
def test_a_changed_byte_never_crashes(tmp_path_factory, at, value):
    data = bytearray(with_chunk(b"tEXt", b"chara\0" + base64.b64encode(b'{"name": "Tam"}')))
    data[at % len(data)] = value
    path = tmp_path_factory.mktemp("card") / "card.png"
    path.write_bytes(data)
    with contextlib.suppress(PersonaError):
        assert read_card(path).data["name"]


def test_our_own_part_of_a_card_is_checked_like_any_card():
    card = SharedCard({"name": "x", "extensions": {"npc_engine": {"name": "x", "traits": {"brav": 1}}}})
    with pytest.raises(PersonaError, match="brav"):
        to_persona(card)


def test_the_original_must_lie_beside_the_card():
    with pytest.raises(PersonaError, match="same directory"):
        persona_from({"name": "x", "card": "../../etc/passwd"})


# -- as tools write them ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        with_texts((b"tEXt", packed(keyword=b"Chara\0"))),
        with_texts((b"tEXt", packed(keyword=b"CCV3\0"))),
        with_texts((b"tEXt", b"chara\0" + base64.encodebytes(json.dumps(WREN).encode()))),
        with_texts((b"tEXt", packed().rstrip(b"="))),
        with_texts((b"tEXt", b"chara\0" + json.dumps(WREN).encode())),
        with_texts((b"tEXt", b"chara-ext-asset_:0\0" + b"A" * (6 << 20)), (b"tEXt", packed())),
        b"\xef\xbb\xbf" + json.dumps(WREN).encode(),
        b"\xff\xfe" + json.dumps(WREN).encode("utf-16-le"),
        json.dumps(WREN).encode("utf-16-be"),
        json.dumps({"data": WREN}).encode(),
    ],
    ids=["Chara", "CCV3", "lines", "no padding", "no base64", "asset", "mark", "UTF-16", "UTF-16 no mark", "data alone"],
)
def test_a_card_is_read_however_a_tool_has_packed_it(tmp_path, content):
    path = tmp_path / "card"
    path.write_bytes(content)
    assert read_card(path).data["name"] == "Wren"


def test_a_large_lorebook_is_as_welcome_in_a_picture_as_in_json(tmp_path):
    book = {"entries": [{"keys": ["x"], "content": "y" * 1000, "extensions": {}} for _ in range(5000)]}
    large = {"spec": "chara_card_v2", "spec_version": "2.0", "data": {**WREN, "character_book": book}}
    for picture in (False, True):
        card = read_card(card_file(tmp_path / ("c.png" if picture else "c.json"), large, picture))
        assert to_persona(card)["lines"] == {"greet": ["Hello."]}


def test_texts_that_are_not_the_card_are_never_unpacked(tmp_path):
    bombs = [(b"zTXt", b"asset%d\0\0" % n + BOMB) for n in range(1500)]
    path = tmp_path / "card.png"
    path.write_bytes(with_texts(*bombs[:50], (b"tEXt", packed()), *bombs[50:100]))
    tracemalloc.start()
    assert read_card(path).data["name"] == "Wren"
    assert tracemalloc.get_traced_memory()[1] < path.stat().st_size + (16 << 20)
    tracemalloc.stop()


OTHERS = {
    "a WebP": (b"RIFF\x10\0\0\0WEBPVP8 ", "a WebP picture"),
    "a JPEG": (b"\xff\xd8\xff\xe0\0\x10JFIF", "a JPEG picture"),
    "a charx": (b"PK\x03\x04\x14\0", "a ZIP archive"),
    "a gzip": (b"\x1f\x8b\x08", "a gzip archive"),
    "a number without end": (b'{"name": "x", "talkativeness": 1e999}', "no JSON"),
    "an empty name": (json.dumps({**WREN, "name": " "}).encode(), "has no name"),
    "a name that is null": (json.dumps({**WREN, "name": None}).encode(), "has no name"),
    "another JSON": (b'{"version": 3}', "no character card"),
}


@pytest.mark.parametrize(("content", "said"), OTHERS.values(), ids=OTHERS)
def test_what_is_no_card_is_told_by_what_it_is(tmp_path, content, said):
    path = tmp_path / "card.png"
    path.write_bytes(content)
    assert said in refused(path).message


def test_half_a_character_in_a_shared_card_goes_back_out_as_it_came(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    card = {**WREN, "creator_notes": "x \ud83d", "first_mes": "Hi \ud83d there."}
    (tmp_path / "wren.json").write_text(json.dumps(card))
    assert main(["import-card", "wren.json"]) == 0
    assert load_persona("wren.yaml").lines["greet"][0].say == "Hi there."
    for out in ("back.json", "back.png"):
        assert main(["export-card", "wren.yaml", "--out", out]) == 0
        assert read_card(tmp_path / out).data == card
