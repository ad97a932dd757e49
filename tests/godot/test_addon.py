"""The parts of the add-on that need no server; their tests are `project/test_*.gd`."""

from __future__ import annotations

import re

from tests.godot.conftest import PROJECT

_TEST = re.compile(r"^func test_(\w+)", re.MULTILINE)


def test_every_test_of_the_parts_passes_inside_godot(offline):
    suites = [path.read_text(encoding="utf-8") for path in PROJECT.glob("test_*.gd")]
    alone = [suite for suite in suites if 'argument("port")' not in suite and "NpcTurntable" not in suite]
    named = {name.replace("_", " ") for suite in alone for name in _TEST.findall(suite)}
    assert {line.removeprefix("PASS ") for line in offline.lines if line.startswith("PASS ")} == named
