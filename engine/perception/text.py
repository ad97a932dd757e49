"""Words to vectors, each text encoded once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from engine.perception.bound import BoundGraph
from engine.perception.wordpiece import read_tokenizer
from npc.language import pieces
from npc.text import folded

Vector = npt.NDArray[np.float32]
CACHED = 16 << 20  # bytes of vectors that are kept, some 3,500 texts
ROWS = 32  # texts of one run, if the graph takes several: a run of more gains little, and its memory is never given back
_PADDED = 64  # characters that a run may read in vain: about what one more run costs by itself
SENTENCE = 384  # numbers of a sentence vector, and of the half of an utterance vector that tells what is wanted
PIECES = 8  # of one text: a long line costs at most as much as so many short ones
_EACH = 200  # bytes that an entry of the cache costs beside its vectors and its text


class TextGraph:
    """The text graph behind a cache of the texts that were asked for last.

    `encode` gives, per text, its sentence vector [384] (unit length) and its utterance vector [U]. Texts are understood as
    plain letters (NFKC); what goes beyond `max_tokens` is not read: see `pieces`. Call it on one thread at a time.

    Args:
        tokens: the length of a run is a multiple of this, and its texts are as many as `padded` says: a GPU tunes itself to
            each shape anew.
        cached: bytes of vectors that are kept.
    """

    def __init__(
        self,
        graph: BoundGraph,
        tokenizer: Path,
        max_tokens: int,
        tokens: int = 1,
        padded: Callable[[int], int] = int,
        cached: int = CACHED,
    ) -> None:
        self.graph, self._max_tokens, self._cached = graph, max_tokens, cached
        self._tokens, self._padded = tokens, padded
        each = graph.inputs["ids"][0]
        self._rows = each if isinstance(each, int) else ROWS  # one where rounding would let texts see each other
        self._tokenizer = read_tokenizer(tokenizer)
        self._cache: OrderedDict[str, tuple[Vector, Vector]] = OrderedDict()
        self._bytes = 0
        self.runs = 0

    @property
    def bytes(self) -> int:
        """What the cache holds."""
        return self._bytes

    def encode(self, texts: Sequence[str]) -> list[tuple[Vector, Vector]]:
        """Vectors of the texts, in order; only texts that are not cached are computed."""
        plain = [folded(text) for text in texts]
        unique = dict.fromkeys(plain)
        found = {text: self._cache[text] for text in unique if text in self._cache}
        new = [text for text in unique if text not in found]
        for run in _alike(new, self._rows):
            found |= self._add(run)
        for text in unique:
            self._cache.move_to_end(text)
        while self._bytes > self._cached:
            text, vectors = self._cache.popitem(last=False)
            self._bytes -= _size(text, vectors)
        return [found[text] for text in plain]

    def known(self, texts: Collection[str], budget: int) -> frozenset[str]:
        """Those texts whose vectors are there, and of the others those that `budget` characters let in (`affordable`)."""
        plain = {text: folded(text) for text in texts}
        new = affordable([p for p in dict.fromkeys(plain.values()) if p not in self._cache], budget)
        let_in = frozenset(new)
        return frozenset(text for text, p in plain.items() if p in self._cache or p in let_in)

    def missing(self, texts: Iterable[str]) -> list[str]:
        """Those whose vectors are not there."""
        return [text for text in dict.fromkeys(texts) if folded(text) not in self._cache]

    def pieces(self, text: str) -> list[str]:
        """The text as it is understood, cut into pieces of which every one is read whole; at most `PIECES`."""
        return pieces(folded(text), self._fits, PIECES)

    def _fits(self, text: str) -> bool:
        if len(text) <= self._max_tokens - 2 and text.isascii():  # no token is shorter than a letter; two frame the text
            return True
        return self._tokenizer.count(text) <= self._max_tokens

    def _add(self, texts: Sequence[str]) -> dict[str, tuple[Vector, Vector]]:
        """One run of the graph."""
        ids, mask = self._tokenizer.encode(texts, self._max_tokens)
        rows, longer = min(self._padded(len(texts)), self._rows), -ids.shape[1] % self._tokens
        if rows > len(texts) or longer:
            wide = (np.pad(array, ((0, 0), (0, longer))) for array in (ids, mask))
            ids, mask = (np.pad(array, ((0, rows - len(texts)), (0, 0)), "edge") for array in wide)
        made = self.graph.run({"ids": ids, "mask": mask}, rows)
        sentence, utterance = (made[name][: len(texts)] for name in ("sentence", "utterance"))
        self.runs += 1
        # Copied: a row of the run's arrays would keep all of them for as long as itself.
        found = {text: (s.copy(), u.copy()) for text, s, u in zip(texts, sentence, utterance, strict=True)}
        self._bytes += sum(_size(text, vectors) for text, vectors in found.items() if text not in self._cache)
        self._cache |= found
        return found


def _alike(texts: Sequence[str], rows: int) -> Iterator[list[str]]:
    """The texts in runs of at most `rows`, such as are about as long together: in a run each costs as much as the longest."""
    run: list[str] = []
    padded = 0
    for text in sorted(texts, key=len, reverse=True):
        padded += len(run[0]) - len(text) if run else 0
        if len(run) == rows or padded > _PADDED:
            yield run
            run, padded = [], 0
        run.append(text)
    if run:
        yield run


def side_by_side(encoded: Sequence[tuple[Vector, Vector]]) -> Vector:
    """Of texts' vectors what they mean, and what is wanted with them, each of unit length: [n, 2 * `SENTENCE`].

    An utterance vector begins with what is wanted; the rest of it is of the thing that the words point at.
    """
    means = np.array([sentence for sentence, _ in encoded], np.float32).reshape(-1, SENTENCE)
    wants = np.array([utterance[:SENTENCE] for _, utterance in encoded], np.float32).reshape(-1, SENTENCE)
    return np.hstack([means, wants / np.maximum(np.linalg.norm(wants, axis=1, keepdims=True), 1e-9)])


def affordable(texts: Sequence[str], budget: int) -> Sequence[str]:
    """The first of these texts, at least one: as many as cost no more than `budget` characters in one run of the graph.

    In a run every text costs as much as the longest; a character costs about 0.05 ms on one core.
    """
    longest = 0
    for count, text in enumerate(texts):
        longest = max(longest, len(text))
        if count and (count + 1) * longest > budget:
            return texts[:count]
    return texts


def _size(text: str, vectors: tuple[Vector, Vector]) -> int:
    return vectors[0].nbytes + vectors[1].nbytes + 4 * len(text) + _EACH
