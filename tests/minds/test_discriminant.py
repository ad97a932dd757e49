"""Topics are told apart by what differs between them, not by what differs within them."""

from __future__ import annotations

import numpy as np

from engine.minds.discriminant import Discriminant
from engine.minds.ready_vectors import TALK, aside, load
from engine.perception import Perceiver


def _unit(vectors):
    return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)


def test_what_differs_within_topics_counts_for_little() -> None:
    rng = np.random.default_rng(1)
    about = rng.normal(size=(3, 16)) * 4  # what differs within a topic has few directions, and much weight
    kinds = rng.normal(size=(2, 16))
    topics = np.arange(60) % 2
    vectors = _unit(rng.normal(size=(60, 3)) @ about + kinds[topics])
    fresh = _unit(rng.normal(size=(60, 3)) @ about + kinds[topics])
    apart = Discriminant(vectors, topics)
    found = [int(apart.likely(vector).argmax()) for vector in fresh]
    nearest = topics[(fresh @ vectors.T).argmax(axis=1)]
    assert (found == topics).mean() > (nearest == topics).mean() + 0.1
    assert np.isclose(apart.likely(fresh[0]).sum(), 1.0)


def test_examples_kept_aside_are_found_more_often_than_by_the_nearest(perceiver: Perceiver) -> None:
    ready = load(TALK, perceiver.text_encoder)
    assert ready is not None
    for count, near, likely in aside(ready).values():
        assert count > 500
        assert likely > near + 0.05
