"""The parts of the add-on that need no server."""

from __future__ import annotations


def test_the_addon_compiles_and_its_parts_work_inside_godot(godot):
    done = godot(["test_addon", "test_dialogue"])
    assert any("every script of the addon compiles" in line for line in done.lines), str(done)
