from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the train extra")

from engine.cli import measure
from engine.formats.labels import load_labels
from engine.lab.config import DataCfg, MissingCfg, SceneStageCfg, TrainCfg
from engine.lab.data.questions import Sample
from engine.lab.data.teacher import Situation, teach
from engine.lab.training import evaluate
from engine.lab.training.counterfactual import Swaps, answers, both_needed, counterfactual, oracles, swaps
from engine.lab.training.feature_cache import SceneRecord
from engine.lab.training.missing import Missing
from engine.lab.training.run import Progress, load_run, save_weights, start_run
from engine.lab.training.scene_stage import SceneStage
from engine.lab.training.texts import texts_of
from npc.types import HEAD_NAMES
from tests.lab.training.test_training import colour_scenes, data, small_model

pytestmark = pytest.mark.train
LABELS = load_labels()


class CommandAsker:
    """Says "attack" and "hello": with a hostile in view attack and warn are right, without one refuse and greet."""

    def ask(self, record: SceneRecord, index: int):
        hostile = bool(record.entities and record.entities[0]["tags"])
        said = (("attack", "attack", "angry"), ("hello", "greet", "friendly"))
        right = [teach(Situation(intent, tone, hostile=hostile)) for _, intent, tone in said]
        lessons = [Sample(*words, lesson.action, lesson.emotion, []) for words, lesson in zip(said, right, strict=True)]
        return [("red square", []), ("green square", [])], lessons, (hostile, False)


def asked_of(count: int) -> Swaps:
    return swaps([record for _, record in colour_scenes(0, count)], CommandAsker(), LABELS)


def test_swapped_words_mean_what_they_mean_in_the_other_picture() -> None:
    asked = asked_of(6)  # green and red by turns
    right = [[LABELS["action"][i] for i in row] for row in asked.right]
    assert right[0] == ["refuse", "greet", "refuse", "greet"]
    assert right[1] == ["attack", "warn", "attack", "warn"]
    assert asked.danger.tolist()[:2] == [[0, 0], [1, 0]]
    assert asked.needing_both().all()


def test_what_one_modality_tells_is_no_case_for_both() -> None:
    lines = [[Sample("hello", "greet", "friendly", "greet", "happy", [])] * 2] * 4
    same_everywhere = Swaps(lines, np.zeros((4, 2), np.int64), np.zeros((4, 2), np.int64))
    assert not same_everywhere.needing_both().any()
    by_picture_alone = Swaps(lines, np.repeat(np.arange(4)[:, None], 2, 1), np.zeros((4, 2), np.int64))
    assert not by_picture_alone.needing_both().any()
    assert both_needed(by_picture_alone, {"both": by_picture_alone.right}, ["both"]) == ({}, {})


def test_who_knows_one_modality_alone_is_right_in_half_of_the_cases_that_need_both() -> None:
    asked = asked_of(40)
    cases = asked.needing_both()
    known = oracles(asked, cases)
    rows, gain = both_needed(asked, {"both": asked.right, **known}, list(known))
    assert rows["both"]["f1"] == 1.0
    assert rows["words known"]["accuracy"] == rows["picture known"]["accuracy"] == 0.5
    assert gain["gain"] > 0.5
    assert gain["low"] <= gain["gain"] <= gain["high"]


def test_an_answer_that_follows_is_told_from_one_that_does_not() -> None:
    asked = asked_of(8)
    perfect = counterfactual(asked, asked.right)
    assert (perfect["picture"]["changes"], perfect["words"]["changes"]) == (1.0, 1.0)
    blind = np.tile(asked.right[0], (8, 1))
    followed = counterfactual(asked, blind)
    assert (followed["picture"]["moves"], followed["words"]["moves"]) == (0.0, 1.0)


def test_a_blind_model_answers_the_same_in_every_picture_and_a_deaf_one_to_all_words(tmp_path) -> None:
    model = small_model().eval()
    rows, table = data(tmp_path / "cache", model, 6)
    asked = asked_of(6)
    table.add({"attack", "hello"})
    blind = answers(model, table, rows, asked, blind=True)
    assert (blind == blind[0]).all()
    deaf = answers(model, table, rows, asked, deaf=True)
    assert (deaf == deaf[:, :1]).all()


