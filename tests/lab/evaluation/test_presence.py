"""Whether there is one at all: what a threshold gives, what counts as a look-alike, and the diagram of both."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.formats.recording import RecordedEntity, Row
from engine.lab.evaluation.ask_recording import Pointed, PresenceQuestion, questions_about
from engine.lab.evaluation.metrics import reliability
from engine.lab.evaluation.presence import BAR, EXACT, THRESHOLDS, draw_reliability, thresholds
from npc.language.kinds import siblings

ROW = Row(frame="a.png", episode="1", t=0, entities=())


def said(p: float, there: bool, alike: bool = False) -> Pointed:
    boxes = ((0.0, 0.0, 1.0, 1.0),) if there else ()
    return Pointed(PresenceQuestion(ROW, "wolf", boxes, alike), p, 0, 0, 0.1, (10, 10))


def test_a_threshold_costs_what_is_not_found_and_gives_fewer_false_alarms():
    answers = [said(0.95, True), said(0.6, True), said(0.75, False, alike=True), said(0.2, False), said(0.1, False)]
    rows = {row.p: row for row in thresholds(answers)}
    assert list(rows) == list(THRESHOLDS)
    assert (rows[0.5].found, rows[0.5].false_alarms, rows[0.5].alike) == (1.0, pytest.approx(1 / 3), 1.0)
    assert rows[0.5].right == pytest.approx(2 / 3)
    assert (rows[0.8].found, rows[0.8].false_alarms, rows[0.8].alike, rows[0.8].right) == (0.5, 0.0, 0.0, 1.0)
    assert math.isnan(thresholds([said(0.1, True)])[0].alike)


@pytest.mark.parametrize(
    ("a", "b", "alike"),
    [
        ("red potion", "blue potion", True),
        ("wolf", "bear", True),
        ("wolf", "wolf", False),
        ("wolf", "animal", False),  # a wolf is one
        ("wolf", "chest", False),
        ("pine tree", "tree", False),  # one is called by the other
    ],
)
def test_look_alikes_are_of_one_noun_or_kind_and_not_the_same(a, b, alike):
    assert siblings(a, b) is siblings(b, a) is alike


def test_look_alikes_of_what_is_in_view_are_always_asked():
    potion = RecordedEntity(name="red potion", box=(0, 0, 5, 5))
    row = Row(frame="a.png", episode="1", t=0, entities=(potion,))
    names = sorted(["red potion", "blue potion", *(f"thing number{n}" for n in range(60))])
    asked = {q.phrase: q for q in questions_about(row, names, absent=10)}
    assert len(asked) == 11
    assert asked["blue potion"].alike
    assert not asked["red potion"].alike


def test_the_diagram_shows_how_often_it_is_so():
    answers = [*[said(0.85, True)] * 2, *[said(0.85, False)] * 6]
    assert [(round(b.claimed, 2), b.so, b.weight) for b in reliability([a.there for a in answers], [a.p for a in answers])] == [
        (0.85, 0.25, 1.0)
    ]
    page = np.asarray(draw_reliability({"a game": answers}))
    assert (page == EXACT).all(2).any()
    bar = (page == BAR).all(2)
    assert bar.any(1).sum() == pytest.approx(0.25 * 220, abs=2)
