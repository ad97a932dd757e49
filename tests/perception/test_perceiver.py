from __future__ import annotations

import numpy as np
import pytest

from engine.errors import Fault
from engine.perception import EncodedFrame, Frame, Perceiver, Query, lately
from engine.perception.text import TextGraph
from engine.perception.types import Floats

PICTURE = np.random.default_rng(3).integers(0, 255, (90, 160, 3), dtype=np.uint8)


def test_one_frame_is_encoded_once_for_many(perceiver: Perceiver) -> None:
    before = perceiver.frames_encoded
    percepts = perceiver.perceive(perceiver.encode_frame(frame_of(100)), [Query(watch=("wolf",))] * 16)
    assert perceiver.frames_encoded == before + 1
    assert len(percepts) == 16


def frame_of(seed: int, width: int = 640, height: int = 360) -> Frame:
    return Frame(np.random.default_rng(seed).integers(0, 255, (height, width, 3), np.uint8).tobytes(), width, height)


def test_a_frame_that_has_not_changed_is_not_encoded_again(perceiver: Perceiver) -> None:
    before = perceiver.frames_encoded
    first = perceiver.encode_frame(frame_of(101))
    other = perceiver.encode_frame(frame_of(102))
    again, both = perceiver.encode_frame(frame_of(101)), perceiver.encode_frames([frame_of(102), frame_of(103)], [])
    assert perceiver.frames_encoded == before + 3
    np.testing.assert_array_equal(again.grid, first.grid)
    np.testing.assert_array_equal(both[0].grid, other.grid)
    assert not np.array_equal(both[1].grid, other.grid)


def test_one_pixel_of_what_the_model_sees_makes_a_frame_another(perceiver: Perceiver) -> None:
    pixels = np.random.default_rng(104).integers(0, 255, (perceiver.spec.height, perceiver.spec.width, 3), np.uint8)
    before = perceiver.frames_encoded
    perceiver.encode_frame(Frame.from_array(pixels))
    changed = pixels.copy()
    changed[-1, -1, -1] ^= 1
    perceiver.encode_frame(Frame.from_array(changed))
    assert perceiver.frames_encoded == before + 2


def test_a_black_picture_is_not_taken_for_another_with_black_bars(perceiver: Perceiver) -> None:
    before = perceiver.frames_encoded
    wide, tall = (perceiver.encode_frame(Frame(bytes(w * h * 3), w, h)) for w, h in ((640, 100), (100, 640)))
    assert perceiver.frames_encoded == before + 2
    assert not np.array_equal(wide.valid, tall.valid)


def test_frames_are_forgotten_once_others_came(perceiver: Perceiver) -> None:
    perceiver.encode_frame(frame_of(110))
    for seed in range(111, 111 + lately._KEPT):
        perceiver.encode_frame(frame_of(seed))
    before = perceiver.frames_encoded
    perceiver.encode_frame(frame_of(110))
    assert perceiver.frames_encoded == before + 1


def test_a_silent_crowd_is_asked_for_once(perceiver: Perceiver, monkeypatch: pytest.MonkeyPatch) -> None:
    rows: list[int] = []
    run = perceiver.graphs._run_decide

    def counted(view: EncodedFrame, utterances: Floats, said: Floats) -> dict[str, Floats]:
        rows.append(len(utterances))
        return run(view, utterances, said)

    monkeypatch.setattr(perceiver.graphs, "_run_decide", counted)
    view = perceiver.encode_frame(frame_of(120))
    texts = ["", "follow me", "", "", "follow me", "give me the key"]
    seen = perceiver.see(view, [Query(text) for text in texts])
    assert rows == [3]
    for text, sight in zip(texts, seen, strict=True):
        [alone] = perceiver.see(view, [Query(text)])
        assert alone.heads["intent"] == pytest.approx(sight.heads["intent"], abs=1e-4)
        assert (alone.target is None) == (sight.target is None)


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
    for encoded in together.encode_frames(frames, ["attack the wolf"]):
        assert isinstance(encoded, EncodedFrame)
        assert encoded.fit is not None
        [alone] = together.graphs.image([encoded.fit])
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
    assert perceiver.provider == perceiver.graphs.bound["image"].session.get_providers()[0]


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
    text = TextGraph(perceiver.graphs.text.graph, perceiver.bundle.tokenizer, 48, cached=100_000)
    phrases = [f"a thing of the number {n}" for n in range(60)]
    for _ in range(10):
        new = set(text.missing(phrases))
        known = text.known(phrases, 320)
        assert sum(map(len, known & new)) <= 320
        text.encode(sorted(known))
        assert text.bytes <= 100_000
    assert 10 < len(known) < 60


def _note_runs(text, runs: list[list[str]], monkeypatch) -> None:
    add = text._add

    def noted(texts):
        runs.append(list(texts))
        return add(texts)

    monkeypatch.setattr(text, "_add", noted)


def test_texts_of_one_run_are_about_as_long(perceiver: Perceiver, monkeypatch) -> None:
    text = TextGraph(perceiver.graphs.text.graph, perceiver.bundle.tokenizer, 48)
    runs: list[list[str]] = []
    _note_runs(text, runs, monkeypatch)
    long, short = "fetch me the old red apple from behind the well over there, and be quick", ["oak", "elm", "ash", "yew"]
    together = text.encode([*short, long])
    assert runs == [[long], short]
    for said, (sentence, _) in zip([*short, long], together, strict=True):
        np.testing.assert_allclose(sentence, perceiver.sentences([said])[0], atol=2e-3)


def test_new_phrases_are_encoded_in_the_run_of_the_words_that_ask_for_them(perceiver: Perceiver, monkeypatch) -> None:
    runs: list[list[str]] = []
    _note_runs(perceiver.graphs.text, runs, monkeypatch)
    asked = [Query(text="fetch me a zither", watch=("zither case",))]
    perceiver.see(perceiver.encode(Frame.from_array(PICTURE), asked), asked)
    assert runs == [["fetch me a zither", "zither case"]]


def test_a_crowd_of_phrases_is_looked_for_in_runs_of_a_bounded_size(perceiver: Perceiver, monkeypatch) -> None:
    rows: list[int] = []
    graph = perceiver.graphs._watch

    class Counted:
        def run(self, feed, count):
            rows.append(count)
            return graph.run(feed, count)

    monkeypatch.setattr(perceiver.graphs, "_watch", Counted())
    phrases = tuple(f"thing {n}" for n in range(600))
    [sight] = perceiver.see(perceiver.encode_frame(Frame.from_array(PICTURE)), [Query(watch=phrases)])
    assert [d.phrase for d in sight.watch] == list(phrases)
    assert max(rows) <= 256
