"""Another bundle takes over: vectors of two models are never compared, while replicas are exchanged and afterwards."""

from __future__ import annotations

import copy
import gc
import time
from dataclasses import replace
from itertools import cycle

import numpy as np
import pytest

from engine.formats.frame import Frame
from engine.minds.knowledge import Knowledge
from engine.minds.recollections import Recollections
from engine.perception import Query
from engine.remote.perceiver import RemotePerceiver
from engine.remote.shown import Shown
from npc import persona_from
from npc.memory import Memory

DEADLINE = 30.0
CARD = persona_from(
    {
        "name": "Ada",
        "knowledge": {
            "mill": {"asked": ["Who built the mill?", "Whose mill is that?"], "say": "My uncle."},
            "gate": {"asked": "When does the gate close?", "say": "At dusk."},
        },
    }
)


class OtherModel:
    """The same model with all vectors turned round: compared with the first one's, what is alike is as unlike as can be."""

    text_encoder = image_encoder = "another"

    def __init__(self, perceiver):
        self._perceiver, self.shown = perceiver, []

    def __getattr__(self, name):
        return getattr(self._perceiver, name)

    def sentences(self, texts):
        return -self._perceiver.sentences(texts)

    def appearance(self, picture):
        return -self._perceiver.appearance(picture)

    def see(self, frame, queries):
        self.shown += [look for query in queries for looks in query.looks.values() for look in looks]
        return self._perceiver.see(frame, [replace(query, looks={}) for query in queries])


@pytest.fixture
def other(replica):
    made = copy.copy(replica)
    made._perceiver = OtherModel(replica._perceiver)
    return made


@pytest.fixture
def remote(stand):
    made = RemotePerceiver(stand.address, patience=DEADLINE, frames=DEADLINE)
    yield made
    made.close()


class TakingTurns:
    """Replicas of two versions, as in the middle of a rollover."""

    def __init__(self, *replicas):
        self._turns = cycle(replicas)

    def answer(self, calls):
        return next(self._turns).answer(calls)


def test_what_a_card_knows_is_found_by_the_new_model_as_by_the_old(remote, stand, other):
    knowledge = Knowledge(remote.sentences, encoder=lambda: remote.text_encoder)
    before = knowledge.likeness(CARD, "who made the mill?")
    assert before["mill"] > 0.5
    stand.replica = other
    remote.see(None, [Query("who has built that mill?")])  # brings the new model's vector of these words along
    assert knowledge.likeness(CARD, "who has built that mill?")["mill"] > 0.5
    assert remote.text_encoder == "another"
    assert knowledge.likeness(CARD, "who made the mill?") == pytest.approx(before, abs=1e-3)


def test_what_is_remembered_is_found_by_the_new_model_as_by_the_old(remote, stand, other):
    found, memory = Recollections(remote.sentences, encoder=lambda: remote.text_encoder), Memory()
    for n, text in enumerate(("I buried the coins under the oak", "my leg is hurt")):
        memory.remember(float(n), "player", "chat", 0.5, text=text)
    before = found.near(memory, ["where are the coins?"], 10_000)
    assert next(iter(before)) == 0
    stand.replica = other
    after = found.near(memory, ["where did I bury the coins?"], 10_000)
    assert next(iter(after)) == 0
    assert after[0] > 0.5
    memory.remember(3.0, "player", "chat", 0.5, text="a wolf came")
    assert min(found.near(memory, ["where are the coins?"], 10_000).values()) > -0.3


def test_while_both_versions_answer_the_vectors_stay_those_of_the_first(remote, stand, replica, other):
    first = remote.text_encoder
    stand.replica = TakingTurns(other, replica)
    words = [f"thing {n}" for n in range(6)]
    vectors = np.concatenate([remote.sentences([word]) for word in words])
    assert remote.text_encoder == first
    assert np.allclose(vectors, replica._perceiver.sentences(words), atol=1e-6)


def test_what_ships_ready_counts_for_the_bundle_that_ships(remote, perceiver):
    assert remote.text_encoder == perceiver.text_encoder


# -- looks -----------------------------------------------------------------------------------------------


def test_pictures_of_things_are_looked_at_again_by_the_new_model(remote, stand, other):
    thing = np.zeros((40, 40, 4), np.uint8)
    thing[8:32, 8:32] = (200, 40, 30, 255)
    seen = remote.appearance(thing)
    frame = remote.encode(Frame.from_array(np.full((180, 320, 3), 90, np.uint8)), ())
    queries = [Query("", ("gloomfang",), looks={"gloomfang": (seen,)})]
    stand.replica, model = other, other._perceiver
    end = time.monotonic() + DEADLINE
    while not model.shown and time.monotonic() < end:
        assert len(remote.see(frame, queries)) == 1
    assert np.allclose(model.shown[0], -seen, atol=1e-6)


def test_a_look_that_nobody_holds_is_let_go_with_its_picture():
    shown = Shown(lambda picture: ("model", np.ones(4, np.float32)))
    kept = [shown.add(np.zeros((4, 4, 4), np.uint8)) for _ in range(3)]
    assert len(shown.to("model", {"x": tuple(kept)})["x"]) == 3
    del kept[0]
    gc.collect()
    assert len(shown._things) == 2
    for _ in range(500):
        shown.add(np.zeros((4, 4, 4), np.uint8))
    assert len(shown._kept) < 100
    shown.close()


def test_looks_of_nobody_knows_which_model_are_left_out():
    shown = Shown(lambda picture: ("model", np.ones(4, np.float32)))
    assert shown.to("model", {"x": (np.ones(4, np.float32),)}) == {}
    shown.close()
