"""The story with real cards and a real memory file; only eyes and ears are keywords and the game's truth."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from demo_game.story import Chapter, Step, StepResult, load_story, play_story, summary
from demo_game.world import World
from tests.demo_game.fake_engine import FakeLink, decision
from tests.demo_game.town import town


def played(story: tuple[Chapter, ...], memory: Path) -> dict[str, StepResult]:
    return {outcome.beat: outcome for outcome in play_story(story, lambda world: town(world, memory))}


@pytest.fixture(scope="module", autouse=True)
def _nobody_looks() -> Iterator[None]:
    """These villagers need no picture, and painting takes most of the time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("demo_game.session.Painter.paint", lambda *world: None)
        patch.setattr("demo_game.session.capture", lambda surface: b"")
        yield


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, StepResult]:
    return played(load_story(), tmp_path_factory.mktemp("story") / "memory.sqlite")


def test_every_beat_is_reached(outcomes: dict[str, StepResult]) -> None:
    assert [o.beat for o in outcomes.values() if not o.reached] == []
    assert len(outcomes) == sum(bool(step.beat) for chapter in load_story() for step in chapter.steps)


def test_without_the_first_day_there_is_no_grudge_no_promise_and_no_courage(tmp_path: Path) -> None:
    outcomes = played(load_story()[1:], tmp_path / "memory.sqlite")
    assert outcomes["Odo has not forgotten"].action == "trade"
    assert outcomes["Linnet has kept her promise"].action == "idle"
    assert outcomes["Pip finds courage for a friend"].action == "flee"


def test_a_beat_that_nobody_plays_is_missed() -> None:
    @contextmanager
    def dull(world: World) -> Iterator[FakeLink]:
        yield FakeLink(lambda npc, text: decision(npc, "talk"))

    step = Step(say="help me!", to="Bram", does=("defend",), beat="Bram helps")
    result = summary(list(play_story((Chapter(chapter="one", steps=(step,)),), dull)))
    assert (result["reached"], result["of"]) == (0, 1)
    assert result["beats"][0]["action"] == "talk"
