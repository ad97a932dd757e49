"""`python -m npc`: the chat and the check of cards."""

from __future__ import annotations

import sys
from io import StringIO

from npc.__main__ import main


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


def test_the_same_words_give_the_same_chat(monkeypatch, capsys):
    words = "hello\n/see wolf\nhelp\n/wait 30\n/see\n/wait x\n/nonsense\nbye\n/quit\n"
    first = _chat(monkeypatch, capsys, "elder", words)
    assert first == _chat(monkeypatch, capsys, "elder", words)


def test_an_unknown_card_is_one_line_and_status_2(monkeypatch, capsys):
    status, shown = _chat(monkeypatch, capsys, "nobody", "")
    assert status == 2
    assert shown.err.startswith("error: ")
    assert shown.err.count("\n") == 1


def test_the_bench_prints_percentiles_of_a_tick(capsys, monkeypatch):
    monkeypatch.setattr("npc.bench._TICKS", 50)
    assert main(["bench"]) == 0
    assert "p50" in capsys.readouterr().out


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
