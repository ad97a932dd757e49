"""`python -m npc`: the chat and the check of cards."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest

from npc.__main__ import main
from npc.chat import Chat


def _chat(monkeypatch, capsys, card, words):
    monkeypatch.setattr(sys, "stdin", StringIO(words))
    status = main(["talk", card])
    return status, capsys.readouterr()


def test_a_chat_shows_deed_words_and_reason(monkeypatch, capsys):
    status, shown = _chat(monkeypatch, capsys, "merchant", "give me the potion\n")
    assert status == 0
    assert "Odo [trade" in shown.out
    assert "unwilling" in shown.out


def test_a_chat_says_that_a_keyword_reader_stands_in_for_the_model(monkeypatch, capsys):
    _, shown = _chat(monkeypatch, capsys, "bard", "")
    assert "keyword reader" in shown.out


def test_in_a_chat_things_can_come_into_view(monkeypatch, capsys):
    _, shown = _chat(monkeypatch, capsys, "coward", "/see wolf\n")
    assert "Pip [flee, afraid]" in shown.out


def test_a_chat_ends_at_the_word_alone_and_names_unknown_commands(monkeypatch, capsys):
    _, shown = _chat(monkeypatch, capsys, "guard", "/foo\nExit\n/see wolf\n")
    assert "unknown command /foo\nSay something" in shown.out
    assert "In view" not in shown.out


def test_why_shows_effects_and_yes_is_true_as_in_a_card(monkeypatch, capsys, tmp_path):
    card = tmp_path / "a.yaml"
    bark = "{when: {state: {has_ring: yes}}, say: Mine!, effects: [{kind: take_item, item: ring}]}"
    card.write_text(f"name: A\nbarks: [{bark}]\n")
    _, shown = _chat(monkeypatch, capsys, str(card), "/state has_ring=no\n/state has_ring=Yes\n/why\n")
    assert shown.out.count('"Mine!"') == 1
    assert "effect: take_item (item=ring)" in shown.out


def test_what_is_not_there_and_what_is_a_folder_is_called_so(monkeypatch, capsys, tmp_path):
    assert main(["lint", "my-card"]) != 0
    told = capsys.readouterr().err
    assert "my-card: there is no such file or folder" in told
    assert "Did you mean" not in told
    status, shown = _chat(monkeypatch, capsys, str(tmp_path), "")
    assert (status, "is a folder" in shown.err) == (2, True)


def test_the_same_words_give_the_same_chat(monkeypatch, capsys):
    words = "hello\n/see wolf\nhelp\n/wait 30\n/see\n/wait x\n/nonsense\nbye\n/quit\n"
    first = _chat(monkeypatch, capsys, "elder", words)
    assert first == _chat(monkeypatch, capsys, "elder", words)


def test_events_states_and_speakers_can_be_tried(monkeypatch, capsys, tmp_path):
    card = tmp_path / "tam.yaml"
    rule = "rules: [{when: {action: go_to, state: {weather: storm}}, do: refuse, because: x, say: No crossing.}]"
    card.write_text(f"name: Tam\n{rule}\n")
    words = "/event robbed\n/event robed\n/state weather=storm\ngo there\n/as Ada\nyou fool\n/why\n"
    _, shown = _chat(monkeypatch, capsys, str(card), words)
    assert "was robbed by player" in shown.out
    assert "There is no event `robed`; did you mean `robbed`?" in shown.out
    assert "No crossing." in shown.out
    assert "You are Ada." in shown.out
    assert "    cause: words" in shown.out


def test_an_edited_card_is_taken_up_and_a_broken_one_is_not(tmp_path, capsys):
    card = tmp_path / "tam.yaml"
    card.write_text("name: Tam\n")
    chat = Chat(str(card))
    chat.turn("you fool")
    disliked = chat.character.relationship("player").affection
    card.write_text("name: Tom\n")
    chat.turn("/reload")
    assert chat.character.persona.name == "Tom"
    assert chat.character.relationship("player").affection == disliked
    card.write_text("nam: Tim\n")
    chat.turn("/reload")
    assert chat.character.persona.name == "Tom"
    assert "The old card stays in force." in capsys.readouterr().out


def test_a_log_that_is_not_there_is_one_plain_line(tmp_path, capsys):
    assert main(["replay", str(tmp_path / "no.jsonl")]) == 2
    assert "cannot be read: No such file or directory. Give the path" in capsys.readouterr().err


def test_an_unknown_card_is_one_line_and_status_2(monkeypatch, capsys):
    status, shown = _chat(monkeypatch, capsys, "nobody", "")
    assert status == 2
    assert shown.err.startswith("error: ")
    assert shown.err.count("\n") == 1


def test_the_bench_prints_percentiles_of_a_tick_and_a_crowd(capsys, monkeypatch, tmp_path):
    monkeypatch.setattr("npc.evaluation.bench._TICKS", 50)
    monkeypatch.setattr("npc.evaluation.bench._CROWD", 20)
    assert main(["bench", "--json", str(tmp_path / "tick.json")]) == 0
    shown = capsys.readouterr().out
    assert "p50" in shown
    assert "20 characters, 10 ticks a second each" in shown
    figures = json.loads((tmp_path / "tick.json").read_text())
    assert 0 < figures["frame_us"]["p50"] <= figures["frame_us"]["p99"]


def test_lint_passes_good_cards(capsys):
    assert main(["lint", "guard", "hermit"]) == 0
    assert "guard: ok" in capsys.readouterr().out


def test_lint_names_every_fault_with_its_line(tmp_path, capsys):
    card = tmp_path / "card.yaml"
    card.write_text("name: A\nlook: tall\ntraits: {brave: 7}\n")
    assert main(["lint", str(card)]) == 2
    shown = capsys.readouterr().err
    assert f"{card}:2: " in shown
    assert f"{card}:3: " in shown


def test_lint_checks_the_cards_of_a_folder(tmp_path, capsys):
    (tmp_path / "good.yaml").write_text("name: A\n")
    (tmp_path / "bad.yml").write_text("nam: A\n")
    (tmp_path / "notes.txt").write_text("no card")
    assert main(["lint", str(tmp_path)]) == 2
    shown = capsys.readouterr()
    assert f"{tmp_path / 'good.yaml'}: ok" in shown.out
    assert f"{tmp_path / 'bad.yml'}:1: " in shown.err
    assert "notes.txt" not in shown.out + shown.err


def test_lint_of_a_folder_without_cards_is_a_fault(tmp_path, capsys):
    assert main(["lint", str(tmp_path)]) == 2
    assert "no cards in this folder" in capsys.readouterr().err


def test_lint_of_a_picture_says_that_it_is_no_text(tmp_path, capsys):
    picture = tmp_path / "guard.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0")
    assert main(["lint", str(picture)]) == 2
    assert "is not a text file. Give a YAML card" in capsys.readouterr().err


def test_a_misspelt_name_gets_a_suggestion(capsys):
    assert main(["talk", "gaurd"]) == 2
    assert "Did you mean `guard`?" in capsys.readouterr().err


def test_a_folder_is_checked_as_a_server_reads_it(tmp_path, capsys):
    for name in ("good.YML", "._good.yaml", ".#good.yaml"):
        (tmp_path / name).write_text("name: A\n" if name[0] != "." else "\0")
    assert main(["lint", str(tmp_path)]) == 0
    assert capsys.readouterr().out.count(": ok") == 1
    (tmp_path / "good.yaml").write_text("name: B\n")
    assert main(["lint", str(tmp_path)]) == 2
    assert "good.YML: `good.yaml` beside it has the same name and hides it." in capsys.readouterr().err


def _run(folder, *arguments: bytes | str, encoding: str = "utf-8", words: bytes = b"hello\n/quit\n"):
    """The command in a process of its own, whose terminal has this encoding."""
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-m", "npc", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, input=words, capture_output=True, timeout=60, check=False)


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "cp437"])
def test_what_a_terminal_cannot_show_is_a_question_mark(tmp_path, encoding):
    (tmp_path / "zauberer-ü😀.yaml").write_text('name: Wren ★\nlines: {greet: "Well met 😀"}\n', encoding="utf-8")
    for arguments in (("talk", "zauberer-ü😀.yaml"), ("lint", "."), ("lint", "☃.yaml")):
        done = _run(tmp_path, *arguments, encoding=encoding)
        assert b"Traceback" not in done.stderr
        assert b"?" in done.stdout + done.stderr


def test_bytes_that_are_no_text_are_heard_and_named(tmp_path):
    card = tmp_path / os.fsdecode(b"h\xe9.yaml")
    card.write_text("name: Wren\n")
    done = _run(tmp_path, "talk", b"h\xe9.yaml", words=b"h\xe9llo\n/as \xe9\n/see \xe9\n/state a=\xe9\n/quit\n")
    assert (done.returncode, done.stderr) == (0, b"")
    for arguments in (("lint", b"h\xe9.yaml"), ("lint", "."), ("lint", b"\xff")):
        assert b"Traceback" not in _run(tmp_path, *arguments).stderr
    done = _run(tmp_path, "export-card", b"h\xe9.yaml")
    assert (done.returncode, b"Traceback" in done.stderr) == (0, False)


def test_a_reader_that_has_seen_enough_ends_a_command_quietly(tmp_path):
    piped = f"{sys.executable} -m npc schema | head -c 10"
    done = subprocess.run(piped, shell=True, cwd=Path(__file__).parents[2], capture_output=True, check=False)
    assert (len(done.stdout), done.stderr) == (10, b"")


def test_time_that_is_no_number_does_not_pass(tmp_path, capsys):
    chat = Chat("guard")
    for seconds in ("nan", "x", ""):
        chat.turn(f"/wait {seconds}")
    assert capsys.readouterr().out.count("is no number of seconds") == 3
