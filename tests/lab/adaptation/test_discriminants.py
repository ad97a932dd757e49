"""What a game's art tells of its looks in closed form, with the shipped bundle: made-up things are found, seen or spoken of."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the train extra")

from engine.formats.art import Art, ArtThing
from engine.formats.bundle import default_bundle
from engine.lab.adaptation.composing import compose
from engine.lab.adaptation.discriminants import NAMED, fit
from engine.lab.adaptation.frames import Split
from engine.perception import Perceiver, Query
from engine.perception.discriminants import Discriminants, write_discriminants
from tests.perception.test_looks import CRATE, GLOOMFANG, PLACES, SIZE, creature, holds, scene

pytestmark = pytest.mark.train
THINGS = {"gloomfang": GLOOMFANG, "qibble": CRATE, "vorm": creature((40, 150, 60), 5), "zarn": creature((220, 120, 20), 14)}


@pytest.fixture(scope="module")
def found(perceiver: Perceiver) -> Discriminants:
    art = Art(Path("art"), "gems", tuple(ArtThing(name, (np.asarray(picture),)) for name, picture in THINGS.items()))
    composed = compose(art, frames=60)
    fitted = fit(perceiver, composed, composed.split(composed.rows), lambda: None)
    assert fitted is not None
    return fitted


@pytest.fixture(scope="module")
def taught(found: Discriminants, tmp_path_factory: pytest.TempPathFactory) -> Perceiver:
    folder = tmp_path_factory.mktemp("bundles") / "taught"
    shutil.copytree(default_bundle(), folder)
    write_discriminants(folder, found)
    return Perceiver(folder, "cpu")


def test_each_thing_has_one_and_a_name_that_nobody_knows_has_little_say(found: Discriminants) -> None:
    assert found.names == tuple(sorted(THINGS))
    assert found.odds.seen > 0
    assert found.odds.heat == pytest.approx(max(found.odds.named, NAMED * found.odds.seen))


def test_things_are_found_where_they_are_and_missed_where_they_are_not(taught: Perceiver) -> None:
    others = {"gloomfang": "qibble", "qibble": "vorm", "vorm": "zarn", "zarn": "gloomfang"}
    for place, (name, picture) in zip(PLACES, THINGS.items(), strict=False):
        frame = taught.encode_frame(scene((picture, place)))
        here, missing = taught.see(frame, [Query(watch=(name, others[name]))])[0].watch
        assert holds(place, (here.x * SIZE[0], here.y * SIZE[1]))
        assert here.p > 0.5 > missing.p


def test_words_point_at_what_was_taught(taught: Perceiver) -> None:
    frame = taught.encode_frame(scene((GLOOMFANG, PLACES[5]), (CRATE, PLACES[0])))
    spoken = "attack the gloomfang!"
    target = taught.see(frame, [Query(spoken)])[0].target
    assert target is not None
    assert holds(PLACES[5], (target.x * SIZE[0], target.y * SIZE[1]))
    assert taught.see(taught.encode_frame(scene((CRATE, PLACES[0]))), [Query(spoken)])[0].target is None


def test_nothing_changes_for_what_was_not_taught(taught: Perceiver, perceiver: Perceiver) -> None:
    frame, query = scene((GLOOMFANG, PLACES[0]), (CRATE, PLACES[3])), Query("take the crate", watch=("crate", "tree"))
    one, other = (of.see(of.encode_frame(frame), [query])[0] for of in (taught, perceiver))
    assert (one.watch, one.target) == (other.watch, other.target)


def test_nothing_is_fitted_where_nothing_is_shown_often_enough(perceiver: Perceiver) -> None:
    art = Art(Path("art"), "gems", tuple(ArtThing(name, (np.asarray(THINGS[name]),)) for name in ("gloomfang", "qibble")))
    composed = compose(art, frames=12)
    assert fit(perceiver, composed, Split(list(composed.rows[:1]), list(composed.rows[1:])), lambda: None) is None
