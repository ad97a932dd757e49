"""The model for engines that run ONNX themselves: standard operators, float pictures, fixed shapes, no quantisation.

Four graphs as in a bundle, and beside them the tokenizer, the vectors of phrases that are known beforehand, and `plain.json`,
which tells inputs, outputs, labels, operators and parity. Operators are compared with those that Unity's Inference Engine
documents.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
import yaml
from onnx.reference import ReferenceEvaluator
from torch import Tensor, nn

from engine.errors import Fault
from engine.files import whole_folder, write_json
from engine.formats.bundle import TOKENIZER_FILE
from engine.lab.model import NpcModel
from engine.lab.model.text_encoders import SENTENCE_DIM
from engine.lab.training.run import load_run
from engine.lab.training.texts import MAX_TOKENS
from engine.perception.wordpiece import read_tokenizer
from export.graphs import DecideGraph, Plan, TextGraph, WatchGraph, write_graph
from export.parity import Parity, onnx_heads, open_graph, parity_inputs, parity_of, torch_answers
from export.weights import keep_english
from npc.text import folded

PLAIN_FILE, PHRASES_FILE = "plain.json", "phrases.json"
OPSET = 18  # from 20 on GELU is one operator, which Unity does not have
PHRASES = 16  # of one run of `watch`
REFERENCE_INPUTS = 2  # the reference evaluator takes seconds for each


class PlainImage(nn.Module):
    """`frame` float [1, 3, H, W], RGB in 0..1, to `grid` [1, C, H/8, W/8] and `scene` [1, S]."""

    def __init__(self, model: NpcModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, frame: Tensor) -> tuple[Tensor, Tensor]:
        image = self.model.image
        grid, scene = self.model.neck(*image.features((frame * 255.0 - image._mean) / image._std))
        return grid, scene


def write_plain(run: Path, out: Path, phrases: Sequence[str] = ()) -> str:
    """Export `run` into the directory `out`; returns a sentence for the terminal.

    Args:
        phrases: what the game watches for, or what its players can choose to say: their vectors are written down.

    Raises:
        Fault: `plain_operator` if a graph holds what Unity does not run, `parity` if it disagrees with PyTorch (nothing is
            written then).
    """
    model, cfg = load_run(run)
    if model.grounding is None:
        raise Fault("bundle_blind", f"The model of {run} has no heat map.", "Export a run of a recipe with grounding.")
    frames, texts = parity_inputs(model.cfg.size, cfg.data.art.packs)
    out.parent.mkdir(parents=True, exist_ok=True)
    with whole_folder(out) as folder:
        english = copy.deepcopy(model)
        keep_english(english, folder / TOKENIZER_FILE)
        operators = {name: _write(folder / f"{name}.onnx", plan) for name, plan in _plans(english).items()}
        sessions = {name: open_graph(folder / f"{name}.onnx") for name in operators}
        parity = _parity(model, folder, sessions, frames, texts)
        other = {name: ReferenceEvaluator(str(folder / f"{name}.onnx")) for name in operators}
        reference = _parity(model, folder, other, frames[:REFERENCE_INPUTS], texts[:REFERENCE_INPUTS])
        for found, runtime in ((parity, "ONNX Runtime"), (reference, "the reference evaluator of onnx")):
            if not found.acceptable("fp32"):
                raise Fault(
                    "parity",
                    f"The plain graphs disagree with the PyTorch model in {runtime}: {found.agreement:.1%} of top labels the "
                    f"same, largest difference {found.max_difference:.1e}.",
                    "Nothing was written.",
                )
        write_json(folder / PHRASES_FILE, _vectors(folder, sessions["text"], phrases))
        content = _description(model, folder, operators) | {
            "parity": {"onnxruntime": parity.__dict__, "onnx reference evaluator": reference.__dict__}
        }
        write_json(folder / PLAIN_FILE, content)
    kinds = len({kind for counted in operators.values() for kind in counted})
    first, second = (
        f"{found.agreement:.1%} in {name} ({found.inputs} inputs, largest difference {found.max_difference:.1e})"
        for name, found in (("ONNX Runtime", parity), ("the reference evaluator of onnx", reference))
    )
    return f"Wrote {out}: {kinds} kinds of operators, all in Unity's list. Top labels as in PyTorch: {first}, {second}."


def supported_operators() -> dict[str, str]:
    """The operators that Unity's Inference Engine documents, and on which of its back ends."""
    listed = yaml.safe_load((resources.files("export") / "unity_operators.yaml").read_text(encoding="utf-8"))
    known = {name: "everywhere" for row in listed["everywhere"] for name in row}
    return known | {name: place for place in ("not_on_gpu_pixel", "on_the_cpu_alone") for name in listed[place]}


def checked_operators(graph: onnx.ModelProto, name: str) -> dict[str, int]:
    """How often each kind of operator is in a graph.

    Raises:
        Fault: `plain_operator` for one that is not in the list, of another domain, or on a quantised or open shape.
    """
    known = supported_operators()
    found = Counter(
        node.op_type if node.domain in ("", "ai.onnx") else f"{node.domain}.{node.op_type}" for node in graph.graph.node
    )
    faults = sorted(kind for kind in found if kind not in known)
    types = {onnx.TensorProto.FLOAT: "float", onnx.TensorProto.INT64: "int"}
    for value in (*graph.graph.input, *graph.graph.output):
        tensor = value.type.tensor_type
        if tensor.elem_type not in types or any(not axis.dim_value for axis in tensor.shape.dim):
            faults.append(f"{value.name}, which has no fixed shape of float or int")
    if faults:
        raise Fault(
            "plain_operator",
            f"The {name} graph holds what Unity's Inference Engine does not run: {', '.join(faults)}.",
            "Export a model of other encoders, or serve a bundle beside the game.",
        )
    return dict(sorted(found.items()))


