"""Ways to cut a text encoder down, which is seven tenths of a bundle; each changes the model in place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.utils import prune

from engine.errors import Fault
from engine.lab.model import NpcModel
from engine.lab.model.text_encoders import Layer, MiniLM

RANK = 0.25  # of the smaller side of a matrix: at a quarter, square ones have half of their weights


def drop_weights(model: NpcModel, share: float = 0.5) -> None:
    """Unstructured pruning: the smallest weights of all matrices together become zero (Han et al. 2015).

    They stay zero while the rest is taught; `settle` makes that final. Files that are packed get smaller, nothing gets faster.
    """
    places = [(module, "weight") for layer in layers_of(model) for module in layer.modules() if isinstance(module, nn.Linear)]
    prune.global_unstructured(places, pruning_method=prune.L1Unstructured, amount=share)


def drop_neurons(model: NpcModel, share: float = 0.5) -> None:
    """Structured pruning: of each layer's inner neurons those that carry least are taken out, so that matrices get smaller.

    A neuron carries as much as the norm of what comes in times that of what goes out (Li et al. 2017, for both sides).
    """
    for layer in layers_of(model):
        carried = layer.up.weight.norm(dim=1) * layer.down.weight.norm(dim=0)
        kept = carried.topk(max(1, round(len(carried) * (1 - share)))).indices.sort().values
        layer.up = _linear(layer.up.weight[kept], layer.up.bias[kept])
        layer.down = _linear(layer.down.weight[:, kept], layer.down.bias)


def low_rank(model: NpcModel, share: float = RANK) -> None:
    """Each matrix becomes a product of two thinner ones: its best approximation of that rank (Eckart and Young 1936)."""
    for layer in layers_of(model):
        for name, child in list(layer.named_children()):
            if isinstance(child, nn.Linear):
                setattr(layer, name, _thin(child, max(1, round(min(child.weight.shape) * share))))


def _thin(linear: nn.Linear, rank: int) -> nn.Sequential:
    u, s, v = torch.linalg.svd(linear.weight.detach(), full_matrices=False)
    root = s[:rank].sqrt()
    return nn.Sequential(_linear(root[:, None] * v[:rank], None), _linear(u[:, :rank] * root, linear.bias))


def fewer_layers(model: NpcModel, share: float = 0.5) -> None:
    """A student with so many of the teacher's layers, taken evenly (DistilBERT, Sanh et al. 2019), one an ending at least."""
    text = _text(model)
    endings = len(text.tuned)
    shared = len(text.layers) - endings
    trunk = _evenly(shared, max(1, round(shared * (1 - share))))
    ending = _evenly(endings, max(1, round(endings * (1 - share))))
    text.layers = nn.ModuleList([*(text.layers[i] for i in trunk), *(text.layers[shared + i] for i in ending)])
    text.tuned = nn.ModuleList(text.tuned[i] for i in ending)


def _evenly(count: int, kept: int) -> list[int]:
    return [round((i + 1) * count / kept) - 1 for i in range(kept)]


def layers_of(model: NpcModel) -> Iterator[Layer]:
    """The transformer layers of the text encoder, shared and tuned ones."""
    text = _text(model)
    yield from (layer for part in (text.layers, text.tuned) for layer in part)  # type: ignore[misc]


def _text(model: NpcModel) -> MiniLM:
    if not isinstance(model.text, MiniLM):
        raise Fault(
            "compress_text",
            f"The text encoder '{model.cfg.text.encoder}' cannot be cut down by layers.",
            "Compress a run whose recipe has text.encoder: minilm.",
        )
    return model.text


def _linear(weight: Tensor, bias: Tensor | None) -> nn.Linear:
    linear = nn.Linear(weight.shape[1], weight.shape[0], bias=bias is not None)
    linear.weight.data = weight.detach().clone()
    if bias is not None:
        linear.bias.data = bias.detach().clone()
    return linear


def settle(model: NpcModel) -> None:
    """What was pruned is zero from now on, and an ordinary weight."""
    for layer in layers_of(model):
        for module in layer.modules():
            if isinstance(module, nn.Linear) and prune.is_pruned(module):
                prune.remove(module, "weight")


@dataclass(frozen=True)
class Variant:
    """One way through: what is cut away (None: nothing), and the precision that is stored."""

    name: str
    cut: Callable[[NpcModel], None] | None
    precision: str


VARIANTS = {
    variant.name: variant
    for variant in (
        Variant("fp32", None, "fp32"),
        Variant("fp16", None, "fp16"),
        Variant("int8", None, "int8"),
        Variant("int4", None, "int4"),
        Variant("weights", drop_weights, "int8"),
        Variant("neurons", drop_neurons, "int8"),
        Variant("low-rank", low_rank, "int8"),
        Variant("student", fewer_layers, "int8"),
        Variant("neurons-int4", drop_neurons, "int4"),
        Variant("student-int4", fewer_layers, "int4"),
    )
}
