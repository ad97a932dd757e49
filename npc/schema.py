"""The JSON Schema of a persona card, so that editors complete and check it while it is written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from npc.behaviour import load_behaviour
from npc.persona import Persona
from npc.vocabulary import common_labels

SCHEMA_FILE = Path(__file__).with_name("persona.schema.json")


def schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a card, with the names that `behaviour.yaml` knows."""
    made: dict[str, Any] = Persona.model_json_schema()
    behaviour, fields = load_behaviour(), made["properties"]
    actions = {"enum": list(behaviour.actions)}
    made["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    made["title"] = "NPC persona card"
    fields["traits"] |= {
        "properties": {
            name: {"type": "number", "minimum": -1, "maximum": 1, "description": told}
            for name, told in behaviour.traits.items()
        },
        "additionalProperties": False,
    }
    made["$defs"]["Bark"]["properties"]["do"] |= actions
    for field, names in (("boundaries", actions), ("requires", actions), ("lines", {"enum": sorted(behaviour.spoken)})):
        fields[field]["propertyNames"] = names
    meaning, looks = fields["watch"]["additionalProperties"]["anyOf"]
    meaning |= {"enum": list(behaviour.meanings)}
    made["$defs"][looks["$ref"].rpartition("/")[2]]["properties"]["means"]["anyOf"][0] |= meaning
    fields["reactions"]["additionalProperties"] = actions
    for condition in ("Condition", "Line"):
        for name, labels in common_labels().items():
            one, many = made["$defs"][condition]["properties"][name]["anyOf"]
            one |= {"enum": list(labels)}
            many["items"] |= {"enum": list(labels)}
        for name, labels in (("intent", behaviour.intents), ("event", tuple(behaviour.events))):
            one, _ = made["$defs"][condition]["properties"][name]["anyOf"]
            one |= {"anyOf": [{"enum": list(labels)}, {"type": "string", "description": "one of the card's own"}]}
    made["$defs"]["Rule"]["properties"]["do"] |= actions
    made["$defs"]["Occupation"]["properties"]["do"] |= actions
    made["$defs"]["Goal"]["properties"]["favours"]["propertyNames"] = actions
    made["$defs"]["Plan"]["properties"]["steps"]["items"] = actions
    return made


def schema_text() -> str:
    """The schema as the file that ships with the package."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
