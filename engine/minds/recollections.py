"""What is remembered, found by meaning: the sentence vectors of episodes, and how near a question comes to them.

Each utterance is encoded once, when it is heard; vectors are kept as bytes for as long as a memory is in use. They are no part
of what is written down, since each bundle has its own: after a restart they are made anew while there is nothing to decide.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from weakref import ref

import numpy as np
import numpy.typing as npt

from engine.errors import Fault
from engine.perception.text import affordable
from npc.conversation.episodes import can_be_recalled
from npc.memory import Memory

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.int8]
KEPT = 32 << 20  # bytes of vectors of all memories, some 80,000 utterances
AHEAD = 100  # characters of episodes that are encoded ahead at a time: about as much work as a frame
NEAREST = 5  # episodes that a question is told of
_DECIMALS = 4  # what a log needs of a cosine
_SCALE = 127.0


class Recollections:
    """Compares questions with what memories hold, by sentence vectors.

    Args:
        sentences: unit sentence vectors [n, S] of n texts.
        kept: bytes of the vectors; of more memories those that were used last.
        encoder: the fingerprint of what gives the vectors; it may change while `sentences` is called, and then all that was
            encoded before is forgotten.
    """

    def __init__(
        self, sentences: Callable[[Sequence[str]], Floats], kept: int = KEPT, encoder: Callable[[], str] = str
    ) -> None:
        self._sentences, self._kept, self._bytes = sentences, kept, 0
        self._encoder, self._by = encoder, encoder()
        # By memory: number of the episode -> its vector. Of memories that are no more the entries go when room is made.
        self._vectors: OrderedDict[int, tuple[ref[Memory], dict[int, Bytes]]] = OrderedDict()

    def prepare(self, memory: Memory) -> bool:
        """Encode a few episodes, the newest first, so that a question need not wait for all; False: there are none left."""
        return self._encode(memory, AHEAD) > 0

    def take_in(self, memory: Memory) -> None:
        """Encode the newest alone: words that were just heard, which whoever encodes has at hand; if not, that is for later."""
        with suppress(Fault):
            self._encode(memory, 0)

    def near(self, memory: Memory, words: Sequence[str], budget: int) -> Mapping[int, float]:
        """Numbers of the few episodes that come nearest to any of `words`, with the cosine.

        Args:
            budget: characters of episodes that may still be encoded for it (`affordable`); others are left out.
        """
        if not words:
            return {}
        self._encode(memory, budget)
        known = self._of(memory)
        numbers = [e.id for e in memory.episodes if e.id in known]
        if not numbers:
            return {}
        vectors = np.stack([known[number] for number in numbers]).astype(np.float32) / _SCALE
        heard = self._sentences(list(words))
        if self._is_anew():
            return self.near(memory, words, budget)
        likeness = (vectors @ heard.T).max(axis=1)
        best = sorted(zip(numbers, likeness.tolist(), strict=True), key=lambda pair: (-pair[1], -pair[0]))[:NEAREST]
        return {number: round(near, _DECIMALS) for number, near in best}

    def _is_anew(self) -> bool:
        """Whether there is another encoder now: no vector of the former one is left then."""
        if (encoder := self._encoder()) == self._by:
            return False
        self._by, self._bytes = encoder, 0
        self._vectors.clear()
        return True

    def _of(self, memory: Memory) -> dict[int, Bytes]:
        kept = self._vectors.get(id(memory))
        if kept is None or kept[0]() is not memory:  # another one lay there before
            self._drop(id(memory))
            kept = self._vectors[id(memory)] = (ref(memory), {})
        self._vectors.move_to_end(id(memory))
        return kept[1]

    def _encode(self, memory: Memory, budget: int) -> int:
        """Encode as many as the budget lets in; how many those were."""
        known = self._of(memory)
        episodes = memory.episodes
        new = [e for e in reversed(episodes) if e.id not in known and can_be_recalled(e)]
        if gone := known.keys() - {e.id for e in episodes}:
            for number in gone:
                self._bytes -= known.pop(number).nbytes
        texts = affordable([e.text for e in new], budget)
        if not texts:
            return 0
        encoded = self._sentences(list(texts))
        if self._is_anew():
            known = self._of(memory)
        for episode, vector in zip(new, encoded, strict=False):
            known[episode.id] = np.rint(vector * _SCALE).astype(np.int8)
            self._bytes += known[episode.id].nbytes
        while self._bytes > self._kept and len(self._vectors) > 1:
            self._drop(next(iter(self._vectors)))
        return len(texts)

    def _drop(self, key: int) -> None:
        if (kept := self._vectors.pop(key, None)) is not None:
            self._bytes -= sum(vector.nbytes for vector in kept[1].values())
