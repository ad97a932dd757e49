"""Vectors of texts, by number: of a frozen encoder, of one that is being trained, of a bundle's own graph."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from engine.files import whole_file
from engine.lab.model import NpcModel
from engine.lab.model.text_encoders import SENTENCE_DIM, TextEncoder
from engine.lab.training.run import Progress
from engine.perception import Bundle
from engine.perception.bound import BoundGraph
from engine.perception.onnx_sessions import open_session
from engine.perception.providers import CPU
from engine.perception.text import TextGraph, Vector

MAX_TOKENS = 48
BATCH = 64


class Texts(Protocol):
    """Texts as rows of two tables of vectors. Row 0 is silence (zeros, but for an encoder that is being trained)."""

    def add(self, texts: Iterable[str], progress: Progress | None = None) -> None:
        """Take up texts that are not there yet."""

    def rows(self, texts: Sequence[str]) -> Tensor:
        """Row numbers of texts that were added."""

    def sentences(self, rows: Tensor) -> Tensor:
        """[...] row numbers to [..., 384] on the device of the rows: what the words mean."""

    def utterances(self, rows: Tensor) -> Tensor:
        """[...] row numbers to [..., U]: what is wanted by them."""


class _Table:
    """Texts whose vectors are computed once and kept.

    Args:
        silence: sentence and utterance of row 0, [1, 384] and [1, U].
    """

    def __init__(self, silence: tuple[Tensor, Tensor]) -> None:
        self._rows: dict[str, int] = {"": 0}
        self._sentences, self._utterances = silence

    def _missing(self, texts: Iterable[str]) -> list[str]:
        """Texts that are not there yet, those of about equal length beside each other."""
        return sorted({t for t in texts if t not in self._rows}, key=lambda text: (len(text), text))

    def _append(self, texts: Sequence[str], sentences: Sequence[Tensor], utterances: Sequence[Tensor]) -> None:
        self._rows |= {text: len(self._rows) + i for i, text in enumerate(texts)}
        self._sentences = torch.cat([self._sentences, *sentences])
        self._utterances = torch.cat([self._utterances, *utterances])

    def rows(self, texts: Sequence[str]) -> Tensor:
        return torch.tensor([self._rows[t] for t in texts])

    def sentences(self, rows: Tensor) -> Tensor:
        return self._sentences[rows.cpu()].to(rows.device)

    def utterances(self, rows: Tensor) -> Tensor:
        return self._utterances[rows.cpu()].to(rows.device)


class FrozenTexts(_Table):
    """Vectors by a frozen text encoder. With a `file`, they survive the run that computed them."""

    def __init__(self, model: NpcModel, file: Path | None = None) -> None:
        super().__init__((torch.zeros(1, SENTENCE_DIM), torch.zeros(1, model.text.utterance_dim)))
        self._model, self._file = model, file
        if file is not None and file.exists():
            stored = torch.load(file, weights_only=True)
            self._rows = {text: i for i, text in enumerate(stored["texts"])}
            self._sentences, self._utterances = stored["sentences"].float(), stored["utterances"].float()

    @torch.no_grad()
    def add(self, texts: Iterable[str], progress: Progress | None = None) -> None:
        """Encode texts that are not there yet."""
        new = self._missing(texts)
        vectors = []
        for i in range(0, len(new), BATCH):
            vectors.append(self._model.encode_text(*tokenize(self._model.text, new[i : i + BATCH])))
            if progress:
                progress.step(f"texts encoded (x{BATCH})", of=len(new) / BATCH)
        self._append(new, [sentence for sentence, _ in vectors], [utterance for _, utterance in vectors])
        if new and self._file is not None:
            self._keep(self._file)

    def _keep(self, file: Path) -> None:
        content = {"texts": list(self._rows), "sentences": self._sentences.half(), "utterances": self._utterances.half()}
        with whole_file(file) as partial:
            torch.save(content, partial)


class LiveTexts:
    """Texts for an encoder that is being trained: vectors are computed at every look-up."""

    def __init__(self, model: NpcModel) -> None:
        self._model = model
        self._rows: dict[str, int] = {"": 0}
        self._ids = self._mask = torch.zeros(1, 1, dtype=torch.int64)

    def add(self, texts: Iterable[str], progress: Progress | None = None) -> None:
        for text in sorted(texts):
            self._rows.setdefault(text, len(self._rows))
        self._ids, self._mask = tokenize(self._model.text, list(self._rows))

    def rows(self, texts: Sequence[str]) -> Tensor:
        return torch.tensor([self._rows[t] for t in texts])

    def sentences(self, rows: Tensor) -> Tensor:
        return self._encode(rows)[0]

    def utterances(self, rows: Tensor) -> Tensor:
        return self._encode(rows)[1]

    def _encode(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        flat = rows.flatten().cpu()
        sentence, utterance = self._model.encode_text(self._ids[flat].to(rows.device), self._mask[flat].to(rows.device))
        return sentence.unflatten(0, rows.shape), utterance.unflatten(0, rows.shape)


class BundleTexts(_Table):
    """Vectors by a bundle's own text graph and tokenizer: learning on needs no torch text encoder."""

    def __init__(self, bundle: Bundle, threads: int) -> None:
        graph = BoundGraph(open_session(bundle.graph("text"), CPU, threads))
        self._encoder = TextGraph(graph, bundle.tokenizer, bundle.manifest.input.max_tokens)
        sentence, utterance = self.encode(["a"])[0]
        super().__init__((torch.zeros(1, sentence.shape[-1]), torch.zeros(1, utterance.shape[-1])))

    def encode(self, texts: Sequence[str]) -> list[tuple[Vector, Vector]]:
        """Sentence and utterance vector of each text."""
        return self._encoder.encode(texts)

    def add(self, texts: Iterable[str], progress: Progress | None = None) -> None:
        """Encode texts that are not there yet."""
        new = self._missing(texts)
        vectors = [v for i in range(0, len(new), BATCH) for v in self.encode(new[i : i + BATCH])]
        if vectors:
            sentences, utterances = (torch.from_numpy(np.stack([v[part] for v in vectors])) for part in (0, 1))
            self._append(new, [sentences], [utterances])

    def similarity(self, a: Sequence[str], b: Sequence[str]) -> Tensor:
        """Cosines of the sentence vectors, [len(a), len(b)]."""
        self.add([*a, *b])
        return self.sentences(self.rows(a)) @ self.sentences(self.rows(b)).T


def texts_of(model: NpcModel, file: Path | None = None) -> FrozenTexts | LiveTexts:
    """The kind that fits the model's text encoder; a frozen encoder's vectors are kept in `file`."""
    return FrozenTexts(model, file) if model.cfg.text.frozen else LiveTexts(model)


@lru_cache(maxsize=2)
def _tokenizer(described: str) -> Tokenizer:
    tokenizer = Tokenizer.from_str(described)
    tokenizer.enable_truncation(MAX_TOKENS)
    tokenizer.enable_padding()
    return tokenizer


def tokenize(encoder: TextEncoder, texts: list[str]) -> tuple[Tensor, Tensor]:
    """Texts to the encoder's `ids` and `mask`, int64 [N, T], T at most 48."""
    encoded = _tokenizer(encoder.tokenizer_json).encode_batch(texts)
    return (torch.tensor([e.ids for e in encoded]), torch.tensor([e.attention_mask for e in encoded]))
