from __future__ import annotations

import json
import subprocess
import sys
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("minigrid", reason="needs the games extra")
pytest.importorskip("crafter", reason="needs the games extra")

from engine.cli import games
from engine.cli.games import GAMES
from engine.errors import Fault
from engine.formats.recording import read_recording
from engine.lab.evaluation.presence import THRESHOLDS
from engine.lab.games import crafter as crafter_worlds
from engine.lab.games import minigrid as minigrid_levels
from engine.lab.games.games import Game, Shot, _installed, record

PURPLE, GREEN = (112, 39, 195), (0, 255, 0)


@pytest.fixture(scope="module")
def minigrid() -> list[Shot]:
    return list(islice(minigrid_levels.shots(1), 20))


@pytest.fixture(scope="module")
def crafter() -> list[Shot]:
    return list(islice(crafter_worlds.shots(1), 8))


def colours(shot: Shot, entity: dict) -> np.ndarray:
    x, y, w, h = (int(v) for v in entity["box"])
    return shot.frame[y : y + h, x : x + w].reshape(-1, 3)


def installed(name: str) -> Game:
    """The game; a test is skipped where it is not there."""
    game = GAMES[name]
    try:
        next(game.shots(0))
        _installed(game)
    except (ImportError, Fault) as error:
        pytest.skip(f"{name} is not installed: {error}")
    return game


@pytest.mark.parametrize("name", GAMES)
def test_a_recording_is_the_same_in_every_run_and_is_kept(name: str, tmp_path: Path) -> None:
    game, made = installed(name), list[None]()
    for folder in ("a", "b", "a"):
        record(game, tmp_path / folder, 4, 3, lambda: made.append(None))
    assert len(made) == 8  # the third was read
    assert (tmp_path / "a" / "labels.jsonl").read_text() == (tmp_path / "b" / "labels.jsonl").read_text()
    assert (tmp_path / "a/frames/000003.png").read_bytes() == (tmp_path / "b/frames/000003.png").read_bytes()
    assert record(game, tmp_path / "a", 2, 3, lambda: None).meta.model_extra["planned"] == 2  # another plan: anew


def test_frames_are_screenshots(minigrid: list[Shot], crafter: list[Shot]) -> None:
    assert all(min(shot.frame.shape[:2]) >= 300 for shot in minigrid + crafter)


def test_boxes_lie_on_what_they_name(minigrid: list[Shot]) -> None:
    named = [(s, e) for s in minigrid for e in s.entities]
    for shot, entity in named:
        pixels = colours(shot, entity).astype(int)
        vivid = pixels[np.argmax(pixels.max(1) - pixels.min(1))]
        if str(entity["name"]).startswith("green "):
            assert vivid.argmax() == 1
        if str(entity["name"]).startswith("red "):
            assert vivid.argmax() == 0
    assert {"green square", "lava"} <= {str(e["name"]) for _, e in named}


def test_a_mission_is_recorded_where_it_means_one_thing(minigrid: list[Shot]) -> None:
    spoken = [s for s in minigrid if s.labels]
    assert spoken
    for shot in spoken:
        target = str(shot.entities[shot.labels["target"]]["name"])  # type: ignore[index]
        assert target.split()[-1] in str(shot.labels["text"])
        assert shot.labels["intent"] in ("go_to", "pick_up", "use")


def test_crafter_shows_what_each_shot_is_about(crafter: list[Shot]) -> None:
    for shot, name in zip(crafter[:4], ["cow", "zombie", "skeleton", "plant"], strict=True):
        assert name in [e["name"] for e in shot.entities]


def test_water_is_bluer_than_stone(crafter: list[Shot]) -> None:
    def blueness(name: str) -> float:
        pixels = [colours(s, e).mean(0) for s in crafter for e in s.entities if e["name"] == name]
        return float(np.mean([p[2] - p[0] for p in pixels]))

    assert blueness("water") > blueness("stone") + 20


def test_neighbouring_cells_of_a_kind_are_one_box() -> None:
    assert list(crafter_worlds._runs([1, 1, 2, 1])) == [(0, 2, 1), (2, 1, 2), (3, 1, 1)]


def test_a_game_that_is_not_installed_is_named_with_its_remedy(tmp_path: Path) -> None:
    absent = Game("absent", "no-such-package", "", minigrid_levels.shots)
    with pytest.raises(Fault, match=r"npc-engine\[games\]"):
        record(absent, tmp_path, 1, 0, lambda: None)


