"""Graphs through IO binding: the results of a plain run, on our own memory and on a device whose memory is not ours.

There is no such device here: the CPU provider plays it, with tensors that are never taken for our own.
"""

from __future__ import annotations

import gc

import numpy as np
import onnxruntime as ort
import pytest

from engine.perception import Frame, Perceiver, Query
from engine.perception.bound import BoundGraph, Kept, Place, pin
from engine.perception.choosing import zeros
from engine.perception.graphs import Graphs
from engine.perception.onnx_sessions import open_session
from engine.perception.providers import CPU

ELSEWHERE = Place(shared=False)
PLACES = pytest.mark.parametrize("place", [Place(), ELSEWHERE], ids=["ours", "elsewhere"])
WORDS = ("attack the wolf", "", "hand me the red potion", "where is the well?")


@pytest.fixture(scope="module")
def sessions(perceiver: Perceiver) -> dict[str, ort.InferenceSession]:
    bundle = perceiver.bundle
    return {name: open_session(bundle.graph(name), CPU, 1) for name in bundle.manifest.graphs}


@pytest.fixture(scope="module")
def frames() -> np.ndarray:
    return np.random.default_rng(7).integers(0, 256, (3, 192, 320, 3), np.uint8)


def image(sessions, place: Place) -> BoundGraph:
    return BoundGraph(sessions["image"], place, keep=("grid", "scene"), fixed=("frame",))


@PLACES
@pytest.mark.parametrize("name", ["text", "decide", "watch"])
def test_a_bound_run_gives_what_a_plain_run_gives(sessions, place: Place, name: str) -> None:
    session, rng = sessions[name], np.random.default_rng(1)
    graph = BoundGraph(session, place)
    for rows in (1, 3, 2):
        feed = {
            key: np.repeat(value, rows, 0) if isinstance(graph.inputs[key][0], str) else value
            for key, value in zeros(session).items()
        }
        feed = {key: v + 1 if v.dtype == np.int64 else rng.normal(size=v.shape).astype(v.dtype) for key, v in feed.items()}
        rows = 1 if isinstance(next(iter(graph.inputs.values()))[0], int) and name == "text" else rows
        plain = dict(zip(graph.outputs, session.run(list(graph.outputs), feed), strict=True))
        for key, value in graph.run(feed, rows).items():
            np.testing.assert_array_equal(value, plain[key])


@PLACES
def test_the_grid_goes_to_the_next_graph_without_coming_here(sessions, frames, place: Place) -> None:
    eye, decide = image(sessions, place), BoundGraph(sessions["decide"], place)
    for many in (frames[:1], frames):
        grids, scenes = sessions["image"].run(["grid", "scene"], {"frame": many})
        made = eye.run({"frame": many}, len(many))
        before = decide.traffic.copy()
        for row in range(len(many)):
            others = zeros(sessions["decide"])
            others["valid"] += 1
            answers = decide.run(others | {"grid": made["grid"][row], "scene": made["scene"][row]}, 1)
            feed = others | {"grid": grids[row : row + 1], "scene": scenes[row : row + 1]}
            plain = dict(zip(decide.outputs, sessions["decide"].run(list(decide.outputs), feed), strict=True))
            for name, value in answers.items():
                np.testing.assert_array_equal(value, plain[name])
        if place is ELSEWHERE:
            assert isinstance(made["grid"][0], Kept)
        assert decide.traffic.since(before).bytes_up < 20_000 * len(many)  # a grid has half a million
        assert decide.traffic.since(before).up == 3 * len(many)
        np.testing.assert_array_equal(np.asarray(made["grid"][0]), grids[:1])
    assert eye.traffic.bytes_up == 4 * frames[0].nbytes  # uint8, and nothing else
    assert (eye.traffic.down == 0) is (place is not ELSEWHERE)  # what the last lines asked for


