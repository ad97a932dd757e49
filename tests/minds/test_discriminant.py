"""Topics are told apart by what differs between them, not by what differs within them."""

from __future__ import annotations

import numpy as np
import pytest

from engine.minds.discriminant import Discriminant, heard_as
from engine.minds.ready_vectors import EXAMPLES, NONE, load
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
    apart = Discriminant.of(vectors, topics)
    found = [int(apart.likely(vector).argmax()) for vector in fresh]
    nearest = topics[(fresh @ vectors.T).argmax(axis=1)]
    assert (found == topics).mean() > (nearest == topics).mean() + 0.1
    assert np.isclose(apart.likely(fresh[0]).sum(), 1.0)


@pytest.mark.parametrize("asks", [True, False])
def test_examples_kept_aside_are_found_more_often_than_by_the_nearest(perceiver: Perceiver, asks: bool) -> None:
    ready = load(perceiver.text_encoder)
    assert ready is not None
    kinds = np.repeat([key[1] for key in EXAMPLES], [len(found) for found in EXAMPLES.values()])
    many = [key for key, found in EXAMPLES.items() if key[1] is asks and len(found) >= 4]
    names = np.repeat([key[0] for key in EXAMPLES], [len(found) for found in EXAMPLES.values()])
    own = (kinds == asks) & np.isin(names, [key[0] for key in many])
    vectors, topics = ready.vectors[own], np.unique(names[own], return_inverse=True)[1]
    out = np.arange(len(topics)) % 4 == 0
    apart = Discriminant.of(vectors[~out], topics[~out])
    nearest = topics[~out][(vectors[out] @ vectors[~out].T).argmax(axis=1)] == topics[out]
    likely = np.array([int(apart.likely(vector).argmax()) for vector in vectors[out]]) == topics[out]
    assert len(likely) > 150
    assert likely.mean() > nearest.mean() + 0.03


def test_a_likely_topic_is_nearer_and_an_unlikely_one_farther_than_its_example() -> None:
    near = np.array([0.6, 0.6, 0.6])
    sure, open_, unlikely = heard_as(near, np.array([0.9, 0.3, 0.0]))
    assert sure > 0.8 > open_ == 0.6 > unlikely


def test_what_is_ready_has_lines_about_nothing_and_every_topic(perceiver: Perceiver) -> None:
    ready = load(perceiver.text_encoder)
    assert ready is not None
    for asks, (topics, told) in ready.told.items():
        assert {topic for topic in topics if not topic.startswith(NONE)} == {key[0] for key in EXAMPLES if key[1] is asks}
        assert sum(topic.startswith(NONE) for topic in topics) > 3
        assert told.weights.shape == (768, len(topics))
        assert np.isfinite(told.weights).all()
