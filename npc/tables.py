"""The tables that ship with the engine: YAML files which stand beside the code that uses them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml, where PyYAML was built with it: ten times as fast


def read_table(path: Path) -> Any:
    """What a shipped YAML file holds. Files of others are read with their limits (`card_file`, `text_files`).

    A pack carries JSON of the same name instead (`engine.shipping.freezing`): it is read at once, and libyaml stays at home.
    """
    made = path.with_suffix(".json")
    if made.is_file():
        return json.loads(made.read_text(encoding="utf-8"))
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)


def table_beside(module: str, name: str) -> Any:
    """The table `name` in the folder of a module, which gives its `__file__`."""
    return read_table(Path(module).with_name(name))
