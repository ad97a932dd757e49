from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from demo_game.script import parse
from demo_game.truth import expect, understand
from demo_game.world import World
from engine.errors import EngineError


def demo(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    import os

    return subprocess.run(
        [sys.executable, "-m", "demo_game", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        env=os.environ | environment,
    )


def spot(world: World, name: str) -> tuple[float, float]:
    return next(t for t in world.things if t.name == name).centre


def run(world: World, seconds: float) -> None:
    for _ in range(int(seconds * 30)):
        world.tick(1 / 30)


def test_the_same_seed_is_the_same_village() -> None:
    states = []
    for _ in range(2):
        world = World(7)
        run(world, 60)
        states.append([(n.x, n.y) for n in world.npcs] + [world.time])
    assert states[0] == states[1]


def test_a_given_thing_ends_up_with_the_player() -> None:
    world = World(events=False)
    world.apply("Mira", "give", spot(world, "red potion"), "Here.", "happy", "asked")
    run(world, 6)
    assert world.inventory == ["red potion"]


def test_an_errand_is_not_begun_anew_while_it_goes_on() -> None:
    world = World(events=False)
    world.apply("Mira", "give", spot(world, "red potion"), "Here.", "happy", "Mira heard give_me (0.82): give.")
    for _ in range(60):
        run(world, 0.1)
        world.apply("Mira", "give", None, "", "happy", "Mira goes on: give.")
    assert world.inventory == ["red potion"]


def test_a_point_means_the_nearest_thing_within_reach() -> None:
    world = World(events=False)
    x, y = spot(world, "key")
    assert world.thing_at(x + 8, y - 8) == world.thing_at(x, y)
    assert world.thing_at(480, 525) is None


def test_a_wolf_comes_and_goes() -> None:
    world = World(1)
    seen = []
    for _ in range(90 * 30):
        world.tick(1 / 30)
        seen.append(world.wolf is not None)
    assert True in seen
    assert False in seen[seen.index(True) :]


@pytest.mark.parametrize(
    ("words", "intent"),
    [
        ("hand me the red potion", "give_me"),
        ("go to the well", "go_to"),
        ("where is the chest", "ask_where"),
        ("follow me", "follow_me"),
        ("blah", None),
    ],
)
def test_the_village_understands_its_own_commands(words: str, intent: str | None) -> None:
    assert understand(words) == intent


def test_truth_knows_what_is_in_view_and_who_is_asked() -> None:
    world = World(events=False)
    given = expect(world, "healer", "hand me the blue potion")
    assert given is not None
    assert given.actions == ("give",)
    assert given.box == next(t.box for t in world.things if t.name == "blue potion")
    assert expect(world, "healer", "hand me the crown").actions == ("refuse",)  # type: ignore[union-attr]
    assert "trade" in expect(world, "merchant", "give me the key").actions  # type: ignore[union-attr]
    world.call_wolf()
    assert "flee" in expect(world, "coward", "help me").actions  # type: ignore[union-attr]


def test_script_lines_are_sorted_and_checked() -> None:
    assert [(s.t, s.text, s.to) for s in parse(["t=5:hi", "t=1.5:@Mira hello you"])] == [
        (1.5, "hello you", "Mira"),
        (5.0, "hi", None),
    ]
    with pytest.raises(EngineError, match="no script line"):
        parse(["hello"])


def test_a_headless_run_reports_against_the_games_truth(tmp_path: Path) -> None:
    done = demo(
        "--headless",
        "--seconds",
        4,
        "--say",
        "t=1:@Bram hello",
        "--say",
        "t=2:@Mira hand me the red potion",
        "--report",
        tmp_path / "r.json",
        "--screenshot-every",
        2,
        "--screenshots",
        tmp_path / "shots",
    )
    assert done.returncode == 0, done.stderr
    report = json.loads((tmp_path / "r.json").read_text())
    assert report["decisions"] > 20
    assert set(report) == {"decisions", "target_hit_rate", "action_accuracy", "latency_ms", "provider", "utterances"}
    assert [u["action"] is not None for u in report["utterances"]] == [True, True]
    assert len(list((tmp_path / "shots").glob("*.png"))) >= 2


def test_a_recording_is_one_that_the_engine_reads(tmp_path: Path) -> None:
    from engine.data.recording import read_recording

    done = demo("--record", tmp_path / "rec", "--frames", 6)
    assert done.returncode == 0, done.stderr
    recording = read_recording(tmp_path / "rec")
    assert len(recording.rows) == 6
    assert recording.frame(recording.rows[0]).shape == (360, 640, 3)
    assert any(e.name in ("red potion", "blue potion", "well") for e in recording.rows[0].entities)


@pytest.mark.parametrize(
    "arguments",
    [["--headless", "--say", "no time"], ["--headless", "--say", "t=1:@Nobody hi"], ["--headless", "--endpoint", "nonsense"]],
)
def test_faults_are_one_line_and_exit_2(arguments: list[str]) -> None:
    done = demo(*arguments)
    assert done.returncode == 2
    assert done.stderr.strip().splitlines()[-1].startswith("error: ")
    assert "Traceback" not in done.stderr


def test_without_a_display_the_fix_is_named() -> None:
    done = demo(SDL_VIDEODRIVER="x11", DISPLAY=":987")
    assert done.returncode == 2
    assert "--headless" in done.stderr
