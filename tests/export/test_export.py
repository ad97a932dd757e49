from __future__ import annotations

import json
import logging
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the train extra")

import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer

from engine.errors import Fault
from engine.files import refuse_overwriting
from engine.lab.config import TrainCfg
from engine.lab.model.text_encoders import MiniLM
from export import bundle_writer
from export.parity import Parity
from export.quantize import halve, quantize_matrices
from export.surgery import free_frames
from export.weights import keep_english

pytestmark = pytest.mark.train


def export(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "export", *map(str, arguments)], capture_output=True, text=True, timeout=120)


def test_exact_graphs_must_agree_exactly_and_int8_nearly() -> None:
    assert Parity(200, 1.0, 5e-4, 1e-5).acceptable("fp32")
    assert not Parity(200, 0.995, 5e-4, 1e-5).acceptable("fp32")
    assert not Parity(200, 1.0, 2e-3, 1e-5).acceptable("fp32")
    assert Parity(200, 0.97, 0.2, 0.01).acceptable("int8")
    assert Parity(200, 0.995, 0.02, 0.01).acceptable("fp16")
    assert not Parity(200, 0.97, 0.02, 0.01).acceptable("fp16")
    assert not Parity(200, 0.8, 0.2, 0.01).acceptable("int8")


def test_a_bundle_that_disagrees_is_not_written(tmp_path, monkeypatch) -> None:
    class Model:
        grounding = object()

        class cfg:
            size = (64, 96)

    monkeypatch.setattr(bundle_writer, "load_run", lambda run: (Model, TrainCfg()))
    monkeypatch.setattr(bundle_writer, "keep_english", lambda model, target: target.write_text("{}"))
    monkeypatch.setattr(bundle_writer, "export_graphs", lambda model, folder: (folder / "image.onnx").write_bytes(b"x"))
    monkeypatch.setattr(bundle_writer, "parity_inputs", lambda size, packs: ([np.zeros((64, 96, 3), np.uint8)], ["hi"]))
    monkeypatch.setattr(bundle_writer, "compare", lambda *a: Parity(1, 0.9, 0.3, 0.1))
    out = tmp_path / "bundle"
    out.mkdir()
    (out / "old").write_text("kept")
    with pytest.raises(Fault, match="disagree"):
        bundle_writer.write_bundle(tmp_path, out, "fp32", "x")
    assert [p.name for p in tmp_path.iterdir()] == ["bundle"]
    assert (out / "old").read_text() == "kept"


def test_a_model_without_a_heat_map_is_no_bundle(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(bundle_writer, "load_run", lambda run: (SimpleNamespace(grounding=None), TrainCfg()))
    with pytest.raises(Fault, match="no heat map"):
        bundle_writer.write_bundle(tmp_path, tmp_path / "bundle", "fp32", "x")
    assert not (tmp_path / "bundle").exists()


def test_another_directory_is_never_replaced_by_a_bundle(tmp_path) -> None:
    (tmp_path / "thesis.txt").write_text("years")
    with pytest.raises(Fault, match="is no bundle"):
        refuse_overwriting(tmp_path)


def _image_graph(path, nodes, constants) -> None:
    """`frame` uint8 [1, 2, 2, 3] to `grid` and `scene`, by way of `pixels`."""
    frame = helper.make_tensor_value_info("frame", TensorProto.UINT8, [1, 2, 2, 3])
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 12]) for name in ("grid", "scene")]
    cast = helper.make_node("Cast", ["frame"], ["pixels"], to=TensorProto.FLOAT)
    tensors = [numpy_helper.from_array(np.array(value), name) for name, value in constants.items()]
    graph = helper.make_graph([cast, *nodes], "image", [frame], outputs, tensors)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10), path)


def test_an_image_graph_is_made_to_take_several_frames(tmp_path) -> None:
    path = tmp_path / "image.onnx"
    nodes = [helper.make_node("Reshape", ["pixels", "flat"], [name]) for name in ("grid", "scene")]
    _image_graph(path, nodes, {"flat": [1, 12]})
    assert free_frames(path)
    assert free_frames(path)  # and stays as it is
    frames = np.arange(36, dtype=np.uint8).reshape(3, 2, 2, 3)
    grid, _ = onnxruntime.InferenceSession(path).run(["grid", "scene"], {"frame": frames})
    np.testing.assert_array_equal(grid, frames.reshape(3, 12))


def test_a_graph_whose_frames_would_see_each_other_is_left_alone(tmp_path) -> None:
    path = tmp_path / "image.onnx"
    mixed = helper.make_node("ReduceMean", ["flat_pixels", "first"], ["mean"], keepdims=1)
    flat = helper.make_node("Reshape", ["pixels", "flat"], ["flat_pixels"])
    ends = [helper.make_node("Sub", ["flat_pixels", "mean"], [name]) for name in ("grid", "scene")]
    _image_graph(path, [flat, mixed, *ends], {"flat": [1, 12], "first": [0]})
    before = path.read_bytes()
    assert not free_frames(path)
    assert path.read_bytes() == before


