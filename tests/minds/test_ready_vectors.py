"""The vectors of small talk that ship are those of the shipped encoder, and of no other."""

from __future__ import annotations

import hashlib

from engine.minds import ready_vectors
from engine.minds.knowledge import Knowledge
from engine.minds.ready_vectors import TALK
from engine.perception import Perceiver
from npc.nearness import FAINT

AGAIN = "python -m engine.minds.ready_vectors"
SOME = slice(None, None, 97)  # encoding all of them would take as long as it saves


def test_they_are_what_the_shipped_encoder_makes(perceiver: Perceiver) -> None:
    ready = ready_vectors.load(perceiver.text_encoder)
    assert ready is not None, AGAIN
    cosines = (ready.vectors[SOME] * perceiver.sentences(TALK[SOME])).sum(axis=1)
    assert cosines.min() > 0.99, AGAIN


def test_they_were_learnt_from_the_lines_as_they_stand() -> None:
    assert ready_vectors.said_then() == hashlib.sha256(ready_vectors.SAID.read_bytes()).hexdigest(), AGAIN


def test_with_them_nothing_is_left_to_be_encoded(perceiver: Perceiver) -> None:
    asked: list[str] = []

    def sentences(texts):
        asked.extend(texts)
        return perceiver.sentences(texts)

    knowledge = Knowledge(sentences, encoder=lambda: perceiver.text_encoder)
    assert not knowledge.prepare_talk()
    assert "on_joke" in knowledge.talk("got any good jokes?")
    assert asked == ["got any good jokes?"]


def test_topics_are_told_by_what_is_wanted_too(perceiver: Perceiver) -> None:
    """In words that no example has, and that by their meaning alone come near to another topic."""
    told = Knowledge(perceiver.sentences, encoder=lambda: perceiver.text_encoder, meanings=perceiver.meanings)
    lines = {"my gran died last week and i cant stop thinking about it": "on_loss", "brb mum is calling": "on_back_soon"}
    for line, topic in lines.items():
        near = told.talk(line)
        assert max(near, key=near.__getitem__) == topic, (line, near)
    about_nothing = told.talk("there is a nail sticking out of the third step")
    assert max(about_nothing.values()) < FAINT, about_nothing


def test_another_encoder_and_other_examples_are_encoded_as_before(perceiver: Perceiver, monkeypatch) -> None:
    assert ready_vectors.load("another") is None
    assert ready_vectors.load("") is None
    monkeypatch.setattr(ready_vectors, "TALK", TALK[1:])
    ready_vectors.load.cache_clear()
    assert ready_vectors.load(perceiver.text_encoder) is None
    ready_vectors.load.cache_clear()
    assert Knowledge(perceiver.sentences, encoder=lambda: "another").prepare_talk()


def test_a_damaged_file_is_none(tmp_path, perceiver: Perceiver) -> None:
    file, encoder = tmp_path / "vectors.npz", perceiver.text_encoder
    whole = ready_vectors.FILE.read_bytes()
    for name, content in {"half": whole[: len(whole) // 2], "other": b"PK\x03\x04", "whole": whole}.items():
        (file := tmp_path / f"{name}.npz").write_bytes(content)
        assert (ready_vectors.load(encoder, file) is not None) == (name == "whole")
    assert ready_vectors.load(encoder, tmp_path / "none.npz") is None
