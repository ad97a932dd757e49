"""ONNX graphs, cut and joined, and freed of a fixed number of frames.

The image graph is cut at its features: the frozen half gives features, a new neck takes the place of the old one. So a bundle
learns without the weights of its image encoder, and that half stays as it was, bit for bit.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime as ort
from onnx import GraphProto, ModelProto, NodeProto, helper, numpy_helper

from engine.errors import Fault
from export.graphs import FEATURES

PREFIX = "neck/"  # of the new half's tensors: the exporter numbers those of both halves alike


def write_features_graph(image: Path, out: Path) -> None:
    """`frame` to the three features, as the neck receives them (in an INT8 graph: after rounding)."""
    graph = onnx.load(image)
    kept = encoder_half(graph.graph)
    outputs = [helper.make_tensor_value_info(_cut(graph.graph, name), onnx.TensorProto.FLOAT, None) for name in FEATURES]
    onnx.save(_assemble(graph, kept, [], outputs), out)


def feature_scales(image: Path) -> dict[str, dict[str, npt.NDArray[np.generic]]]:
    """`scale` and `zero_point` with which an INT8 image graph rounds its features; none in an fp32 graph."""
    graph = onnx.load(image).graph
    values = {i.name: numpy_helper.to_array(i) for i in graph.initializer}
    rounded = {n.input[0]: n for n in graph.node if n.op_type == "QuantizeLinear" and n.input[0] in FEATURES}
    return {name: {"scale": values[node.input[1]], "zero_point": values[node.input[2]]} for name, node in rounded.items()}


def replace_neck(image: Path, neck: Path, out: Path) -> None:
    """Write the image graph with another neck. Both are fp32 or both INT8, then with the same `feature_scales`."""
    old, new = onnx.load(image), onnx.load(neck)
    names = {name: _cut(old.graph, name) for name in FEATURES}
    names |= {_rounded(name): cut for name, cut in names.items()}
    nodes = [_renamed(n, names) for n in new.graph.node if not set(n.output) & {*names, *map(_quantised, FEATURES)}]
    merged = _assemble(old, encoder_half(old.graph), nodes, list(new.graph.output))
    kept = [value for value in merged.graph.initializer if not value.name.startswith(PREFIX)]  # none of a neck before
    del merged.graph.initializer[:]
    merged.graph.initializer.extend(kept)
    for value in new.graph.initializer:
        copied = merged.graph.initializer.add()
        copied.CopyFrom(value)
        copied.name = PREFIX + value.name
    _drop_unused(merged.graph)
    onnx.checker.check_model(merged)
    onnx.save(merged, out)


def _quantised(name: str) -> str:
    return f"{name}_QuantizeLinear_Output"


def _rounded(name: str) -> str:
    return f"{name}_DequantizeLinear_Output"


def _cut(graph: GraphProto, name: str) -> str:
    """The tensor that carries a feature into the neck."""
    made = {output for node in graph.node for output in node.output}
    for candidate in (_rounded(name), name):
        if candidate in made:
            return candidate
    raise Fault(
        "bundle_fixed", "The bundle's image graph does not name its features.", "Export the model again with this version."
    )


def encoder_half(graph: GraphProto) -> list[NodeProto]:
    """All nodes that the features come from, in order."""
    by_output = {output: node for node in graph.node for output in node.output}
    wanted, found = [_cut(graph, name) for name in FEATURES], set()
    while wanted:
        node = by_output.get(wanted.pop())
        if node is not None and id(node) not in found:
            found.add(id(node))
            wanted += node.input
    return [node for node in graph.node if id(node) in found]


def _renamed(node: NodeProto, names: dict[str, str]) -> NodeProto:
    """The node with its tensors under `PREFIX`, the features under their names in the frozen half."""
    copied = NodeProto()
    copied.CopyFrom(node)
    copied.name = PREFIX + node.name
    for tensors in (copied.input, copied.output):
        tensors[:] = [t if t in ("", "grid", "scene") else names.get(t, PREFIX + t) for t in tensors]
    return copied


def _assemble(
    graph: ModelProto, kept: list[NodeProto], added: list[NodeProto], outputs: list[onnx.ValueInfoProto]
) -> ModelProto:
    merged = ModelProto()
    merged.CopyFrom(graph)
    for field, content in (("node", [*kept, *added]), ("output", outputs), ("value_info", [])):
        merged.graph.ClearField(field)
        getattr(merged.graph, field).extend(content)
    if not added:
        _drop_unused(merged.graph)
    return merged


def _drop_unused(graph: GraphProto) -> None:
    used = {name for node in graph.node for name in node.input}
    for value in [i for i in graph.initializer if i.name not in used]:
        graph.initializer.remove(value)


_OUTPUTS = ["grid", "scene"]


def free_frames(image: Path) -> bool:
    """Let an image graph take several frames in one run; returns whether it can.

    Weights and results stay as they are. A graph that then fails, or sees a frame otherwise because of its neighbours, is
    left alone: the runtime feeds it one frame after the other.
    """
    fixed = onnx.load(image)
    free = _freed(fixed)
    if not _same(fixed, free):
        return False
    onnx.save(free, image)
    return True


def _freed(fixed: ModelProto) -> ModelProto:
    free = ModelProto()
    free.CopyFrom(fixed)
    graph = free.graph
    for value in (*graph.input, *graph.output):
        value.type.tensor_type.shape.dim[0].dim_param = "frames"
    del graph.value_info[:]  # ONNX Runtime infers these shapes anew
    shapes = {node.input[1] for node in graph.node if node.op_type == "Reshape"}
    for tensor in graph.initializer:
        if tensor.name in shapes and (shape := numpy_helper.to_array(tensor).copy())[0] == 1 and -1 not in shape:
            shape[0] = -1  # whatever is there
            tensor.CopyFrom(numpy_helper.from_array(shape, tensor.name))
    return free


def _same(fixed: ModelProto, free: ModelProto) -> bool:
    """Whether two frames together give what each gives alone."""
    size = [axis.dim_value for axis in fixed.graph.input[0].type.tensor_type.shape.dim][1:]
    frames = np.random.default_rng(0).integers(0, 256, (2, *size), np.uint8)
    try:
        alone, together = _session(fixed), _session(free)
        each = [alone.run(_OUTPUTS, {"frame": frame[None]}) for frame in frames]
        both = together.run(_OUTPUTS, {"frame": frames})
    except Exception:  # ONNX Runtime's errors have no base class of their own
        return False
    return all(np.allclose(np.concatenate(one), two, atol=1e-4) for one, two in zip(zip(*each, strict=True), both, strict=True))


def _session(graph: ModelProto) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.log_severity_level = 4  # a failure is an answer here
    return ort.InferenceSession(graph.SerializeToString(), options, providers=["CPUExecutionProvider"])
