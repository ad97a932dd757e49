"""What a graph file refers to, read from its bytes: the runtime has no `onnx`, and must know before it loads a graph.

Weights may lie in other files (external data). Those would be neither hashed nor confined to the bundle, and ONNX Runtime 1.23
opens whatever path is written there. Source: onnx.proto3; Protocol Buffers, Encoding.
"""

from __future__ import annotations

from collections.abc import Iterator

_Fields = dict[int, str]
# Which fields of which message lead to tensors, by their numbers.
_MESSAGES: dict[str, _Fields] = {
    "Model": {7: "Graph", 20: "Training", 25: "Function"},
    "Training": {1: "Graph", 2: "Graph"},
    "Function": {7: "Node", 11: "Attribute"},
    "Graph": {1: "Node", 5: "Tensor", 15: "Sparse"},
    "Node": {5: "Attribute"},
    "Attribute": {5: "Tensor", 6: "Graph", 10: "Tensor", 11: "Graph", 22: "Sparse", 23: "Sparse"},
    "Sparse": {1: "Tensor", 2: "Tensor"},
}
_EXTERNAL_DATA, _DATA_LOCATION = 13, 14  # fields of a tensor
_DEPTH = 64  # graphs within graphs


def has_external_data(graph: bytes) -> bool:
    """Whether a tensor of an ONNX file lies in another file.

    Raises:
        ValueError: the bytes are no ONNX file.
    """
    # The key of a path is this word; where it stands nowhere, no tensor names a file.
    return b"location" in graph and _reaches_out(memoryview(graph), "Model", _DEPTH)


def _reaches_out(message: memoryview, kind: str, depth: int) -> bool:
    if depth == 0:
        raise ValueError("its graphs are nested too deeply")
    if kind == "Tensor":
        return any(field == _EXTERNAL_DATA or (field == _DATA_LOCATION and value == 1) for field, value in _fields(message))
    below = _MESSAGES[kind]
    return any(
        _reaches_out(value, below[field], depth - 1)
        for field, value in _fields(message)
        if field in below and isinstance(value, memoryview)
    )


def _fields(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Numbers and values of the fields, in order."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        wire = tag & 7
        if wire == 0:
            value, at = _varint(message, at)
            yield tag >> 3, value
            continue
        length, at = _varint(message, at) if wire == 2 else ({1: 8, 5: 4}.get(wire, -1), at)
        if length < 0 or at + length > len(message):
            raise ValueError("it is damaged")
        yield tag >> 3, message[at : at + length]
        at += length


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(message):
            break
        byte = message[at]
        value |= (byte & 0x7F) << shift
        at += 1
        if byte < 0x80:
            return value, at
    raise ValueError("it is damaged")
