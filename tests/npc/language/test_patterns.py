"""Patterns of tables: none is compiled before it is needed, and each can be."""

import re
import subprocess
import sys

import pytest

from npc.language.patterns import TablePattern, compile_all

_STARTS = """
import engine.cli.serve
from npc.language import patterns
done = [one.pattern for one in patterns._ALL if "compiled" in vars(one)]
assert len(patterns._ALL) > 500, len(patterns._ALL)
assert len(done) < 20, done
patterns.compile_all()
assert all("compiled" in vars(one) for one in patterns._ALL)
"""


def test_a_server_that_starts_compiles_next_to_none_and_all_can_be() -> None:
    ended = subprocess.run([sys.executable, "-c", _STARTS], capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 0, ended.stderr


def test_it_matches_as_the_expression_does_in_letters_of_any_case() -> None:
    pattern = TablePattern(r"(?P<verb>take|drop) it")
    assert pattern.fullmatch("Take IT") is not None
    assert pattern.match("take it now") is not None
    assert pattern.fullmatch("take it now") is None
    found = pattern.search("now drop it")
    assert found is not None
    assert found["verb"] == "drop"
    assert [one[0] for one in pattern.finditer("take it, drop it")] == ["take it", "drop it"]
    assert pattern.sub("-", "take it, drop it", count=1) == "-, drop it"


def test_one_that_is_broken_is_told_when_all_are_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("npc.language.patterns._ALL", [])
    TablePattern("(")
    with pytest.raises(re.error):
        compile_all()
