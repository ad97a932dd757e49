"""What was known and what was learnt, merged layer by layer: each answers as before where the old inputs come from, and
as learnt where the new ones do.

RegMean (Jin et al. 2023, "Dataless Knowledge Fusion by Merging Weights of Language Models"): of two versions of a linear
layer, the one whose outputs are nearest to both, each on its own inputs, in least squares. Of the inputs only the Gram
matrices are needed. All else (norms, depthwise convolutions, attention's own matrices) is interpolated (WiSE-FT, Wortsman
et al. 2022).
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from engine.lab.model import NpcModel
from engine.lab.training.dataset import SceneDataset
from engine.lab.training.measure import measure_run
from engine.lab.training.texts import Texts

RIDGE = 0.02  # of the mean energy of an input: where neither has seen much, weights are interpolated
Weights = dict[str, Tensor]
Grams = dict[str, Tensor]


def input_grams(model: NpcModel, table: Texts, data: SceneDataset) -> Grams:
    """Mean outer product of each trained linear layer's inputs over a data set, [I, I] by the layer's name.

    Where the layer has a bias, the last of its inputs is 1. 1x1 convolutions are linear layers on cells.
    """
    sums: dict[str, tuple[Tensor, int]] = {}
    layers = {name: m for name, m in model.named_modules() if _is_linear(m) and m.weight.requires_grad}
    handles = [m.register_forward_pre_hook(_adding(sums, name)) for name, m in layers.items()]
    try:
        measure_run(model, table, data)
    finally:
        for handle in handles:
            handle.remove()
    return {name: total / count for name, (total, count) in sums.items()}


def merge(before: Weights, learnt: Weights, known: Grams, new: Grams, share: float) -> Weights:
    """Weights between `before` (share 0) and `learnt` (share 1).

    Args:
        known: `input_grams` of the model before, on what it should go on knowing.
        new: those of the model that has learnt, on what it has learnt.
    """
    merged = {name: torch.lerp(before[name], learnt[name], share) for name in learnt}
    for layer in known.keys() & new.keys():
        old, now = (1 - share) * _even(known[layer]), share * _even(new[layer])
        right = old @ _matrix(before, layer).T + now @ _matrix(learnt, layer).T
        weight = torch.linalg.solve(old + now, right).T.float()
        if f"{layer}.bias" in learnt:
            weight, merged[f"{layer}.bias"] = weight[:, :-1], weight[:, -1].contiguous()
        merged[f"{layer}.weight"] = weight.reshape(learnt[f"{layer}.weight"].shape)
    return merged


def _is_linear(module: nn.Module) -> bool:
    if isinstance(module, nn.Conv2d):
        return module.kernel_size == (1, 1) and module.groups == 1
    return isinstance(module, nn.Linear)


def _adding(sums: dict[str, tuple[Tensor, int]], name: str) -> Callable[[nn.Module, tuple[Tensor]], None]:
    def add(module: nn.Module, inputs: tuple[Tensor]) -> None:
        x = inputs[0].permute(0, 2, 3, 1) if isinstance(module, nn.Conv2d) else inputs[0]
        x = x.reshape(-1, x.shape[-1])
        if module.bias is not None:
            x = torch.cat([x, torch.ones(len(x), 1)], -1)
        total, count = sums.get(name, (torch.zeros(()), 0))
        sums[name] = total + x.T @ x, count + len(x)

    return add


def _even(gram: Tensor) -> Tensor:
    gram = gram.double()
    return gram + RIDGE * gram.diagonal().mean() * torch.eye(len(gram), dtype=gram.dtype)


def _matrix(weights: Weights, layer: str) -> Tensor:
    """[O, I] of a layer, the bias as the last column."""
    matrix = weights[f"{layer}.weight"].flatten(1).double()
    bias = weights.get(f"{layer}.bias")
    return matrix if bias is None else torch.cat([matrix, bias.double().unsqueeze(1)], 1)
