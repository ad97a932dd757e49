"""Graphs for engines that run ONNX themselves: what is in them, and what they answer."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the train extra")

import onnx
from onnx import TensorProto, helper

from engine.errors import Fault
from engine.formats.labels import load_labels
from engine.lab.config import ModelCfg
from engine.lab.model import build_model
from export import plain
from export.plain import checked_operators, supported_operators, write_plain
from export.savedmodel import write_savedmodels

pytestmark = pytest.mark.train


def graph(*nodes: onnx.NodeProto, shape=(1, 4), kind: int = TensorProto.FLOAT) -> onnx.ModelProto:
    x, y = helper.make_tensor_value_info("x", kind, shape), helper.make_tensor_value_info("y", TensorProto.FLOAT, shape)
    made = helper.make_graph(list(nodes), "g", [x], [y])
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 18), helper.make_opsetid("com.microsoft", 1)])


def test_operators_are_counted_where_all_are_known() -> None:
    nodes = helper.make_node("Relu", ["x"], ["z"]), helper.make_node("Relu", ["z"], ["y"])
    assert checked_operators(graph(*nodes), "image") == {"Relu": 2}


@pytest.mark.parametrize(
    ("refused", "said"),
    [
        (graph(helper.make_node("Gelu", ["x"], ["y"])), "Gelu"),
        (graph(helper.make_node("MatMulInteger", ["x"], ["y"])), "MatMulInteger"),
        (graph(helper.make_node("Gelu", ["x"], ["y"], domain="com.microsoft")), "com.microsoft.Gelu"),
        (graph(helper.make_node("Relu", ["x"], ["y"]), shape=("n", 4)), "no fixed shape"),
        (graph(helper.make_node("Cast", ["x"], ["y"], to=1), kind=TensorProto.UINT8), "no fixed shape of float or int"),
    ],
)
def test_what_unity_does_not_run_is_refused_by_name(refused: onnx.ModelProto, said: str) -> None:
    with pytest.raises(Fault, match=said):
        checked_operators(refused, "image")


def test_the_list_names_operators_of_onnx_and_its_source() -> None:
    known = supported_operators()
    assert len(known) > 120
    schemas = {schema.name for schema in onnx.defs.get_all_schemas()}
    assert set(known) <= schemas
    assert {"QuantizeLinear", "MatMulInteger", "Gelu", "DequantizeLinear"}.isdisjoint(known)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory):
    """A small model of random weights as plain graphs; the reference evaluator answers for another runtime."""
    cfg = ModelCfg.model_validate(
        {"size": (64, 96), "image": {"encoder": "mobilenet_v3_small", "weights": "none"}, "text": {"encoder": "embedding"}}
    )
    torch.manual_seed(0)
    model = build_model(cfg, load_labels()).eval()
    folder = tmp_path_factory.mktemp("plain")
    patched = pytest.MonkeyPatch()
    run = type("Cfg", (), {"data": type("Data", (), {"art": type("Art", (), {"packs": ()})})})
    frames = list(np.random.default_rng(0).integers(0, 256, (2, 64, 96, 3), np.uint8))
    patched.setattr(plain, "load_run", lambda path: (model, run))
    patched.setattr(plain, "parity_inputs", lambda size, packs: (frames, ["attack the wolf", ""]))
    said = write_plain(folder / "run", folder / "plain", ["red potion"])
    patched.undo()
    return folder / "plain", said


def test_plain_graphs_answer_as_pytorch_in_two_runtimes(exported) -> None:
    folder, said = exported
    described = json.loads((folder / "plain.json").read_text())
    assert set(described["parity"]) == {"onnxruntime", "onnx reference evaluator"}
    for found in described["parity"].values():
        assert found["agreement"] == 1.0
        assert found["max_difference"] < 1e-3
    assert "all in Unity's list" in said


def test_plain_graphs_take_floats_of_fixed_shapes_and_say_so(exported) -> None:
    folder, _ = exported
    described = json.loads((folder / "plain.json").read_text())
    assert described["graphs"]["image"]["inputs"] == {"frame": [1, 3, 64, 96]}
    assert described["graphs"]["decide"]["outputs"]["heat"] == [1, 8, 12]
    assert described["labels"]["intent"] == list(load_labels()["intent"])
    known = supported_operators()
    for name, told in described["graphs"].items():
        nodes = onnx.load(Path(folder) / told["file"]).graph.node
        assert {node.op_type for node in nodes} == set(told["operators"]) <= set(known), name


def test_norms_are_spelt_out_for_importers_that_stumble_over_them(exported) -> None:
    folder, _ = exported
    for name in ("text", "watch"):
        kinds = {node.op_type for node in onnx.load(Path(folder) / f"{name}.onnx").graph.node}
        assert "Sqrt" in kinds
        assert "ReduceL2" not in kinds


def test_saved_models_answer_as_the_plain_graphs_do(exported, tmp_path: Path) -> None:
    pytest.importorskip("onnx2tf", reason="needs the tensorflow extra")
    folder, _ = exported
    assert "as in ONNX Runtime" in write_savedmodels(folder, tmp_path / "tf")
    assert max(json.loads((tmp_path / "tf" / "savedmodels.json").read_text())["max_difference"].values()) < 1e-4


def test_saved_models_are_made_of_plain_graphs_alone_and_by_their_converter(exported, tmp_path: Path, monkeypatch) -> None:
    folder, _ = exported
    with pytest.raises(Fault, match="no plain graphs"):
        write_savedmodels(tmp_path, tmp_path / "tf")
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "text.txt").write_text("years")
    with pytest.raises(Fault, match="holds no SavedModels"):
        write_savedmodels(folder, tmp_path / "thesis")
    failed = subprocess.CompletedProcess([], 1, "", "No module named onnx2tf\n")
    monkeypatch.setattr(subprocess, "run", lambda *a, **k: failed)
    with pytest.raises(Fault, match=r"image\.onnx: No module named onnx2tf"):
        write_savedmodels(folder, tmp_path / "tf")
    assert not (tmp_path / "tf").exists()


def test_vectors_of_known_phrases_are_written_down(exported) -> None:
    folder, _ = exported
    vectors = json.loads((folder / "phrases.json").read_text())["red potion"]
    assert len(vectors["sentence"]) == 384
    assert np.isfinite(vectors["utterance"]).all()
