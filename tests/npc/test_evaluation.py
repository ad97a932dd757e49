"""The measurements of role-play: that they measure, and what the shipped characters must reach."""

from __future__ import annotations

import json
import sys

import pytest

from npc import Persona
from npc.__main__ import main
from npc.character import Character
from npc.evaluation import lives, steadiness
from npc.evaluation.lives import boundaries, percepts, recall
from npc.evaluation.run import Effort
from npc.evaluation.steadiness import consistency, dithering, label_noise
from npc.evaluation.voices import NaiveBayes, Reaction, distinctness
from npc.types import Decision


def test_nothing_forbidden_is_ever_done():
    result = boundaries(300)
    assert result.violations == 0
    assert result.pressed > 0.4 * result.ticks


def test_a_character_that_does_what_it_never_does_is_caught(monkeypatch):
    class Weak(Character):
        def tick(self, percept):
            wanted = max(percept.action, key=percept.action.__getitem__)
            return Decision("npc", percept.time, wanted, "neutral")

    monkeypatch.setattr(lives, "Character", Weak)
    assert boundaries(20).violations > 0


def test_one_can_tell_who_acted():
    result = distinctness()
    assert result.characters == 8
    assert result.any_line >= 0.8
    assert result.new_lines > 3 / 8
    assert result.new_scenes > 0.55  # ten lines are remembered, so each is heard less often: harder than with six (0.63)
    assert result.different > 0.3


def test_the_judge_of_who_acted_goes_by_words_and_action():
    judge = NaiveBayes([Reaction("a", "talk", "Aye, lad."), Reaction("b", "talk", "Yes, dear."), Reaction("b", "flee", "")])
    assert judge.who([Reaction("?", "talk", "Aye!")]) == "a"
    assert judge.who([Reaction("?", "flee", "Oh")]) == "b"


def test_the_same_question_gets_the_same_answer_and_a_fickle_character_is_caught(monkeypatch):
    assert consistency().same >= 0.98

    class Fickle(Character):
        def tick(self, percept):
            return Decision("npc", percept.time, "talk" if percept.time < 5 else "idle", "neutral")

    monkeypatch.setattr(steadiness, "Character", Fickle)
    assert consistency().same == 0.0


def test_deeds_are_recalled_of_the_right_person_also_after_a_restart():
    result = recall(events=200, hours=6.0)
    assert (result.recalled, result.after_restart, result.mistaken, result.trifles) == (1.0, 1.0, 0.0, 0.0)


def test_a_tenth_of_wrong_labels_costs_about_a_tenth_of_the_answers():
    assert label_noise(0.0, dialogues=2).action == 1.0
    result = label_noise(0.1, dialogues=5)
    assert result.action >= 0.85
    assert result.sound >= 0.97


def test_doubtful_frames_do_not_make_characters_dither():
    result = dithering(minutes=0.5)
    assert result.doubtful <= 6.0
    assert result.flickering <= 1.0


def test_random_lives_are_the_same_under_the_same_seed():
    assert list(percepts(50, 1)) == list(percepts(50, 1)) != list(percepts(50, 2))


def test_bleu_and_rouge_are_better_than_those_of_another_character():
    pytest.importorskip("sacrebleu", reason="needs the `evaluate` extra")
    pytest.importorskip("rouge_score", reason="needs the `evaluate` extra")
    from npc.evaluation.voices import fluency

    result = fluency()
    assert result.lines == 256
    assert result.rouge_l > result.by_chance


def test_what_is_not_installed_is_named_and_the_rest_goes_on(monkeypatch, tmp_path, capsys):
    monkeypatch.setitem(sys.modules, "sacrebleu", None)
    monkeypatch.setattr("npc.__main__.Effort", lambda *_: Effort(5, 80, 1))
    assert main(["evaluate", "--quick", "--json", str(tmp_path / "figures.json")]) == 0
    figures = json.loads((tmp_path / "figures.json").read_text())
    assert "npc-engine[evaluate]" in figures["fluency"]["error"]
    assert figures["replay"] == {"ticks": 80, "same": True}
    assert "boundaries    dialogues 5" in capsys.readouterr().out


def test_boundaries_may_hold_for_all_but_idle_and_refuse():
    silent = Persona.model_validate({"name": "Test", "boundaries": {"talk": "No."}})
    percept = next(p for p in percepts(50, 1) if p.text)
    assert Character(silent, "test").tick(percept).action != "talk"
