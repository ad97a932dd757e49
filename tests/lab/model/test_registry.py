"""Whatever is registered is tested by being registered: one training step, export, ONNX parity."""

from __future__ import annotations

import numpy as np
import onnx
import pytest

torch = pytest.importorskip("torch", reason="needs the train extra")

from engine.errors import Fault
from engine.formats.labels import load_labels
from engine.lab.config import FusionCfg, ImageCfg, TextCfg
from engine.lab.model import ModelCfg, NpcModel, build_model, with_encoders
from engine.lab.model.fusions import fusions
from engine.lab.model.image_encoders import image_encoders
from engine.lab.model.text_encoders import text_encoders
from engine.lab.training.losses import head_loss, heat_loss, presence_loss
from export.graphs import export_graph
from export.quantize import quantize_image, quantize_matrices
from tests.lab.model import tiny_hf

pytestmark = pytest.mark.train
SIZE = (64, 96)
FLOAT, INT8 = 1e-4, 0.1  # how far answers of the graphs may be from those of PyTorch
HF_TEXTS, HF_IMAGES = [f"hf:{name}" for name in tiny_hf.TEXTS], [f"hf:{name}" for name in tiny_hf.IMAGES]


@pytest.fixture(scope="session")
def shelf(tmp_path_factory) -> dict[str, str]:
    """Encoders of Transformers by the name that a test has for them, as a recipe names them: in a local folder each."""
    pytest.importorskip("transformers", reason="needs the hf extra")
    root = tmp_path_factory.mktemp("hf")
    return {f"hf:{name}": f"hf:{tiny_hf.write_model(name, root / name)}" for name in (*tiny_hf.TEXTS, *tiny_hf.IMAGES)}


def tiny(image: str = "mobilenet_v3_small", text: str = "embedding", fusion: str = "concat", **more: object) -> NpcModel:
    torch.manual_seed(0)
    cfg = ModelCfg(
        image=ImageCfg(encoder=image, weights="package" if image.startswith("hf:") else "none"),
        text=TextCfg(encoder=text, weights="package" if text.startswith("hf:") else "none"),
        fusion=FusionCfg(name=fusion, dim=32),
        size=SIZE,
        grid_dim=16,
        scene_dim=24,
        **more,
    )
    return build_model(with_encoders(cfg), load_labels())


