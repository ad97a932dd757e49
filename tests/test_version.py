"""One version for Python, Unity and Godot."""

from __future__ import annotations

import configparser
import json
from pathlib import Path

import pytest

from engine import __version__

CLIENTS = Path(__file__).parents[1] / "clients"


def test_the_unity_package_has_the_version_of_the_engine() -> None:
    assert json.loads((CLIENTS / "unity/package.json").read_text(encoding="utf-8"))["version"] == __version__


def test_the_godot_add_on_has_the_version_of_the_engine() -> None:
    cfg = configparser.ConfigParser()
    cfg.read(CLIENTS / "godot/addons/npc_engine/plugin.cfg", encoding="utf-8")
    assert cfg["plugin"]["version"].strip('"') == __version__


@pytest.mark.parametrize("page", ["CHANGELOG.md", "clients/unity/CHANGELOG.md"])
def test_the_changelogs_tell_of_this_version(page: str) -> None:
    assert f"## {__version__}" in (CLIENTS.parent / page).read_text(encoding="utf-8").replace("[", "").replace("]", "")
