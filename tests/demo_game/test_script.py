from __future__ import annotations

from pathlib import Path

import pytest

from demo_game.report import DEFAULT, Said, load_script, parse
from demo_game.truth import expect
from demo_game.world import World
from engine.errors import Fault

NAMES = ["Mira", "Bram", "Odo", "Pip", "Linnet", "Orrin"]


def test_lines_come_in_order_of_time() -> None:
    assert parse(["t=5:hi", "t=1.5:@mira, hello: you"], NAMES) == [Said(1.5, "hello: you", "Mira"), Said(5.0, "hi", None)]


def test_the_default_script_can_be_played() -> None:
    assert len(parse(DEFAULT, NAMES)) >= 12


@pytest.mark.parametrize("line", ["hello", "t=x:hello", "t=3:", "t=-1:hi"])
def test_a_line_without_time_or_words_is_refused(line: str) -> None:
    with pytest.raises(Fault, match=r"no script line"):
        parse([line], NAMES)


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(Fault, match=r"Nobody is called 'Nobody'.*Mira, Bram"):
        parse(["t=1:@Nobody hi"], NAMES)


@pytest.mark.parametrize("name", ["errands", "talk", "danger"])
def test_every_shipped_line_can_be_said_and_is_understood_by_the_game(world: World, name: str) -> None:
    said = parse(load_script(name), [npc.name for npc in world.npcs])
    assert [s.text for s in said if expect(world, world.npc(s.to or ""), s.text) is None] == []


def test_a_script_may_be_a_text_file(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("# two lines\nt=1:hello\n\nt=2:@Mira thanks\n")
    assert load_script(str(tmp_path / "mine.txt")) == ("t=1:hello", "t=2:@Mira thanks")


def test_a_script_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(Fault, match=r"no script 'nowhere'.*default, errands, talk, danger"):
        load_script("nowhere")
