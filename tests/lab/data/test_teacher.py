"""The teacher's table, row by row."""

from __future__ import annotations

import pytest

from engine.formats.labels import load_labels
from engine.lab.data.teacher import SOCIAL, Situation, teach

ITEM, FOUL = frozenset({"item"}), frozenset({"item", "foul"})


@pytest.mark.parametrize(
    ("situation", "action"),
    [
        (Situation("attack", named=True, target_tags=ITEM), "attack"),
        (Situation("attack", named=True), "refuse"),
        (Situation("attack", named=True, hostile=True), "refuse"),
        (Situation("attack", hostile=True), "attack"),
        (Situation("attack"), "refuse"),
        (Situation("help_me", hostile=True), "defend"),
        (Situation("help_me"), "heal"),
        (Situation("warn", hostile=True, hazard=True), "defend"),
        (Situation("warn", hazard=True), "flee"),
        (Situation("warn"), "talk"),
        (Situation("flee", hostile=True), "flee"),
        (Situation("flee", hazard=True), "flee"),
        (Situation("flee"), "refuse"),
        (Situation("threaten", hostile=True), "warn"),
        (Situation("threaten"), "defend"),
        (Situation("insult"), "refuse"),
        (Situation("insult", hostile=True), "refuse"),
        (Situation("greet"), "greet"),
        (Situation("farewell"), "greet"),
        (Situation("thank"), "talk"),
        (Situation("apologize"), "talk"),
        (Situation("chat"), "talk"),
        (Situation("ask_about"), "talk"),
        (Situation("agree"), "talk"),
        (Situation("compliment"), "celebrate"),
        (Situation("gift"), "celebrate"),
        (Situation("trade"), "trade"),
        (Situation("refuse"), "idle"),
        (Situation("ask_where", named=True, target_tags=ITEM), "point_at"),
        (Situation("ask_where", named=True), "talk"),
        (Situation("identify", named=True, target_tags=ITEM, hostile=True), "point_at"),
        (Situation("identify"), "talk"),
        (Situation("follow_me", hostile=True), "follow"),
        (Situation("wait_here"), "stay"),
        (Situation("go_to", named=True, target_tags=ITEM), "go_to"),
        (Situation("give_me"), "give"),
        (Situation("pick_up", named=True, target_tags=ITEM), "pick_up"),
        (Situation("use", named=True, target_tags=ITEM), "use"),
        (Situation("use", named=True), "refuse"),
        (Situation(hostile=True, hazard=True), "warn"),
        (Situation(hazard=True), "flee"),
        (Situation(), "idle"),
    ],
)
def test_action_follows_from_the_situation(situation, action):
    assert teach(situation).action == action


@pytest.mark.parametrize("intent", sorted(SOCIAL))
def test_small_talk_stops_when_a_hostile_is_in_view(intent):
    assert teach(Situation(intent, hostile=True)).action == "warn"


@pytest.mark.parametrize(
    ("situation", "emotion"),
    [
        (Situation("attack", hostile=True), "angry"),
        (Situation("threaten"), "angry"),
        (Situation("insult", tone="angry"), "angry"),
        (Situation("insult", hostile=True), "disgusted"),
        (Situation("pick_up", named=True, target_tags=FOUL, hostile=True), "disgusted"),
        (Situation("go_to", named=True, target_tags=FOUL), "neutral"),
        (Situation("greet", hostile=True), "afraid"),
        (Situation("warn", hazard=True), "afraid"),
        (Situation("flee", hazard=True), "afraid"),
        (Situation(hazard=True), "afraid"),
        (Situation("greet", hazard=True), "happy"),
        (Situation("thank"), "happy"),
        (Situation("compliment"), "happy"),
        (Situation("gift"), "happy"),
        (Situation("agree"), "happy"),
        (Situation("farewell"), "sad"),
        (Situation("refuse"), "sad"),
        (Situation("apologize", tone="sad"), "sad"),
        (Situation("chat", tone="excited"), "happy"),
        (Situation("chat", tone="angry"), "neutral"),
        (Situation("help_me"), "surprised"),
        (Situation("warn"), "surprised"),
        (Situation("trade"), "neutral"),
    ],
)
def test_emotion_follows_from_the_situation(situation, emotion):
    assert teach(situation).emotion == emotion


@pytest.mark.parametrize(
    ("situation", "target"),
    [
        (Situation("give_me", named=True, target_tags=ITEM), "named"),
        (Situation("attack", named=True, target_tags=ITEM, hostile=True), "named"),
        (Situation("attack", named=True, hostile=True), None),
        (Situation("attack", hostile=True), "hostile"),
        (Situation("help_me", hostile=True), "hostile"),
        (Situation("help_me", hazard=True), None),
        (Situation("warn", hostile=True, hazard=True), "hostile"),
        (Situation("flee", hazard=True), "hazard"),
        (Situation("greet", hostile=True), None),
        (Situation(hostile=True), None),
    ],
)
def test_target_is_what_the_words_are_about(situation, target):
    assert teach(situation).target == target


def test_every_intent_and_tone_has_a_lesson_of_known_labels():
    labels = load_labels()
    for intent in labels["intent"]:
        for tone in labels["tone"]:
            for hostile in (False, True):
                lesson = teach(Situation(intent, tone, hostile=hostile))
                assert lesson.action in labels["action"]
                assert lesson.emotion in labels["emotion"]