def test_a_smaller_vocabulary_cuts_english_into_the_same_tokens(tmp_path) -> None:
    class Model:
        text = MiniLM(0)

    words = Model.text.word.weight.detach().clone()
    keep_english(Model, tmp_path / "tokenizer.json")
    full, small = Tokenizer.from_str(Model.text.tokenizer_json), Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    assert small.get_vocab_size() < 0.92 * full.get_vocab_size() == 0.92 * len(words)
    for text in ("hand me the Red POTION, pleeease!!", "ye olde smithy's w1zard @ 5pm", "café naïve"):
        before, after = full.encode(text), small.encode(text)
        assert before.tokens == after.tokens
        assert torch.equal(words[before.ids], Model.text.word.weight[after.ids])
    assert "[UNK]" in small.encode("привет").tokens


def test_quantised_products_are_near_and_those_of_a_row_do_not_depend_on_other_rows(tmp_path, capfd) -> None:
    rng = np.random.default_rng(0)
    weight = rng.normal(size=(384, 96)).astype(np.float32)
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["y"])],
        "product",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 384])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 96])],
        [numpy_helper.from_array(weight, "w")],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10), tmp_path / "exact.onnx")
    before = logging.getLogger().level, list(logging.getLogger().handlers)
    quantize_matrices(tmp_path / "exact.onnx", tmp_path / "small.onnx")
    assert (logging.getLogger().level, logging.getLogger().handlers) == before
    assert capfd.readouterr().err == ""
    assert (tmp_path / "small.onnx").stat().st_size < 0.4 * (tmp_path / "exact.onnx").stat().st_size
    session = onnxruntime.InferenceSession(tmp_path / "small.onnx", providers=["CPUExecutionProvider"])
    rows = rng.normal(size=(5, 384)).astype(np.float32)
    rows[1] *= 1000  # would coarsen all others if they were rounded together
    together = session.run(None, {"x": rows})[0]
    alone = np.concatenate([session.run(None, {"x": row[None]})[0] for row in rows])
    np.testing.assert_allclose(together, alone, rtol=1e-5, atol=1e-4)
    exact = rows @ weight
    assert (np.abs(together - exact).max(1) < 0.02 * np.abs(exact).max(1)).all()


def test_half_precision_stays_inside_the_graph(tmp_path) -> None:
    weight = np.random.default_rng(0).normal(size=(8, 4)).astype(np.float32)
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["y"])],
        "product",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 8])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 4])],
        [numpy_helper.from_array(weight, "w")],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10), tmp_path / "exact.onnx")
    halve(tmp_path / "exact.onnx", tmp_path / "half.onnx")
    assert {i.data_type for i in onnx.load(tmp_path / "half.onnx").graph.initializer} == {TensorProto.FLOAT16}
    session = onnxruntime.InferenceSession(tmp_path / "half.onnx", providers=["CPUExecutionProvider"])
    x = np.random.default_rng(1).normal(size=(3, 8)).astype(np.float32)
    [y] = session.run(None, {"x": x})
    assert y.dtype == np.float32
    np.testing.assert_allclose(y, x @ weight, atol=0.01)


def test_the_shipped_bundle_states_its_parity() -> None:
    from engine.perception import default_bundle

    metrics = json.loads((default_bundle() / "bundle.json").read_text())["metrics"]
    assert metrics["parity_fp32"]["agreement"] == 1.0
    assert metrics["parity_fp32"]["max_difference"] <= 1e-3
    assert metrics["parity_fp32"]["inputs"] >= 200


def test_pixels_go_straight_into_the_quantised_graph() -> None:
    import onnx

    from engine.perception import default_bundle

    nodes = onnx.load(default_bundle() / "image.onnx").graph.node
    assert "Cast" not in [n.op_type for n in nodes[:3]]
    assert nodes[0].op_type == "Transpose"


RUN = ("--checkpoint", "nowhere")


@pytest.mark.parametrize(
    "arguments",
    [
        [*RUN, "--out", "x"],
        [*RUN, "--out", "x", "--precision", "fp4"],
        [*RUN, "--out", "x", "--variant", "fp4"],
        [*RUN, "--bundle", "y", "--plain", "z"],
        [*RUN, "--triton", "z"],
        [],
    ],
)
def test_faults_are_one_line_and_exit_2(arguments: list[str]) -> None:
    done = export(*arguments)
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert len(done.stderr.strip().splitlines()) == 1
