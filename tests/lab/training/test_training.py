from __future__ import annotations

import random
import shutil
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the train extra")

from engine.errors import Fault
from engine.formats.labels import load_labels
from engine.lab.config import FusionCfg, ImageCfg, SceneStageCfg, TextCfg, TextStageCfg, TrainCfg, load_recipe
from engine.lab.data.questions import Sample
from engine.lab.data.utterances import PlayerLine
from engine.lab.data.versions import LESSONS_VERSION
from engine.lab.evaluation.metrics import presence_ece
from engine.lab.model import ModelCfg, build_model
from engine.lab.model.grounding import Neck
from engine.lab.model.image_encoders import _SameConv
from engine.lab.training.dataset import SceneDataset
from engine.lab.training.feature_cache import SceneRecord, build_cache, export_backbone, read_records
from engine.lab.training.losses import heat_loss, presence_loss
from engine.lab.training.measure import (
    IN_VIEW,
    as_in_games,
    classification_report,
    expected_calibration_error,
    fit_platt,
    fit_temperature,
    macro_f1,
)
from engine.lab.training.recipe import _blend, _take_fused_part
from engine.lab.training.run import Progress, load_run, save_weights, start_run
from engine.lab.training.scene_stage import SceneStage
from engine.lab.training.text_stage import TextStage, roughen
from engine.lab.training.texts import LiveTexts, tokenize

pytestmark = pytest.mark.train
SIZE = (64, 96)


def colour_scenes(start: int, count: int) -> list[tuple[np.ndarray, SceneRecord]]:
    """Frames with one red or one green square; "attack" means attack where it is red, refuse where it is green."""
    pairs = []
    for i in range(start, start + count):
        rng = np.random.default_rng(i)
        red = bool(i % 2)
        frame = np.full((*SIZE, 3), 40, np.uint8)
        x, y = int(rng.integers(0, 64)), int(rng.integers(0, 32))
        frame[y : y + 24, x : x + 24] = (230, 20, 20) if red else (20, 200, 30)
        name = "red square" if red else "green square"
        box = (float(x), float(y), 24.0, 24.0)
        entity = {"names": [name], "box": box, "tags": ["hostile"] if red else [], "generic": [], "colour": None}
        pairs.append((frame, SceneRecord((0, 0, 96, 64), [entity], [])))
    return pairs


class ColourAsker:
    """Asks for both colours, and says "attack" once."""

    def ask(self, record: SceneRecord, index: int):
        (entity,) = record.entities
        red = entity["names"] == ["red square"]
        boxes = [entity["box"]]
        lesson = Sample("attack", "attack", "angry", "attack" if red else "refuse", "angry", boxes if red else [])
        return [("red square", boxes if red else []), ("green square", [] if red else boxes)], [lesson], (red, False)


def small_model(seed: int = 0, encoder: str = "mobilenet_v3_small", frozen: bool = False):
    torch.manual_seed(seed)
    cfg = ModelCfg(
        image=ImageCfg(encoder=encoder, weights="none", frozen=frozen),
        text=TextCfg(encoder="embedding", weights="none", frozen=False),
        fusion=FusionCfg(name="concat", dim=32),
        size=SIZE,
        grid_dim=16,
        scene_dim=24,
    )
    return build_model(cfg, load_labels())


def data(folder, model, count: int = 24) -> tuple[SceneDataset, LiveTexts]:
    shards = build_cache(folder, None, colour_scenes, count, Progress(None), workers=1)
    table = LiveTexts(model)
    rows = SceneDataset(shards, load_labels(), table, ColourAsker(), 2, SIZE, fixed=True)
    table.add(rows.texts())
    return rows, table


