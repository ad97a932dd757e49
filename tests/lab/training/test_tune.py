from __future__ import annotations

import json

import pytest

pytest.importorskip("torch", reason="needs the train extra")
optuna = pytest.importorskip("optuna", reason="needs the train extra")

from engine.errors import Fault
from engine.lab.config import DataCfg, FusionCfg, ImageCfg, SceneStageCfg, TextCfg, TrainCfg, load_recipe
from engine.lab.model import ModelCfg
from engine.lab.training import recipe, sources, tune
from engine.lab.training.tune import AS_IT_IS, Search, varied
from tests.lab.training.test_training import SIZE, ColourAsker, colour_scenes

pytestmark = pytest.mark.train
SMALL = TrainCfg(
    model=ModelCfg(
        image=ImageCfg(encoder="mobilenet_v3_small", weights="none", frozen=False),
        text=TextCfg(encoder="embedding", weights="none", frozen=False),
        fusion=FusionCfg(name="concat", dim=32),
        size=SIZE,
        grid_dim=16,
        scene_dim=24,
    ),
    data=DataCfg(scenes=64, validation=8, lessons=1, queries=2),
    scene=SceneStageCfg(epochs=1, batch=8),
)


def test_two_trials_are_kept_and_the_best_is_a_recipe(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(sources, "read_scene_shard", lambda split, seed, size, start, count: colour_scenes(start, count))
    monkeypatch.setattr(recipe, "Asker", lambda *arguments: ColourAsker())

    def search() -> Search:
        return Search(SMALL, tmp_path / "study", tmp_path / "cache", scenes=16)

    search().run(1)
    results = search().run(2)  # goes on with the second
    assert sorted(row.number for row in results) == [0, 1]
    first = next(row for row in results if row.number == 0)
    assert (first.values["lr"], first.values["fusion.dim"]) == (SMALL.scene.lr, 32)
    assert results[0].score == max(row.score for row in results) > 0
    trials, best = search().write()
    assert json.loads(trials.read_text())[0]["number"] == results[0].number
    found = load_recipe(str(best))
    assert found.scene.lr == pytest.approx(results[0].values["lr"])
    assert found.data == SMALL.data  # not that of the trials, which saw fewer scenes
    assert not list((tmp_path / "study").glob("trial-*"))


def test_a_trial_that_falls_behind_is_stopped(tmp_path, monkeypatch) -> None:
    heights = iter([1.0, 1.0, 1.0, 1.0, 0.1])

    def run_recipe(cfg, run, cache, on_validation) -> None:
        height = next(heights)
        for step in range(3):
            on_validation(step, height * (step + 1))

    monkeypatch.setattr(tune, "run_recipe", run_recipe)
    results = Search(SMALL, tmp_path, tmp_path).run(5)
    assert [row.number for row in results if row.pruned] == [4]
    assert results[-1].score == 0.1


def test_the_first_trial_is_the_recipe_itself() -> None:
    assert varied(load_recipe("default"), AS_IT_IS) == load_recipe("default")


def test_a_study_belongs_to_one_recipe(tmp_path) -> None:
    Search(SMALL, tmp_path, tmp_path)
    with pytest.raises(Fault, match="another recipe"):
        Search(SMALL.model_copy(update={"seed": 8}), tmp_path, tmp_path)
