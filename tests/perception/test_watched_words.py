"""Words that name a watched thing are pointed at with the help of the watch list."""

from __future__ import annotations

import numpy as np
import pytest

from engine.perception.pointing import agreed
from npc.language import read_relation

GUARD, WOLF = (0, 0), (0, 3)
WATCH = ("wolf", "red potion")


def peak(text, presence=0.9):
    """Where the words point, if the sentence alone takes the guard for the wolf by a hair."""
    sentence, wolf = np.full((2, 4), 0.1, np.float32), np.full((2, 4), 0.01, np.float32)
    sentence[GUARD], sentence[WOLF], wolf[WOLF] = 0.8, 0.7, 0.9
    watched = {"wolf": (presence, wolf), "red potion": (0.9, np.ones((2, 4), np.float32))}
    relation = read_relation(text)
    thing = relation.thing if relation else text
    return np.unravel_index(agreed(thing, WATCH, sentence, watched, 0.5).argmax(), (2, 4))


@pytest.mark.parametrize("text", ["attack the wolf!", "A WOLF, run", "protect me from the wolf", "the wolf left of the tree"])
def test_a_watched_thing_that_is_named_and_in_view_is_pointed_at(text):
    assert peak(text) == WOLF


@pytest.mark.parametrize("text", ["attack him", "the wolfhound", "the tree left of the wolf", "give the wolf the red potion"])
def test_other_words_point_where_the_sentence_does(text):
    assert peak(text) == GUARD


def test_a_watched_thing_that_is_not_in_view_draws_nothing():
    assert peak("attack the wolf", presence=0.2) == GUARD
