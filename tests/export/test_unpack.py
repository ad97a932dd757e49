"""A bundle turned back into a run: it sees, reads and knows what the bundle does."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the train extra")
import onnx
import onnxruntime
from onnx import helper, numpy_helper

from engine.errors import Fault
from engine.formats.bundle import Bundle
from engine.lab.config import ModelCfg
from engine.lab.model.text_encoders import MiniLM
from engine.lab.training.run import load_run
from engine.lab.training.texts import BundleTexts, tokenize
from export.unpack import _read_text, _unread, unpack
from export.weights import kept_tokens

pytestmark = pytest.mark.train


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unpacked") / "run"
    try:
        unpack(Bundle(), folder)
    except Fault as fault:
        if fault.code == "weights_missing":
            pytest.skip("needs the packaged weights")
        raise
    return folder


def cosine(a: np.ndarray, b: np.ndarray) -> float:
    return float((a * b).sum() / (np.linalg.norm(a) * np.linalg.norm(b)))


def test_it_reads_as_the_bundle_does(run: Path) -> None:
    model, _ = load_run(run)
    lines = ["red potion", "hand me the key by the door", "look out, a wolf!"]
    sentence, utterance = model.encode_text(*tokenize(model.text, lines))
    for (was, wanted), now, meant in zip(BundleTexts(Bundle(), 1).encode(lines), sentence, utterance, strict=True):
        assert cosine(was, now.detach().numpy()) > 0.98  # the graph may round what goes into its products, too
        assert cosine(wanted, meant.detach().numpy()) > 0.98  # the graph may round what goes into its products, too


def test_it_sees_as_the_bundle_does(run: Path) -> None:
    model, cfg = load_run(run)
    assert cfg.tune is not None
    session = onnxruntime.InferenceSession(str(Bundle().graph("image")), providers=["CPUExecutionProvider"])
    rng = np.random.default_rng(0)
    frame = np.kron(rng.integers(0, 256, (12, 20, 3)), np.ones((16, 16, 1))).astype(np.uint8)  # coarse blocks of colour
    (grid,) = session.run(["grid"], {"frame": frame[None]})
    now, _ = model.encode_frame(torch.from_numpy(frame[None]))
    assert (torch.from_numpy(grid) * now).sum(1).mean() > 0.95


def text_graph(text: MiniLM) -> onnx.GraphProto:
    """What reading needs of a text graph as the export writes it: equal small tensors once, matrices without names."""
    named = {id(module): name for name, module in text.named_modules()}
    names = {}  # of what is stored, by its content
    tensors, nodes = [], []
    for name, value in text.state_dict().items():
        if value.ndim == 1 or ("layers" not in name and "tuned" not in name and name != "aim.score.weight"):
            found = names.setdefault(value.numpy().tobytes(), name)
            if found == name:
                tensors.append(numpy_helper.from_array(value.numpy(), f"model.text.{name}"))

    def apply(linear: torch.nn.Module, given: str) -> str:
        name = named[id(linear)]
        tensors.append(numpy_helper.from_array(linear.weight.detach().numpy().T, f"val_{name}"))
        bias = f"model.text.{names[linear.bias.detach().numpy().tobytes()]}"
        nodes.append(helper.make_node("MatMul", [given, f"val_{name}"], [f"{name}_product"]))
        nodes.append(helper.make_node("Add", [f"{name}_product", bias], [name]))
        return name

    def run(layers: Iterable[torch.nn.Module], given: str) -> str:
        for layer in layers:
            for part in ("query", "key", "value", "output", "up", "down"):
                given = apply(getattr(layer, part), given)
        return given

    shared = len(text.layers) - len(text.tuned)
    middle = run(text.layers[:shared], "ids")
    for layers, output in ((text.layers[shared:], "sentence"), (text.tuned, "utterance")):
        nodes.append(helper.make_node("Identity", [run(layers, middle)], [output]))
    apply(text.aim.score, "utterance")
    kept = torch.tensor(kept_tokens(json.loads(text.tokenizer_json)))
    words = numpy_helper.from_array(text.word.weight.detach()[kept].numpy(), "model.text.word.weight")
    tensors = [words if tensor.name == words.name else tensor for tensor in tensors]
    return helper.make_graph(nodes, "text", [], [], tensors)


def test_what_training_left_as_it_was_is_read_from_the_layer_that_it_is_a_copy_of() -> None:
    torch.manual_seed(0)
    model, again = torch.nn.Module(), torch.nn.Module()
    model.text = MiniLM(tuned_layers=2)
    model.text.load("none")  # the tuned layers are copies now
    model.text.tuned[0].query.weight.data += 0.1  # one that learnt, with a bias that did not
    again.text = copy.deepcopy(model.text)
    for layer in (*again.text.layers, *again.text.tuned):
        layer.query.weight.data.zero_()
    _read_text(again, text_graph(model.text), Bundle())
    for name, value in model.text.state_dict().items():
        assert torch.equal(again.text.state_dict()[name], value), name


def test_what_graphs_do_not_tell_is_refused_in_words() -> None:
    assert "all of its image encoder" in _unread(ModelCfg(image={"frozen": False}))
    assert "'embedding'" in _unread(ModelCfg(text={"encoder": "embedding", "weights": "none"}))
    assert not _unread(ModelCfg())


def test_a_bundle_without_weights_is_refused(tmp_path: Path) -> None:
    class Fixed:
        folder = tmp_path

        class manifest:
            heads, model = None, {}

    with pytest.raises(Fault, match="no weights to go on from"):
        unpack(Fixed(), tmp_path / "run")
    assert not (tmp_path / "run").exists()
