"""What goes wrong with one character costs no other its decision, and nobody its words."""

from __future__ import annotations

import pytest

from engine.errors import Fault
from engine.minds.brain import Brain
from engine.minds.cards import Cards, unusable
from engine.minds.mind import Observation
from engine.perception.echo import EchoPerceiver

CARD = {"name": "Tam", "lines": {"greet": ["Hello."]}}


class Fragile(EchoPerceiver):
    """Fails on whoever says, or watches for, something about a bug."""

    def see(self, frame, queries):
        if any("bug" in query.text for query in queries):
            raise IndexError("a bug of ours")
        return super().see(frame, queries)

    def known(self, texts, budget):
        if any("bug" in text for text in texts):
            raise UnicodeError("a bug of ours")
        return super().known(texts, budget)


def _told(brain: Brain, observations: list[Observation]) -> list[str]:
    decided = brain.decide(None, observations)
    return [made.code if isinstance(made, Fault) else made[0].line for made in decided]


@pytest.fixture
def brain() -> Brain:
    return Brain(Fragile())


def test_words_that_the_model_fails_on_cost_the_others_nothing(brain):
    minds = [brain.mind(f"n{n}", CARD) for n in range(3)]
    said = [Observation(mind, 1.0, text) for mind, text in zip(minds, ("hello", "a bug", "hello"), strict=True)]
    assert _told(brain, said) == ["Hello.", "internal", "Hello."]
    assert [mind.character.memory.people["player"].heard for mind in (minds[0], minds[2])] == [1, 1]


def test_a_watch_list_that_the_model_fails_on_costs_the_others_nothing(brain):
    minds = [brain.mind("a", CARD, ["a bug"]), brain.mind("b", CARD, ["wolf"])]
    assert _told(brain, [Observation(mind, 1.0, "hello") for mind in minds]) == ["internal", "Hello."]


def test_a_character_that_fails_costs_the_others_nothing(brain, monkeypatch):
    minds = [brain.mind(f"n{n}", CARD) for n in range(3)]
    brain.decide(None, [Observation(mind, 1.0) for mind in minds])
    monkeypatch.setattr(minds[1].character, "tick", lambda percept: 1 / 0)
    assert _told(brain, [Observation(mind, 2.0, "hello") for mind in minds]) == ["Hello.", "internal", "Hello."]


def test_cards_that_cannot_be_looked_at_cost_nobody_words(brain, monkeypatch, caplog):
    mind = brain.mind("a", CARD)
    monkeypatch.setattr(brain._cards, "edited", lambda: 1 / 0)
    assert _told(brain, [Observation(mind, 1.0, "hello")]) == ["Hello."]
    assert "cannot be looked for" in caplog.text


def test_a_store_that_fails_in_a_way_of_its_own_costs_nobody_words(brain, monkeypatch):
    mind = brain.mind("a", CARD)
    monkeypatch.setattr(brain._store, "write", lambda changes: "".encode(1))
    assert _told(brain, [Observation(mind, 1.0, "hello")]) == ["Hello."]


def test_who_starts_a_server_is_told_of_a_broken_card_what_spawning_it_would_tell(tmp_path):
    for name, text in {"ann": "name: Ann\n", "bo": "name: Bo\nlinez: {greet: [Hi]}\n", "cy": "name: [\n"}.items():
        (tmp_path / f"{name}.yaml").write_text(text)
    told = list(unusable(tmp_path))
    for name, warning in zip(("bo", "cy"), told, strict=True):
        with pytest.raises(Fault) as fault:
            Cards(tmp_path).get(name)
        assert warning.startswith(str(fault.value))
        assert "\n" not in warning


def test_a_start_does_not_wait_for_very_many_cards(tmp_path):
    for n in range(4):
        (tmp_path / f"c{n}.yaml").write_text("name: [\n")
    times = iter(range(0, 100, 6))
    [first, rest] = unusable(tmp_path, lambda: next(times))
    assert first.startswith("c0.yaml")
    assert all(words in rest for words in ("c1.yaml and the cards after it", "npc lint"))
