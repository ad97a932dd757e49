"""A bundle as a model repository of Triton: configs are those of its schema and of the graphs."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import onnxruntime as ort
import pytest

pytest.importorskip("google.protobuf", reason="needs the dev extra")
from google.protobuf import text_format

from engine.errors import Fault
from engine.formats.bundle import Bundle
from export.triton import write_triton


@pytest.fixture(scope="module")
def schema() -> ModuleType:
    """Triton's own definition of a config; its package would import all of gRPC."""
    found = importlib.util.find_spec("tritonclient")
    if found is None or not found.submodule_search_locations:
        pytest.skip("needs tritonclient, of the dev extra")
    path = Path(found.submodule_search_locations[0]) / "grpc" / "model_config_pb2.py"
    spec = importlib.util.spec_from_file_location("triton_model_config_pb2", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("triton") / "models"
    write_triton(Bundle(), out)
    return out


def config(repository: Path, schema: ModuleType, name: str):
    return text_format.Parse((repository / name / "config.pbtxt").read_text(), schema.ModelConfig())


@pytest.mark.parametrize("graph", ["image", "text", "decide", "watch"])
def test_each_config_is_of_the_schema_and_of_its_graph(repository: Path, schema: ModuleType, graph: str) -> None:
    read = config(repository, schema, f"npc_{graph}")
    session = ort.InferenceSession(repository / f"npc_{graph}" / "1" / "model.onnx", providers=["CPUExecutionProvider"])
    assert read.name == f"npc_{graph}"  # the folder's, or Triton refuses it
    assert read.platform == "onnxruntime_onnx"
    types = {"tensor(float)": "TYPE_FP32", "tensor(uint8)": "TYPE_UINT8", "tensor(int64)": "TYPE_INT64"}
    for told, meant in ((read.input, session.get_inputs()), (read.output, session.get_outputs())):
        assert [t.name for t in told] == [m.name for m in meant]
        for tensor, wanted in zip(told, meant, strict=True):
            assert schema.DataType.Name(tensor.data_type) == types[wanted.type]
            whole = [axis if isinstance(axis, int) else -1 for axis in wanted.shape]
            assert list(tensor.dims) == (whole[1:] if read.max_batch_size else whole)


def test_frames_are_batched_and_classes_have_names(repository: Path, schema: ModuleType) -> None:
    image, decide = config(repository, schema, "npc_image"), config(repository, schema, "npc_decide")
    assert image.max_batch_size == 8
    assert list(image.dynamic_batching.preferred_batch_size) == [2, 4, 8]
    assert decide.max_batch_size == 0  # its rows stand beside one frame
    named = {output.name: output.label_filename for output in decide.output if output.label_filename}
    assert set(named) == set(Bundle().labels.heads)
    intents = (repository / "npc_decide" / named["intent"]).read_text().splitlines()
    assert tuple(intents) == Bundle().labels["intent"]


def test_the_ensemble_hands_the_grid_on_inside_the_server(repository: Path, schema: ModuleType) -> None:
    look = config(repository, schema, "npc_look")
    known = {name: config(repository, schema, name) for name in ("npc_image", "npc_decide")}
    given, made = {t.name for t in look.input}, {t.name for t in look.output}
    assert given == {"frame", "utterance", "said", "valid"}
    there = set(given)
    for step in look.ensemble_scheduling.step:
        model = known[step.model_name]
        assert set(step.input_map) == {t.name for t in model.input}
        assert set(step.output_map) == {t.name for t in model.output}
        assert set(step.input_map.values()) <= there
        there |= set(step.output_map.values())
    assert made == there - given - {"grid", "scene"}


def test_only_a_model_repository_is_replaced(repository: Path, tmp_path: Path) -> None:
    assert "npc_look" in write_triton(Bundle(), repository)
    (tmp_path / "thesis.txt").write_text("years")
    with pytest.raises(Fault, match="is no model repository"):
        write_triton(Bundle(), tmp_path)
