"""All names that things may have, for telling a thing from everything that it is not."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from engine.lab.data.concepts import Concept


class Vocabulary:
    """All names of some concepts, and for each those that may be true of the same thing."""

    def __init__(self, concepts: Iterable[Concept]) -> None:
        every = list(concepts)
        self.names = sorted({name for concept in every for name in concept.names})
        self._index = {name: i for i, name in enumerate(self.names)}
        self._kin: dict[str, set[str]] = {name: set() for name in self.names}
        for concept in every:
            for name in concept.names:
                self._kin[name].update(concept.names)

    def of(self, names: Iterable[str]) -> list[int]:
        """Indices of those of a thing's names that are in the vocabulary."""
        return [self._index[name] for name in names if name in self._index]

    def kin(self) -> npt.NDArray[np.bool_]:
        """bool [V, V]: which names may be true of a thing that is called so."""
        table = np.zeros((len(self.names), len(self.names)), bool)
        for name, others in self._kin.items():
            table[self._index[name], [self._index[other] for other in others]] = True
        return table
