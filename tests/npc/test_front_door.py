"""What `npc` hands out, and what it costs to ask for little."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import npc

STUB = Path(npc.__file__).with_suffix(".pyi")


def test_all_names_are_there_and_known_to_type_checkers():
    from npc import types

    assert npc.Percept is types.Percept
    assert all(getattr(npc, name) for name in npc.__all__)
    stub = STUB.read_text(encoding="utf-8")
    assert [name for name in npc.__all__ if f" as {name}\n" not in stub] == []
    assert set(npc.__all__) <= set(dir(npc))
    with pytest.raises(AttributeError, match="no attribute 'Charakter'"):
        _ = npc.Charakter


def test_an_error_and_a_type_load_nothing_else():
    code = "import npc.errors, npc.types, npc.text, sys; print(*({'pydantic', 'yaml', 'npc.character'} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=STUB.parents[1], check=True)
    assert done.stdout.split() == []
