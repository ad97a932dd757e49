"""A bundle turned back into a run, from which training goes on: what was trained is in its graphs, if rounded.

The heads come from the bundle's own weights, the later stages of the image encoder and the text encoder out of the graphs, by
the names that the export gave their tensors. What was never trained (the early stages, unneeded words) is the package's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import torch
import yaml
from onnx import GraphProto, NodeProto, numpy_helper
from pydantic import ValidationError

from engine.errors import Fault
from engine.files import write_whole
from engine.formats.bundle import Bundle
from engine.lab.config import ModelCfg, SceneStageCfg, TrainCfg
from engine.lab.model import NpcModel, build_model
from engine.lab.model.text_encoders import MiniLM
from engine.lab.training.recipe import WORDS
from engine.lab.training.run import save_weights
from export.weights import kept_tokens, read_heads

Array = npt.NDArray[np.floating]
MIDDLE = 128  # of 8 bits without a sign: a weight of 0


def unpack(bundle: Bundle, run: Path) -> NpcModel:
    """Write `run` as if it had been trained: `text.safetensors`, `model.safetensors` and its recipe; returns the model.

    Raises:
        Fault: `bundle_fixed` for a bundle without weights to go on from, or of another kind of model.
    """
    manifest = bundle.manifest
    if manifest.heads is None or not manifest.model:
        raise _fixed(bundle, "it carries no weights to go on from")
    try:
        cfg = ModelCfg.model_validate(manifest.model)
        if unread := _unread(cfg):
            raise _fixed(bundle, unread)
        model = build_model(cfg, bundle.labels)
        read_heads(model, bundle.folder / manifest.heads.file)
        _read_image(model, onnx.load(bundle.graph("image")).graph)
        _read_text(model, onnx.load(bundle.graph("text")).graph, bundle)
    except (KeyError, RuntimeError, ValueError, ValidationError) as error:
        raise _fixed(bundle, f"its graphs are not those of this version's model ({error})") from None
    run.mkdir(parents=True, exist_ok=True)
    model.image_tuned = True
    save_weights(model, run / "text.safetensors", WORDS)
    save_weights(model, run / "model.safetensors")
    recipe = TrainCfg(model=cfg, tune=SceneStageCfg())  # tuned: its later image stages are its own
    write_whole(run / "recipe.yaml", yaml.safe_dump(recipe.model_dump(mode="json"), sort_keys=False))
    write_whole(run / "labels.yaml", yaml.safe_dump(bundle.labels.model_dump(mode="json"), sort_keys=False))
    return model.eval()


def _fixed(bundle: Bundle, why: str) -> Fault:
    message = f"Training cannot go on from {bundle.folder}: {why}."
    return Fault("bundle_fixed", message, "Take a bundle that this version exported.")


def _unread(cfg: ModelCfg) -> str:
    """What cannot be read out of graphs: early stages of a picture encoder that no package carries as they are, other words."""
    if not cfg.image.frozen or cfg.image.weights == "none":
        return "all of its image encoder was trained, and of a bundle its later stages alone are read"
    if cfg.text.encoder != "minilm":
        return f"its text encoder is '{cfg.text.encoder}', and that of minilm alone is read"
    return ""


class _Weights:
    """The tensors of a graph by name, rounded ones as they are meant."""

    def __init__(self, graph: GraphProto) -> None:
        self._stored = {i.name: i for i in graph.initializer}
        self.nodes = list(graph.node)
        self._made = {output: node for node in graph.node for output in node.output}
        self._taken: dict[str, list[NodeProto]] = {}
        for node in graph.node:
            for name in node.input:
                self._taken.setdefault(name, []).append(node)

    def __contains__(self, name: str) -> bool:
        return name in self._stored

    def array(self, name: str) -> Array:
        """A tensor as it was stored, or as its rounded form says."""
        if name in self._stored:
            return np.asarray(numpy_helper.to_array(self._stored[name]), np.float32)
        bias = "_quantized" if f"{name}_quantized_scale" in self._stored else ""  # the library names biases otherwise
        parts = ("_quantized", f"{bias}_scale", f"{bias}_zero_point")
        values, scale, zero = (numpy_helper.to_array(self._stored[name + part]) for part in parts)
        shape = (-1, *[1] * (values.ndim - 1)) if scale.ndim else ()
        return np.asarray((values.astype(np.float32) - zero.reshape(shape).astype(np.float32)) * scale.reshape(shape))

    def small(self) -> Iterator[Array]:
        """All tensors with a single axis that are stored as they are."""
        return (self.array(name) for name, tensor in self._stored.items() if len(tensor.dims) == 1)

    def reaches(self, node: NodeProto) -> set[str]:
        """The names of all tensors that come of a node."""
        found: set[str] = set()
        waiting = list(node.output)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += [output for taker in self._taken.get(name, []) for output in taker.output]
        return found

    def linear(self) -> Iterator[tuple[str, NodeProto, Array]]:
        """Linear layers: the name of the bias that is added to the product, the addition, the matrix [O, I]."""
        for add in self.nodes:
            bias = next((name for name in add.input if name.endswith(".bias") and name in self._stored), None)
            product = next((self._made[name] for name in add.input if name in self._made), None)
            if add.op_type != "Add" or bias is None or product is None:
                continue
            if product.op_type == "MatMulNBits":
                yield bias, add, self._blocks(product)
            elif product.op_type == "MatMul":
                yield bias, add, self.array(product.input[1]).T
            elif product.op_type == "Mul" and (whole := self._integers(product)) is not None:
                yield bias, add, self._columns(whole.input[1])

    def _integers(self, scaled: NodeProto) -> NodeProto | None:
        """The product of integers that is scaled here, if it is one."""
        cast = self._made.get(scaled.input[0])
        product = self._made.get(cast.input[0]) if cast is not None and cast.op_type == "Cast" else None
        return product if product is not None and product.op_type == "MatMulInteger" else None

    def _columns(self, name: str) -> Array:
        parts = (name, *(name.removesuffix("_quantized") + part for part in ("_scale", "_zero_point")))
        values, scales, zeros = (numpy_helper.to_array(self._stored[part]) for part in parts)
        return np.asarray(((values.astype(np.float32) - zeros.astype(np.float32)) * scales).T)

    def _blocks(self, product: NodeProto) -> Array:
        values, scales = (numpy_helper.to_array(self._stored[name]) for name in product.input[1:3])
        matrix = (values.astype(np.float32) - MIDDLE) * scales.reshape(*values.shape[:2], 1)
        size = {a.name: a.i for a in product.attribute}
        return np.asarray(matrix.reshape(size["N"], -1)[:, : size["K"]])


def _read_image(model: NpcModel, graph: GraphProto) -> None:
    """The later stages; their norms are folded into the convolutions, and stand for nothing but the bias from now on."""
    stored = _Weights(graph)
    prefixes = {id(module): name for name, module in model.named_modules()}
    for block in model.image.tail_modules():
        convolutions = [(n, m) for n, m in block.named_children() if isinstance(m, torch.nn.Conv2d)]
        # A block registers its modules as they run: each convolution before its norm.
        norms = [m for m in block.children() if isinstance(m, torch.nn.BatchNorm2d)]
        for (name, convolution), norm in zip(convolutions, norms, strict=True):
            full = f"model.{prefixes[id(block)]}.{name}.weight"
            convolution.weight.data = torch.from_numpy(np.array(stored.array(full), np.float32))
            norm.reset_parameters()
            assert norm.running_var is not None
            norm.running_var.fill_(1 - norm.eps)
            norm.bias.data = torch.from_numpy(np.array(stored.array(f"{full}_bias"), np.float32))


def _read_text(model: NpcModel, graph: GraphProto, bundle: Bundle) -> None:
    """Words, positions, and all layers; tokens that the bundle leaves out stay the package's.

    A graph stores equal small tensors once, under one name: what training left as it was has none of its own.
    """
    stored = _Weights(graph)
    state, wanted = model.state_dict(), {f"text.{name}": 0 for name in model.text.state_dict()}
    new = {
        name: _tensor(stored.array(f"model.{name}"))
        for name in wanted
        if f"model.{name}" in stored or f"model.{name}_quantized" in stored
    }
    for name, value in state.items():
        if name in wanted.keys() - new.keys() and any(np.array_equal(value.numpy(), same) for same in stored.small()):
            new[name] = value
    for bias, add, matrix in stored.linear():
        name = bias.removeprefix("model.")
        if "utterance" in (outputs := stored.reaches(add)) and "sentence" not in outputs:
            name = _tuned(name, model)
        weight = name.removesuffix("bias") + "weight"
        if weight in new:
            raise ValueError(f"two layers are called {weight}")
        new[weight] = _tensor(matrix)
    words = new.pop("text.word.weight")
    kept = kept_tokens(json.loads(model.text.tokenizer_json))
    if len(kept) != len(words):
        raise ValueError(f"{bundle.tokenizer.name} has {len(words)} tokens, not {len(kept)}")
    state["text.word.weight"][torch.tensor(kept)] = words
    if missing := wanted.keys() - new.keys() - {"text.word.weight"}:
        raise ValueError(f"it lacks {min(missing)}")
    model.load_state_dict(state | new)


def _tuned(name: str, model: NpcModel) -> str:
    """The name in the tuned ending of what bears that of the pretrained layer which it is a copy of."""
    assert isinstance(model.text, MiniLM)
    trunk = len(model.text.layers) - len(model.text.tuned)
    return re.sub(r"^text\.layers\.(\d+)\.", lambda found: f"text.tuned.{int(found[1]) - trunk}.", name)


def _tensor(array: Array) -> torch.Tensor:
    return torch.from_numpy(np.array(array, np.float32))
