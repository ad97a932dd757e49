from __future__ import annotations

import pytest

from engine.errors import Fault
from engine.formats.labels import load_labels
from engine.lab.data.utterances import PlayerLine, load_strangers, load_utterances

FILE = """
intent: give_me
families:
  - name: hand-over
    tone: neutral
    lines:
      - "hand me the {thing}"
      - {text: "GIVE ME THE {thing} NOW", tone: angry}
  - name: please
    tone: friendly
    lines: ["may I have something"]
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "give_me.yaml").write_text(FILE)
    return tmp_path


def test_a_line_takes_the_tone_of_its_family_unless_it_has_its_own(folder):
    tones = {line.text: line.tone for line in load_utterances(folder=folder)}
    assert tones == {"hand me the {thing}": "neutral", "GIVE ME THE {thing} NOW": "angry", "may I have something": "friendly"}


def test_a_slot_is_filled_with_a_phrase():
    assert (
        PlayerLine("hand me the {thing}", "give_me", "neutral", "thing", "f").filled("red potion") == "hand me the red potion"
    )


def test_families_are_never_on_both_sides_of_the_split():
    def families(split):
        return {(line.intent, line.family) for line in load_utterances(split)}

    assert not families("train") & families("held_out")
    assert families("train") | families("held_out") == families(None)


def test_every_intent_has_lines_on_both_sides_of_the_split():
    intents = set(load_labels()["intent"])
    assert {line.intent for line in load_utterances("train")} == intents
    assert {line.intent for line in load_utterances("held_out")} == intents


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        (FILE.replace("{thing}", "{thign}"), "family 'hand-over'.*one slot"),
        (FILE.replace("angry", "furious"), "furious"),
        (FILE.replace("give_me", "gimme"), "gimme"),
        (FILE.replace("name: please", "name: hand-over"), "two families"),
        (FILE.replace("tone: friendly", "mood: friendly"), "family 'please'.*mood"),
        ("intent: [", "expected"),
        ("just words", "dictionary"),
    ],
)
def test_a_fault_names_the_file_and_the_family(folder, broken, fault):
    (folder / "give_me.yaml").write_text(broken)
    with pytest.raises(Fault, match=rf"give_me\.yaml: .*{fault}") as raised:
        load_utterances(folder=folder)
    assert "\n" not in str(raised.value)


def test_no_stranger_is_quoted_in_the_training_lines():
    known = {line.text.lower() for line in load_utterances()}
    strangers = load_strangers()
    assert len({line.intent for line in strangers}) == 26
    assert not [line.text for line in strangers if len(line.text.split()) > 6 and line.text.lower() in known]
