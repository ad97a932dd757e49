"""A smaller word table: the tokens that English text can never need are left out of a bundle."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from torch import nn

from engine.lab.model.npc_model import NpcModel
from engine.lab.model.text_encoders import MiniLM

Tokenizer = dict[str, Any]  # the JSON of the `tokenizers` library


def keep_english(model: NpcModel, tokenizer: Path, target: Path) -> None:
    """Write a tokenizer without tokens of other scripts, and shrink the word table of `model` (in place) to fit.

    The pretrained vocabulary keeps characters of some forty scripts and a thousand unused places. A text of plain
    letters is cut into the same tokens as before; other scripts become the unknown token.
    """
    full = json.loads(tokenizer.read_text(encoding="utf-8"))
    kept = _kept(full)
    target.write_text(json.dumps(_renumbered(full, kept), ensure_ascii=False), encoding="utf-8")
    if isinstance(model.text, MiniLM):
        model.text.word = nn.Embedding.from_pretrained(model.text.word.weight.detach()[torch.tensor(kept)])


def _kept(tokenizer: Tokenizer) -> list[int]:
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
