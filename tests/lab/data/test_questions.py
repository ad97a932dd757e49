from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from engine.lab.data.concepts import describe
from engine.lab.data.paint import SHADES
from engine.lab.data.questions import Questioner
from engine.lab.data.teacher import Situation, teach
from engine.lab.data.things import Entity, Scene, usual

FRAME = np.zeros((192, 320, 3), np.uint8)
WHOLE = (0, 0, 320, 192)
BLUE_KEY = Entity(("blue key", "key"), (10, 10, 20, 20), frozenset({"item"}), colour="blue")
RED_KEY = Entity(("red key", "key"), (60, 10, 20, 20), frozenset({"item"}), colour="red")
WOLF = Entity(("wolf",), (100, 10, 30, 30), frozenset({"hostile", "animal"}), ("monster", "animal"))


def scenes(generator, count=40):
    return [generator.scene(i) for i in range(count)]


def test_a_query_finds_everything_of_that_name_and_nothing_else(generator):
    for i, scene in enumerate(scenes(generator)):
        for phrase, found in generator.queries(scene, np.random.default_rng(i), 20):
            assert found == [j for j, e in enumerate(scene.entities) if e.is_called(phrase)]


def test_queries_are_asked_for_absent_things_too(generator):
    found = [
        bool(hit)
        for i, scene in enumerate(scenes(generator))
        for _, hit in generator.queries(scene, np.random.default_rng(i), 20)
    ]
    assert 0.25 < np.mean(found) < 0.55


def test_an_absent_phrase_shares_no_name_with_what_is_in_view(generator):
    for i, scene in enumerate(scenes(generator)):
        phrase = generator.questioner.absent_phrase(scene, np.random.default_rng(i))
        assert not any(entity.is_called(phrase) for entity in scene.entities)


def test_the_same_thing_in_another_colour_is_asked_for(generator):
    scene, rng = Scene(FRAME, WHOLE, [BLUE_KEY, RED_KEY]), np.random.default_rng(0)
    asked = {generator.questioner.absent_phrase(scene, rng) for _ in range(80)}
    keys = {phrase for phrase in asked if phrase.endswith(" key")}
    assert keys
    assert not keys & {"blue key", "red key", "purple key", "orange key", "pink key", "brown key"}


def test_a_colour_is_now_and_then_called_by_another_word(generator):
    scene, rng = Scene(FRAME, WHOLE, [RED_KEY]), np.random.default_rng(0)
    found = {phrase for _ in range(60) for phrase, at in generator.queries(scene, rng, 8) if at}
    assert found & {f"{shade} key" for shade in SHADES["red"]}
    assert all(RED_KEY.is_called(phrase) for phrase in found)


@pytest.mark.parametrize(
    ("phrase", "plain"),
    [
        ("crimson key", "red key"),
        ("jet black cat", "black cat"),
        ("rosy apple", "pink apple"),
        ("rose", "rose"),
    ],
)
def test_other_words_for_colours_mean_the_usual_ones(phrase, plain):
    assert usual(phrase) == plain


def test_an_unknown_colour_is_never_used_as_evidence_of_absence(generator):
    scene = Scene(FRAME, WHOLE, [Entity(("key",), (0, 0, 9, 9), frozenset({"item"})), BLUE_KEY])
    rng = np.random.default_rng(0)
    assert not any(generator.questioner.absent_phrase(scene, rng).endswith("key") for _ in range(80))


def test_lessons_say_what_the_teacher_says_of_the_scene(generator, utterances):
    for i, scene in enumerate(scenes(generator)):
        for sample in generator.lessons(scene, utterances, np.random.default_rng(i), 12):
            meant = [e for e in scene.entities if sample.named and e.is_called(sample.named)]
            tags = frozenset().union(*(e.tags for e in meant)) if meant else None
            lesson = teach(
                Situation(
                    sample.intent,
                    sample.tone,
                    sample.named is not None,
                    tags,
                    bool(scene.tagged("hostile")),
                    bool(scene.tagged("hazard")),
                )
            )
            assert (sample.action, sample.emotion) == (lesson.action, lesson.emotion)
            assert sample.absent == (sample.named is not None and not meant)
            if meant:
                assert sample.target_boxes == [e.box for e in meant]


def test_an_absent_thing_has_no_target(generator, utterances):
    samples = [
        s
        for i, scene in enumerate(scenes(generator))
        for s in generator.lessons(scene, utterances, np.random.default_rng(i), 12)
    ]
    absent = [s for s in samples if s.absent]
    assert 0.3 < len(absent) / sum(s.named is not None for s in samples) < 0.7
    assert not any(s.target_boxes for s in absent)


def test_a_cry_for_help_points_at_the_hostile(generator, utterances):
    lines = [line for line in utterances if line.intent == "help_me"]
    samples = generator.lessons(Scene(FRAME, WHOLE, [BLUE_KEY, WOLF]), lines, np.random.default_rng(0), 20)
    assert [WOLF.box] in [s.target_boxes for s in samples]


def test_silence_is_a_part_of_the_lessons(generator, utterances):
    samples = generator.lessons(Scene(FRAME, WHOLE, [WOLF]), utterances, np.random.default_rng(0), 200)
    silent = [s for s in samples if not s.text]
    assert 0.08 < len(silent) / len(samples) < 0.25
    assert {(s.intent, s.action) for s in silent} == {("none", "warn")}


def test_intents_are_balanced_whatever_the_number_of_their_lines(generator, utterances):
    lines = [*utterances, *[line for line in utterances if line.intent == "greet"] * 30]
    samples = generator.lessons(Scene(FRAME, WHOLE, [WOLF]), lines, np.random.default_rng(0), 700)
    counts = Counter(s.intent for s in samples if s.text)
    assert max(counts.values()) < 2 * min(counts.values())


def test_a_slot_is_filled_with_a_thing_of_its_kind(generator, utterances):
    lines = [line for line in utterances if line.slot == "creature"]
    samples = generator.lessons(Scene(FRAME, WHOLE, [BLUE_KEY, WOLF]), lines, np.random.default_rng(0), 60)
    assert not any("key" in s.text for s in samples)
    assert any(s.named == "wolf" for s in samples)


def test_where_everything_for_a_slot_is_in_view_something_else_is_named():
    questioner = Questioner([describe("wolf"), describe("spoon")])
    phrase = questioner.absent_phrase(Scene(FRAME, WHOLE, [WOLF]), np.random.default_rng(0), "creature")
    assert phrase.endswith("spoon")


def test_a_vocabulary_that_is_all_in_view_is_an_error():
    with pytest.raises(ValueError, match="every concept"):
        Questioner([describe("wolf")]).absent_phrase(Scene(FRAME, WHOLE, [WOLF]), np.random.default_rng(0))
