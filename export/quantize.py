"""INT8 and float16 versions of the graphs.

The image graph is quantised statically (QDQ, unsigned activations, signed per-channel weights: the layout
that runs fastest on CPUs with VNNI); the others, whose runs many rows share, in blocks of weights. None but the image graph
needs calibration. GPUs get float16.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_dynamic,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process

from export.surgery import encoder_half

Feed = Mapping[str, npt.NDArray[Any]]
BLOCK = 64  # values that share a scale
ROUND_BOTH_SIDES = 4  # accuracy level of the operator MatMulNBits: 8-bit products


@contextmanager
def _no_advice() -> Iterator[None]:
    """The library advises through the root logger, and sets it up anew on import; it is put back as it was."""
    root = logging.getLogger()
    level, handlers, disabled = root.level, list(root.handlers), root.manager.disable
    logging.disable(logging.WARNING)  # its loggers have levels of their own
    try:
        yield
    finally:
        logging.disable(disabled)
        root.setLevel(level)
        root.handlers[:] = handlers


class _Feeds(CalibrationDataReader):  # type: ignore[misc]
    def __init__(self, feeds: Iterable[Feed]) -> None:
        self._feeds: Iterator[Feed] = iter(feeds)

    def get_next(self) -> Feed | None:
        return next(self._feeds, None)


def quantize_image(source: Path, target: Path, frames: Iterable[npt.NDArray[np.uint8]]) -> None:
    """Quantise convolutions and additions of the image graph; `frames` uint8 [H, W, 3] set the ranges.

    Of a transformer the products, in blocks, and the convolutions: what its layers add up has too wide a range for 8 bits. One
    is told by norms within the encoder; that of the scene vector, behind it, makes none.
    """
    feeds = ({"frame": frame[None]} for frame in frames)
    if any(node.op_type == "LayerNormalization" for node in encoder_half(onnx.load(source).graph)):
        quantize_convolutions(source, target, feeds, kinds=("Conv",))
        _round_products(target)
    else:
        quantize_convolutions(source, target, feeds)
    onnx.save(_feed_pixels_directly(onnx.load(target)), target)


@_no_advice()
def quantize_convolutions(
    source: Path,
    target: Path,
    feeds: Iterable[Feed],
    scales: Mapping[str, Mapping[str, npt.NDArray[Any]]] | None = None,
    kinds: Sequence[str] = ("Conv", "Add", "Clip", "Relu"),
) -> None:
    """Quantise convolutions and additions, the operators of these `kinds`.

    `feeds` set the ranges, but for tensors whose `scale`, `zero_point` are given.
    """
    overrides = {name: [{"quant_type": QuantType.QUInt8, **given}] for name, given in (scales or {}).items()}
    prepared = target.with_suffix(".prepared")
    quant_pre_process(str(source), str(prepared), skip_symbolic_shape=True)
    quantize_static(
        str(prepared),
        str(target),
        _Feeds(feeds),
        quant_format=QuantFormat.QDQ,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        per_channel=True,
        op_types_to_quantize=list(kinds),
        calibrate_method=CalibrationMethod.MinMax,
        extra_options={"TensorQuantOverrides": overrides},
    )
    prepared.unlink()


def _feed_pixels_directly(graph: onnx.ModelProto) -> onnx.ModelProto:
    """Take uint8 pixels as the already quantised input of the first convolution.

    (pixel - mean) / std with one mean and std for all channels *is* an 8-bit quantisation with scale 1/std and
    zero point mean: casting, scaling and quantising again would cost more than the convolution itself.
    Graphs with a mean per channel are returned unchanged.
    """
    nodes = {output: node for node in graph.graph.node for output in node.output}
    values = {i.name: onnx.numpy_helper.to_array(i) for i in graph.graph.initializer}
    chain = _path_to_first_quantize(graph, nodes)
    if chain is None:
        return graph
    quantize, divide, subtract, transpose = chain
    mean, std = (values[node.input[1]].reshape(-1) for node in (subtract, divide))
    if len(set(mean.tolist())) > 1 or len(set(std.tolist())) > 1 or mean[0] != round(mean[0]):
        return graph
    scale, zero = quantize.input[1], quantize.input[2]
    for tensor in graph.graph.initializer:
        if tensor.name == scale:
            tensor.CopyFrom(onnx.numpy_helper.from_array(np.array(1.0 / std[0], np.float32), scale))
        if tensor.name == zero:
            tensor.CopyFrom(onnx.numpy_helper.from_array(np.array(mean[0], np.uint8), zero))
    frame = graph.graph.input[0].name
    dead = {frame, transpose.output[0]}
    casts = [node for node in graph.graph.node if node.op_type == "Cast" and node.input[0] in dead]
    for node in (quantize, divide, subtract, transpose, *casts):
        graph.graph.node.remove(node)
    transpose.input[0], transpose.output[0] = frame, quantize.output[0]
    graph.graph.node.insert(0, transpose)
    for name in (subtract.input[1], divide.input[1]):
        graph.graph.initializer.remove(next(i for i in graph.graph.initializer if i.name == name))
    return graph


def _path_to_first_quantize(graph: onnx.ModelProto, nodes: dict[str, onnx.NodeProto]) -> list[onnx.NodeProto] | None:
    """The nodes QuantizeLinear, Div, Sub, Transpose that lead from the frame to the first convolution."""
    for node in graph.graph.node:
        if node.op_type != "QuantizeLinear":
            continue
        divide = nodes.get(node.input[0])
        if divide is None or divide.op_type != "Div":
            continue
        subtract = nodes[divide.input[0]]
        cast_or_transpose = nodes.get(subtract.input[0])
        while cast_or_transpose is not None and cast_or_transpose.op_type == "Cast":
            cast_or_transpose = nodes.get(cast_or_transpose.input[0])
        if subtract.op_type == "Sub" and cast_or_transpose is not None and cast_or_transpose.op_type == "Transpose":
            return [node, divide, subtract, cast_or_transpose]
    return None


def halve(source: Path, target: Path) -> None:
    """Write a graph in float16; its inputs and outputs stay as they are."""
    from onnxruntime.transformers.float16 import convert_float_to_float16  # here, since it sets up logging

    onnx.save(convert_float_to_float16(onnx.load(source), keep_io_types=True), target)


@_no_advice()
def quantize_matrices(source: Path, target: Path) -> None:
    """Quantise the matrix products of a graph, and its word table.

    Weights lie in 8 bits with a scale for each `BLOCK` rows, and their products' other side is rounded the same way at run
    time, row by row: an answer does not depend on what else is computed with it.
    """
    prepared = target.with_suffix(".prepared")
    quant_pre_process(str(source), str(prepared), skip_symbolic_shape=True)
    quantize_dynamic(str(prepared), str(target), op_types_to_quantize=["Gather"], weight_type=QuantType.QInt8, per_channel=True)
    prepared.unlink()
    _round_products(target)


@_no_advice()
def _round_products(target: Path) -> None:
    """Put the weights of matrix products into 8 bits, in blocks."""
    from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer  # here, since it sets up logging

    products = MatMulNBitsQuantizer(
        str(target),
        bits=8,
        block_size=BLOCK,
        is_symmetric=True,
        accuracy_level=ROUND_BOTH_SIDES,
        op_types_to_quantize=("MatMul",),
    )
    products.process()
    products.model.save_model_to_file(str(target))
