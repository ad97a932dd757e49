from __future__ import annotations

import json
import os
import re
import shutil
import sys
from types import ModuleType

import pytest
from typer.testing import CliRunner

pytest.importorskip("torch", reason="needs the train extra")

from safetensors.torch import load_file, save_file

from engine.errors import Fault
from engine.lab.training import provenance, recipe, sources
from engine.lab.training import reproduce as reproduction
from engine.lab.training.provenance import differences, read_provenance
from engine.lab.training.recipe import run_recipe
from engine.lab.training.reproduce import changed_data, changed_environment, compare_runs, reproduce
from engine.lab.training.run import read_history
from engine.lab.training.trackers import TRACKERS, tracker
from tests.lab.training.test_training import ColourAsker, colour_scenes
from tests.lab.training.test_tune import SMALL

pytestmark = pytest.mark.train
CFG = SMALL.model_copy(update={"data": SMALL.data.model_copy(update={"scenes": 16})})


@pytest.fixture(scope="module", autouse=True)
def simple_scenes():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sources, "read_scene_shard", lambda split, seed, size, start, count: colour_scenes(start, count))
        patch.setattr(recipe, "Asker", lambda *arguments: ColourAsker())
        yield


@pytest.fixture(scope="module")
def trained(simple_scenes, tmp_path_factory):
    run = tmp_path_factory.mktemp("trained") / "run"
    run_recipe(CFG, run, run.with_name("cache"), device="cpu")
    return run


@pytest.fixture
def run(trained, tmp_path):
    return shutil.copytree(trained, tmp_path / "run")


def test_a_run_tells_what_it_was_made_with_and_comes_out_the_same_again(run, tmp_path):
    noted = read_provenance(run)
    assert noted["seed"] == CFG.seed
    assert any("scenes" in name for name in noted["data"])
    (start,) = noted["starts"]
    assert start["device"] == "cpu"
    assert any(re.match("torch==", package) for package in start["environment"]["packages"])
    found = reproduce(run, tmp_path / "again", tmp_path / "cache")
    assert found.figures
    assert (found.apart, found.weights_apart, found.missing) == (0.0, 0.0, 0)
    assert [row["step"] for row in read_history(run)["scene"]] == [2]


def test_weights_that_differ_are_told(run, tmp_path):
    reproduce(run, tmp_path / "again", tmp_path / "cache")
    weights = load_file(tmp_path / "again" / "model.safetensors")
    weights["silence"] = weights["silence"] + 0.5
    save_file(weights, tmp_path / "again" / "model.safetensors")
    assert compare_runs(run, tmp_path / "again").weights_apart == pytest.approx(0.5)


def test_other_data_are_refused_by_name_unless_they_are_wanted(run, tmp_path, monkeypatch):
    assert changed_data(run) == []
    monkeypatch.setattr(provenance, "LESSONS_VERSION", "other")
    with pytest.raises(Fault, match=r"lines, rules and scenes: .*, now other") as refused:
        reproduce(run, tmp_path / "again", tmp_path / "cache")
    assert "--anyway" in refused.value.fix
    assert reproduce(run, tmp_path / "again", tmp_path / "cache", anyway=True).apart == 0.0


def test_a_run_of_an_older_version_says_that_it_cannot_be_made_again(run):
    (run / provenance.FILE).unlink()
    with pytest.raises(Fault, match="does not tell what it was made with"):
        changed_data(run)


def test_an_interrupted_validation_counts_once(run):
    file = run / "history.jsonl"
    file.write_text(file.read_text() + json.dumps({"stage": "scene", "step": 2, "pointing": 0.25}) + "\n")
    assert [row["pointing"] for row in read_history(run)["scene"]] == [0.25]


def test_environments_are_compared_by_package():
    then = {"python": "3.11", "packages": ["a==1", "b==2"]}
    assert differences(then, {"python": "3.12", "packages": ["a==1", "b==3", "c==1"]}) == [
        "python: 3.11, now 3.12",
        "b: 2, now 3",
        "c: nothing, now 1",
    ]


def test_another_commit_is_told_by_its_short_name(tmp_path, monkeypatch):
    start = {"commit": {"sha": "a" * 40, "edited": True}, "environment": {"threads": 2}}
    (tmp_path / "provenance.json").write_text(json.dumps({"seed": 1, "data": {}, "starts": [start]}))
    monkeypatch.setattr(reproduction, "commit", lambda: {"sha": "b" * 40, "edited": False})
    monkeypatch.setattr(reproduction, "environment", lambda: {"threads": 1})
    assert changed_environment(tmp_path) == [f"commit: {'a' * 12} (edited), now {'b' * 12}", "threads: 2, now 1"]
    monkeypatch.setattr(reproduction, "commit", lambda: None)
    assert changed_environment(tmp_path)[0] == f"commit: {'a' * 12} (edited), now unknown"


def test_a_tracker_hears_the_recipe_and_every_value(tmp_path, monkeypatch):
    heard = []

    class Listening:
        def __init__(self, run, settings):
            heard.append(("settings", settings["scene.batch"]))

        def add_scalar(self, name, value, step):
            heard.append((name, step))

        def close(self):
            heard.append(("closed", 0))

    monkeypatch.setitem(TRACKERS, "mlflow", Listening)
    run_recipe(CFG, tmp_path / "run", tmp_path / "cache", device="cpu", track="mlflow")
    assert heard[0] == ("settings", 8)
    assert ("scene/loss", 1) in heard
    assert ("scene/validation/pointing", 2) in heard
    assert heard[-1] == ("closed", 0)


class _Library(ModuleType):
    """A tracking library that notes what its makers could hear of when it is imported and begun."""

    def __init__(self, name):
        super().__init__(name)
        self.seen = {}

    def __getattr__(self, name):
        return lambda *_, **__: self.seen.update(os.environ) or self


@pytest.mark.parametrize(
    ("name", "variable", "value"),
    [("mlflow", "MLFLOW_DISABLE_TELEMETRY", "true"), ("wandb", "WANDB_ERROR_REPORTING", "false")],
)
def test_a_tracking_library_tells_nobody_of_its_use(name, variable, value, tmp_path, monkeypatch):
    library = _Library(name)
    monkeypatch.setattr(os, "environ", {k: v for k, v in os.environ.items() if k != variable})
    monkeypatch.setitem(sys.modules, name, library)
    tracker(name, tmp_path, {"seed": 1})
    assert library.seen[variable] == value


def test_a_tracker_that_is_none_or_not_installed_is_named(tmp_path, monkeypatch):
    with pytest.raises(Fault, match="no tracker 'comet'"):
        tracker("comet", tmp_path, {})
    monkeypatch.setitem(__import__("sys").modules, "wandb", None)
    with pytest.raises(Fault, match="wandb is not installed"):
        tracker("wandb", tmp_path, {})


def test_the_command_says_what_came_out(run, tmp_path):
    import typer

    from engine.cli.experiments import reproduce as command

    app = typer.Typer()
    app.command()(command)
    done = CliRunner().invoke(app, [str(run), "--cache", str(tmp_path / "cache")])
    assert done.exit_code == 0, done.output
    assert "Reproduced: figures are 0.0000 apart at most" in done.output
    assert (run.with_name("run-again") / "model.safetensors").is_file()
