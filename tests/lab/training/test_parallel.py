"""Several processes learn what one does; a cluster computes the same features and trials as this machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="needs the train extra")

from engine.errors import Fault
from engine.lab.training import parallel
from engine.lab.training.feature_cache import build_cache, export_backbone
from engine.lab.training.parallel import on_ray
from engine.lab.training.run import Progress
from tests.lab.training.test_training import colour_scenes, small_model

pytestmark = pytest.mark.train
DEADLINE = 240.0
ROOT, TOYS = Path(__file__).parents[3], Path(__file__).with_name("test_training.py")
# What each process runs: the toy scenes, a small model, and the loss of every step.
SCRIPT = """
import importlib.util, json, sys
from pathlib import Path
from engine.lab.config import SceneStageCfg
from engine.lab.training.parallel import first_alone, rank, together
from engine.lab.training.run import Progress
from engine.lab.training.scene_stage import SceneStage
spec = importlib.util.spec_from_file_location("toys", sys.argv[3])
toys = importlib.util.module_from_spec(spec)
spec.loader.exec_module(toys)
folder = Path(sys.argv[1])
class Heard(Progress):
    losses = []
    def step(self, stage, **values):
        self.losses.append(values["loss"])
with together():
    model = toys.small_model(seed=rank())  # the first one's weights become everybody's
    with first_alone():
        rows, table = toys.data(folder / "cache", model)
    run = folder / sys.argv[2]
    run.mkdir(exist_ok=True)
    heard = Heard(None, quiet=True)
    cfg = SceneStageCfg(epochs=8, batch=8, lr=3e-3, validate_every=12)
    score = SceneStage(model, cfg, table, run, 1).run(rows, rows, heard)
    (run / f"{rank()}.json").write_text(json.dumps([heard.losses, score, float(model.neck.latents.sum())]))
"""


def _train(folder: Path, name: str, processes: int) -> list[list]:
    """Losses, score and a fingerprint of the weights, of each process."""
    script = folder / "script.py"
    script.write_text(SCRIPT)
    command = [sys.executable]
    if processes > 1:
        command += ["-m", "torch.distributed.run", f"--nproc-per-node={processes}", "--standalone"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)]), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [*command, str(script), str(folder), name, str(TOYS)], env=environment, capture_output=True, text=True, timeout=DEADLINE
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads((folder / name / f"{rank}.json").read_text()) for rank in range(processes)]


def test_two_processes_have_the_loss_curve_of_one(tmp_path):
    [(alone, score, _)] = _train(tmp_path, "alone", 1)
    (first, second) = _train(tmp_path, "two", 2)
    assert first[1:] == second[1:], "both have the same weights at the end"
    assert first[0] == second[0], "and were told the same losses"
    together = first[0]
    assert len(alone) == len(together) == 24
    assert together[0] == pytest.approx(alone[0], rel=0.15)
    tails = [sum(losses[-8:]) / 8 for losses in (alone, together)]
    assert tails[1] == pytest.approx(tails[0], rel=0.25)
    assert tails[1] < 0.7 * together[0]
    assert first[1] > 0.6 * score


def test_a_batch_that_cannot_be_shared_is_refused(monkeypatch):
    monkeypatch.setattr(parallel, "processes", lambda: 3)
    with pytest.raises(Fault, match="cannot be shared by 3"):
        parallel.part_of(8)


def test_without_a_cluster_nothing_changes():
    with on_ray(None):
        assert parallel.spread() is None


@pytest.mark.cluster
def test_a_cluster_computes_the_same_features_and_trials(tmp_path):
    """One cluster for both, since it takes a while to start."""
    ray = pytest.importorskip("ray", reason="needs the ray extra")
    for module in (sys.modules[__name__], sys.modules[colour_scenes.__module__]):
        ray.cloudpickle.register_pickle_by_value(module)  # tests are no package that a worker could import
    model = small_model(encoder="efficientnet_lite0", frozen=True)
    backbone = export_backbone(model, tmp_path / "b.onnx")
    [here] = build_cache(tmp_path / "here", backbone, colour_scenes, 6, Progress(None, quiet=True), 1)
    with on_ray("local"):
        [there] = build_cache(tmp_path / "there", backbone, colour_scenes, 6, Progress(None, quiet=True), 1)
        scores: list[tuple[int, float]] = []
        parallel.run_away(_three_scores, lambda step, score: scores.append((step, score)))
        with pytest.raises(_Enough):
            parallel.run_away(_endless, _stop_at_two)
        with pytest.raises(Exception, match="no such recipe"):
            parallel.run_away(_fails, lambda step, score: None)
    assert parallel.spread() is None
    for file in sorted(here.iterdir()):
        assert file.read_bytes() == (there / file.name).read_bytes(), file.name
    assert scores == [(0, 0.0), (1, 0.5), (2, 1.0)]


class _Enough(Exception):
    pass


def _stop_at_two(step: int, score: float) -> None:
    if step == 2:
        raise _Enough


def _three_scores(heard) -> None:
    for step in range(3):
        heard(step, step / 2)


def _endless(heard) -> None:
    step = 0
    while True:
        heard(step, 0.0)
        step += 1


def _fails(heard) -> None:
    raise ValueError("no such recipe")


@pytest.mark.cluster
def test_a_cluster_that_is_not_there_is_told(tmp_path):
    pytest.importorskip("ray", reason="needs the ray extra")
    with pytest.raises(Fault, match="no Ray cluster"), on_ray("auto"):
        pass