@pytest.mark.parametrize("name", GAMES)
def test_every_thing_of_a_game_has_a_look_of_its_own(name: str) -> None:
    game = installed(name)
    looks = dict(game.looks())
    named = {str(entity["name"]) for shot in islice(game.shots(2), 12) for entity in shot.entities}
    assert named <= looks.keys()
    for pictures in looks.values():
        assert all(look.dtype == np.uint8 and look.shape[2] == 4 and (look[..., 3] > 40).any() for look in pictures)
    assert len({pictures[0].tobytes() for pictures in looks.values()}) == len(looks)


@pytest.mark.parametrize("name", ["miniworld", "wesnoth", "supertux"])
def test_a_box_holds_what_is_seen_of_a_thing_and_lies_in_the_frame(name: str) -> None:
    for shot in islice(installed(name).shots(3), 6):
        height, width = shot.frame.shape[:2]
        for entity in shot.entities:
            x, y, w, h = (int(v) for v in entity["box"])  # type: ignore[attr-defined]
            assert 0 <= x < x + w <= width, (shot.episode, entity)
            assert 0 <= y < y + h <= height, (shot.episode, entity)
            assert colours(shot, entity).std() > 0 or "box" in str(entity["name"])


def test_art_of_the_system_that_is_missing_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NPC_ENGINE_ART_WESNOTH", str(tmp_path / "nowhere"))
    with pytest.raises(Fault, match=r"apt install wesnoth-1\.16-data"):
        record(GAMES["wesnoth"], tmp_path / "a", 1, 0, lambda: None)
    with pytest.raises(Fault, match=r"apt install wesnoth-1\.16-data"):
        games._recordings([GAMES["wesnoth"]], tmp_path, 1, 0)


def test_a_game_that_is_missing_is_left_out_and_the_others_are_measured(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NPC_ENGINE_ART_WESNOTH", str(tmp_path / "nowhere"))
    found = games._recordings([GAMES["wesnoth"], GAMES["minigrid"]], tmp_path, 2, 0)
    assert [game.name for game in found] == ["minigrid"]
    assert "wesnoth is left out: The art of the game 'wesnoth' is not installed. Run: apt install" in capsys.readouterr().err


def test_the_bench_prints_one_table_and_writes_figures(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "engine", "bench-games", "--out", str(tmp_path), "--frames", "8", "--game", "minigrid"]
    done = subprocess.run([*command, "--pictures", "--provider", "cpu"], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "zero-shot" in done.stdout
    assert "by pictures, nothing learnt" in done.stdout
    overview = done.stdout[done.stdout.index("every way") :]
    assert all(way in overview for way in ("by name", "picture alone", "name and picture"))
    assert {"bench-games.json", "minigrid.png", "reliability.png", "recordings"} == {p.name for p in tmp_path.iterdir()}
    figures = json.loads((tmp_path / "bench-games.json").read_text())
    assert set(figures["pictures"]["minigrid"]) == {"picture alone", "name and picture"}
    assert [row["p"] for row in figures["thresholds"]["minigrid"]] == list(THRESHOLDS)
    assert 0 <= figures["games"]["minigrid"]["overall"]["alike_auc"] <= 1
    assert len(read_recording(tmp_path / "recordings" / "minigrid-0-8").rows) == 8


@pytest.mark.parametrize("counts", ["-5", "20,x", "11", "0"])
def test_numbers_of_frames_that_cannot_be_learnt_from_are_refused_before_anything_is_recorded(counts: str) -> None:
    with pytest.raises(Fault, match=f"--adapt {counts} is no list"):
        games._numbers(counts)


def test_every_way_to_teach_a_game_stands_beside_the_others() -> None:
    figures = {"pointing": 0.5, "presence_auc": 0.75, "ece": 0.125}
    table = games._overview(
        {
            "games": {"crafter": {"overall": figures}, "wesnoth": {"overall": figures}},
            "pictures": {"crafter": {"picture alone": {**figures, "pointing": None}}},
            "by_art": [{"game": "wesnoth", **figures}],
            "few_shot": [{"game": "crafter", "learnt_frames": 50, **figures, "ece": 0.03}],
        }
    )
    rows = list(zip(*(column.cells for column in table.columns), strict=True))
    assert rows == [
        ("crafter", "by name", "0.50", "0.75", "0.12"),
        ("", "picture alone", "–", "0.75", "0.12"),
        ("", "50 frames", "0.50", "0.75", "0.03"),
        ("wesnoth", "by name", "0.50", "0.75", "0.12"),
        ("", "its art", "0.50", "0.75", "0.12"),
    ]
