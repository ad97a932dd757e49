"""The four graphs of a bundle, cut where their inputs change at different times.

image: once per frame; text: once per utterance or phrase; decide: once per NPC; watch: once per frame.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Sequence
from pathlib import Path

import onnx
import torch
from torch import Tensor, nn
from torch.export import Dim

from engine.lab.model import NpcModel
from engine.lab.model.text_encoders import SENTENCE_DIM
from npc.types import HEAD_NAMES

OPSET = 20  # opset 23's Attention with a mask fails on ONNX Runtime's CPU provider


FEATURES = ("s8", "s16", "s32")  # where a bundle's image graph is cut, so that its neck can be learned anew


class ImageGraph(nn.Module):
    """`frame` uint8 [1, H, W, 3] to `grid` [1, C, H/8, W/8], `scene` [1, S], and the features between them."""

    def __init__(self, model: NpcModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, frame: Tensor) -> tuple[Tensor, ...]:
        features = self.model.image(frame)
        return (*self.model.neck(*features), *features)


class NeckGraph(nn.Module):
    """The second half of `ImageGraph`: features to `grid` and `scene`."""

    def __init__(self, model: NpcModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, s8: Tensor, s16: Tensor, s32: Tensor) -> tuple[Tensor, Tensor]:
        grid, scene = self.model.neck(s8, s16, s32)
        return grid, scene


class TextGraph(nn.Module):
    """`ids`, `mask` int64 [N, T] to `sentence` [N, 384], `utterance` [N, U]."""

    def __init__(self, model: NpcModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        return self.model.encode_text(ids, mask)


class DecideGraph(nn.Module):
    """One frame, N utterances: calibrated probabilities of each head, heat maps, presence of the target."""

    outputs = (*HEAD_NAMES, "heat", "target_p")

    def __init__(self, model: NpcModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, grid: Tensor, scene: Tensor, utterance: Tensor, said: Tensor, valid: Tensor) -> tuple[Tensor, ...]:
        answers = self.model.decide(grid, scene, utterance.unsqueeze(0), said.unsqueeze(0), valid)
        outputs = [self.model.probabilities(head, answers.logits[head])[0] for head in HEAD_NAMES]
        if answers.heat is None or answers.presence is None:
            cells = utterance.shape[0], *valid.shape[1:]
            return (*outputs, utterance.new_zeros(cells), utterance.new_zeros(cells[0]))
        return (*outputs, answers.heat[0].sigmoid(), self.model.calibrated("target", answers.presence[0]).sigmoid())


class WatchGraph(nn.Module):
    """One frame, W phrases: `presence` [W] and `heat` [W, H/8, W/8]."""

    def __init__(self, model: NpcModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, grid: Tensor, phrase: Tensor, valid: Tensor) -> tuple[Tensor, Tensor]:
        heat, presence = self.model.watch(grid, phrase.unsqueeze(0), valid)
        return self.model.calibrated("watch", presence[0]).sigmoid(), heat[0].sigmoid()


Plan = tuple[nn.Module, dict[str, Tensor], dict[str, dict[int, Dim]], list[str]]  # module, inputs, dynamic axes, outputs


def export_graphs(model: NpcModel, folder: Path) -> dict[str, Path]:
    """Write `image.onnx`, `text.onnx`, `decide.onnx`, `watch.onnx` (fp32) into `folder`."""
    return {name: export_graph(model, name, folder) for name in ("image", "text", *_head_plans(model))}


def export_graph(model: NpcModel, name: str, folder: Path) -> Path:
    """Write one of the four (fp32) into `folder`."""
    plans = {"image": _image_plan, "text": _text_plan}
    plan = plans[name](model) if name in plans else _head_plans(model)[name]
    path = write_graph(folder / f"{name}.onnx", *plan)
    if name == "image":
        _keep_inside(path, FEATURES)
    return path


def export_heads(model: NpcModel, folder: Path) -> dict[str, Path]:
    """Write what stands above the encoders: `neck.onnx`, `decide.onnx`, `watch.onnx` (fp32)."""
    plans = {"neck": _neck_plan(model), **_head_plans(model)}
    return {name: write_graph(folder / f"{name}.onnx", *plan) for name, plan in plans.items()}


def _image_plan(model: NpcModel) -> Plan:
    frame = torch.zeros(1, *model.cfg.size, 3, dtype=torch.uint8)
    return ImageGraph(model), {"frame": frame}, {}, ["grid", "scene", *FEATURES]


def _neck_plan(model: NpcModel) -> Plan:
    height, width = model.cfg.size
    features = {
        name: torch.randn(1, channels, height // stride, width // stride)
        for name, channels, stride in zip(FEATURES, model.image.channels, (8, 16, 32), strict=True)
    }
    return NeckGraph(model), features, {}, ["grid", "scene"]


def _text_plan(model: NpcModel) -> Plan:
    ids, n, t = torch.ones(3, 7, dtype=torch.int64), Dim("n", max=4096), Dim("t", max=512)
    dynamic = {"ids": {0: n, 1: t}, "mask": {0: n, 1: t}}
    return TextGraph(model), {"ids": ids, "mask": ids.clone()}, dynamic, ["sentence", "utterance"]


def _head_plans(model: NpcModel) -> dict[str, Plan]:
    rows, columns = model.cfg.size[0] // 8, model.cfg.size[1] // 8
    n, w = Dim("n", max=4096), Dim("w", max=4096)
    grid, scene = torch.randn(1, model.cfg.grid_dim, rows, columns), torch.randn(1, model.cfg.scene_dim)
    valid, utterance = torch.ones(1, rows, columns), torch.randn(3, model.text.utterance_dim)
    plans: dict[str, Plan] = {
        "decide": (
            DecideGraph(model),
            {"grid": grid, "scene": scene, "utterance": utterance, "said": torch.ones(3, 1), "valid": valid},
            {"utterance": {0: n}, "said": {0: n}},
            list(DecideGraph.outputs),
        ),
    }
    if model.grounding is not None:
        phrase = torch.randn(3, SENTENCE_DIM)
        plans["watch"] = (
            WatchGraph(model),
            {"grid": grid, "phrase": phrase, "valid": valid},
            {"phrase": {0: w}},
            ["presence", "heat"],
        )
    return plans


def _keep_inside(path: Path, names: Sequence[str]) -> None:
    """These outputs become inner tensors again, under their names: asking for them would cost every frame."""
    graph = onnx.load(path)
    for output in [o for o in graph.graph.output if o.name in names]:
        graph.graph.output.remove(output)
        graph.graph.value_info.append(output)
    onnx.save(graph, path)


def write_graph(
    path: Path,
    module: nn.Module,
    inputs: dict[str, Tensor],
    dynamic: dict[str, dict[int, Dim]],
    outputs: list[str],
    opset: int = OPSET,
) -> Path:
    """Export one module; axes that are not `dynamic` are as long as those of the inputs."""
    shapes = {name: dynamic.get(name) for name in inputs}
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module.eval(),
            kwargs=inputs,
            f=str(path),
            input_names=list(inputs),
            output_names=outputs,
            dynamic_shapes=shapes,
            opset_version=opset,
            dynamo=True,
            external_data=False,
            verbose=False,
            optimize=True,
        )
    return path
