"""Conversations are played through the shipped bundle and painted frames; the scenes are what their script paints."""

from __future__ import annotations

import json
from pathlib import Path

from npc.__main__ import main
from npc.evaluation.conversation import SCENES, boxes, load
from npc.evaluation.converse import player
from tests.lab.evaluation import draw_scenes

TWO = """
- id: orders
  card: guard
  scene: square
  turns:
    - {say: "pick up the sword", kind: order, action: [pick_up], target: sword}
    - {say: "don't follow me", kind: negation, action: [answer], forbids: [follow]}
- id: names
  card: own
  scene: meadow
  turns:
    - {say: "My name is Ada.", kind: memory, says: [Ada]}
    - restart: true
    - {say: "what is my name?", kind: memory, says: [Ada]}
    - {see: wolf, wait: 2}
"""


def test_two_conversations_are_played_with_frames_and_a_restart(tmp_path: Path, capsys):
    (tmp_path / "cards").mkdir()
    (tmp_path / "cards" / "own.yaml").write_text("name: Tam\n")
    (tmp_path / "two.yaml").write_text(TWO)
    figures = tmp_path / "figures.json"
    assert main(["evaluate", "--conversations", str(tmp_path / "two.yaml"), "--failures", "--json", str(figures)]) == 0
    printed = capsys.readouterr().out
    assert "2 conversations" in printed
    assert "recall after restart: 1 of 1" in printed
    data = json.loads(figures.read_text())
    assert data["categories"]["all"]["right"] == {"good": 4, "of": 4}
    assert data["turns"][0]["actions"] == ["pick_up"]
    assert len(data["turns"][-1]["actions"]) == 8  # two seconds of frames


def test_a_conversation_comes_out_the_same_each_time(tmp_path: Path):
    (tmp_path / "two.yaml").write_text(TWO.split("- id: names")[0])
    [conversation] = load(tmp_path / "two.yaml")
    assert player().play(conversation) == player().play(conversation)


def test_the_scenes_are_those_that_the_script_paints():
    for name, written in boxes().items():
        painted = [(row["is"], tuple(row["box"])) for row in draw_scenes.what_is_where(draw_scenes.scene(name))]
        assert painted == list(written), f"{name}: run tests/lab/evaluation/draw_scenes.py"


def test_the_scenes_are_small():
    assert sum(file.stat().st_size for file in SCENES.iterdir()) < 600 << 10
