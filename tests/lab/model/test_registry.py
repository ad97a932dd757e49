"""Whatever is registered is tested by being registered: one training step, export, ONNX parity."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the train extra")

from engine.errors import Fault
from engine.formats.labels import load_labels
from engine.lab.config import FusionCfg, ImageCfg, TextCfg
from engine.lab.model import ModelCfg, NpcModel, build_model
from engine.lab.model.fusions import fusions
from engine.lab.model.image_encoders import image_encoders
from engine.lab.model.text_encoders import text_encoders
from engine.lab.training.losses import head_loss, heat_loss, presence_loss
from export.graphs import export_graphs

pytestmark = pytest.mark.train
SIZE = (64, 96)


def tiny(image: str = "mobilenet_v3_small", text: str = "embedding", fusion: str = "concat", **more: object) -> NpcModel:
    torch.manual_seed(0)
    cfg = ModelCfg(
        image=ImageCfg(encoder=image, weights="none"),
        text=TextCfg(encoder=text, weights="none"),
        fusion=FusionCfg(name=fusion, dim=32),
        size=SIZE,
        grid_dim=16,
        scene_dim=24,
        **more,
    )
    return build_model(cfg, load_labels())


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
@pytest.mark.parametrize("text", list(text_encoders))
def test_every_text_encoder_learns_with_every_fusion(text: str, fusion: str) -> None:
    model = tiny(text=text, fusion=fusion)
    assert np.isfinite(step(model))
    assert all(p.grad is not None and torch.isfinite(p.grad).all() for p in model.fusion.parameters())


@pytest.mark.parametrize("image", list(image_encoders))
def test_every_image_encoder_gives_strides_8_16_32(image: str) -> None:
    encoder = image_encoders[image]().eval()
    shapes = [tuple(f.shape[1:]) for f in encoder(torch.zeros(1, *SIZE, 3, dtype=torch.uint8))]
    assert shapes == [(c, SIZE[0] // s, SIZE[1] // s) for c, s in zip(encoder.channels, (8, 16, 32), strict=True)]


@pytest.mark.parametrize("fusion", list(fusions))
def test_graphs_agree_with_pytorch(fusion: str, tmp_path) -> None:
    import onnxruntime as ort

    model = tiny(fusion=fusion).eval()
    export_graphs(model, tmp_path)
    run = {
        n: ort.InferenceSession(str(tmp_path / f"{n}.onnx"), providers=["CPUExecutionProvider"])
        for n in ("image", "text", "decide", "watch")
    }
    frame = np.random.default_rng(0).integers(0, 255, (1, *SIZE, 3), dtype=np.uint8)
    ids = np.array([[101, 7, 8, 102], [101, 9, 102, 0]])
    valid = np.ones((1, SIZE[0] // 8, SIZE[1] // 8), np.float32)
    grid, scene = run["image"].run(None, {"frame": frame})
    sentence, utterance = run["text"].run(None, {"ids": ids, "mask": (ids > 0).astype(np.int64)})
    onnx_out = run["decide"].run(
        None, {"grid": grid, "scene": scene, "utterance": utterance, "said": np.ones((2, 1), np.float32), "valid": valid}
    )
    presence, heat = run["watch"].run(None, {"grid": grid, "phrase": sentence, "valid": valid})
    with torch.no_grad():
        tg, ts = model.encode_frame(torch.from_numpy(frame))
        tsent, tutt = model.encode_text(torch.from_numpy(ids), torch.from_numpy(ids > 0).long())
        answers = model.decide(tg, ts, tutt[None], torch.ones(1, 2, 1), torch.from_numpy(valid))
        theat, tpresence = model.watch(tg, tsent[None], torch.from_numpy(valid))
        action = model.probabilities("action", answers.logits["action"])[0].numpy()
    np.testing.assert_allclose(onnx_out[2], action, atol=1e-4)
    np.testing.assert_allclose(heat, theat[0].sigmoid().numpy(), atol=1e-4)
    np.testing.assert_allclose(presence, model.calibrated("watch", tpresence[0]).sigmoid().detach().numpy(), atol=1e-4)


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
        red, crimson, wolf = model.encode_text(*tokenize(["red potion", "crimson elixir", "wolf"]))[0]
    assert red @ crimson > red @ wolf + 0.15
