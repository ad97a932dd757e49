from __future__ import annotations

import json
from functools import partial

import pytest

torch = pytest.importorskip("torch", reason="needs the train extra")

from rich.console import Console

from engine.errors import Fault
from engine.formats.labels import load_labels
from engine.lab.comparison import models as outcomes
from engine.lab.comparison.latency import Latency, measure_latency
from engine.lab.comparison.models import FUSIONS, IMAGES, TEXTS, choose, combinations
from engine.lab.comparison.report import COLUMNS, table_rows
from engine.lab.comparison.run import Comparison, common_recipe
from engine.lab.config import DataCfg, FusionCfg, SceneStageCfg, TrainCfg
from engine.lab.model import ModelCfg, build_model
from engine.lab.training import evaluate, recipe, sources
from engine.lab.training.run import Clock, save_weights
from export.graphs import export_graphs
from tests.lab.training.test_training import SIZE, ColourAsker, colour_scenes

pytestmark = pytest.mark.train
SMALL = TrainCfg(
    model=ModelCfg(fusion=FusionCfg(dim=32), size=SIZE, grid_dim=16, scene_dim=24),
    data=DataCfg(scenes=16, validation=8, lessons=1, queries=2),
    scene=SceneStageCfg(epochs=1000, batch=8, minutes=0.02),
)


@pytest.fixture
def coloured(monkeypatch) -> None:
    """Training and evaluation on red and green squares."""
    for module in (sources, evaluate):
        monkeypatch.setattr(module, "read_scene_shard", lambda split, seed, size, start, count: colour_scenes(start, count))
    for module in (recipe, evaluate):
        monkeypatch.setattr(module, "Asker", lambda *arguments: ColourAsker())


def test_every_pair_of_encoders_meets_every_fusion_and_each_modality_stands_alone() -> None:
    every = combinations()
    crossed = {(c.text.encoder, c.image.encoder, c.fusion) for c in every}
    assert crossed == {(t, i, f) for t in TEXTS for i in IMAGES for f in FUSIONS}
    assert [c.modalities for c in every if c.name.endswith("alone")] == [("text",), ("image",)]
    assert len({c.name for c in every}) == len(every)


def test_what_has_no_pretrained_weights_learns_with_the_rest() -> None:
    for c in combinations():
        assert c.text.frozen == (c.text.weights != "none")
        assert c.image.frozen == (c.image.weights != "none")
    given = {c.image.encoder: c.image for c in combinations({"resnet18": "resnet18.pth"})}
    assert (given["resnet18"].weights, given["resnet18"].frozen) == ("resnet18.pth", True)


def test_a_comparison_differs_only_in_the_parts_that_are_compared() -> None:
    base = common_recipe("compare", None, None)
    for c in combinations():
        cfg = c.recipe(base)
        assert (cfg.data, cfg.scene, cfg.seed, cfg.model.size) == (base.data, base.scene, base.seed, base.model.size)
        assert (cfg.model.fusion.name, cfg.model.modalities) == (c.fusion, c.modalities)


def test_two_models_are_trained_measured_and_kept(tmp_path, coloured, monkeypatch) -> None:
    chosen = choose(combinations(), ["embedding-mobilenet_v3_small-concat", "embedding-mobilenet_v3_small-film"])
    console = Console(quiet=True)
    compare = partial(Comparison, SMALL, tmp_path / "out", tmp_path / "cache", 8, 1)
    compare().run(chosen, console)
    models = json.loads((tmp_path / "out/comparison.json").read_text())["models"]
    assert [m["combination"]["fusion"] for m in models] == ["concat", "film"]
    for model in models:
        assert model["steps"] > 0
        assert 0 <= model["figures"]["action"]["f1"] <= 1
        assert model["latency"]["new_words_ms"] > model["latency"]["known_words_ms"] > 0
        assert model["size_mb"] > 15  # the embedding's table alone
    assert (tmp_path / "out/comparison.png").stat().st_size > 5000
    monkeypatch.setattr(outcomes, "run_recipe", lambda *arguments: pytest.fail("a finished model was trained again"))
    compare().run(chosen, console)
    with pytest.raises(Fault, match="another recipe"):
        Comparison(SMALL.model_copy(update={"seed": 8}), tmp_path / "out", tmp_path / "cache", 8, 1)


def test_an_interrupted_comparison_tells_what_is_done(tmp_path, monkeypatch, capsys) -> None:
    def train(combination, *arguments):
        if combination.fusion != "concat":
            raise KeyboardInterrupt
        return outcome(combination)

    monkeypatch.setattr("engine.lab.comparison.run.run_combination", train)
    comparison = Comparison(SMALL, tmp_path, tmp_path / "cache", 8, 1)
    with pytest.raises(KeyboardInterrupt):
        comparison.run(choose(combinations(), ["minilm-resnet18"]), Console(width=240))
    said = capsys.readouterr().out
    assert "1 of 5 models" in said
    assert "goes on" in said
    assert "minilm resnet18 concat" in (tmp_path / "comparison.md").read_text()


