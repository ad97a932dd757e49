"""Every script of the add-on, its demo and its tests parses, and reads as the style guide wants."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.godot.conftest import PLUGIN, PROJECT

SCRIPTS = sorted([*PLUGIN.rglob("*.gd"), *PROJECT.rglob("*.gd"), *PROJECT.with_name("game").rglob("*.gd")])


@pytest.mark.skipif(not PLUGIN.is_dir(), reason="the Godot add-on is not here: run from a checkout")
@pytest.mark.parametrize("tool", ["parser", "linter"])
def test_scripts_are_clean(tool):
    pytest.importorskip("gdtoolkit", reason="gdtoolkit is not installed: pip install -e '.[dev]'")
    command = [sys.executable, "-m", f"gdtoolkit.{tool}", *map(str, SCRIPTS)]
    done = subprocess.run(command, cwd=PLUGIN, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
