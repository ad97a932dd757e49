"""A bundle as a model repository of NVIDIA's Triton Inference Server: a model for each graph, and an ensemble of two.

Layout and fields: https://docs.nvidia.com/deeplearning/triton-inference-server/user-guide/docs/user_guide/model_configuration.html
Tokenising, cutting long lines and everything that a character does stay with the client: a server of ours in front of it.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import onnxruntime as ort

from engine.errors import Fault
from engine.files import whole_folder, write_whole
from engine.formats.bundle import GRAPHS, Bundle

FRAMES, TEXTS, WAIT_US = 8, 32, 2000  # rows of one run; how long a frame waits for others, as a server of ours does
_PREFERRED = (2, 4, 8)
_TYPES = {"tensor(float)": "TYPE_FP32", "tensor(uint8)": "TYPE_UINT8", "tensor(int64)": "TYPE_INT64"}
Tensor = tuple[str, str, list[int]]  # name, type, sizes; -1 is any


def write_triton(bundle: Bundle, out: Path) -> str:
    """Write `out`; returns a sentence for the terminal. The fp16 graphs are taken where there are some, for GPUs.

    Raises:
        Fault: `out_taken` if something else is in `out`.
    """
    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not (out / "npc_image" / "config.pbtxt").is_file())):
        raise Fault("out_taken", f"{out} is there and is no model repository.", "Choose another --triton directory.")
    variant = "fp16" if "fp16" in bundle.variants else bundle.manifest.precision
    kind = "KIND_CPU" if variant == "int8" else "KIND_AUTO"
    with whole_folder(out) as folder:
        for name in GRAPHS:
            model = folder / f"npc_{name}"
            (model / "1").mkdir(parents=True)
            shutil.copy(bundle.graph(name, variant), model / "1" / "model.onnx")
            write_whole(model / "config.pbtxt", _graph_config(name, model / "1" / "model.onnx", kind, bundle.labels.heads))
        for head, classes in bundle.labels.heads.items():
            write_whole(folder / "npc_decide" / f"{head}.txt", "\n".join(classes) + "\n")
        shutil.copy(bundle.tokenizer, folder / "npc_text")
        (folder / "npc_look" / "1").mkdir(parents=True)
        write_whole(folder / "npc_look" / "config.pbtxt", _ensemble_config(folder))
    return f"Wrote {out}: npc_{', npc_'.join(GRAPHS)} and the ensemble npc_look, {variant} graphs ({kind})."


def _tensors(path: Path) -> tuple[list[Tensor], list[Tensor]]:
    """Inputs and outputs of a graph."""
    options = ort.SessionOptions()
    options.log_severity_level = 3
    session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    inputs, outputs = (
        [(v.name, _TYPES[v.type], [axis if isinstance(axis, int) else -1 for axis in v.shape]) for v in values]
        for values in (session.get_inputs(), session.get_outputs())
    )
    return inputs, outputs


def _graph_config(name: str, path: Path, kind: str, heads: Iterable[str]) -> str:
    inputs, outputs = _tensors(path)
    batches = all(dims[0] == -1 for _, _, dims in inputs)  # else rows stand beside what all of them share
    most = {"image": FRAMES, "text": TEXTS}.get(name, 0) if batches else 0
    labels = {head: f"{head}.txt" for head in heads}
    parts = [
        f'name: "npc_{name}"',
        'platform: "onnxruntime_onnx"',
        f"max_batch_size: {most}",
        *(_tensor("input", tensor, most) for tensor in inputs),
        *(_tensor("output", tensor, most, labels) for tensor in outputs),
        f"instance_group {{ kind: {kind} count: 1 }}",
    ]
    if name == "image" and most:
        preferred = ", ".join(map(str, _PREFERRED))
        delay = f"max_queue_delay_microseconds: {WAIT_US}"
        parts.append(f"dynamic_batching {{ preferred_batch_size: [ {preferred} ] {delay} }}")
    return "\n".join(parts) + "\n"


def _tensor(side: str, tensor: Tensor, most: int, labels: Mapping[str, str] | None = None) -> str:
    name, kind, dims = tensor
    sizes = ", ".join(map(str, dims[1:] if most else dims))  # Triton puts the batch before them
    reshaped = " reshape: { shape: [ ] }" if most and len(dims) == 1 else ""
    named = f' label_filename: "{labels[name]}"' if labels and name in labels else ""
    return f'{side} {{ name: "{name}" data_type: {kind} dims: [ {sizes} ]{reshaped}{named} }}'


def _ensemble_config(folder: Path) -> str:
    """A frame and what was said (as vectors) to decisions: the grid never leaves the server."""
    frame, _ = _tensors(folder / "npc_image" / "1" / "model.onnx")
    given, answers = _tensors(folder / "npc_decide" / "1" / "model.onnx")
    inside = ("grid", "scene")
    one = [(name, kind, [1, *dims[1:]]) for name, kind, dims in frame]
    outer = [tensor for tensor in given if tensor[0] not in inside]
    steps = (
        ("npc_image", ["frame"], list(inside)),
        ("npc_decide", [name for name, _, _ in given], [name for name, _, _ in answers]),
    )
    parts = [
        'name: "npc_look"',
        'platform: "ensemble"',
        "max_batch_size: 0",
        *(_tensor("input", tensor, 0) for tensor in (*one, *outer)),
        *(_tensor("output", tensor, 0) for tensor in answers),
        "ensemble_scheduling {",
        *(_step(*step) for step in steps),
        "}",
    ]
    return "\n".join(parts) + "\n"


def _step(model: str, inputs: Sequence[str], outputs: Sequence[str]) -> str:
    maps = [f'input_map {{ key: "{name}" value: "{name}" }}' for name in inputs]
    maps += [f'output_map {{ key: "{name}" value: "{name}" }}' for name in outputs]
    return f'  step {{ model_name: "{model}" model_version: -1 {" ".join(maps)} }}'
