from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the train extra")

from safetensors.torch import load_file, save_file
from typer.testing import CliRunner

from engine.errors import Fault
from engine.formats.labels import load_labels
from engine.lab.config import DataCfg, SceneStageCfg, TrainCfg
from engine.lab.evaluation.bootstrap import Interval
from engine.lab.training import soup as way
from engine.lab.training.run import Progress, load_run, save_weights, start_run
from engine.lab.training.scene_stage import SceneStage
from engine.lab.training.soup import Answered, Soup, answered, gain_of, mean_weights, refit_norms
from tests.lab.training.test_training import data, small_model

pytestmark = pytest.mark.train


@pytest.fixture(scope="module")
def runs(tmp_path_factory) -> list[Path]:
    """Three runs of one start, each a few steps further in another order; the first kept snapshots."""
    root = tmp_path_factory.mktemp("runs")
    made = []
    for seed in range(3):
        model = small_model()
        rows, table = data(root / "cache", model, 16)
        run = root / f"run-{seed}"
        cfg = TrainCfg(model=model.cfg, data=DataCfg(scenes=16, validation=8, lessons=1, queries=2))
        start_run(run, cfg, load_labels())
        stage = SceneStageCfg(epochs=4, batch=8, validate_every=2, lr=2e-3, snapshots=2 if seed == 0 else 0)
        SceneStage(model, stage, table, run, seed).run(rows, rows, Progress(None))
        for other in range(seed):  # one text stage for all
            state = model.state_dict()
            state |= {k: v for k, v in load_file(made[other] / "model.safetensors").items() if k.startswith("text.")}
            model.load_state_dict(state)
        save_weights(model, run / "model.safetensors")
        made.append(run)
    return made


@pytest.fixture
def scenes(runs: list[Path], monkeypatch) -> None:
    """What chooses and what tests: squares."""

    def some(model, cfg, scenes, recording, cache, texts, progress):
        rows, _ = data(runs[0].parent / "cache", model, 16)
        texts.add(rows.texts())
        rows.table = texts
        return rows, rows

    monkeypatch.setattr(way, "_scenes", some)


def test_the_mean_of_a_model_and_itself_is_the_model(runs: list[Path]) -> None:
    state = load_file(runs[0] / "model.safetensors")
    assert all(torch.equal(value, state[name]) for name, value in mean_weights([state, state]).items())


def test_an_ensemble_of_one_answers_as_it_does(runs: list[Path], tmp_path: Path) -> None:
    model, _ = load_run(runs[0])
    rows, table = data(tmp_path / "cache", model, 8)
    state = model.state_dict()
    one, two = (answered(model, [state] * count, table, rows) for count in (1, 2))
    assert (one.said == two.said).all()
    assert (one.hit == two.hit).all()
    assert one.figures() == two.figures()


def test_the_norms_of_a_soup_are_taken_anew(runs: list[Path], tmp_path: Path) -> None:
    model, _ = load_run(runs[0])
    rows, _ = data(tmp_path / "cache", model, 8)
    norm = next(m for m in model.neck.modules() if isinstance(m, torch.nn.BatchNorm2d))
    norm.running_mean.fill_(99.0)
    momentum = norm.momentum
    refit_norms(model, rows)
    assert norm.running_mean.abs().max() < 50
    assert norm.momentum == momentum
    assert not norm.training


def test_a_gain_is_told_with_the_chance_in_it() -> None:
    right = np.tile([[0, 1]], (60, 1))
    there = np.ones((60, 2), bool)
    better = Answered(right, right, there, there)
    worse = Answered(np.zeros_like(right), right, ~there, there)
    gain = gain_of(better, worse)
    assert gain.pays
    assert gain.gain["pointing"] == Interval(1.0, 1.0, 1.0)
    assert not gain_of(worse, better).pays
    assert not gain_of(better, better).pays


def test_several_runs_become_one_and_it_is_told_whether_that_pays(runs: list[Path], scenes: None, tmp_path: Path) -> None:
    pot = Soup(runs, 8, None, tmp_path, Progress(None))
    rows = pot.taste()
    assert [row.gain is None for row in rows] == [True] * 3 + [False] * 3
    assert rows[0].score >= rows[1].score >= rows[2].score
    name = pot.write(tmp_path / "soup", rows)
    assert "soup" in name
    model, _ = load_run(tmp_path / "soup")
    assert model.neck.latents.isfinite().all()
    told = json.loads((tmp_path / "soup/soup.json").read_text())
    assert {row["name"] for row in told} == {row.name for row in rows}


def test_a_single_run_gives_its_snapshots(runs: list[Path]) -> None:
    kept = sorted(path.stem for path in runs[0].glob("*snapshot*"))
    assert len(kept) == 2
    assert list(way._states([runs[0]])) == [str(runs[0]), *kept]
    with pytest.raises(Fault, match=r"one model alone.*snapshots"):
        way._states([runs[1]])


def test_models_that_are_not_of_one_kind_are_refused(runs: list[Path], tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(runs[1], other)
    state = load_file(other / "model.safetensors")
    name = "text.embedding.weight"
    save_file(state | {name: state[name] + 1}, other / "model.safetensors")
    with pytest.raises(Fault, match="its text stage is another one"):
        Soup([runs[0], other], 8, None, tmp_path, Progress(None))
    save_file({**state, name: state[name][:1].contiguous()}, other / "model.safetensors")
    with pytest.raises(Fault, match="other parts or sizes"):
        way._refuse_unlike(load_file(runs[0] / "model.safetensors"), load_file(other / "model.safetensors"), "other")


def test_the_command_prints_a_table_and_writes_a_run(runs: list[Path], scenes: None, tmp_path: Path) -> None:
    import typer

    from engine.cli.soup import soup

    app = typer.Typer()
    app.command()(soup)
    out = tmp_path / "soup"
    arguments = [*map(str, runs[:2]), "--out", str(out), "--scenes", "8", "--cache", str(tmp_path / "c")]
    done = CliRunner().invoke(app, arguments, env={"COLUMNS": "160"})
    assert done.exit_code == 0, done.output
    assert "ensemble (mean logits)" in done.output
    assert "soup" in done.output
    assert (out / "model.safetensors").is_file()
    with pytest.raises(Fault, match="There is something in"):
        soup(runs[:2], out)
