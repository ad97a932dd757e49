"""What a target lies on, where the game says what is where."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.bridge.client import BridgeError, Frame
from engine.formats.boxes import entity_at, places
from engine.formats.wire.codec import Observe, Utterance, encode
from npc.types import Target
from tests.bridge.conftest import StubPerceiver

THINGS = {"wall": (0.0, 0.0, 1.0, 1.0), "wolf": (0.25, 0.25, 0.75, 0.75), "tail": (0.5, 0.5, 0.625, 0.625)}


class Pointing(StubPerceiver):
    """Takes all words for an order to go to the middle."""

    def _sight(self, frame, query):
        self.places = query.places
        sight = super()._sight(frame, query)
        return replace(sight, heads={**sight.heads, "action": {"go_to": 1.0}}, target=Target(0.5, 0.5, 0.9))


@pytest.fixture
def perceiver() -> StubPerceiver:
    return Pointing()


@pytest.mark.parametrize(
    ("x", "y", "thing"),
    [(0.125, 0.5, "wall"), (0.375, 0.5, "wolf"), (0.5625, 0.5625, "tail")],
    ids=["behind", "inside", "on top"],
)
def test_the_smallest_thing_that_a_target_lies_in_is_meant(x, y, thing):
    assert entity_at(Target(x, y, 1.0), THINGS) == thing


def test_a_thing_that_a_target_lies_in_goes_before_a_smaller_one_beside_it():
    assert entity_at(Target(0.49, 0.55, 1.0), THINGS) == "wolf"


@pytest.mark.parametrize(("x", "thing"), [(0.23, "wolf"), (0.2, None), (0.77, "wolf"), (0.8, None)])
def test_a_target_may_miss_a_thing_by_one_cell_of_the_model(x, thing):
    assert entity_at(Target(x, 0.5, 1.0), {"wolf": THINGS["wolf"]}) == thing


def test_without_a_target_nothing_is_meant():
    assert entity_at(None, THINGS) is None


def test_a_decision_names_the_thing_that_its_target_lies_on(client):
    client.spawn("mira", persona="healer")
    things = {"potion-7": (0.4, 0.4, 0.6, 0.6), "door": (0.8, 0.0, 1.0, 1.0)}
    client.observe("mira", frame=Frame(bytes(12), 2, 2, entities=things), text="go there")
    client.observe("mira", frame=Frame(bytes(12), 2, 2), text="go there")
    assert [decision.entity for decision in client.decisions(2)] == ["potion-7", None]


WRONG = {
    "pixels": ((210.0, 96.0, 250.0, 127.0), "looks like pixels. Send left, top, right, bottom as fractions"),
    "per cent": ((10.0, 20.0, 30.0, 40.0), "looks like pixels"),
    "a width": ((0.5, 0.25, 0.125, 0.5), r"ends before it begins. Send left, top, right, bottom \(not width"),
    "y upwards": ((0.25, 0.75, 0.5, 0.5), "ends before it begins"),
}


@pytest.mark.parametrize(("box", "told"), WRONG.values(), ids=WRONG.keys())
def test_a_box_in_another_unit_is_refused_with_what_to_send(client, box, told):
    client.spawn("mira", persona="healer")
    with pytest.raises(BridgeError, match=rf"'wolf' .*{told}"):
        client.observe("mira", frame=Frame(bytes(12), 2, 2, entities={"wolf": box}))


def test_the_server_refuses_pixels_too_and_goes_on(client):
    client.spawn("mira", persona="healer")
    frame = Frame(bytes(12), 2, 2, entities={"wolf": (210.0, 96.0, 250.0, 127.0)})
    client._session._hand_over(encode(Observe(7, ("mira",), frame, Utterance("u-1", "hello", ("mira",)))))
    refused = client.refusal()
    assert "looks like pixels" in refused.message
    assert (refused.code, refused.about.seq, refused.about.utterance) == ("field", 7, "u-1")
    client.observe("mira", text="hello")
    assert client.decisions(1)


def test_a_thing_may_reach_far_beyond_the_frame(client):
    client.spawn("mira", persona="healer")
    client.observe("mira", frame=Frame(bytes(12), 2, 2, entities={"wall": (-9.5, 0.0, 10.0, 1.0)}), text="go there")
    assert [decision.entity for decision in client.decisions(1)] == ["wall"]


def test_a_thing_that_is_no_box_is_refused_before_it_is_sent(client):
    client.spawn("mira", persona="healer")
    with pytest.raises(BridgeError) as refused:
        client.observe("mira", frame=Frame(bytes(12), 2, 2, entities={"wolf": (0.0, 0.0, 1.0)}))
    assert refused.value.code == "field"
    assert "wolf" in refused.value.message


def test_where_you_and_me_are_is_told_by_the_entities_of_their_names():
    boxes = {**THINGS, "mira": (0.0, 0.25, 0.5, 0.75), "Ada": (0.5, 0.0, 1.0, 1.0)}
    assert places("mira", "Ada", boxes) == {"you": boxes["mira"], "me": boxes["Ada"]}
    assert places("mira", "player", boxes) == {"you": boxes["mira"]}
    assert places("bram", "player", THINGS) == {}


def test_the_model_hears_where_people_stand(client, perceiver):
    client.spawn("mira", persona="healer")
    seen = Frame(bytes(12), 2, 2, entities={"mira": (0.0, 0.25, 0.5, 0.75), "player": (0.5, 0.5, 1.0, 1.0)})
    client.observe("mira", frame=seen, text="the tree nearest to you")
    assert client.decisions(1)
    assert perceiver.places == {"you": (0.0, 0.25, 0.5, 0.75), "me": (0.5, 0.5, 1.0, 1.0)}