def test_training_learns_and_resumes_where_it_stopped(tmp_path) -> None:
    model = small_model()
    rows, table = data(tmp_path / "cache", model)
    cfg = SceneStageCfg(epochs=10, batch=8, lr=3e-3, validate_every=10)
    run = tmp_path / "run"
    run.mkdir()
    SceneStage(model, cfg, table, run, 1).run(rows, rows, Progress(None))
    assert (run / "scene.safetensors").exists()
    again = small_model(seed=5)
    stage = SceneStage(again, cfg, table, run, 1)
    assert stage.run(rows, rows, Progress(None)) > 0  # which does nothing but read
    assert torch.equal(again.neck.latents, model.neck.latents)


def test_tuning_moves_the_later_stages_of_the_image_encoder_alone(tmp_path) -> None:
    torch.manual_seed(0)
    model = small_model(encoder="efficientnet_lite0", frozen=True)
    frames = torch.randint(0, 255, (2, *SIZE, 3), dtype=torch.uint8)
    model.eval()
    s8, s16, s32 = model.image(frames)
    for whole, part in zip((s16, s32), model.image.tail(s8), strict=True):
        assert torch.equal(whole, part)
    shards = build_cache(tmp_path / "cache", export_backbone(model, tmp_path / "b.onnx"), colour_scenes, 8, Progress(None), 1)
    table = LiveTexts(model)
    rows = SceneDataset(shards, load_labels(), table, ColourAsker(), 2, SIZE, fixed=True)
    table.add(rows.texts())
    before = {name: value.clone() for name, value in model.image.state_dict().items()}
    cfg = SceneStageCfg(epochs=1, batch=8, validate_every=10)
    moved = {}
    for held in (3, 0):
        (tmp_path / f"run{held}").mkdir()
        stage = SceneStage(model, cfg.model_copy(update={"image_held": held}), table, tmp_path / f"run{held}", 1, tune=True)
        stage.run(rows, rows, Progress(None))
        now = model.image.state_dict()
        moved[held] = {name.split(".")[1] for name, value in now.items() if not torch.equal(before[name], value)}
    assert moved == {3: {str(i) for i in range(8, 16)}, 0: {str(i) for i in range(5, 16)}}
    assert model.image_tuned


def test_later_stages_learn_at_a_rate_of_their_own(tmp_path) -> None:
    model = small_model(encoder="efficientnet_lite0", frozen=True)
    cfg = SceneStageCfg(lr=0.002, image_rate=0.3)
    fast, slow = SceneStage(model, cfg, LiveTexts(model), tmp_path, 1, tune=True)._groups()
    assert (fast["lr"], slow["lr"]) == (0.002, pytest.approx(0.0006))


def test_what_was_learnt_is_blended_with_what_was_known() -> None:
    before, learnt = small_model(seed=1), small_model(seed=2)
    known = {name: value.clone() for name, value in before.state_dict().items()}
    new = learnt.neck.latents.clone()
    _blend(learnt, known, 0.75)
    assert torch.allclose(learnt.neck.latents, 0.25 * known["neck.latents"] + 0.75 * new)


def test_a_dead_scene_vector_is_replaced_and_heard_from_nothing(tmp_path) -> None:
    """Models of 0.1 made it of numbers of any size; it died in their first steps, and what listened to it is noise."""
    old = small_model(encoder="efficientnet_lite0", frozen=True)
    cfg = TrainCfg(model=old.cfg, tune=SceneStageCfg())
    start_run(tmp_path, cfg, load_labels())
    save_weights(old, tmp_path / "model.safetensors")
    new = build_model(old.cfg.model_copy(update={"scene_norm": True}), load_labels())
    fresh = new.neck.scene.weight.clone()
    _take_fused_part(new, tmp_path)
    assert torch.equal(new.neck.scene.weight, fresh)
    heard = new.fusion.mix[0].weight
    words = new.text.utterance_dim
    assert not heard[:, -(24 + words) : -words].any()
    assert torch.equal(heard[:, -words:], old.fusion.mix[0].weight[:, -words:])
    assert torch.equal(new.neck.latents, old.neck.latents)


