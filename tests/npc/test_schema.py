"""The JSON Schema of cards: current, and of one mind with the reader of cards."""

from __future__ import annotations

import copy
import json

import pytest
import yaml

from npc import PersonaError, characters, persona_from
from npc.persona import _SHIPPED
from npc.schema import SCHEMA_FILE, schema_text

jsonschema = pytest.importorskip("jsonschema", reason="needs the `dev` extra")
SCHEMA = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
CARD = {
    "name": "Tam",
    "traits": {"brave": 0.5},
    "boundaries": {"attack": "Never."},
    "watch": {"wolf": "threat"},
    "reactions": {"wolf": "flee"},
    "rules": [{"when": {"intent": ["greet", "chat"], "heard_below": 2}, "do": "refuse", "because": "shy", "say": ["No."]}],
    "goals": {"sale": {"wants": "sell", "weight": 1, "favours": {"trade": 0.5, "give": -0.5}, "from": 6, "to": 18}},
    "factions": {"own": "ferrymen", "stance": {"toll collectors": -0.5}},
    "schedule": [{"from": 22, "to": 6, "do": "idle"}, {"from": 6, "to": 8.5, "do": "use", "at": "boat", "say": "Up."}],
    "plans": {"raid": {"when": {"action": "go_to"}, "steps": ["go_to", "attack"]}},
    "lines": {"greet": "Hi.", "talk": ["So.", {"say": "Hm.", "mood": "angry", "once": "ever"}]},
}
WRONG = {
    "an unknown entry": ("nmae", "x"),
    "an unknown trait": ("traits", {"brav": 1}),
    "too much of a trait": ("traits", {"brave": 2}),
    "an unknown action": ("lines", {"dance": "La."}),
    "an unknown meaning": ("watch", {"wolf": "scary"}),
    "an unknown reaction": ("reactions", {"wolf": "dance"}),
    "a rule that does nothing known": ("rules", [{"when": {}, "do": "dance", "because": "x"}]),
    "a line with an unknown condition": ("lines", {"greet": {"say": "x", "moood": "angry"}}),
    "a goal that favours nothing known": ("goals", {"a": {"wants": "x", "favours": {"dance": 1}}}),
    "too much of a stance": ("factions", {"stance": {"a": 3}}),
    "an hour that no day has": ("schedule", [{"from": 6, "to": 25, "do": "use"}]),
    "an hour for nothing known": ("schedule", [{"from": 6, "to": 8, "do": "dance"}]),
    "a number for a name": ("name", 3),
}


def test_the_file_is_what_the_command_prints():
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_text(), "python -m npc schema > npc/persona.schema.json"


@pytest.mark.parametrize("name", characters())
def test_shipped_cards_are_valid(name):
    jsonschema.validate(yaml.safe_load((_SHIPPED / f"{name}.yaml").read_text(encoding="utf-8")), SCHEMA)


def test_a_card_with_everything_is_valid_to_both():
    jsonschema.validate(CARD, SCHEMA)
    persona_from(copy.deepcopy(CARD))


@pytest.mark.parametrize(("entry", "value"), WRONG.values(), ids=WRONG.keys())
def test_what_the_reader_refuses_an_editor_marks(entry, value):
    card = {**CARD, entry: value}
    with pytest.raises(PersonaError):
        persona_from(copy.deepcopy(card))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(card, SCHEMA)


def test_editors_show_what_entries_and_traits_mean():
    assert SCHEMA["properties"]["boundaries"]["description"].startswith("Actions that it never takes")
    assert "danger" in SCHEMA["properties"]["traits"]["properties"]["brave"]["description"]