def _plans(model: NpcModel) -> dict[str, Plan]:
    height, width = model.cfg.size
    rows, columns = height // 8, width // 8
    grid, scene = torch.randn(1, model.cfg.grid_dim, rows, columns), torch.randn(1, model.cfg.scene_dim)
    valid, ids = torch.ones(1, rows, columns), torch.ones(1, MAX_TOKENS, dtype=torch.int64)
    utterance, phrase = torch.randn(1, model.text.utterance_dim), torch.randn(PHRASES, SENTENCE_DIM)
    decide = {"grid": grid, "scene": scene, "utterance": utterance, "said": torch.ones(1, 1), "valid": valid}
    return {
        "image": (PlainImage(model), {"frame": torch.rand(1, 3, height, width)}, {}, ["grid", "scene"]),
        "text": (TextGraph(model), {"ids": ids, "mask": ids.clone()}, {}, ["sentence", "utterance"]),
        "decide": (DecideGraph(model), decide, {}, list(DecideGraph.outputs)),
        "watch": (WatchGraph(model), {"grid": grid, "phrase": phrase, "valid": valid}, {}, ["presence", "heat"]),
    }


def _write(path: Path, plan: Plan) -> dict[str, int]:
    write_graph(path, *plan, opset=OPSET)
    graph = onnx.load(path)
    _spell_out_norms(graph.graph)
    onnx.save(graph, path)
    return checked_operators(graph, path.stem)


def _spell_out_norms(graph: onnx.GraphProto) -> None:
    """ReduceL2 as product, sum and root: importers have trouble with it (onnx2tf hands `tf.norm` an axis that it refuses)."""
    nodes = []
    for node in graph.node:
        if node.op_type != "ReduceL2":
            nodes.append(node)
            continue
        square, total = f"{node.output[0]}_square", f"{node.output[0]}_sum"
        settings = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        nodes.append(onnx.helper.make_node("Mul", [node.input[0], node.input[0]], [square]))
        nodes.append(onnx.helper.make_node("ReduceSum", [square, *node.input[1:]], [total], **settings))
        nodes.append(onnx.helper.make_node("Sqrt", [total], [node.output[0]]))
    del graph.node[:]
    graph.node.extend(nodes)


def _parity(model: NpcModel, folder: Path, run: Mapping[str, Any], frames: Sequence[Any], texts: Sequence[str]) -> Parity:
    """`run` are the graphs by name: sessions of ONNX Runtime, or of another runtime that is called as they are."""
    pairs = []
    for frame, text in zip(frames, texts, strict=True):
        picture = (frame.astype(np.float32) / 255.0).transpose(2, 0, 1)[None]
        utterance = run["text"].run(["utterance"], _tokens(folder, text))[0]
        grid, scene = run["image"].run(["grid", "scene"], {"frame": np.ascontiguousarray(picture)})
        pairs.append((torch_answers(model, frame, text), onnx_heads(run["decide"], grid, scene, utterance, bool(text))))
    return parity_of(pairs)


def _tokens(folder: Path, text: str) -> dict[str, np.ndarray[Any, np.dtype[np.int64]]]:
    """The ids of a text and their mask, filled up to the fixed length."""
    ids, mask = read_tokenizer(folder / TOKENIZER_FILE).encode([text], MAX_TOKENS)
    missing = ((0, 0), (0, MAX_TOKENS - ids.shape[1]))
    return {"ids": np.pad(ids, missing), "mask": np.pad(mask, missing)}


def _vectors(folder: Path, text: Any, phrases: Sequence[str]) -> dict[str, dict[str, list[float]]]:
    found = {}
    for phrase in phrases:
        sentence, utterance = text.run(["sentence", "utterance"], _tokens(folder, folded(phrase)))
        found[phrase] = {"sentence": sentence[0].round(6).tolist(), "utterance": utterance[0].round(6).tolist()}
    return found


def _description(model: NpcModel, folder: Path, operators: Mapping[str, Mapping[str, int]]) -> dict[str, object]:
    graphs = {}
    for name, counted in operators.items():
        graph = onnx.load(folder / f"{name}.onnx").graph
        sides = {
            side: {v.name: [axis.dim_value for axis in v.type.tensor_type.shape.dim] for v in values}
            for side, values in (("inputs", graph.input), ("outputs", graph.output))
        }
        graphs[name] = {"file": f"{name}.onnx", **sides, "operators": counted}
    listed = yaml.safe_load((resources.files("export") / "unity_operators.yaml").read_text(encoding="utf-8"))
    labels = {head: list(classes) for head, classes in model.labels.heads.items()}
    return {
        "opset": OPSET,
        "frame": "float [1, 3, H, W], RGB in 0..1, letterboxed with black, top row first",
        "tokens": MAX_TOKENS,
        "labels": labels,
        "graphs": graphs,
        "operators_listed_by": {key: listed[key] for key in ("package", "source")},
    }
