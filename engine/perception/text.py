"""Words to vectors, each text encoded once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime as ort
from tokenizers import Tokenizer

from engine.errors import Fault

Vector = npt.NDArray[np.float32]
CACHED = 4096


class TextEncoder:
    """The text graph behind a cache of the last `CACHED` texts.

    `encode` gives, per text, its sentence vector [384] (unit length) and its utterance vector [U].
    """

    def __init__(self, session: ort.InferenceSession, tokenizer: Path, max_tokens: int) -> None:
        self._session = session
        self._tokenizer = _read_tokenizer(tokenizer)
        self._tokenizer.enable_truncation(max_tokens)
        self._tokenizer.enable_padding()
        self._cache: OrderedDict[str, tuple[Vector, Vector]] = OrderedDict()
        self.runs = 0

    def encode(self, texts: Sequence[str]) -> list[tuple[Vector, Vector]]:
        """Vectors of the texts, in order; only texts that are not cached are computed, in one run."""
        new = list(dict.fromkeys(t for t in texts if t not in self._cache))
        if new:
            self._add(new)
        for text in dict.fromkeys(texts):
            self._cache.move_to_end(text)
        vectors = [self._cache[text] for text in texts]
        while len(self._cache) > CACHED:
            self._cache.popitem(last=False)
        return vectors

    def _add(self, texts: Iterable[str]) -> None:
        names = list(texts)
        encoded = self._tokenizer.encode_batch(names)
        ids = np.array([e.ids for e in encoded], np.int64)
        mask = np.array([e.attention_mask for e in encoded], np.int64)
        sentence, utterance = self._session.run(["sentence", "utterance"], {"ids": ids, "mask": mask})
        self.runs += 1
        for name, s, u in zip(names, sentence, utterance, strict=True):
            self._cache[name] = (s, u)


def _read_tokenizer(path: Path) -> Tokenizer:
    try:
        return Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises nothing more specific
        raise Fault("bundle_invalid", f"{path} is not a tokenizer: {error}.", "Export the model again.") from None