def test_the_scene_vector_answers_whatever_the_size_of_what_it_is_made_of() -> None:
    neck = Neck((4, 6, 8), 16, 24, SIZE, scene_norm=True).eval()
    with torch.no_grad():
        neck.latents *= 50
        shapes = [(2, c, SIZE[0] // s, SIZE[1] // s) for c, s in ((4, 8), (6, 16), (8, 32))]
        small, large = (neck(*(torch.rand(shape) * size for shape in shapes))[1] for size in (0.1, 100.0))
    for scene in (small, large):
        assert scene.abs().max() < 5
        assert (scene[0] - scene[1]).abs().max() > 1e-3


def test_what_lines_aim_at_is_encoded_without_dropout() -> None:
    torch.manual_seed(0)
    image, text = ImageCfg(encoder="mobilenet_v3_small", weights="none"), TextCfg(weights="none")
    model = build_model(ModelCfg(image=image, text=text, size=SIZE, grid_dim=8), load_labels())
    verbs = ("get", "bring", "fetch", "pass")
    lines = [PlayerLine(f"{verb} the {{thing}}", "give_me", "neutral", "thing", verb) for verb in verbs]
    stage = TextStage(model, load_labels(), TextStageCfg(epochs=1, batch=4, fills=1), lines, {"thing": ["potion", "key"]}, 0)
    stage.run(lines, Progress(None))
    names = sorted(stage.sentences)
    with torch.no_grad():
        expected = model.eval().encode_text(*tokenize(model.text, names))[0]
    torch.testing.assert_close(torch.stack([stage.sentences[name] for name in names]), expected, atol=1e-4, rtol=0)


def test_a_cache_keeps_its_finished_shards(tmp_path) -> None:
    shards = build_cache(tmp_path, None, colour_scenes, 6, Progress(None), workers=1)
    stamp = (shards[0] / "frame.npy").stat().st_mtime_ns
    build_cache(tmp_path, None, colour_scenes, 6, Progress(None), workers=1)
    assert (shards[0] / "frame.npy").stat().st_mtime_ns == stamp
    assert read_records(shards)[1].entities[0]["names"] == ["red square"]


def test_boxes_become_the_cells_they_cover(tmp_path) -> None:
    rows, _ = data(tmp_path, small_model(), 2)
    assert rows._cells((16, 8, 16, 8)) == (1, 2, 2, 4)
    assert rows._cells((17, 9, 2, 2)) == (1, 2, 2, 3)
    mask = rows._masks([[(1, 2, 2, 4)], []])
    assert mask[0].nonzero().tolist() == [[1, 2], [1, 3]]
    assert not mask[1].any()


def test_a_right_heat_map_costs_less_than_a_wrong_one() -> None:
    mask = torch.zeros(1, 1, 8, 12, dtype=torch.bool)
    mask[..., 2:4, 3:5] = True
    valid = torch.ones(1, 8, 12, dtype=torch.bool)
    right = torch.where(mask, 5.0, -5.0)
    assert heat_loss(right, mask, valid) < 0.1 < heat_loss(-right, mask, valid)
    assert presence_loss(torch.tensor([[4.0]]), mask) < presence_loss(torch.tensor([[-4.0]]), mask)


def test_calibration_finds_the_temperature_that_spoiled_the_logits() -> None:
    generator = torch.Generator().manual_seed(1)
    logits = torch.randn(4000, 5, generator=generator) * 2
    truth = torch.multinomial(logits.softmax(-1), 1, generator=generator)[:, 0]
    assert fit_temperature(logits * 3, truth) == pytest.approx(3, rel=0.15)


def test_platt_scaling_finds_slope_and_bias() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(size=6000) * 3
    there = rng.random(6000) < 1 / (1 + np.exp(-(logits / 2 + 1)))
    temperature, bias = fit_platt(logits, there)
    assert (temperature, bias) == (pytest.approx(2, rel=0.2), pytest.approx(1, abs=0.2))


def test_presence_of_what_is_watched_for_is_fitted_as_it_is_in_games() -> None:
    rng = np.random.default_rng(0)
    there = rng.random(8000) < 0.5  # as scenes ask
    logits = rng.normal(size=8000) + 2 * there
    temperature, bias = fit_platt(logits, there, as_in_games("watch", there))
    in_a_game = rng.random(8000) < IN_VIEW
    seen = (rng.normal(size=8000) + 2 * in_a_game) / temperature + bias
    assert presence_ece(in_a_game.tolist(), (1 / (1 + np.exp(-seen))).tolist()) < 0.03
    assert as_in_games("target", there).tolist() == [1.0] * 8000  # what is said is about what is there as often as not


def test_figures_of_a_known_case() -> None:
    probabilities = np.array([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7], [0.6, 0.4]])
    report = classification_report([0, 0, 1, 1], probabilities)
    assert report["accuracy"] == 0.75
    assert report["f1"] == pytest.approx((0.8 + 2 / 3) / 2)
    assert macro_f1([0, 0, 1, 1], [0, 0, 1, 0], 2) == pytest.approx(report["f1"])
    assert expected_calibration_error(np.array([0.8, 0.8]), np.array([True, False])) == pytest.approx(0.3)


def test_typos_are_seeded_and_small() -> None:
    texts = [roughen("hand me the red potion, please", random.Random(i), 1.0) for i in range(50)]
    assert texts == [roughen("hand me the red potion, please", random.Random(i), 1.0) for i in range(50)]
    assert len(set(texts)) > 10
    assert all(abs(len(t) - 30) <= 2 for t in texts)


@pytest.mark.parametrize("kernel", [3, 5])
@pytest.mark.parametrize("stride", [1, 2])
def test_a_convolution_pads_as_tensorflow_does(kernel: int, stride: int) -> None:
    picture, conv = torch.randn(2, 4, 8, 12), _SameConv(4, 4, kernel, stride, groups=4, bias=False)
    total = kernel - stride if stride > 1 else kernel - 1
    padded = torch.nn.functional.pad(picture, (total // 2, total - total // 2) * 2)
    wanted = torch.nn.functional.conv2d(padded, conv.weight, None, stride, groups=4)
    assert wanted.shape[2:] == (8 // stride, 12 // stride)
    assert torch.allclose(conv(picture), wanted, atol=1e-6)


def test_a_run_directory_is_of_one_recipe(tmp_path) -> None:
    start_run(tmp_path / "run", TrainCfg(), load_labels())
    start_run(tmp_path / "run", TrainCfg(), load_labels())
    with pytest.raises(Fault, match="another recipe"):
        start_run(tmp_path / "run", TrainCfg(seed=8), load_labels())
    with pytest.raises(Fault, match="other lines"):
        start_run(tmp_path / "run", TrainCfg(), load_labels(), "edited")
    with pytest.raises(Fault, match="not a finished"):
        load_run(tmp_path / "run")


@pytest.mark.parametrize("name", ["default", "text_only", "image_only", "article", "tiny"])
def test_shipped_recipes_are_valid(name: str) -> None:
    assert load_recipe(name).data.scenes > 0


@pytest.mark.parametrize("name", ["text_only", "image_only"])
def test_ablations_are_built_like_the_default_whose_words_they_reuse(name: str) -> None:
    ablation, whole = load_recipe(name), load_recipe("default")
    assert (ablation.model.text, ablation.model.fusion) == (whole.model.text, whole.model.fusion)
    assert ablation.text.reuse == Path("runs/default")


def test_an_unknown_recipe_is_named_with_the_known_ones() -> None:
    with pytest.raises(Fault, match=r"'nope'.*default"):
        load_recipe("nope")


def test_a_run_directory_of_0_1_is_gone_on_with(tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(Path(__file__).with_name("written_by_0_1") / "run", run)
    start_run(run, load_recipe("tiny"), load_labels(), LESSONS_VERSION)
    assert load_recipe(str(run / "recipe.yaml")) == load_recipe("tiny")
