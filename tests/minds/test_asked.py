"""Questions in ever other words are told by their meaning, and go into the log of the percept."""

from __future__ import annotations

import hashlib

from engine.minds import asked, ready_vectors
from engine.minds.knowledge import Knowledge
from engine.perception import Perceiver
from npc import load_persona
from npc.language.asked import PLAIN

AGAIN = "python -m engine.minds.ready_vectors"


def test_they_were_learnt_from_the_lines_as_they_stand(perceiver: Perceiver) -> None:
    assert asked.load(perceiver.text_encoder) is not None, AGAIN
    assert asked.learnt_from() == hashlib.sha256(asked.LINES.read_bytes()).hexdigest(), AGAIN


def test_every_form_can_be_put_plainly(perceiver: Perceiver) -> None:
    told = asked.load(perceiver.text_encoder)
    assert told is not None
    assert {*told.forms} - {asked.NONE} == {*PLAIN}


def test_lines_of_another_writer_are_told_and_what_looks_like_them_is_left_alone(perceiver: Perceiver) -> None:
    told = asked.load(perceiver.text_encoder)
    assert told is not None
    lines = asked.lines(aside=True)
    found = [told.tell(line, ready_vectors.features(perceiver.meanings([line]))[0]) or asked.NONE for _, line in lines]
    right = [form == one for (form, _), one in zip(lines, found, strict=True)]
    ours = [form != asked.NONE for form, _ in lines]
    assert sum(r for r, our in zip(right, ours, strict=True) if our) >= 0.85 * sum(ours)
    assert sum(r for r, our in zip(right, ours, strict=True) if not our) >= 0.97 * (len(lines) - sum(ours))


def test_what_the_card_is_asked_stays_with_the_card(perceiver: Perceiver) -> None:
    knowledge = Knowledge(perceiver.sentences, encoder=lambda: perceiver.text_encoder, meanings=perceiver.meanings)
    healer = load_persona("healer")
    while knowledge.prepare([healer]):
        pass
    assert knowledge.asked(healer, "pray, what manner of thing standeth next unto the well?") == "beside"
    for question in healer.questions[:40]:
        assert knowledge.asked(healer, question) == "", question


def test_another_encoder_tells_none() -> None:
    assert asked.load("another") is None
    assert asked.load("") is None
