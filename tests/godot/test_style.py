"""Every script of the add-on, its demo and its tests parses, and reads as the style guide wants."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.godot.conftest import PROJECT, ROOT

SCRIPTS = sorted([*(ROOT / "clients" / "godot").rglob("*.gd"), *PROJECT.rglob("*.gd")])


@pytest.mark.parametrize("tool", ["parser", "linter"])
def test_scripts_are_clean(tool):
    pytest.importorskip("gdtoolkit", reason="gdtoolkit is not installed: pip install -e '.[dev]'")
    command = [sys.executable, "-m", f"gdtoolkit.{tool}", *map(str, SCRIPTS)]
    done = subprocess.run(command, cwd=ROOT / "clients" / "godot", capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
