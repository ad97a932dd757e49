"""Every line has a name that survives edits of the others, and its recording is found by it."""

from __future__ import annotations

import pytest

from npc.conditions import Line
from npc.errors import PersonaError
from npc.line_ids import derived_id, is_language, is_line_id
from npc.persona import persona_from
from npc.voiceover import path_for


@pytest.mark.parametrize(
    "words",
    ["Sit, {player}!", "さあ、座って。", "שב כאן", "…", "x" * 500, "CON", "../../etc/passwd", "a.", "e\u0301tude", "🍲"],
)
def test_a_line_without_a_name_gets_one_that_any_file_may_have(words):
    name = derived_id(words)
    assert is_line_id(name)
    assert name == derived_id(words) == Line(say=words).line_id


def test_the_same_letters_have_the_same_name_however_they_are_composed():
    assert derived_id("e\u0301tude") == derived_id("étude")
    assert derived_id("Sit.") != derived_id("Sit!")


def test_a_name_begins_with_the_words_of_the_line():
    assert derived_id("Sit, {player}! You look thin.").startswith("sit-player-you-look-")


def test_the_author_may_name_a_line():
    assert Line(say="Sit!", id="greet.1").line_id == "greet.1"


@pytest.mark.parametrize("name", ["", "../x", "a/b", "a b", ".hidden", "é", "x" * 65, "a.", "a\n"])
def test_a_name_that_no_file_may_have_is_refused_with_the_fix(name):
    with pytest.raises(PersonaError) as raised:
        persona_from({"name": "Berta", "lines": {"greet": {"say": "Sit!", "id": name}}})
    assert "letters" in raised.value.fix


def test_two_lines_of_one_name_are_refused_even_where_only_capitals_differ():
    with pytest.raises(PersonaError, match="two lines are called `hello`"):
        persona_from({"name": "B", "lines": {"greet": [{"say": "Sit!", "id": "Hello"}, {"say": "Stand!", "id": "hello"}]}})
    persona_from({"name": "B", "lines": {"greet": [{"say": "Sit!", "id": "a"}], "talk": [{"say": "Sit!", "id": "a"}]}})


def test_a_recording_is_found_by_card_line_and_language(tmp_path):
    card = tmp_path / "cook.yaml"
    for place in ("voice/cook/sit.wav", "voice/cook/sit.ogg", "voice/cook/de/sit.mp3", "voice/smith/up.ogg"):
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).touch()
    assert path_for(card, "sit") == tmp_path / "voice/cook/sit.ogg"
    assert path_for(card, "sit", "de") == tmp_path / "voice/cook/de/sit.mp3"
    assert path_for(card, "sit", "fr") is None
    assert path_for(card, "up") is None


@pytest.mark.parametrize(("line", "language"), [("../smith/up", ""), ("sit", "../cook"), ("", ""), ("/etc", "")])
def test_no_name_leads_out_of_the_folder_of_recordings(tmp_path, line, language):
    (tmp_path / "voice" / "smith").mkdir(parents=True)
    (tmp_path / "voice" / "smith" / "up.ogg").touch()
    (tmp_path / "voice" / "cook").mkdir()
    (tmp_path / "voice" / "cook" / "sit.ogg").touch()
    assert path_for(tmp_path / "cook.yaml", line, language) is None


@pytest.mark.parametrize(("name", "known"), [("de", True), ("pt-BR", True), ("zh_Hant_TW", True), ("german", False)])
def test_languages_are_called_as_everywhere(name, known):
    assert is_language(name) is known


COOK = {
    "wares": {"bread": 2},
    "lines": {"greet": {"say": "Sit, {player}!", "id": "sit"}, "price": "{price} for the {item}."},
    "knowledge": {"ring": {"asked": "Did you lose a ring?", "say": "Somewhere by the well."}},
}


def test_a_decision_tells_what_its_line_is_called(stage):
    cook = stage("", **COOK)
    assert cook.hear("hello", "greet", "greet").line_id == "sit"
    assert cook.hear("how much is the bread?", "trade", "trade").line_id == derived_id("{price} for the {item}.")
    assert cook.look().line_id == ""


def test_words_put_together_of_several_lines_have_no_name(stage):
    cook = stage("", **COOK)
    first = cook.hear("did you lose a ring?", "ask_about", "talk", knowledge={"ring": 0.9})
    again = cook.hear("did you lose a ring?", "ask_about", "talk", knowledge={"ring": 0.9})
    assert first.line_id == derived_id("Somewhere by the well.")
    assert again.line != first.line
    assert again.line_id != first.line_id
