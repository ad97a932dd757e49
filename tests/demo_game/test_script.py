from __future__ import annotations

import pytest

from demo_game.script import DEFAULT, Said, parse
from engine.errors import EngineError

NAMES = ["Mira", "Bram", "Odo", "Pip", "Linnet", "Orrin"]


def test_lines_come_in_order_of_time() -> None:
    assert parse(["t=5:hi", "t=1.5:@mira, hello: you"], NAMES) == [Said(1.5, "hello: you", "Mira"), Said(5.0, "hi", None)]


def test_the_default_script_can_be_played() -> None:
    assert len(parse(DEFAULT, NAMES)) >= 12


@pytest.mark.parametrize("line", ["hello", "t=x:hello", "t=3:", "t=-1:hi"])
def test_a_line_without_time_or_words_is_refused(line: str) -> None:
    with pytest.raises(EngineError, match="no script line"):
        parse([line], NAMES)


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(EngineError, match=r"Nobody is called 'Nobody'.*Mira, Bram"):
        parse(["t=1:@Nobody hi"], NAMES)
