"""Text encoders: token ids to a sentence vector (meaning) and an utterance vector (what is wanted)."""

from __future__ import annotations

import copy
from functools import lru_cache
from pathlib import Path
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.errors import Fault
from engine.lab.model.registry import Registry, minilm_folder, read_state_dict

SENTENCE_DIM = 384  # of all-MiniLM-L6-v2
VOCABULARY = 30522


class TextEncoder(nn.Module):
    """Base class: `forward(ids [N, T], mask [N, T])` to `sentence` [N, 384] (unit length), `utterance` [N, U].

    `utterance` is two halves: what the player wants done, and `aim`, the guess of the sentence vector of the
    thing that the words point at, so that "hand me the red potion" can be looked for as "red potion" is.
    """

    utterance_dim = 2 * SENTENCE_DIM
    packaged: ClassVar[bool] = False  # whether a package carries pretrained weights

    _tokenizer: str | None = None

    def load(self, weights: str) -> None:
        raise NotImplementedError

    def forward(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        raise NotImplementedError

    def tuned_parts(self) -> list[nn.Module]:
        """What the text stage trains; all of it by default."""
        return [self]

    def copied_parts(self) -> list[nn.Module]:
        """Of these, copies of pretrained layers, which learn ten times slower than new ones."""
        return []

    def learnt(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Utterances [N, U], with gradients in the tuned parts alone."""
        return self(ids, mask)[1]

    def read_tokenizer(self) -> None:
        """Make `tokenizer_json` what belongs to the pretrained weights."""

    def use_tokenizer(self, described: str) -> None:
        self._tokenizer = described

    @property
    def tokenizer_json(self) -> str:
        """Its `tokenizer.json`; all-MiniLM-L6-v2's, if it has none of its own."""
        return self._tokenizer or _packaged_tokenizer()


@lru_cache(maxsize=1)
def _packaged_tokenizer() -> str:
    return (minilm_folder() / "tokenizer.json").read_text(encoding="utf-8")


text_encoders: Registry[type[TextEncoder]] = Registry("text encoder")


def mean_pooled(hidden: Tensor, mask: Tensor) -> Tensor:
    weights = mask.to(hidden.dtype).unsqueeze(-1)
    return (hidden * weights).sum(1) / weights.sum(1).clamp(min=1.0)


class Aim(nn.Module):
    """Attention over the words: which of them name the thing, and what does it look for?"""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.score = nn.Linear(dim, 1)
        self.value = nn.Sequential(nn.Linear(dim, dim), nn.GELU(), nn.Linear(dim, SENTENCE_DIM))

    def forward(self, hidden: Tensor, mask: Tensor) -> Tensor:
        score = self.score(hidden).squeeze(-1).masked_fill(mask == 0, -1e4)
        return F.normalize(self.value((score.softmax(-1).unsqueeze(-1) * hidden).sum(1)), dim=-1)


@text_encoders.register("embedding")
class EmbeddingText(TextEncoder):
    """The article's text encoder: nn.Embedding, averaged over the words that are really there."""

    def __init__(self, tuned_layers: int = 0, dim: int = 128) -> None:
        super().__init__()
        self.embedding = nn.Embedding(VOCABULARY, dim, padding_idx=0)
        self.sentence = nn.Linear(dim, SENTENCE_DIM)
        self.wanted = nn.Linear(dim, SENTENCE_DIM)
        self.aim = Aim(dim)

    def load(self, weights: str) -> None:
        if weights not in ("none", "package"):
            self.load_state_dict(read_state_dict(Path(weights)))

    def forward(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        words = self.embedding(ids)
        pooled = mean_pooled(words, mask)
        utterance = torch.cat([self.wanted(pooled), self.aim(words, mask)], -1)
        return F.normalize(self.sentence(pooled), dim=-1), utterance


class TunedText(TextEncoder):
    """A pretrained encoder, which gives the sentence, and a second ending upon its `trunk`, tuned to give the utterance."""

    def trunk(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """What both endings share: hidden states [N, T, D] and the attention bias [N, 1, 1, T]."""
        raise NotImplementedError

    def sentence(self, x: Tensor, bias: Tensor, mask: Tensor) -> Tensor:
        """The pretrained ending, on the trunk's hidden states."""
        raise NotImplementedError

    def utterance(self, x: Tensor, bias: Tensor, mask: Tensor) -> Tensor:
        """The tuned ending, on the trunk's hidden states."""
        raise NotImplementedError

    def learnt(self, ids: Tensor, mask: Tensor) -> Tensor:
        with torch.no_grad():
            x, bias = self.trunk(ids, mask)
        return self.utterance(x, bias, mask)

    def forward(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        x, bias = self.trunk(ids, mask)
        return self.sentence(x, bias, mask), self.utterance(x, bias, mask)


class Layer(nn.Module):
    """One post-norm transformer layer of BERT (Devlin et al. 2019)."""

    def __init__(self, dim: int = SENTENCE_DIM, heads: int = 12, hidden: int = 1536) -> None:
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.output = (nn.Linear(dim, dim) for _ in range(4))
        self.norm1, self.norm2 = (nn.LayerNorm(dim, eps=1e-12) for _ in range(2))
        self.up, self.down = nn.Linear(dim, hidden), nn.Linear(hidden, dim)
        self.dropout = nn.Dropout(0.1)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        def split(t: Tensor) -> Tensor:
            return t.unflatten(-1, (self.heads, -1)).transpose(1, 2)

        q, k, v = split(self.query(x)), split(self.key(x)), split(self.value(x))
        attention = (q @ k.transpose(-1, -2) * (q.shape[-1] ** -0.5) + bias).softmax(-1)
        x = self.norm1(x + self.dropout(self.output((attention @ v).transpose(1, 2).flatten(2))))
        return self.norm2(x + self.dropout(self.down(F.gelu(self.up(x)))))


_BERT_NAMES = {
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "output": "attention.output.dense",
    "norm1": "attention.output.LayerNorm",
    "norm2": "output.LayerNorm",
    "up": "intermediate.dense",
    "down": "output.dense",
}


@text_encoders.register("minilm")
class MiniLM(TunedText):
    """all-MiniLM-L6-v2 (Wang et al. 2020; Reimers & Gurevych 2019) with a second, tuned ending.

    The pretrained layers stay as they are and give `sentence`; copies of the last `tuned_layers` are trained
    on player utterances. Both share the lower layers, so the second ending costs only its own layers.
    """

    packaged = True

    def __init__(self, tuned_layers: int = 2) -> None:
        super().__init__()
        self.word = nn.Embedding(VOCABULARY, SENTENCE_DIM)
        self.position = nn.Embedding(512, SENTENCE_DIM)
        self.kind = nn.Parameter(torch.zeros(SENTENCE_DIM))
        self.norm = nn.LayerNorm(SENTENCE_DIM, eps=1e-12)
        self.layers = nn.ModuleList(Layer() for _ in range(6))
        self.tuned = nn.ModuleList(Layer() for _ in range(tuned_layers))
        self.aim = Aim(SENTENCE_DIM)

    def load(self, weights: str) -> None:
        if weights != "none":
            folder = minilm_folder() if weights == "package" else Path(weights)
            path = folder / "model.safetensors" if folder.is_dir() else folder
            self._load_bert(read_state_dict(path))
        for mine, theirs in zip(self.tuned, self.layers[6 - len(self.tuned) :], strict=True):
            mine.load_state_dict(copy.deepcopy(theirs.state_dict()))

    def _load_bert(self, state: dict[str, Tensor]) -> None:
        try:
            embeddings = "embeddings."
            self.word.weight.data = state[embeddings + "word_embeddings.weight"].float()
            self.position.weight.data = state[embeddings + "position_embeddings.weight"].float()
            self.kind.data = state[embeddings + "token_type_embeddings.weight"][0].float()
            self.norm.load_state_dict({k: state[f"{embeddings}LayerNorm.{k}"] for k in ("weight", "bias")})
            for i, layer in enumerate(self.layers):
                for mine, theirs in _BERT_NAMES.items():
                    part = {k: state[f"encoder.layer.{i}.{theirs}.{k}"] for k in ("weight", "bias")}
                    getattr(layer, mine).load_state_dict(part)
        except KeyError as missing:
            raise Fault(
                "weights_mismatch",
                f"The text weights lack {missing}.",
                "They must be those of all-MiniLM-L6-v2 in safetensors format.",
            ) from None

    def tuned_parts(self) -> list[nn.Module]:
        return [self.tuned, self.aim]

    def copied_parts(self) -> list[nn.Module]:
        return [self.tuned]

    def trunk(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        bias = (1.0 - mask.float())[:, None, None, :] * -1e4
        places = torch.arange(ids.shape[1], device=ids.device)
        x = self.norm(self.word(ids) + self.position(places) + self.kind)
        for layer in self.layers[: len(self.layers) - len(self.tuned)]:
            x = layer(x, bias)
        return x, bias

    def sentence(self, x: Tensor, bias: Tensor, mask: Tensor) -> Tensor:
        for layer in self.layers[len(self.layers) - len(self.tuned) :]:
            x = layer(x, bias)
        return F.normalize(mean_pooled(x, mask), dim=-1)

    def utterance(self, x: Tensor, bias: Tensor, mask: Tensor) -> Tensor:
        for layer in self.tuned:
            x = layer(x, bias)
        return torch.cat([mean_pooled(x, mask), self.aim(x, mask)], -1)