def step(model: NpcModel) -> float:
    """One step on two frames with three utterances each; returns the loss."""
    model.train()
    frame = torch.randint(0, 255, (2, *SIZE, 3), dtype=torch.uint8)
    valid = torch.ones(2, SIZE[0] // 8, SIZE[1] // 8)
    ids = torch.randint(1, 1000, (6, 5))
    sentence, utterance = model.encode_text(ids, torch.ones_like(ids))
    grid, scene = model.encode_frame(frame)
    answers = model.decide(grid, scene, utterance.unflatten(0, (2, 3)), torch.ones(2, 3, 1), valid)
    mask = torch.zeros(2, 3, *valid.shape[1:], dtype=torch.bool)
    mask[:, 0, 2:4, 3:6] = True
    heat, presence = model.watch(grid, sentence.unflatten(0, (2, 3)), valid)
    loss = heat_loss(heat, mask, valid.bool()) + presence_loss(presence, mask)
    loss = loss + heat_loss(answers.heat, mask, valid.bool())
    for head in ("intent", "tone", "action", "emotion"):
        loss = loss + head_loss(answers.logits[head], torch.zeros(2, 3, dtype=torch.int64))
    loss.backward()
    return float(loss.detach())


@pytest.mark.parametrize("fusion", list(fusions))
@pytest.mark.parametrize("text", [*text_encoders, *HF_TEXTS])
def test_every_text_encoder_learns_with_every_fusion(text: str, fusion: str, shelf) -> None:
    model = tiny(text=shelf.get(text, text), fusion=fusion)
    assert np.isfinite(step(model))
    assert all(p.grad is not None and torch.isfinite(p.grad).all() for p in model.fusion.parameters())


@pytest.mark.parametrize("fusion", list(fusions))
@pytest.mark.parametrize("image", [*image_encoders, *HF_IMAGES])
def test_every_image_encoder_learns_with_every_fusion(image: str, fusion: str, shelf) -> None:
    assert np.isfinite(step(tiny(image=shelf.get(image, image), fusion=fusion)))


@pytest.mark.parametrize("image", [*image_encoders, *HF_IMAGES])
def test_every_image_encoder_gives_strides_8_16_32(image: str, shelf) -> None:
    encoder = tiny(image=shelf.get(image, image)).image.eval()
    shapes = [tuple(f.shape[1:]) for f in encoder(torch.zeros(1, *SIZE, 3, dtype=torch.uint8))]
    assert shapes == [(c, SIZE[0] // s, SIZE[1] // s) for c, s in zip(encoder.channels, (8, 16, 32), strict=True)]


# Graphs meet in vectors alone: each encoder and each fusion in each precision covers every bundle that can be made of them.


@pytest.mark.parametrize("text", [*text_encoders, *HF_TEXTS])
def test_every_text_encoder_is_exported_in_every_precision(text: str, shelf, tmp_path) -> None:
    model = tiny(text=shelf.get(text, text)).eval()
    exact, small = export_graph(model, "text", tmp_path), tmp_path / "small.onnx"
    ids = np.array([[101, 7, 8, 102], [101, 9, 102, 0]])
    mask = (ids > 0).astype(np.int64)
    with torch.no_grad():
        truth = [t.numpy() for t in model.encode_text(torch.from_numpy(ids), torch.from_numpy(mask))]
    for ours, theirs in zip(truth, run(exact, ids=ids, mask=mask), strict=True):
        np.testing.assert_allclose(theirs, ours, atol=FLOAT)
    quantize_matrices(exact, small)
    for ours, theirs in zip(truth, run(small, ids=ids, mask=mask), strict=True):
        assert alike(ours, theirs, -1) > 0.98


@pytest.mark.parametrize("image", [*image_encoders, *HF_IMAGES])
def test_every_image_encoder_is_exported_in_every_precision(image: str, shelf, tmp_path) -> None:
    model = tiny(image=shelf.get(image, image)).eval()
    exact, small = export_graph(model, "image", tmp_path), tmp_path / "small.onnx"
    frames = np.random.default_rng(0).integers(0, 255, (4, *SIZE, 3), dtype=np.uint8)
    with torch.no_grad():
        truth = [t.numpy() for t in model.encode_frame(torch.from_numpy(frames[:1]))]
    for ours, theirs in zip(truth, run(exact, frame=frames[:1]), strict=False):
        np.testing.assert_allclose(theirs, ours, atol=FLOAT)
    quantize_image(exact, small, frames)
    assert alike(truth[0], run(small, frame=frames[:1])[0], 1) > 0.9  # of random weights, that have no margin


def test_a_norm_of_the_scene_vector_makes_no_transformer(tmp_path) -> None:
    exact = export_graph(tiny(scene_norm=True).eval(), "image", tmp_path)
    assert any(node.op_type == "LayerNormalization" for node in onnx.load(exact).graph.node)
    quantize_image(exact, small := tmp_path / "small.onnx", np.zeros((2, *SIZE, 3), np.uint8))
    graph = onnx.load(small).graph
    made = {output: node.op_type for node in graph.node for output in node.output}
    assert not any(node.op_type == "MatMulNBits" for node in graph.node)
    sums = [node for node in graph.node if node.op_type == "Add" and "DequantizeLinear" in map(made.get, node.input)]
    assert sums, "what a convolutional encoder adds up is rounded"


@pytest.mark.parametrize("fusion", list(fusions))
def test_every_fusion_is_exported_in_every_precision(fusion: str, tmp_path) -> None:
    model = tiny(fusion=fusion).eval()
    rng, cells = np.random.default_rng(0), (SIZE[0] // 8, SIZE[1] // 8)
    grid = rng.normal(size=(1, 16, *cells)).astype(np.float32)
    grid /= np.linalg.norm(grid, axis=1, keepdims=True)
    said = {"scene": (1, 24), "utterance": (2, model.text.utterance_dim), "phrase": (2, 384)}
    feed = {name: rng.normal(size=shape).astype(np.float32) for name, shape in said.items()}
    feed |= {"grid": grid, "valid": np.ones((1, *cells), np.float32), "said": np.ones((2, 1), np.float32)}
    given = {name: torch.from_numpy(value) for name, value in feed.items()}
    with torch.no_grad():
        answers = model.decide(given["grid"], given["scene"], given["utterance"][None], given["said"][None], given["valid"])
        heat, presence = model.watch(given["grid"], given["phrase"][None], given["valid"])
        action = model.probabilities("action", answers.logits["action"])[0].numpy()
        seen = model.calibrated("watch", presence[0]).sigmoid().numpy()
    decide = {name: feed[name] for name in ("grid", "scene", "utterance", "said", "valid")}
    watch = {name: feed[name] for name in ("grid", "phrase", "valid")}
    for precision, far in (("fp32", FLOAT), ("int8", INT8)):
        graphs = {}
        for name in ("decide", "watch"):
            graphs[name] = export_graph(model, name, tmp_path) if precision == "fp32" else tmp_path / f"{name}.int8.onnx"
            if precision == "int8":
                quantize_matrices(tmp_path / f"{name}.onnx", graphs[name])
        np.testing.assert_allclose(run(graphs["decide"], **decide)[2], action, atol=far)
        there, where = run(graphs["watch"], **watch)
        np.testing.assert_allclose(there, seen, atol=far)
        np.testing.assert_allclose(where, heat[0].sigmoid().numpy(), atol=far)


def run(path, **feed) -> list[np.ndarray]:
    import onnxruntime as ort

    return ort.InferenceSession(str(path), providers=["CPUExecutionProvider"]).run(None, feed)


def alike(ours: np.ndarray, theirs: np.ndarray, axis: int) -> float:
    """Mean cosine along an axis."""
    lengths = np.linalg.norm(ours, axis=axis) * np.linalg.norm(theirs, axis=axis)
    return float(((ours * theirs).sum(axis) / lengths).mean())


def test_silence_is_the_same_whatever_the_words_were() -> None:
    model = tiny().eval()
    grid, scene = model.encode_frame(torch.zeros(1, *SIZE, 3, dtype=torch.uint8))
    valid = torch.ones(1, SIZE[0] // 8, SIZE[1] // 8)
    words = torch.randn(1, 2, model.text.utterance_dim)
    answers = model.decide(grid, scene, words, torch.zeros(1, 2, 1), valid)
    assert torch.allclose(answers.logits["action"][0, 0], answers.logits["action"][0, 1])


def test_an_ablated_modality_changes_nothing() -> None:
    model = tiny(modalities=("text",)).eval()
    words, valid = torch.randn(1, 1, model.text.utterance_dim), torch.ones(1, SIZE[0] // 8, SIZE[1] // 8)
    logits = [
        model.decide(
            *model.encode_frame(torch.full((1, *SIZE, 3), v, dtype=torch.uint8)), words, torch.ones(1, 1, 1), valid
        ).logits["action"]
        for v in (0, 200)
    ]
    assert torch.allclose(*logits)


def test_the_heat_map_never_peaks_outside_the_picture() -> None:
    model = tiny().eval()
    grid, _scene = model.encode_frame(torch.randint(0, 255, (1, *SIZE, 3), dtype=torch.uint8))
    valid = torch.zeros(1, SIZE[0] // 8, SIZE[1] // 8)
    valid[:, 2:4] = 1
    heat, _ = model.watch(grid, torch.randn(1, 5, 384), valid)
    rows = heat.flatten(2).argmax(-1) // (SIZE[1] // 8)
    assert ((rows >= 2) & (rows < 4)).all()


def test_an_unknown_encoder_is_named_with_the_known_ones() -> None:
    with pytest.raises(Fault, match=r"'vgg'.*efficientnet_lite0"):
        image_encoders["vgg"]


def test_pretrained_text_keeps_the_meaning_of_phrases() -> None:
    from engine.lab.training.texts import tokenize

    model = build_model(ModelCfg(image=ImageCfg(weights="none")), load_labels()).eval()
    with torch.no_grad():
        red, crimson, wolf = model.encode_text(*tokenize(model.text, ["red potion", "crimson elixir", "wolf"]))[0]
    assert red @ crimson > red @ wolf + 0.15
