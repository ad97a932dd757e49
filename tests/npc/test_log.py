"""Logs replay to the same decisions, byte for byte, and say where they do not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from npc import Character, Decision, Percept, characters, load_persona
from npc.__main__ import main
from npc.evaluation.lives import percepts
from npc.exchange.convert import import_card
from npc.log import LogError, Recorder, file_name, last_number, replay

OF_0_1 = Path(__file__).with_name("written_by_0_1")


def _log(path, name: str = "guard", ticks: int = 300, seed: int = 3):
    character = Character(load_persona(name), name, seed)
    with Recorder(path, character, seed) as recorder:
        for percept in percepts(ticks, seed):
            recorder.write(percept, character.tick(percept))
    return path


@pytest.mark.parametrize("name", characters())
def test_every_character_replays_byte_identically(tmp_path, name):
    result = replay(_log(tmp_path / "log", name))
    assert (result.ticks, result.line, result.other_behaviour) == (300, None, False)


def test_a_character_that_remembers_replays_from_where_it_was(tmp_path):
    character = Character(load_persona("bard"), "pip", 1)
    for percept in percepts(100, 1):
        character.tick(percept)
    older = Character(load_persona("bard"), "pip", 1)
    older.restore(character.snapshot())
    with Recorder(tmp_path / "log", older, 1) as recorder:
        for percept in percepts(200, 2):
            recorder.write(percept, older.tick(percept))
    assert replay(tmp_path / "log").line is None


def test_the_first_decision_that_differs_is_shown(tmp_path):
    path = _log(tmp_path / "log")
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    lines[40] = lines[40].replace('"npc":"guard"', '"npc":"guart"')
    path.write_text("".join(lines), encoding="utf-8")
    result = replay(path)
    assert (result.ticks, result.line) == (19, 41)
    assert result.logged.replace("guart", "guard") == result.decided


def test_other_common_rules_are_named_as_a_likely_cause(tmp_path):
    path = _log(tmp_path / "log")
    head, rest = path.read_text(encoding="utf-8").split("\n", 1)
    path.write_text(json.dumps({**json.loads(head), "behaviour": "of last week"}) + "\n" + rest, encoding="utf-8")
    assert replay(path).other_behaviour


def test_a_log_that_was_cut_off_replays_as_far_as_it_goes(tmp_path):
    path = _log(tmp_path / "log")
    path.write_bytes(path.read_bytes()[:-200])
    assert replay(path).ticks == 299


@pytest.mark.parametrize("content", [b"", b"hello\n", b"[1]\n", b'{"log": 9}\n', b'{"log": 1, "npc": "x"}\n', b"\xff\xfe\n"])
def test_what_is_no_log_is_refused_in_one_line(tmp_path, capsys, content):
    path = tmp_path / "log"
    path.write_bytes(content)
    with pytest.raises(LogError):
        replay(path)
    assert main(["replay", str(path)]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_the_command_says_how_many_ticks_agree_and_fails_where_one_does_not(tmp_path, capsys):
    path = _log(tmp_path / "log", ticks=50)
    assert main(["replay", str(path)]) == 0
    assert "50 ticks, byte for byte" in capsys.readouterr().out
    path.write_text(path.read_text(encoding="utf-8").replace('"npc":"guard"', '"npc":"guart"'), encoding="utf-8")
    assert main(["replay", str(path)]) == 1
    assert "log:3: decided otherwise" in capsys.readouterr().out


def test_a_card_its_exported_picture_and_a_log_of_0_1_are_read(tmp_path):
    persona = load_persona(str(OF_0_1 / "ossian.yaml"))
    assert persona.boundaries.keys() == {"attack"}
    assert persona.schedule
    assert persona.knowledge["tide"].say
    told = import_card(OF_0_1 / "ossian.png", tmp_path / "again.yaml")
    assert load_persona(str(told)).model_copy(update={"card": ""}) == persona, "what 0.1 exported comes back as it was"
    rows = (OF_0_1 / "ossian.jsonl").read_text(encoding="utf-8").splitlines()
    percepts = [TypeAdapter(Percept).validate_json(row) for row in rows[1::2]]
    decisions = [TypeAdapter(Decision).validate_json(row) for row in rows[2::2]]
    assert len(percepts) == len(decisions) == 50
    assert percepts[13].watch[0].phrase == "wolf"
    assert decisions[0].npc == "ossian"
    assert replay(OF_0_1 / "ossian.jsonl").other_behaviour, "the rules may have changed since: a replay says so"


def test_logs_are_numbered_on_from_those_of_before(tmp_path):
    assert last_number(tmp_path / "none") == 0
    for name in ("0001-ada.jsonl", "0012-bo.jsonl", "notes.jsonl", "x-1.jsonl"):
        (tmp_path / name).touch()
    assert last_number(tmp_path) == 12
    assert file_name(13, "../Ädä:1") == "0013-___Ädä_1.jsonl"
