from __future__ import annotations

import numpy as np
import pytest

from engine.perception.relations import Relation, placed, read_relation


@pytest.mark.parametrize(("text", "relation"), [
    ("hand me the chest left of the tree", Relation("hand me the chest", "left", "tree")),
    ("pass me the jar that is to the left of the old tree, please", Relation("pass me the jar, please", "left", "old tree")),
    ("could you hand me that red thing by the door?", Relation("could you hand me that red thing?", "near", "door")),
    ("what is the thing on top of the barrel", Relation("what is the thing", "above", "barrel")),
    ("Attack the wolf NEXT TO the well!", Relation("Attack the wolf!", "near", "well")),
    ("take the key under the table and go", Relation("take the key and go", "below", "table")),
])
def test_a_relation_is_taken_out_of_the_words(text, relation):
    assert read_relation(text) == relation


@pytest.mark.parametrize("text", ["there is a wolf behind you", "stay near me", "left or right?", "by day we rest", "go left"])
def test_what_places_nothing_by_a_thing_is_no_relation(text):
    assert read_relation(text) is None


def _spots(*at: tuple[int, int]) -> np.ndarray:
    heat = np.full((24, 40), 0.01, np.float32)
    for spot in at:
        heat[spot] = 0.8
    return heat


@pytest.mark.parametrize(("kind", "meant"), [("left", (10, 5)), ("right", (10, 30)), ("above", (3, 18)), ("below", (20, 18)),
                                             ("near", (10, 21))])
def test_of_several_the_one_that_stands_so_is_meant(kind, meant):
    anchor = (10, 18)
    spots = [(10, 5), (10, 30), (3, 18), (20, 18)] + ([(10, 21)] if kind == "near" else [])
    heat = placed(_spots(*spots), kind, _spots(anchor))
    assert np.unravel_index(heat.argmax(), heat.shape) == meant


def test_the_anchor_itself_is_never_meant():
    heat = placed(_spots((10, 18), (10, 30)), "near", _spots((10, 18)))
    assert np.unravel_index(heat.argmax(), heat.shape) == (10, 30)
