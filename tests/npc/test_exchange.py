"""Character Cards of other tools: taken over, given back unchanged, and refused where they are broken or hostile."""

from __future__ import annotations

import base64
import contextlib
import json
import struct
import tracemalloc
import zlib
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npc import Character, PersonaError, characters, load_persona, persona_from
from npc.__main__ import main
from npc.evaluation.steadiness import scripted
from npc.exchange.convert import to_persona, to_shared
from npc.exchange.lorebook import lore_of
from npc.exchange.png import blank, write_texts
from npc.exchange.png import read_texts as _read_texts
from npc.exchange.shared_card import MAX_JSON, SharedCard, read_card, write_card

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


def _file(path, document, picture: bool = False):
    if picture:
        path.write_bytes(write_texts(blank(8, 8), {"chara": base64.b64encode(json.dumps(document).encode())}))
    else:
        path.write_text(json.dumps(document), encoding="utf-8")
    return path


def _refused(path) -> PersonaError:
    with pytest.raises(PersonaError) as fault:
        read_card(path)
    assert fault.value.fix
    return fault.value


# -- what is taken over ------------------------------------------------------------------------------------


def test_prose_lines_and_a_guess_at_the_nature_are_taken_over():
    persona = persona_from(to_persona(SharedCard(SERA)))
    assert persona.name == "Seraphine"
    assert persona.backstory == "Seraphine keeps the lighthouse.\nShe is brave and the player's oldest friend. Evil"
    assert persona.speech == "Kind, stubborn, melancholic"
    assert persona.traits == {"warm": 0.7, "obliging": -0.6, "cheerful": -0.7, "brave": 0.7}
    assert [line.say for line in persona.lines["greet"]] == ["Come in, {player}! Mind the step. I am {name}.", "You again."]
    assert next(line.say for line in persona.lines["talk"]) == "The sea is loud tonight."
    assert all(len(line.say) <= 240 for lines in persona.lines.values() for line in lines)


def test_an_imported_character_speaks(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["import-card", str(_file(tmp_path / "sera.json", SERA))]) == 0
    assert "sera.yaml" in capsys.readouterr().out
    decision = Character(load_persona(tmp_path / "sera.yaml"), "sera").tick(scripted("greet", "neutral", 1.0))
    assert decision.line in {"Come in, traveller! Mind the step. I am Seraphine.", "You again."}
    assert main(["import-card", "sera.json"]) == 2
    assert "sera.yaml is there already" in capsys.readouterr().err


def test_a_version_one_card_and_a_nickname_are_understood():
    assert to_persona(SharedCard({"name": "Tam", "description": "d", "first_mes": "Hi."}))["lines"] == {"greet": ["Hi."]}
    third = {"spec": "chara_card_v3", "spec_version": "3.0", "data": {"name": "Seraphine of the Sea", "nickname": "Sera"}}
    assert to_persona(SharedCard(third)) == {"name": "Sera"}


# -- there and back ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("picture", [False, True], ids=["json", "png"])
def test_what_is_imported_goes_back_out_as_it_was(tmp_path, monkeypatch, picture):
    monkeypatch.chdir(tmp_path)
    source = _file(tmp_path / ("sera.png" if picture else "sera.json"), SERA, picture)
    assert main(["import-card", str(source)]) == 0
    assert main(["export-card", "sera.yaml", "--out", "back.json"]) == 0
    assert json.loads((tmp_path / "back.json").read_text(encoding="utf-8")) == SERA
    assert main(["export-card", "sera.yaml", "--out", "back.png"]) == 0
    texts = read_texts((tmp_path / "back.png").read_bytes())
    assert json.loads(base64.b64decode(texts["chara"])) == SERA
    third = json.loads(base64.b64decode(texts["ccv3"]))
    assert (third["spec"], third["spec_version"], third["data"]) == ("chara_card_v3", "3.0", SERA["data"])


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from([*SERA["data"], "nickname", "assets", "x"]), _JSON), st.sampled_from(["2.0", "3.0", ""]))
def test_whatever_stands_in_a_card_comes_back(tmp_path_factory, data, version):
    data = {**data, "name": "Tam"}
    document = {"spec": f"chara_card_v{version[0]}", "spec_version": version, "data": data} if version else data
    if not version:
        document.pop("spec", None)
    path = tmp_path_factory.mktemp("card") / "card.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    card = read_card(path)
    try:
        persona = persona_from(to_persona(card))
    except PersonaError:
        assert "npc_engine" in data.get("extensions", {})
        return
    write_card(to_shared(persona, card), path)
    assert json.loads(path.read_text(encoding="utf-8")) == document


