"""What a bundle carries of a model's weights: those above the encoders, and a smaller word table.

Whoever learns a game goes on with every weight above the encoders, small enough to travel. Large matrices are stored as INT8
with a scale for each row, which is how the shipped graphs round them, too; the rest as float16. safetensors: no code is
unpickled. Of the words, the tokens that English text can never need are left out.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from engine.lab.model import NpcModel
from engine.lab.model.text_encoders import EmbeddingText, MiniLM

ENCODERS = ("image.", "text.")
LARGE = 1 << 16  # entries from which a matrix is stored as INT8
SCALE = ".row_scale"


def write_heads(model: NpcModel, path: Path) -> None:
    """Store neck, grounding, danger, fusion, heads and calibration of a model."""
    packed: dict[str, Tensor] = {}
    for name, value in model.state_dict().items():
        if not name.startswith(ENCODERS):
            packed |= _pack(name, value)
    save_file(packed, path)
    path.chmod(0o644)  # the library writes files that nobody else may read


def read_heads(model: NpcModel, path: Path) -> None:
    """Load them into a model of the same config.

    Raises:
        RuntimeError: where the file is not that of such a model (torch names the tensors).
    """
    stored = load_file(path)
    weights = {name: _unpack(name, stored) for name in stored if not name.endswith(SCALE)}
    encoders = {name: value for name, value in model.state_dict().items() if name.startswith(ENCODERS)}
    model.load_state_dict(encoders | weights)


def _pack(name: str, value: Tensor) -> dict[str, Tensor]:
    if not value.is_floating_point() or name.startswith("calibration."):
        return {name: value.contiguous()}
    if value.ndim < 2 or value.numel() < LARGE:
        return {name: value.half().contiguous()}
    rows = value.flatten(1)
    scale = (rows.abs().amax(1) / 127).clamp(min=1e-8)
    return {name: (value / _column(scale, value)).round().to(torch.int8).contiguous(), name + SCALE: scale}


def _unpack(name: str, stored: dict[str, Tensor]) -> Tensor:
    value = stored[name]
    if name + SCALE in stored:
        return value.float() * _column(stored[name + SCALE], value)
    return value.float() if value.is_floating_point() else value


def _column(scale: Tensor, value: Tensor) -> Tensor:
    return scale.view(-1, *[1] * (value.ndim - 1))


Tokenizer = dict[str, Any]  # the JSON of the `tokenizers` library


def keep_english(model: NpcModel, target: Path) -> None:
    """Write a tokenizer without tokens of other scripts, and shrink the word table of `model` (in place) to fit.

    The pretrained vocabulary keeps characters of some forty scripts and a thousand unused places. A text of plain
    letters is cut into the same tokens as before; other scripts become the unknown token. An encoder of Transformers keeps all
    of its own.
    """
    full = json.loads(model.text.tokenizer_json)
    if not isinstance(model.text, MiniLM | EmbeddingText):
        target.write_text(json.dumps(full, ensure_ascii=False), encoding="utf-8")
        return
    kept = kept_tokens(full)
    target.write_text(json.dumps(_renumbered(full, kept), ensure_ascii=False), encoding="utf-8")
    if isinstance(model.text, MiniLM):
        words = model.text.word.weight.detach()[torch.tensor(kept)]
        model.text.word = nn.Embedding.from_pretrained(words)  # torch gives it no types
    else:
        model.text.embedding = nn.Embedding.from_pretrained(model.text.embedding.weight.detach()[torch.tensor(kept)])


def kept_tokens(tokenizer: Tokenizer) -> list[int]:
    """Numbers of the tokens that stay, in order."""
    special = {token["content"] for token in tokenizer["added_tokens"]}
    vocabulary: dict[str, int] = tokenizer["model"]["vocab"]
    return sorted(
        number
        for token, number in vocabulary.items()
        if token in special or (token.removeprefix("##").isascii() and not token.startswith("[unused"))
    )


def _renumbered(tokenizer: Tokenizer, kept: list[int]) -> Tokenizer:
    new = {old: number for number, old in enumerate(kept)}
    model = tokenizer["model"]
    vocabulary = {token: new[number] for token, number in model["vocab"].items() if number in new}
    special = {
        name: {**entry, "ids": [new[i] for i in entry["ids"]]}
        for name, entry in tokenizer["post_processor"]["special_tokens"].items()
    }
    return {
        **tokenizer,
        "added_tokens": [{**token, "id": new[token["id"]]} for token in tokenizer["added_tokens"]],
        "post_processor": {**tokenizer["post_processor"], "special_tokens": special},
        "model": {**model, "vocab": vocabulary},
    }
