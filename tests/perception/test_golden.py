"""What the shipped bundle makes of fifty drawn frames is what it made of them before: see `golden.json`.

`python tests/perception/test_golden.py` writes that file anew, where a new bundle is meant to see differently.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from engine.lab.data.drawn import THINGS
from engine.perception import Frame, Perceiver, Query
from npc import Percept

GOLDEN = Path(__file__).with_name("golden.json")
FRAMES, SCREEN = 50, (640, 360)
HEADS = ("intent", "tone", "action", "emotion")
NEAR = 0.02  # the INT8 graphs differ a little from processor to processor
WORDS = (
    "hand me the {0}",
    "hand me the {0} left of the {1}",
    "what is the thing nearest to you?",
    "attack the nearest {0}!",
    "Hello there, how are you?",
    "",
    "take the {1} that is closest to me, please",
    "there is a {0} behind you",
    "you are a worthless idiot",
    "go to the {0} and wait there",
    "who built the old mill?",
    "run, the {1} is on fire",
)


def case(number: int) -> tuple[Frame, list[Query]]:
    """Four things on a plain, and what two characters want to know of them."""
    rng = np.random.default_rng(number)
    screen = Image.new("RGB", SCREEN, tuple(int(v) for v in rng.integers(60, 140, 3)))
    things = [THINGS[i] for i in rng.permutation(len(THINGS))[:4]]
    for thing in things:
        sprite = Image.fromarray(thing.sprite(rng)[0]).resize((56, 56), Image.Resampling.NEAREST)
        screen.paste(sprite, (int(rng.integers(0, 580)), int(rng.integers(0, 300))), sprite.getchannel("A"))
    names = [thing.concept.names[0] for thing in things]
    text = WORDS[number % len(WORDS)].format(*names)
    stands = {"you": (0.05, 0.5, 0.15, 0.8), "me": (0.8, 0.4, 0.9, 0.7)}
    watch = (names[0], names[2], "wolf")
    return Frame(screen.tobytes(), *SCREEN), [Query(text, watch, places=stands), Query("", watch[:1])]


def numbers(percept: Percept) -> dict[str, Any]:
    """All of a percept that comes from the model."""
    target = percept.target
    return {
        "heads": {head: {label: round(p, 5) for label, p in getattr(percept, head).items()} for head in HEADS},
        "target": [round(v, 5) for v in (target.x, target.y, target.p)] if target else None,
        "watch": [[seen.phrase, *(round(v, 5) for v in (seen.p, seen.x, seen.y))] for seen in percept.watch],
    }


def seen(perceiver: Perceiver, number: int) -> list[dict[str, Any]]:
    frame, queries = case(number)
    return [numbers(percept) for percept in perceiver.perceive(perceiver.encode_frame(frame), queries)]


@pytest.mark.parametrize("number", range(FRAMES))
def test_a_frame_is_seen_as_before(perceiver: Perceiver, number: int) -> None:
    for now, before in zip(seen(perceiver, number), json.loads(GOLDEN.read_text())[number], strict=True):
        for head in HEADS:
            assert now["heads"][head] == pytest.approx(before["heads"][head], abs=NEAR)
        assert now["target"] == (before["target"] and pytest.approx(before["target"], abs=NEAR))
        for (phrase, p, *place), (known, expected, *there) in zip(now["watch"], before["watch"], strict=True):
            assert (phrase, p) == (known, pytest.approx(expected, abs=NEAR))
            assert expected < 0.5 or place == pytest.approx(there, abs=NEAR)  # what is not there may be anywhere


if __name__ == "__main__":
    model = Perceiver(provider="cpu", threads=2)
    GOLDEN.write_text("[" + ",\n".join(json.dumps(seen(model, number)) for number in range(FRAMES)) + "]\n")
