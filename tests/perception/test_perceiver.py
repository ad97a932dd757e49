from __future__ import annotations

import numpy as np
import pytest

from engine.errors import Fault
from engine.perception import EncodedFrame, Frame, Perceiver, Query
from engine.perception.text import TextGraph

PICTURE = np.random.default_rng(3).integers(0, 255, (90, 160, 3), dtype=np.uint8)


def test_one_frame_is_encoded_once_for_many(perceiver: Perceiver) -> None:
    before = perceiver.frames_encoded
    percepts = perceiver.perceive(perceiver.encode_frame(Frame.from_array(PICTURE)), [Query(watch=("wolf",))] * 16)
    assert perceiver.frames_encoded == before + 1
    assert len(percepts) == 16


def test_words_are_encoded_once(perceiver: Perceiver) -> None:
    perceiver.sentences(["an unusual phrase about lanterns"])
    before = perceiver.graphs.text.runs
    perceiver.perceive(None, [Query(text="an unusual phrase about lanterns")])
    assert perceiver.graphs.text.runs == before


def test_a_batch_answers_as_one_by_one(perceiver: Perceiver) -> None:
    frame = perceiver.encode_frame(Frame.from_array(PICTURE))
    queries = [Query(text=t, watch=("fire",)) for t in ("hello there", "", "attack the wolf", "give me the key")]
    together = Perceiver(provider="cpu").perceive(frame, queries)  # of its own, since words are kept
    for query, percept in zip(queries, together, strict=True):
        alone = perceiver.perceive(frame, [query])[0]
        for head in ("intent", "tone", "action", "emotion"):
            one, among = getattr(alone, head), getattr(percept, head)
            assert one == pytest.approx(among, abs=1e-4)
            assert max(one, key=one.get) == max(among, key=among.get)


def test_frames_that_are_encoded_together_are_seen_as_each_alone() -> None:
    """The shipped graph takes several in one run, and the same frame is the same answer whoever is beside it."""
    together = Perceiver(provider="cpu", threads=2, batch=4)
    pictures = [np.random.default_rng(i).integers(0, 255, (90, 160, 3), dtype=np.uint8) for i in range(6)]
    frames = [Frame.from_array(picture) for picture in pictures]
    queries = [Query(text="attack the wolf", watch=("fire",))]
    assert together.frames_at_once == 4
    for frame, encoded in zip(frames, together.encode_frames(frames, ["attack the wolf"]), strict=True):
        assert isinstance(encoded, EncodedFrame)
        alone = together.encode_frame(frame)
        np.testing.assert_allclose(encoded.grid, alone.grid, atol=1e-4)
        np.testing.assert_allclose(encoded.scene, alone.scene, atol=1e-4)
        [one], [other] = together.perceive(encoded, queries), together.perceive(alone, queries)
        assert one.action == pytest.approx(other.action, abs=1e-4)
        assert one.watch[0].p == pytest.approx(other.watch[0].p, abs=1e-4)


def test_a_broken_frame_among_others_is_its_own_fault(perceiver: Perceiver) -> None:
    sound, broken = Frame.from_array(PICTURE), Frame(b"no jpeg", format="jpeg")
    first, fault, last = perceiver.encode_frames([sound, broken, sound], [])
    assert isinstance(fault, Fault)
    assert isinstance(first, EncodedFrame)
    assert isinstance(last, EncodedFrame)
    np.testing.assert_array_equal(first.grid, last.grid)


def test_a_cpu_takes_one_frame_at_a_time(perceiver: Perceiver) -> None:
    assert perceiver.frames_at_once == 1


def test_silence_means_nothing_for_certain(perceiver: Perceiver) -> None:
    percept = perceiver.perceive(perceiver.encode_frame(Frame.from_array(PICTURE)), [Query(text="  ")])[0]
    assert percept.intent["none"] == 1.0
    assert sum(percept.action.values()) == pytest.approx(1, abs=1e-4)


def test_words_without_a_frame_have_no_target(perceiver: Perceiver) -> None:
    percept = perceiver.perceive(None, [Query(text="hand me the red potion", watch=("wolf",))])[0]
    assert percept.target is None
    assert percept.watch == ()
    assert not percept.has_frame


def test_every_watch_phrase_has_a_place_in_the_frame(perceiver: Perceiver) -> None:
    frame = perceiver.encode_frame(Frame.from_array(PICTURE))
    watch = perceiver.perceive(frame, [Query(watch=("wolf", "fire", "treasure chest"))])[0].watch
    assert [d.phrase for d in watch] == ["wolf", "fire", "treasure chest"]
    assert all(0 <= v <= 1 for d in watch for v in (d.p, d.x, d.y))


def test_cuda_is_never_claimed_without_a_session() -> None:
    perceiver = Perceiver(provider="auto")
    assert perceiver.provider == perceiver.graphs._image.get_providers()[0]


def test_an_unknown_provider_is_refused() -> None:
    with pytest.raises(Fault, match="provider 'tpu'"):
        Perceiver(provider="tpu")


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("[ONNXRuntimeError] : 6 : bad\nallocation")])
def test_a_model_that_cannot_be_run_is_told_in_one_sentence(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def run(*arguments: object) -> object:
        raise error

    perceiver = Perceiver(provider="cpu", threads=1)
    monkeypatch.setattr(perceiver.graphs, "image", run)
    with pytest.raises(Fault, match="cannot be run") as refused:
        perceiver.warm_up()
    assert "\n" not in refused.value.message


def test_of_too_many_words_some_are_kept_and_none_is_encoded_over_and_over(perceiver: Perceiver) -> None:
    text = TextGraph(perceiver.graphs.text._session, perceiver.bundle.tokenizer, 48, cached=100_000)
    phrases = [f"a thing of the number {n}" for n in range(60)]
    for _ in range(10):
        known = text.known(phrases, 320)
        assert text.bytes <= 100_000
    runs = text.runs
    text.encode(sorted(known))
    assert text.runs == runs
    assert 10 < len(known) < 60


def test_a_crowd_of_phrases_is_looked_for_in_runs_of_a_bounded_size(perceiver: Perceiver, monkeypatch) -> None:
    rows: list[int] = []
    session = perceiver.graphs._watch

    class Counted:
        def run(self, outputs, inputs):
            rows.append(len(inputs["phrase"]))
            return session.run(outputs, inputs)

    monkeypatch.setattr(perceiver.graphs, "_watch", Counted())
    phrases = tuple(f"thing {n}" for n in range(600))
    [sight] = perceiver.see(perceiver.encode_frame(Frame.from_array(PICTURE)), [Query(watch=phrases)])
    assert [d.phrase for d in sight.watch] == list(phrases)
    assert max(rows) <= 256
