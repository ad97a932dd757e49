"""When the versions of what is drawn and taught are due: caches of features and unfinished runs are named by them."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pytest

from engine.lab.data.questions import Questioner
from engine.lab.data.scenes import SceneGenerator
from engine.lab.data.utterances import load_utterances
from engine.lab.data.versions import DATA_VERSION, LESSONS_VERSION

SCENES = range(6)
GOLDEN = {
    "versions": ("e1a4a97f", "ca49c3b0dc97"),
    "records": "68836d9a8f762d2a",
    "colours": [[190, 97, 107], [157, 131, 128], [96, 112, 81], [43, 81, 38], [6, 106, 141], [75, 96, 159]],
    "lessons": "a3e9740d654fe516",
}
DUE = (
    "{} changed. Where that was meant, give {} in engine/lab/data/versions.py another value, and this test the new {}; caches "
    "and runs of before are then left alone. Where it was not meant (a draw of chance more or in another order), undo it."
)


def digest(content: object) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


@pytest.fixture(scope="module")
def scenes(sprites):
    generator = SceneGenerator(sprites, seed=5)
    return [generator.scene(i) for i in SCENES]


def records(scenes) -> list:
    return [
        [scene.valid, list(scene.absent), [[e.names, e.box, sorted(e.tags), e.generic, e.colour] for e in scene.entities]]
        for scene in scenes
    ]


def colours(scenes) -> list[list[int]]:
    """The mean colour of each scene's picture."""
    return [scene.frame.mean((0, 1)).round().astype(int).tolist() for scene in scenes]


def lessons(scenes, questioner: Questioner) -> list:
    lines = load_utterances("train")
    taught = []
    for i, scene in enumerate(scenes):
        rng = np.random.default_rng((i, 77))
        taught.append(questioner.queries(scene, rng, 12))
        taught.append([list(vars(sample).values()) for sample in questioner.lessons(scene, lines, rng, 12)])
    return [taught, [[u.text, u.intent, u.tone] for split in ("train", "held_out") for u in load_utterances(split)]]


def test_the_golden_digests_are_those_of_these_versions():
    assert GOLDEN["versions"] == (DATA_VERSION, LESSONS_VERSION), "Put the new digests and versions into this test."


def test_scenes_hold_what_they_held(scenes):
    assert digest(records(scenes)) == GOLDEN["records"], DUE.format("What scenes hold", "DATA_VERSION", "records")


def test_scenes_look_as_they_looked(scenes):
    gap = np.abs(np.array(colours(scenes)) - np.array(GOLDEN["colours"])).max()
    assert gap <= 2, DUE.format("How scenes look", "DATA_VERSION", "colours")  # 2: another Pillow rounds otherwise


def test_what_is_taught_is_what_was_taught(scenes, sprites):
    found = digest(lessons(scenes, SceneGenerator(sprites, seed=5).questioner))
    assert found == GOLDEN["lessons"], DUE.format("What is taught", "LESSONS_VERSION", "lessons")
