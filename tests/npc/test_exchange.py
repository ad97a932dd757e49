"""Character Cards of other tools: taken over, and given back unchanged."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npc import Character, PersonaError, characters, load_persona, persona_from
from npc.__main__ import main
from npc.evaluation.steadiness import scripted
from npc.exchange.convert import to_persona, to_shared
from npc.exchange.shared_card import SharedCard, read_card, write_card
from tests.npc.exchanged import SERA, card_file, read_texts


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
    assert main(["import-card", str(card_file(tmp_path / "sera.json", SERA))]) == 0
    assert "sera.yaml" in capsys.readouterr().out
    decision = Character(load_persona(tmp_path / "sera.yaml"), "sera").tick(scripted("greet", "neutral", 1.0))
    assert decision.line in {"Come in, traveller! Mind the step. I am Seraphine.", "You again."}
    assert main(["import-card", "sera.json"]) == 2
    assert "sera.yaml is there already" in capsys.readouterr().err


def test_a_version_one_card_and_a_nickname_are_understood():
    assert to_persona(SharedCard({"name": "Tam", "description": "d", "first_mes": "Hi."}))["lines"] == {"greet": ["Hi."]}
    third = {"spec": "chara_card_v3", "spec_version": "3.0", "data": {"name": "Seraphine of the Sea", "nickname": "Sera"}}
    assert to_persona(SharedCard(third)) == {"name": "Sera"}


# -- there and back ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("picture", [False, True], ids=["json", "png"])
def test_what_is_imported_goes_back_out_as_it_was(tmp_path, monkeypatch, picture):
    monkeypatch.chdir(tmp_path)
    source = card_file(tmp_path / ("sera.png" if picture else "sera.json"), SERA, picture)
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
