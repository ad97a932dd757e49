"""Text to padded id tensors, with the tokenizer that the bundle will carry."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor

from engine.lab.model.weights import minilm_folder

MAX_TOKENS = 48


def tokenizer_file() -> Path:
    return minilm_folder() / "tokenizer.json"


@lru_cache(maxsize=1)
def _tokenizer() -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(tokenizer_file()))
    tokenizer.enable_truncation(MAX_TOKENS)
    tokenizer.enable_padding()
    return tokenizer


def tokenize(texts: list[str]) -> tuple[Tensor, Tensor]:
    """Texts to `ids` and `mask`, int64 [N, T], T at most 48."""
    encoded = _tokenizer().encode_batch(texts)
    return (torch.tensor([e.ids for e in encoded]), torch.tensor([e.attention_mask for e in encoded]))