@pytest.mark.parametrize("name", characters())
def test_our_own_characters_survive_the_way_through_a_shared_card(tmp_path, name):
    persona = load_persona(name)
    write_card(to_shared(persona, None), tmp_path / "card.png")
    card = read_card(tmp_path / "card.png")
    assert persona_from(to_persona(card)) == persona
    assert card.document["spec"] == "chara_card_v3"
    assert card.data["name"] == persona.name
    assert card.data["first_mes"]


def test_an_edit_of_ours_goes_out_and_the_rest_stays():
    edited = persona_from({**to_persona(SharedCard(SERA)), "name": "Sera", "boundaries": {"attack": "No."}})
    data = to_shared(edited, SharedCard(SERA)).data
    assert data["name"] == "Sera"
    assert data["description"] == SERA["data"]["description"]
    assert data["character_book"] == SERA["data"]["character_book"]
    assert data["extensions"]["other_tool/data"] == SERA["data"]["extensions"]["other_tool/data"]
    assert data["extensions"]["npc_engine"]["boundaries"]["attack"]
    assert SERA["data"]["name"] == "Seraphine"


# -- what is broken or hostile -----------------------------------------------------------------------------


def _png(kind: bytes, body: bytes) -> bytes:
    chunk = struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    whole = blank(4, 4)
    return whole[:-12] + chunk + whole[-12:]


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
    "no base64": (_png(b"tEXt", b"chara\0???"), "no base64"),
    "a bomb in zTXt": (_png(b"zTXt", b"chara\0\0" + BOMB), "far too long"),
    "a bomb in iTXt": (_png(b"iTXt", b"chara\0\1\0\0\0" + BOMB), "far too long"),
    "a broken zTXt": (_png(b"zTXt", b"chara\0\0rubbish"), "cannot be unpacked"),
    "no end": (b"\x89PNG\r\n\x1a\n" + _png(b"tEXt", b"a\0b")[8:-12] * 2000, "more than"),
}


