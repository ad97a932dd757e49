"""What somebody points at or holds out is what his words mean; what he asks for without a word is an order."""

from __future__ import annotations

import pytest

from npc.language.emotes import acted_out


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("*points at the chest* open that", "open the chest"),
        ("*points at the key* that", "give me the key"),
        ("*points at the well* that", "go to the well"),
        ("*jerks a thumb at the wolf* kill it", "kill the wolf"),
        ("*nods toward the guard* bring him over here", "bring the guard over here"),
        ("*gestures to the cart* wait with me there", "wait with me by the cart"),
        ("*hands you a letter* take this to the guard", "take the letter to the guard"),
        ("(points to the sword) pick that up", "pick the sword up"),
        ("*kicks the chest* open!", "open the chest!"),
        ("*beckons you over*", "come here"),
        ("*motions for you to follow*", "follow me"),
    ],
)
def test_a_gesture_tells_what_is_meant(said, meant):
    assert acted_out(said) == meant


@pytest.mark.parametrize(
    "said",
    [
        "*smiles* you are kinder than my sister",
        "*looks at the ground* it was my fault",
        "*points at the well* what's that?",
        "*whistles*",
        "*raises the cup* that was good",
        "no emote at all",
    ],
)
def test_other_gestures_are_left_alone(said):
    assert acted_out(said) == said
