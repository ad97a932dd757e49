"""A remark is answered by its kind where no topic is near, and nothing else is meant."""

from __future__ import annotations

import pytest

from npc import load_persona


@pytest.fixture
def actor(stage):
    return stage("elder")


NOTHING_NEAR = {"on_weather": 0.2}


@pytest.mark.parametrize(
    ("said", "kind", "reason"),
    [
        ("three days on that flooded road, and a boot stayed in it", "journey", "journey"),
        ("the cook put salt into my tea again", "bad_luck", "bad luck"),
        ("that inspector charged me twice for one stamp", "wronged", "wronged"),
    ],
)
def test_it_is_taken_up_by_its_kind(actor, said: str, kind: str, reason: str) -> None:
    decision = actor.hear(said, "chat", "talk", target=None, talk=NOTHING_NEAR, remark={kind: 0.7, "people": 0.1})
    assert f"was told something: {reason}" in decision.reason, decision.reason
    assert decision.line


def test_what_is_unsure_is_of_no_kind(actor) -> None:
    decision = actor.hear(
        "two carts stood on the bridge", "chat", "talk", target=None, talk=NOTHING_NEAR, remark={"journey": 0.2}
    )
    assert "was told something" not in decision.reason


def test_a_topic_that_is_near_says_more(actor) -> None:
    decision = actor.hear("my tooth hurts", "chat", "talk", target=None, talk={"on_pain": 0.95}, remark={"hurt": 0.9})
    assert "was spoken to about pain" in decision.reason


def test_a_death_is_no_success(actor) -> None:
    said = "my brother was killed on the first day"
    decision = actor.hear(said, "chat", "talk", target=None, talk=NOTHING_NEAR, remark={"success": 0.6})
    assert "success" not in decision.reason


def test_who_tells_where_he_goes_takes_no_leave(actor) -> None:
    heard = {"talk": NOTHING_NEAR, "remark": {"travel_plan": 0.8}}
    decision = actor.hear("tomorrow the wagon takes me down to the coast", "farewell", "greet", target=None, **heard)
    assert "travel plan" in decision.reason


def test_every_shipped_character_has_its_own_words() -> None:
    for name in ("guard", "merchant", "healer", "bard", "hermit", "elder", "coward", "blacksmith"):
        lines = load_persona(name).lines
        own = [key for key in lines if key.startswith("on_told_")]
        assert len(own) >= 60, name
