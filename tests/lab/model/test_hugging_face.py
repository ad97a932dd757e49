from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the train extra")
pytest.importorskip("transformers", reason="needs the hf extra")

from engine.errors import Fault
from engine.formats.labels import load_labels
from engine.lab.config import FusionCfg, ImageCfg, TextCfg, TrainCfg
from engine.lab.model import ModelCfg, build_model, with_encoders
from engine.lab.model.hugging_face import _tokenizer_json
from engine.lab.training.recipe import cache_root
from engine.lab.training.run import TOKENIZER, load_run, save_weights, start_run
from engine.lab.training.texts import tokenize
from engine.perception.wordpiece import read_tokenizer
from export.weights import keep_english
from tests.lab.model.tiny_hf import write_model

pytestmark = pytest.mark.train
SIZE = (64, 96)


def cfg(text: str, image: str = "mobilenet_v3_small", weights: str = "package") -> ModelCfg:
    return ModelCfg(
        image=ImageCfg(encoder=image, weights=weights if image.startswith("hf:") else "none"),
        text=TextCfg(encoder=text, weights=weights),
        fusion=FusionCfg(name="concat", dim=16),
        size=SIZE,
        grid_dim=8,
        scene_dim=8,
    )


def test_a_run_needs_neither_the_folder_nor_the_hub_later(tmp_path: Path) -> None:
    folder = write_model("bert", tmp_path / "bert")
    full = with_encoders(cfg(f"hf:{folder}"))
    model = build_model(full, load_labels()).eval()
    run = tmp_path / "run"
    start_run(run, TrainCfg(model=full), load_labels())
    (run / TOKENIZER).write_text(model.text.tokenizer_json)
    save_weights(model, run / "model.safetensors")
    shutil.rmtree(folder)
    again, read = load_run(run)
    assert read.model == full
    with torch.no_grad():
        vectors = [m.encode_text(*tokenize(m.text, ["hand me the red potion", "hello"])) for m in (model, again)]
    for ours, theirs in zip(*vectors, strict=True):
        torch.testing.assert_close(ours, theirs)


def test_pretrained_weights_are_taken_and_their_digest_names_the_cache(tmp_path: Path) -> None:
    text, image = write_model("distilbert", tmp_path / "text"), write_model("resnet", tmp_path / "image")
    full = with_encoders(cfg(f"hf:{text}", f"hf:{image}"))
    assert with_encoders(full) == full
    model = build_model(full, load_labels())
    from transformers import AutoModel

    stored = AutoModel.from_pretrained(text, local_files_only=True).state_dict()
    assert all(torch.equal(value, stored[name]) for name, value in model.text.body.state_dict().items())
    assert model.image.mean == (127.5, 127.5, 127.5)
    root = cache_root(model, tmp_path / "cache")[0]
    shutil.rmtree(image)
    torch.manual_seed(1)
    write_model("resnet", image)
    with (image / "model.safetensors").open("ab") as file:
        file.write(b"\0")
    other = with_encoders(cfg(f"hf:{text}", f"hf:{image}", "none"))
    assert full.image.hf is not None
    assert other.image.hf is not None
    assert full.image.hf.digest != other.image.hf.digest
    assert root.name.startswith("features-")


def test_the_bundle_s_tokenizer_is_the_encoder_s_own(tmp_path: Path) -> None:
    model = build_model(with_encoders(cfg(f"hf:{write_model('bert', tmp_path / 'bert')}")), load_labels())
    keep_english(model, tmp_path / "tokenizer.json")
    ids, mask = read_tokenizer(tmp_path / "tokenizer.json").encode(["Hand me the potion!", "yes"], 48)
    ours = tokenize(model.text, ["Hand me the potion!", "yes"])
    np.testing.assert_array_equal(ids, ours[0].numpy())
    np.testing.assert_array_equal(mask, ours[1].numpy())


def test_a_tokenizer_that_frames_no_text_gets_a_token_in_front(tmp_path: Path) -> None:
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.train_from_iterator(
        ["the wolf is near the well"] * 4, trainers.UnigramTrainer(special_tokens=["<s>"], vocab_size=40)
    )
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token="<s>").save_pretrained(tmp_path)
    described = _tokenizer_json(tmp_path)
    (tmp_path / "bundle.json").write_text(described)
    read = read_tokenizer(tmp_path / "bundle.json")  # no WordPiece, which the runtime reads by itself
    assert read.count("") == 1
    assert read.encode(["the wolf", ""], 8)[1].tolist()[1][0] == 1


@pytest.mark.parametrize("part", ["text", "image"])
def test_a_model_that_is_not_here_is_a_fault_with_the_way_to_get_it(part: str) -> None:
    given = cfg("embedding", "hf:nobody/nothing") if part == "image" else cfg("hf:nobody/nothing")
    with pytest.raises(Fault, match=r"no model 'nobody/nothing' on this machine.*hf download nobody/nothing.*folder"):
        with_encoders(given)


def test_what_cannot_be_an_encoder_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(Fault, match="encoder with a decoder"):
        build_model(with_encoders(cfg(f"hf:{write_model('t5', tmp_path / 't5')}", weights="none")), load_labels())
    vit = write_model("vit", tmp_path / "vit")
    described = json.loads((vit / "config.json").read_text())
    (vit / "config.json").write_text(json.dumps(described | {"patch_size": 14}))
    with pytest.raises(Fault, match="patches of 14 pixels do not fill 64x96"):
        build_model(with_encoders(cfg("embedding", f"hf:{vit}", "none")), load_labels())
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "config.json").write_text('{"model_type": "no such thing"}')
    with pytest.raises(Fault, match="cannot be an encoder here"):
        with_encoders(cfg(f"hf:{broken}"))
    bert = write_model("bert", tmp_path / "bert")
    (bert / "model.safetensors").write_bytes(b"none")
    with pytest.raises(Fault, match="cannot be read"):
        build_model(with_encoders(cfg(f"hf:{bert}")), load_labels())


def test_a_sentence_keeps_its_cosines_when_it_is_projected(tmp_path: Path) -> None:
    model = build_model(with_encoders(cfg(f"hf:{write_model('bert', tmp_path / 'bert')}")), load_labels()).eval()
    x = torch.randn(5, 1, model.text.body.config.hidden_size)
    mask = torch.ones(5, 1)
    sentence = model.text.sentence(x, torch.zeros(1), mask)
    flat = torch.nn.functional.normalize(x.squeeze(1), dim=-1)
    torch.testing.assert_close(sentence @ sentence.T, flat @ flat.T, atol=1e-5, rtol=0)