@pytest.mark.parametrize(("content", "said"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_card_is_one_sentence(tmp_path, capsys, content, said):
    path = tmp_path / "card"
    path.write_bytes(content)
    assert said in _refused(path).message
    assert main(["import-card", str(path), "--out", str(tmp_path / "new.yaml")]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert not (tmp_path / "new.yaml").exists()


def test_compressed_and_international_texts_are_read():
    packed = base64.b64encode(json.dumps(SERA).encode())
    for kind, body in ((b"zTXt", b"chara\0\0" + zlib.compress(packed)), (b"iTXt", b"chara\0\0\0en\0\0" + packed)):
        assert read_texts(_png(kind, body)) == {"chara": packed}
    assert len(packed) < MAX_JSON


@settings(deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 255))
def test_a_changed_byte_never_crashes(tmp_path_factory, at, value):
    data = bytearray(_png(b"tEXt", b"chara\0" + base64.b64encode(b'{"name": "Tam"}')))
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


# -- as tools write them -----------------------------------------------------------------------------------

WREN = {"name": "Wren", "description": "A fletcher.", "first_mes": "Hello.", "mes_example": ""}


def _texts(*chunks: tuple[bytes, bytes]) -> bytes:
    made = [struct.pack(">I", len(b)) + kind + b + struct.pack(">I", zlib.crc32(kind + b)) for kind, b in chunks]
    whole = blank(4, 4)
    return whole[:33] + b"".join(made) + whole[33:]


def _packed(document=WREN, keyword: bytes = b"chara\0") -> bytes:
    return keyword + base64.b64encode(json.dumps(document).encode())


@pytest.mark.parametrize(
    "content",
    [
        _texts((b"tEXt", _packed(keyword=b"Chara\0"))),
        _texts((b"tEXt", _packed(keyword=b"CCV3\0"))),
        _texts((b"tEXt", b"chara\0" + base64.encodebytes(json.dumps(WREN).encode()))),
        _texts((b"tEXt", _packed().rstrip(b"="))),
        _texts((b"tEXt", b"chara\0" + json.dumps(WREN).encode())),
        _texts((b"tEXt", b"chara-ext-asset_:0\0" + b"A" * (6 << 20)), (b"tEXt", _packed())),
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
        card = read_card(_file(tmp_path / ("c.png" if picture else "c.json"), large, picture))
        assert to_persona(card)["lines"] == {"greet": ["Hello."]}


def test_texts_that_are_not_the_card_are_never_unpacked(tmp_path):
    bombs = [(b"zTXt", b"asset%d\0\0" % n + BOMB) for n in range(1500)]
    path = tmp_path / "card.png"
    path.write_bytes(_texts(*bombs[:50], (b"tEXt", _packed()), *bombs[50:100]))
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
    assert said in _refused(path).message


def test_half_a_character_in_a_shared_card_goes_back_out_as_it_came(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    card = {**WREN, "creator_notes": "x \ud83d", "first_mes": "Hi \ud83d there."}
    (tmp_path / "wren.json").write_text(json.dumps(card))
    assert main(["import-card", "wren.json"]) == 0
    assert load_persona("wren.yaml").lines["greet"][0].say == "Hi there."
    for out in ("back.json", "back.png"):
        assert main(["export-card", "wren.yaml", "--out", out]) == 0
        assert read_card(tmp_path / out).data == card


# -- nothing is lost ---------------------------------------------------------------------------------------


@pytest.fixture
def imported(tmp_path, monkeypatch):
    """A folder with an imported card, and its original beside it."""
    monkeypatch.chdir(tmp_path)
    _file(tmp_path / "wren.png", WREN, True)
    assert main(["import-card", "wren.png"]) == 0
    return tmp_path


def test_a_card_is_imported_again_from_the_original_beside_it(imported, capsys):
    original = (imported / "wren.card.png").read_bytes()
    (imported / "wren.yaml").unlink()
    assert main(["import-card", "wren.card.png"]) == 0
    assert load_persona("wren.yaml").card == "wren.card.png"
    assert (imported / "wren.card.png").read_bytes() == original


@pytest.mark.parametrize(
    "command",
    [
        ["import-card", "wren.png"],
        ["import-card", "wren.png", "--out", "wren.yml"],
        ["export-card", "wren.yaml", "--out", "wren.png"],
        ["export-card", "wren.yaml", "--out", "wren.card.png"],
        ["export-card", "guard"],
    ],
)
def test_nothing_is_replaced_unless_it_is_asked_for(imported, capsys, command):
    (imported / "guard.json").write_text("mine")
    before = {path.name: path.read_bytes() for path in imported.iterdir()}
    assert main(command) == 2
    assert "is there already" in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in imported.iterdir()} == before
    assert main([*command, "--force"]) == 0


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["export-card", "wren.yaml", "--out", "wren.yaml", "--force"], "the card itself"),
        (["export-card", "wren.yaml", "--out", "g.webp"], "neither .png nor .json"),
        (["export-card", "wren.yaml", "--out", "."], "no file"),
        (["export-card", "wren.yaml", "--out", "new.png", "--portrait", "no.png"], "no.png: No such file"),
        (["export-card", "wren.yaml", "--out", "nowhere/new.png"], "No such file"),
        (["import-card", "wren.png", "--out", "new.json"], "no name for a card"),
        (["import-card", "."], "a folder or a device"),
    ],
)
def test_a_file_that_cannot_be_written_is_one_sentence(imported, capsys, command, said):
    before = sorted(path.name for path in imported.iterdir())
    assert main(command) == 2
    assert said in capsys.readouterr().err
    assert sorted(path.name for path in imported.iterdir()) == before
    assert (imported / "wren.yaml").read_text().startswith("# From wren.png.")


# -- lorebooks ---------------------------------------------------------------------------------------------

# As the specifications have them: V2's `character_book`, V3's file with decorators and patterns, SillyTavern's world.
BOOK_V2 = {
    "name": "Coast",
    "description": "",
    "scan_depth": 50,
    "token_budget": 500,
    "recursive_scanning": False,
    "extensions": {},
    "entries": [
        {
            "keys": ["Silver Tower", "tower"],
            "content": "{{char}} can see the Silver Tower from the lighthouse. It was built by Elara, {{user}}.",
            "extensions": {"depth": 4, "weight": 10},
            "enabled": True,
            "insertion_order": 20,
            "case_sensitive": False,
            "name": "Silver Tower",
            "priority": 10,
            "id": 1,
            "comment": "",
            "selective": False,
            "secondary_keys": [],
            "constant": False,
            "position": "before_char",
        },
        {"keys": ["Elara"], "content": "Elara is a wizard.", "extensions": {}, "enabled": True, "insertion_order": 10},
        {"keys": ["secret"], "content": "Never told.", "extensions": {}, "enabled": False, "insertion_order": 1},
        {
            "keys": ["storm"],
            "secondary_keys": ["harbour", "ships"],
            "selective": True,
            "content": "The storm sank three ships in the harbour.",
            "extensions": {},
            "enabled": True,
            "insertion_order": 30,
        },
        {
            "keys": [],
            "content": "The sea has been rising for ten years.",
            "extensions": {},
            "enabled": True,
            "insertion_order": 0,
            "constant": True,
        },
    ],
}
BOOK_V3 = {
    "spec": "lorebook_v3",
    "data": {
        "extensions": {},
        "entries": [
            {
                "keys": ["/gr[ae]y wolf/i", "wolf"],
                "content": "@@depth 5\n@@activate_only_after 4\n@@@scan_depth 2\n@@additional_keys wolves, pack\n"
                "The wolves come at night.",
                "extensions": {},
                "enabled": True,
                "insertion_order": 1,
                "use_regex": False,
                "constant": False,
            },
            {
                "keys": ["dra(gon|ke)"],
                "content": "Dragons are long gone.",
                "extensions": {},
                "enabled": True,
                "insertion_order": 2,
                "use_regex": True,
                "name": "Dragons",
            },
            {
                "keys": ["mill"],
                "content": "@@dont_activate\nThe mill burnt down.",
                "extensions": {},
                "enabled": True,
                "insertion_order": 3,
                "use_regex": False,
            },
        ],
    },
}
WORLD = {
    "entries": {
        "0": {
            "uid": 0,
            "key": ["inn", "tavern"],
            "keysecondary": ["night"],
            "selectiveLogic": 2,
            "selective": True,
            "comment": "The inn",
            "content": "The inn is called The Last Lamp.",
            "constant": False,
            "order": 100,
            "position": 0,
            "disable": False,
            "probability": 40,
            "useProbability": True,
            "depth": 4,
        },
        "1": {"uid": 1, "key": [], "comment": "gone", "content": "x", "disable": True, "order": 1},
    }
}


def _with_book(book: dict) -> SharedCard:
    return SharedCard({"spec": "chara_card_v2", "spec_version": "2.0", "data": {"name": "Sera", "character_book": book}})


def test_a_lorebook_becomes_knowledge_in_its_order_of_insertion():
    persona = persona_from(to_persona(_with_book(BOOK_V2)))
    assert list(persona.knowledge) == ["elara", "silver_tower", "storm"]
    tower = persona.knowledge["silver_tower"]
    assert tower.say[0].say == "{name} can see the Silver Tower from the lighthouse. It was built by Elara, {player}."
    assert tower.asked == ("tell me about Silver Tower", "what is Silver Tower?", "tell me about tower", "what is tower?")
    assert persona.knowledge["elara"].asked == ("tell me about Elara", "who is Elara?")
    assert persona.knowledge["storm"].asked == ("tell me about storm and harbour", "tell me about storm and ships")
    assert persona.backstory == "The sea has been rising for ten years."  # constant, without a key: always known


def test_what_of_a_lorebook_is_left_out_is_told():
    told = " / ".join(lore_of(BOOK_V2).left)
    assert "scan_depth, token_budget" in told
    assert "entry 3: it is disabled" in told
    assert "entry 1 (`Silver Tower`): its depth" in told
    third = lore_of(BOOK_V3["data"])
    assert third.facts["wolf"]["asked"][:3] == ["tell me about wolf", "what is wolf?", "tell me about wolves"]
    assert third.facts["wolf"]["say"] == ["The wolves come at night."]
    assert third.facts["dragons"]["asked"] == ["tell me about Dragons", "what are Dragons?"]
    told = " / ".join(third.left)
    assert "/gr[ae]y wolf/i" in told
    assert "dra(gon|ke)" in told
    assert "@@activate_only_after, @@depth" in told
    assert "entry 3: it is disabled" in told
    world = lore_of(WORLD)
    assert world.facts["the_inn"] == {
        "asked": ["tell me about inn", "what is inn?", "tell me about tavern", "what is tavern?"],
        "say": ["The inn is called The Last Lamp."],
    }
    assert [why.partition(": ")[2] for why in world.left if "The inn" in why] == [
        "its secondary keys, which must not come up",
        "its probability: who knows something tells it",
        "its depth in a prompt",
    ]


def test_of_too_many_entries_those_of_the_lowest_priority_are_left_out():
    entries = [
        {"keys": [f"key {n}"], "content": f"Told {n}.", "enabled": True, "insertion_order": n, "priority": n}
        for n in range(130)
    ]
    lore = lore_of({"entries": entries})
    assert list(lore.facts) == [f"key_{n}" for n in range(30, 130)]
    assert sum("a card holds 100 facts" in why for why in lore.left) == 30


def test_a_long_entry_is_told_by_its_first_sentences():
    lore = lore_of(
        {"entries": [{"keys": ["war"], "content": "The war was long. " * 60, "enabled": True, "insertion_order": 1}]}
    )
    assert lore.facts["war"]["say"][0].endswith("The war was long.")
    assert len(lore.facts["war"]["say"][0]) <= 300
    assert "too long to be said" in lore.left[0]


def test_an_imported_lorebook_answers_and_goes_back_out_as_it_was(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    document = _with_book(BOOK_V2).document
    assert main(["import-card", str(_file(tmp_path / "sera.json", document)), "--out", "out.yaml"]) == 0
    out = capsys.readouterr()
    assert "written: out.yaml (3 facts of its lorebook)" in out.out
    assert "left out: entry 3: it is disabled" in out.err
    percept = replace(scripted("ask_about", "neutral", 1.0), text="who is Elara?", knowledge={"elara": 0.9, "storm": 0.1})
    assert Character(load_persona("out.yaml"), "sera").tick(percept).line == "Elara is a wizard."
    assert main(["export-card", "out.yaml", "--out", "back.json"]) == 0
    assert json.loads((tmp_path / "back.json").read_text(encoding="utf-8")) == document


def test_a_card_that_was_imported_before_lorebooks_were_still_goes_back_out_as_it_was():
    card = _with_book(BOOK_V2)
    assert to_shared(persona_from({"name": "Sera"}), card).document == card.document


def test_a_lorebook_alone_is_added_to_a_card_whose_comments_and_layout_stay(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    known = 'wolf: {asked: ["any wolves?"], say: [Many.]}'
    text = f"# Osk, by hand\nname: Osk\nknowledge:\n  {known}  # mine\n  # more to come\nlines:\n  greet: Ho.\n"
    (tmp_path / "osk.yaml").write_text(text, encoding="utf-8")
    source = str(_file(tmp_path / "lore.json", BOOK_V3))
    assert main(["import-card", source]) == 2
    assert "--into" in capsys.readouterr().err
    assert main(["import-card", source, "--into", "osk.yaml"]) == 0
    assert "2 facts" in capsys.readouterr().out
    persona = load_persona("osk.yaml")
    assert list(persona.knowledge) == ["wolf", "wolf_2", "dragons"]  # nothing that was there is replaced
    lines = (tmp_path / "osk.yaml").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line in text.splitlines()] == text.splitlines()
    assert main(["import-card", source, "--into", "guard"]) == 2  # a card of the package is nobody's to change
    assert (
        main(["import-card", str(_file(tmp_path / "plain.json", {"name": "x", "description": ""})), "--into", "osk.yaml"]) == 2
    )


_NAMES = [
    "entries",
    "keys",
    "key",
    "content",
    "enabled",
    "name",
    "comment",
    "extensions",
    "order",
    "selective",
    "secondary_keys",
    "constant",
    "depth",
    "probability",
]
_SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=20)


@given(
    st.recursive(
        _SCALARS,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(_NAMES), inner, max_size=6),
        max_leaves=30,
    )
)
@settings(max_examples=150, deadline=None)
def test_no_lorebook_however_broken_breaks_the_import(book):
    entries = to_persona(_with_book(book))
    persona_from(entries)
