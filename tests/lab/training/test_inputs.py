"""What a recipe names is looked for before a run begins: nothing is trained in vain, and no half-made run is in the way."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="needs the train extra")
pytest.importorskip("ijson", reason="needs the train extra")

from engine.errors import Fault
from engine.formats.labels import load_labels
from engine.lab.config import DataCfg, ModelCfg, SceneStageCfg, TextCfg, TextStageCfg, TrainCfg
from engine.lab.training.recipe import check_inputs, run_recipe
from engine.lab.training.run import load_run, start_run

pytestmark = pytest.mark.train


@pytest.mark.parametrize(
    ("cfg", "said"),
    [
        (TrainCfg(data=DataCfg(datasets=("coco:missing",))), "There is no directory missing"),
        (TrainCfg(data=DataCfg(recordings=(Path("missing"),))), "no recording in missing"),
        (TrainCfg(text=TextStageCfg(reuse=Path("missing"))), "missing does not exist"),
        (TrainCfg(scene=SceneStageCfg(start_from=Path("missing"))), "missing does not exist"),
    ],
)
def test_what_is_not_there_is_refused_before_the_run_is_written(tmp_path: Path, cfg: TrainCfg, said: str) -> None:
    with pytest.raises(Fault, match=said):
        run_recipe(cfg, tmp_path / "run", tmp_path / "cache", device="cpu")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (TextCfg(tuned_layers=2), r"has 3 tuned layers, this recipe 2\..*model: {text: {tuned_layers: 3}}"),
        (
            TextCfg(encoder="embedding", tuned_layers=3),
            r"has the text encoder minilm, this recipe embedding\..*encoder: minilm",
        ),
    ],
)
def test_words_of_another_shape_are_refused_with_what_to_write(tmp_path: Path, text: TextCfg, said: str) -> None:
    shipped = tmp_path / "shipped"
    start_run(shipped, TrainCfg(model=ModelCfg(text=TextCfg(tuned_layers=3))), load_labels())
    (shipped / "text.safetensors").touch()
    reuse = TextStageCfg(reuse=shipped)
    with pytest.raises(Fault, match=said):
        check_inputs(TrainCfg(model=ModelCfg(text=text), text=reuse), tmp_path / "run")
    check_inputs(TrainCfg(model=ModelCfg(text=TextCfg(tuned_layers=3)), text=reuse), tmp_path / "run")
    (shipped / "recipe.yaml").unlink()
    check_inputs(TrainCfg(text=reuse), tmp_path / "run")  # words alone


def test_a_bundle_is_told_from_a_run_with_the_way_to_make_one_of_it(tmp_path: Path) -> None:
    (tmp_path / "bundle.json").touch()
    with pytest.raises(Fault, match=r"is a bundle, not a training run.*unpack --bundle"):
        load_run(tmp_path)
    with pytest.raises(Fault, match="does not exist"):
        load_run(tmp_path / "none")
