"""A server speaks the language that it was started with, where a game tells none, and takes up tables while it runs."""

from __future__ import annotations

import pytest

from engine.minds import cards
from engine.minds.brain import Brain
from engine.minds.mind import Observation
from engine.perception.echo import EchoPerceiver


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "berta.yaml").write_text("name: Berta\nlines: {greet: {say: Sit., id: sit}}\n")
    (tmp_path / "berta.de.csv").write_text("id,translation\nsit,Setz dich.\n")
    return tmp_path


def said(brain, mind, state, n=1):
    ((decision, _),) = brain.decide(None, [Observation(mind, float(n), "hello", state=state, source=str(n))])
    return decision.line


def test_the_game_goes_before_the_server_and_the_server_before_the_card(folder):
    brain = Brain(EchoPerceiver(), folder, language="de")
    mind = brain.mind("berta", "berta")
    assert said(brain, mind, {}) == "Setz dich."
    assert said(brain, mind, {"language": "en"}, 2) == "Sit."
    plain = Brain(EchoPerceiver(), folder)
    assert said(plain, plain.mind("berta", "berta"), {}) == "Sit."


def test_an_edited_table_is_taken_up_and_one_with_a_fault_is_told(folder, monkeypatch):
    monkeypatch.setattr(cards, "_EVERY_S", 0.0)
    brain = Brain(EchoPerceiver(), folder, language="de")
    brain._cards = cards.Cards(folder)  # which reads at once, and not on a thread of its own
    mind = brain.mind("berta", "berta")
    assert said(brain, mind, {}) == "Setz dich."
    (folder / "berta.de.csv").write_text("id,translation\nsit,Nimm doch Platz.\n")
    assert said(brain, mind, {}, 2) == "Nimm doch Platz."
    (folder / "berta.de.csv").write_text('id,translation\nsit,"Nimm\n')
    assert said(brain, mind, {}, 3) == "Nimm doch Platz."
    told = " ".join(notice.text for notice in brain.notices())
    assert "berta.de.csv:2: this is no CSV" in told
    assert str(folder) not in told