def outcome(combination) -> outcomes.ModelResult:
    figures = {
        "action": {"accuracy": 0.5, "f1": 0.25},
        "intent": {"accuracy": 0.75, "f1": 0.625},
        "target": {"pointing": 0.1},
        "watch": {"pointing": 0.2, "presence_auc": 0.3},
    }
    rest = {"held_out": 8, "steps": 7, "words_s": 0.0, "scene_s": 1.0, "size_mb": 12.34}
    return outcomes.ModelResult(combination=combination, figures=figures, **rest)


def test_the_table_says_what_was_pretrained_and_leaves_out_what_means_nothing() -> None:
    every = [outcome(c) for c in combinations()]
    time = Latency(new_words_ms=9.0, known_words_ms=4.0, image_ms=3.0, text_ms=5.0, decide_ms=1.0)
    rows = {row[0]: dict(zip(COLUMNS, row, strict=True)) for row in table_rows(every, {"embedding-resnet18-concat": time})}
    first = rows["embedding resnet18 concat"]
    assert (first["pretrained"], first["ms"], first["ms, known words"]) == ("nothing", "9.0", "4.0")
    assert rows["minilm resnet18 film"]["pretrained"] == "text"
    assert rows["minilm efficientnet_lite0 film"]["pretrained"] == "text, image"
    assert rows["picture alone"]["pretrained"] == "image"
    assert (rows["picture alone"]["pointing"], rows["picture alone"]["watch pointing"]) == ("0.100", "-")
    assert (rows["text alone"]["pointing"], rows["text alone"]["presence AUC"]) == ("-", "-")


def test_a_model_alone_needs_only_its_own_graphs() -> None:
    graphs = {c.name: outcomes.needed(c) for c in combinations()}
    assert graphs["text-alone"] == ("text", "decide")
    assert graphs["picture-alone"] == ("image", "decide")
    assert set(graphs["minilm-resnet18-film"]) == {"image", "text", "decide", "watch"}


@pytest.mark.parametrize("alone", ["text", "image"])
def test_a_model_that_is_blind_or_deaf_is_timed_without_what_it_lacks(tmp_path, alone) -> None:
    cfg = SMALL.model.model_copy(update={"text": TEXTS["embedding"], "image": IMAGES["mobilenet_v3_small"]})
    model = build_model(cfg.model_copy(update={"modalities": (alone,)}), load_labels())
    export_graphs(model, tmp_path)
    times = measure_latency({"alone": (tmp_path, (alone, "decide"))}, SIZE, 1)["alone"]
    assert times.decide_ms > 0
    assert (times.text_ms > 0, times.image_ms > 0) == (alone == "text", alone == "image")


def test_models_that_see_differently_share_their_words(tmp_path) -> None:
    first, second = (
        build_model(SMALL.model.model_copy(update={"text": TEXTS["embedding"], "image": IMAGES[name]}), load_labels())
        for name in ("mobilenet_v3_small", "resnet18")
    )
    neck = second.neck.latents.clone()
    save_weights(first, tmp_path / "text.safetensors", recipe.WORDS)
    recipe._load_words(second, tmp_path / "text.safetensors")
    assert torch.equal(first.text.embedding.weight, second.text.embedding.weight)
    assert torch.equal(first.text_heads["intent"][0].weight, second.text_heads["intent"][0].weight)
    assert torch.equal(second.neck.latents, neck)


def test_the_text_stage_is_shared_and_leaves_the_budget_as_it_is(tmp_path) -> None:
    words = tmp_path / "words-minilm"
    words.mkdir()
    (words / "seconds.json").write_text("0.6")
    minilm, embedding = (choose(combinations(), [name])[0].recipe(SMALL) for name in ("minilm", "embedding"))
    cfg, seconds = outcomes._with_words(minilm, tmp_path)
    assert (seconds, cfg.text.reuse, cfg.scene) == (0.6, words, SMALL.scene)
    assert outcomes._with_words(embedding, tmp_path) == (embedding, 0.0)


def test_a_clock_counts_what_earlier_calls_spent() -> None:
    time = [100.0]
    clock = Clock(1.0, spent=30.0, now=lambda: time[0])
    assert (clock.share(), clock.over()) == (0.5, False)
    time[0] += 30
    assert (clock.share(), clock.over()) == (1.0, True)
    assert (Clock(None).share(), Clock(None).over()) == (0.0, False)


@pytest.mark.parametrize(("parts", "weights", "fault"), [(["nope"], {}, "'nope'"), ([], {"vgg": "x.pth"}, "'vgg'")])
def test_faults_name_what_there_is(parts, weights, fault) -> None:
    with pytest.raises(Fault, match=fault):
        choose(combinations(weights), parts)
