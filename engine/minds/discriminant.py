"""Which of many topics is words about? Linear discriminant analysis (Fisher 1936) over the sentence vectors of examples.

The nearest example alone is misled by a word that two topics share. What differs within all topics (whose cart, which beast) is
weighed down here by the inverse of the pooled covariance, so that what tells topics apart is left. On examples kept aside
(`python -m engine.minds.ready_vectors --aside`) it finds the topic more often than the nearest example does.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
_SHRINKAGE = 0.01  # added to each variance of unit vectors: of fewer examples than numbers the covariance has no inverse


class Discriminant:
    """Tells topics apart.

    Args:
        vectors: unit vectors [n, S] of examples.
        topics: the topic of each, 0 ≤ topic < k, every one of which has an example.
    """

    def __init__(self, vectors: Floats, topics: npt.NDArray[np.intp]) -> None:
        counts = np.bincount(topics).astype(np.float32)
        means = np.zeros((len(counts), vectors.shape[1]), np.float32)
        np.add.at(means, topics, vectors)
        means /= counts[:, None]
        apart = vectors - means[topics]
        pooled = apart.T @ apart / len(vectors) + _SHRINKAGE * np.eye(vectors.shape[1], dtype=np.float32)
        self._weights: Floats = np.linalg.solve(pooled, means.T).astype(np.float32)
        self._offsets: Floats = -0.5 * np.einsum("ks,sk->k", means, self._weights)

    def likely(self, vector: Floats) -> Floats:
        """How likely each topic is, all alike beforehand: probabilities [k] of a unit vector [S]."""
        scores = vector @ self._weights + self._offsets
        p = np.exp(scores - scores.max())
        found: Floats = p / p.sum()
        return found
