"""The image graph for any number of frames at once: the exporter fixes it at one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
from onnx import ModelProto, numpy_helper

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
