"""Questions in ever other words, and remarks of whatever, are told by their wording."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from engine.minds import ready_vectors, wordings
from engine.minds.knowledge import Knowledge
from engine.minds.wordings import ALL, ASKED, NONE, REMARKS, SURE, TOPICS
from engine.perception import Perceiver
from npc import load_persona
from npc.behaviour import load_behaviour
from npc.language.asked import PLAIN
from npc.remarks import LIKELY

AGAIN = "python -m engine.minds.ready_vectors"


@pytest.fixture(scope="module")
def knowledge(perceiver: Perceiver) -> Knowledge:
    return Knowledge(perceiver.sentences, encoder=lambda: perceiver.text_encoder, meanings=perceiver.meanings)


@pytest.mark.parametrize("lines", ALL, ids=lambda lines: lines.stem)
def test_they_were_learnt_from_the_lines_as_they_stand(perceiver: Perceiver, lines) -> None:
    assert wordings.load(lines, perceiver.text_encoder) is not None, AGAIN
    assert wordings.learnt_from(lines) == hashlib.sha256(lines.read_bytes()).hexdigest(), AGAIN


def test_every_form_can_be_put_plainly_and_every_kind_is_answered(perceiver: Perceiver) -> None:
    forms, topics, kinds = (wordings.load(lines, perceiver.text_encoder) for lines in ALL)
    assert forms is not None
    assert topics is not None
    assert kinds is not None
    assert {*topics.kinds} - {NONE} <= {*load_behaviour().small_talk}
    assert {*forms.kinds} - {NONE} == {*PLAIN}
    assert {f"on_told_{kind}" for kind in kinds.kinds} - {f"on_told_{NONE}"} <= {*load_behaviour().topics}
    assert SURE[REMARKS] == LIKELY


@pytest.mark.parametrize(
    ("lines", "taken", "right", "wrongly"), [(ASKED, 0.9, 0.95, 0.02), (TOPICS, 0.9, 0.9, 0.12), (REMARKS, 0.88, 0.8, 0.08)]
)
def test_lines_of_another_writer_are_told(perceiver: Perceiver, lines, taken: float, right: float, wrongly: float) -> None:
    told = wordings.load(lines, perceiver.text_encoder)
    assert told is not None
    said = wordings.lines_of(lines, aside=True)
    found = [told.ranked(line, ready_vectors.features(perceiver.meanings([line]))[0])[0] for _, line in said]
    ours = np.array([kind != NONE for kind, _ in said])
    up = np.array([p >= SURE[lines] for _, p in found])
    same = np.array([kind == one for (kind, _), (one, _) in zip(said, found, strict=True)])
    assert up[ours].mean() >= taken
    assert same[ours & up].mean() >= right
    assert up[~ours].mean() <= wrongly


def test_what_the_card_is_asked_stays_with_the_card(knowledge: Knowledge) -> None:
    healer = load_persona("healer")
    while knowledge.prepare([healer]):
        pass
    assert knowledge.asked(healer, "pray, what manner of thing standeth next unto the well?") == "beside"
    for question in healer.questions[:40]:
        assert knowledge.asked(healer, question) == "", question


def test_a_question_is_no_remark(knowledge: Knowledge) -> None:
    assert knowledge.remark("are you tired?") == {}
    near = knowledge.remark("three days on that flooded road, and one of my boots stayed in it")
    assert max(near, key=near.__getitem__) == "journey"


def test_a_topic_of_another_kind_is_not_meant(knowledge: Knowledge) -> None:
    """Numb fingers come near to those of a thief."""
    said = "I can barely feel my fingers"
    assert max(knowledge.remark(said).items(), key=lambda pair: pair[1])[0] == "cold"
    assert knowledge.talk(said).get("on_theft", 0.0) < 0.86


def test_another_encoder_tells_nothing(perceiver: Perceiver) -> None:
    assert wordings.load(ASKED, "another") is None
    assert wordings.load(ASKED, "") is None
    deaf = Knowledge(perceiver.sentences, encoder=lambda: "another", meanings=perceiver.meanings)
    assert deaf.remark("I am worn out") == {}