@PLACES
def test_what_is_kept_stays_as_it_is_and_its_buffer_is_used_again_after_it(sessions, frames, place: Place) -> None:
    eye = image(sessions, place)
    first = eye.run({"frame": frames[:1]}, 1)["grid"][0]
    before = np.array(first)
    second = eye.run({"frame": frames[1:2]}, 1)["grid"][0]
    np.testing.assert_array_equal(np.asarray(first), before)
    assert not np.array_equal(np.asarray(second), before)
    assert sum(map(len, eye._free.values())) == 0
    del first
    gc.collect()
    assert sum(map(len, eye._free.values())) == 1
    third = eye.run({"frame": frames[:1]}, 1)["grid"][0]
    np.testing.assert_array_equal(np.asarray(third), before)
    assert next(eye._slots) == 3  # two were ever made


def test_a_view_into_a_kept_array_holds_the_buffer(sessions, frames) -> None:
    eye = image(sessions, Place())
    corner = eye.run({"frame": frames[:1]}, 1)["grid"][0][0, :, 0, 0]
    before = corner.copy()
    gc.collect()
    eye.run({"frame": frames[1:2]}, 1)
    np.testing.assert_array_equal(corner, before)


def test_a_perceiver_sees_the_same_wherever_tensors_lie(perceiver: Perceiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.perception.graphs.Place", lambda *_, **__: ELSEWHERE)
    other = Perceiver(provider="cpu", threads=2, batch=2)
    assert other.graphs.place is ELSEWHERE
    pictures = [np.random.default_rng(seed).integers(0, 256, (90, 160, 3), np.uint8) for seed in (1, 2, 3)]
    queries = [Query(text, watch=("wolf", "fire")) for text in WORDS]
    ours = perceiver.encode_frames([Frame.from_array(p) for p in pictures], WORDS)
    theirs = other.encode_frames([Frame.from_array(p) for p in pictures], WORDS)
    for mine, its in zip(ours, theirs, strict=True):
        assert isinstance(its.grid, Kept)
        for a, b in zip(perceiver.see(mine, queries), other.see(its, queries), strict=True):
            assert a.heads["intent"] == pytest.approx(b.heads["intent"], abs=1e-4)
            assert [d.p for d in a.watch] == pytest.approx([d.p for d in b.watch], abs=1e-4)


def test_a_gpu_is_offered_few_shapes(perceiver: Perceiver, monkeypatch: pytest.MonkeyPatch) -> None:
    shapes: set[tuple[int, ...]] = set()
    graphs = perceiver.graphs
    monkeypatch.setattr(graphs, "_padded", lambda count: Graphs._padded(Bucketed(), count))
    monkeypatch.setattr(graphs.text, "_padded", lambda count: Graphs._padded(Bucketed(), count))
    monkeypatch.setattr(graphs.text, "_tokens", 8)
    run = graphs.text.graph.run

    def counted(feed, rows):
        shapes.add(feed["ids"].shape)
        return run(feed, rows)

    monkeypatch.setattr(graphs.text.graph, "run", counted)
    texts = [f"bring me the {word} from over there {'please ' * n}" for n in range(6) for word in ("axe", "lantern")]
    padded = graphs.text.encode(texts)
    monkeypatch.undo()
    assert {shape[1] % 8 for shape in shapes} == {0}
    graphs.text._cache.clear()
    graphs.text._bytes = 0
    for (a, _), (b, _) in zip(padded, graphs.text.encode(texts), strict=True):
        np.testing.assert_allclose(a, b, atol=0.02)


class Bucketed:
    class choice:
        class provider:
            buckets = True


def test_memory_that_no_driver_can_pin_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    called = []

    class Driver:
        def cuMemHostRegister_v2(self, start, size, flags):
            called.append(size.value)
            return 0 if size.value == 8 else 201

        def cuMemHostUnregister(self, start):
            called.append("unregistered")

    monkeypatch.setattr("ctypes.CDLL", lambda name: Driver())
    array = np.zeros(8, np.uint8)
    assert pin(array)
    assert not pin(np.zeros(9, np.uint8))
    del array
    assert called == [8, 9, "unregistered"]

    def absent(name):
        raise OSError

    monkeypatch.setattr("ctypes.CDLL", absent)
    assert not pin(np.zeros(8, np.uint8))
