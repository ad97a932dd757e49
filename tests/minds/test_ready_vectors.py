"""The vectors of small talk that ship are those of the shipped encoder, and of no other."""

from __future__ import annotations

import numpy as np

from engine.minds import ready_vectors
from engine.minds.knowledge import Knowledge
from engine.minds.ready_vectors import TALK
from engine.perception import Perceiver

AGAIN = "python -m engine.minds.ready_vectors"
SOME = slice(None, None, 97)  # encoding all of them would take as long as it saves


def test_they_are_what_the_shipped_encoder_makes(perceiver: Perceiver) -> None:
    ready = ready_vectors.load(TALK, perceiver.text_encoder)
    assert ready is not None, AGAIN
    cosines = (ready[SOME] * perceiver.sentences(TALK[SOME])).sum(axis=1)
    assert cosines.min() > 0.99, AGAIN


def test_with_them_nothing_is_left_to_be_encoded(perceiver: Perceiver) -> None:
    asked: list[str] = []

    def sentences(texts):
        asked.extend(texts)
        return perceiver.sentences(texts)

    knowledge = Knowledge(sentences, encoder=lambda: perceiver.text_encoder)
    assert not knowledge.prepare_talk()
    assert "on_joke" in knowledge.talk("got any good jokes?")
    assert asked == ["got any good jokes?"]


def test_another_encoder_and_other_examples_are_encoded_as_before(perceiver: Perceiver) -> None:
    assert ready_vectors.load(TALK, "another") is None
    assert ready_vectors.load(TALK, "") is None
    assert ready_vectors.load(TALK[1:], perceiver.text_encoder) is None
    assert Knowledge(perceiver.sentences, encoder=lambda: "another").prepare_talk()


def test_a_damaged_file_is_none(tmp_path) -> None:
    file = tmp_path / "vectors.npz"
    ready_vectors.write(["a"], "e", np.eye(1, 4, dtype=np.float32), file)
    assert ready_vectors.load(["a"], "e", file) is not None
    file.write_bytes(file.read_bytes()[:40])
    assert ready_vectors.load(["a"], "e", file) is None
    assert ready_vectors.load(["a"], "e", tmp_path / "none.npz") is None
