"""Vectors of words from a bundle's own text graph: learning on needs no torch text encoder."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import torch
from torch import Tensor

from engine.lab.training.dataset import TextTable
from engine.lab.training.progress import Progress
from engine.perception import Bundle
from engine.perception.sessions import CPU, open_session
from engine.perception.text import TextEncoder, Vector

BATCH = 64


class BundleTexts(TextTable):
    """A `TextTable` that is filled through ONNX Runtime, with the tokenizer of the bundle."""

    def __init__(self, bundle: Bundle, threads: int) -> None:
        session = open_session(bundle.graph("text"), CPU, threads)
        self._encoder = TextEncoder(session, bundle.tokenizer, bundle.manifest.input.max_tokens)
        silence = [torch.zeros(1, v.shape[-1]) for v in self.encode(["a"])[0]]
        self._rows: dict[str, int] = {"": 0}
        self._sentences, self._utterances = [silence[0]], [silence[1]]

    def encode(self, texts: Sequence[str]) -> list[tuple[Vector, Vector]]:
        """Sentence and utterance vector of each text."""
        return self._encoder.encode(texts)

    def add(self, texts: Iterable[str], progress: Progress | None = None) -> None:
        """Encode texts that are not in the table yet, in batches of about equal length."""
        new = sorted({t for t in texts if t not in self._rows}, key=lambda text: (len(text), text))
        vectors = [v for i in range(0, len(new), BATCH) for v in self.encode(new[i : i + BATCH])]
        for text in new:
            self._rows[text] = len(self._rows)
        if vectors:
            for stored, part in ((self._sentences, 0), (self._utterances, 1)):
                stored[:] = [torch.cat([*stored, torch.from_numpy(np.stack([v[part] for v in vectors]))])]

    def similarity(self, a: Sequence[str], b: Sequence[str]) -> Tensor:
        """Cosines of the sentence vectors, [len(a), len(b)]."""
        self.add([*a, *b])
        return self.sentences(self.rows(a)) @ self.sentences(self.rows(b)).T
