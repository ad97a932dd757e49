"""Training on packs of game art: where its scenes come from, the stage that learns names alone, and going on from a bundle."""

from __future__ import annotations

from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="needs the train extra")

from engine.errors import Fault
from engine.formats.labels import load_labels
from engine.lab.config import ArtCfg, DataCfg, SceneStageCfg, TrainCfg, load_recipe
from engine.lab.training import sources
from engine.lab.training.feature_cache import build_cache, export_backbone
from engine.lab.training.recipe import _naming_stage, run_recipe, training_device
from engine.lab.training.run import Progress, start_run
from engine.lab.training.scene_stage import SceneStage
from engine.lab.training.sources import READERS, sheets
from engine.lab.training.texts import LiveTexts
from tests.lab.data.test_art_scenes import cache as stored  # noqa: F401
from tests.lab.training.test_naming import CONCEPTS
from tests.lab.training.test_training import SIZE, ColourAsker, colour_scenes, small_model

pytestmark = pytest.mark.train


@pytest.fixture
def here(stored: Path, monkeypatch: pytest.MonkeyPatch) -> Path:  # noqa: F811
    """A machine with one small pack and no icons."""
    monkeypatch.setenv("NPC_ENGINE_CACHE", str(stored))
    monkeypatch.setattr(sources, "ICONS", ())
    sources.art_scenes.cache_clear()
    return stored


def recipe(**art: object) -> TrainCfg:
    return TrainCfg(data=DataCfg(scenes=8, art=ArtCfg.model_validate({"packs": ("small-art",), **art})))


@pytest.mark.usefixtures("here")
def test_a_recipe_with_packs_has_scenes_of_them_and_others_have_none() -> None:
    (train,) = READERS["art"](recipe(scenes=12, validation=4), "train")
    (checks,) = READERS["art"](recipe(scenes=12, validation=4), "validation")
    assert (train.count, checks.count) == (12, 4)
    assert train.key != checks.key
    frame, record = train.read(3, 1)[0]
    assert frame.shape == (192, 320, 3)
    assert (
        any("barrel" in e["names"] or "potion" in e["names"] or "wolf" in e["names"] for e in record.entities)
        or record.entities
    )
    assert READERS["art"](recipe(), "train") == []
    assert READERS["art"](TrainCfg(), "train") == []


@pytest.mark.usefixtures("here")
def test_sheets_are_a_set_of_their_own() -> None:
    source = sheets(recipe(sheets=5))
    assert source is not None
    assert source.count == 5
    assert len(source.read(0, 1)[0][1].entities) >= 8
    assert sheets(recipe()) is None


@pytest.mark.usefixtures("here")
def test_sheets_are_among_the_scenes_where_no_stage_is_before() -> None:
    mixed = READERS["art"](recipe(scenes=12, sheets=5), "train")
    assert [source.count for source in mixed] == [12, 5]
    named = recipe(scenes=12, sheets=5).model_copy(update={"name": SceneStageCfg()})
    assert [source.count for source in READERS["art"](named, "train")] == [12]


@pytest.mark.usefixtures("here")
def test_packs_that_are_held_out_validate_and_are_never_learnt_from() -> None:
    cfg = recipe(scenes=12, validation=4, packs=("small-art",), held_out=("small-art",))
    known, unknown = READERS["art"](cfg, "validation")
    assert known.key != unknown.key
    assert unknown.count == 4
    (train,) = READERS["art"](cfg, "train")
    behind = sources.art_scenes((), "all", 7, False, ("small-art",))
    assert behind.concepts == []  # its grounds alone
    assert train.count == 12


def test_a_pack_that_is_not_stored_is_told_before_hours_are_spent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NPC_ENGINE_CACHE", str(tmp_path))
    with pytest.raises(Fault, match="assets --art small-art"):
        READERS["art"](recipe(scenes=12), "train")


def test_a_naming_stage_without_sheets_says_what_is_missing(tmp_path: Path) -> None:
    cfg = TrainCfg(name=SceneStageCfg())
    with pytest.raises(Fault, match="no sheets"):
        _naming_stage(None, cfg, tmp_path, tmp_path, None, None, Progress(None), torch.device("cpu"))


def test_naming_alone_moves_what_sees_and_leaves_what_decides(tmp_path: Path) -> None:
    from engine.lab.training.dataset import SceneDataset, Vocabulary

    torch.manual_seed(0)
    model = small_model(encoder="efficientnet_lite0", frozen=True)
    shards = build_cache(tmp_path / "cache", export_backbone(model, tmp_path / "b.onnx"), colour_scenes, 8, Progress(None), 1)
    table = LiveTexts(model)
    rows = SceneDataset(shards, load_labels(), table, ColourAsker(), 2, SIZE, fixed=True, vocabulary=Vocabulary(CONCEPTS))
    table.add(rows.texts())
    before = {name: value.clone() for name, value in model.state_dict().items()}
    cfg = SceneStageCfg(epochs=2, batch=8, validate_every=10, weight_decay=0.0)
    (tmp_path / "run").mkdir()
    stage = SceneStage(model, cfg, table, tmp_path / "run", 1, "named", tune=True, naming_alone=True)
    stage.run(rows, rows, Progress(None))
    moved = {name.split(".")[0] for name, value in model.state_dict().items() if not torch.equal(before[name], value)}
    assert {"image", "neck", "grounding"} <= moved
    assert not moved & {"fusion", "fused", "fused_heads", "danger"}
    assert stage.last_file.exists()


def test_the_recipe_of_the_shipped_model_names_its_packs_and_stages() -> None:
    cfg = load_recipe("art")
    assert set(cfg.data.art.packs) == {"crawl-tiles", "kaykit", "kenney"}
    assert cfg.data.art.held_out == ("superpowers",)
    assert cfg.tune is not None
    assert cfg.scene.start_from == cfg.text.reuse


def test_a_run_goes_on_where_its_recipe_is_written_otherwise_and_says_the_same(tmp_path: Path) -> None:
    start_run(tmp_path, TrainCfg(), load_labels(), "x")
    (tmp_path / "recipe.yaml").write_text("seed: 7\n")  # as an older version would have written it, without today's fields
    start_run(tmp_path, TrainCfg(), load_labels(), "x")
    (tmp_path / "recipe.yaml").write_text("seed: 8\n")
    with pytest.raises(Fault, match="another recipe"):
        start_run(tmp_path, TrainCfg(), load_labels(), "x")


def test_a_recipe_that_goes_on_from_nothing_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NPC_ENGINE_CACHE", str(tmp_path / "cache"))
    cfg = load_recipe("art")
    with pytest.raises(Fault, match=r"no text stage|unpack"):
        run_recipe(cfg, tmp_path / "run")


def test_a_device_is_what_is_asked_for_or_said_not_to_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert training_device("auto") == training_device("cpu") == torch.device("cpu")
    with pytest.raises(Fault, match="finds no GPU"):
        training_device("cuda")
    with pytest.raises(Fault, match="no device 'tpu'"):
        training_device("tpu")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert training_device("auto") == training_device("cuda") == torch.device("cuda")
    assert training_device("cpu") == torch.device("cpu")