def test_missing_words_teach_silence_and_missing_pictures_leave_what_is_right(tmp_path) -> None:
    rows, _ = data(tmp_path / "cache", small_model(), 8)
    batch = next(iter(torch.utils.data.DataLoader(rows, 8)))
    action = HEAD_NAMES.index("action")
    deaf, seen = Missing(MissingCfg(deaf=1.0), LABELS, 0).take(batch)
    assert seen.all()
    assert not deaf["said"].any()
    assert not deaf["text_mask"].any()
    assert [LABELS["action"][i] for i in deaf["labels"][:2, 0, action]] == ["idle", "warn"]
    assert (deaf["labels"][..., HEAD_NAMES.index("intent")] == -1).all()
    blind, seen = Missing(MissingCfg(blind=1.0), LABELS, 0).take(batch)
    assert not seen.any()
    assert torch.equal(blind["labels"], batch["labels"])
    mute, seen = Missing(MissingCfg(mute=1.0), LABELS, 0).take(batch)
    assert not seen.any()
    assert not mute["said"].any()


def test_a_model_learns_from_what_is_left(tmp_path) -> None:
    model = small_model()
    rows, table = data(tmp_path / "cache", model, 8)
    (tmp_path / "run").mkdir()
    cfg = SceneStageCfg(epochs=2, batch=8, validate_every=10, missing=MissingCfg(blind=0.5, deaf=0.3, mute=0.2))
    assert np.isfinite(SceneStage(model, cfg, table, tmp_path / "run", 1).run(rows, rows, Progress(None)))
    all_blind = SceneStageCfg(epochs=1, batch=8, validate_every=10, missing=MissingCfg(mute=1.0))
    (tmp_path / "blind").mkdir()
    assert np.isfinite(SceneStage(model, all_blind, table, tmp_path / "blind", 1).run(rows, rows, Progress(None)))


def test_a_run_is_measured_against_others_where_both_are_needed(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(evaluate, "read_scene_shard", lambda split, seed, size, start, count: colour_scenes(start, count))
    monkeypatch.setattr(evaluate, "Asker", lambda *arguments: CommandAsker())
    runs = []
    for name, modalities in (("both", ("text", "image")), ("words", ("text",)), ("other", ("text", "image"))):
        model = small_model()
        full = TrainCfg(model=model.cfg.model_copy(update={"modalities": modalities}), data=DataCfg(scenes=8, queries=2))
        runs.append(tmp_path / name)
        start_run(runs[-1], full, LABELS)
        save_weights(model, runs[-1] / "model.safetensors")
    model, cfg = load_run(runs[0])
    table = texts_of(model, None)
    rows, records = evaluate.split_data(model, cfg, "train", tmp_path / "cache", 8, table, Progress(None))
    report = evaluate.measure_swaps(model, table, cfg, rows, records, tmp_path / "cache", runs[1:])
    others = {str(runs[1]), str(runs[2]), f"{runs[2]} blind", f"{runs[2]} deaf"}
    assert set(report["both_needed"]) == {"both", "blind", "deaf", "words known", "picture known", *others}
    assert all(row["low"] <= row["f1"] <= row["high"] for row in report["both_needed"].values())
    assert report["both_needed"]["words known"]["accuracy"] == 0.5
    assert set(report["both_needed_gain"]["action"]) == {"gain", "low", "high"}
    assert report["swapped"]["picture"]["pairs"] == 16


def test_the_command_tells_where_no_scene_needs_both(monkeypatch, capsys) -> None:
    swapped = {"picture": {"changes": float("nan"), "moves": 0.5, "stays": 1.0, "pairs": 8.0}}
    monkeypatch.setattr(evaluate, "evaluate_swaps", lambda *_: {"swapped": swapped, "both_needed": {}})
    measure.evaluate(run=Path("some"), swaps=True, scenes=8)
    shown = capsys.readouterr().out
    assert "none needs both picture and words" in shown
    assert "nan" not in shown
