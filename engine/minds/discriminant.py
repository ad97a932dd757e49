"""Which of many topics is words about? Linear discriminant analysis (Fisher 1936) over vectors of examples.

The nearest example alone is misled by a word that two topics share. What differs within all topics (whose cart, which beast) is
weighed down here by the inverse of the pooled covariance, so that what tells topics apart is left. On examples kept aside
(`python -m engine.minds.ready_vectors --aside`) it finds the topic more often than the nearest example does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
_SHRINKAGE = 0.02  # added to each variance of unit vectors: of fewer examples than numbers the covariance has no inverse


_TELLS, _OTHERS = 1.0, 0.3  # of what a likeness lacks: what it gains where a topic is certain, and loses where another is


@dataclass(frozen=True, slots=True, eq=False)
class Discriminant:
    """Tells topics apart.

    Attributes:
        weights: float32 [S, k] for k topics.
        offsets: float32 [k].
    """

    weights: Floats
    offsets: Floats

    @classmethod
    def of(cls, vectors: Floats, topics: npt.NDArray[np.intp]) -> Discriminant:
        """The one that examples give.

        Args:
            vectors: [n, S] of examples.
            topics: the topic of each, 0 ≤ topic < k, every one of which has an example.
        """
        counts = np.bincount(topics).astype(np.float32)
        means = np.zeros((len(counts), vectors.shape[1]), np.float32)
        np.add.at(means, topics, vectors)
        means /= counts[:, None]
        apart = vectors - means[topics]
        pooled = apart.T @ apart / len(vectors) + _SHRINKAGE * np.eye(vectors.shape[1], dtype=np.float32)
        weights = np.linalg.solve(pooled, means.T).astype(np.float32)
        return cls(weights, -0.5 * np.einsum("ks,sk->k", means, weights))

    def likely(self, vector: Floats) -> Floats:
        """How likely each topic is, all alike beforehand: probabilities [k] of a vector [S]."""
        scores = vector @ self.weights + self.offsets
        p = np.exp(scores - scores.max())
        found: Floats = p / p.sum()
        return found


def heard_as(near: npt.NDArray[np.float64], likely: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """How near words come to a topic, 0 to 1: the cosine of its nearest example, and how likely it is among all topics."""
    return near + (1.0 - near) * (_TELLS * likely - _OTHERS)
