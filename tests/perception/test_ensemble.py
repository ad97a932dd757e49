from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from engine.errors import Fault
from engine.formats.bundle import default_bundle
from engine.perception import Frame, Perceiver, Query
from engine.perception.ensemble import _mean_chance, _mean_classes
from engine.perception.text import TextGraph

ASKED = Query(text="attack the wolf", watch=("wolf", "red potion"))


def frame() -> Frame:
    return Frame.from_array(np.random.default_rng(0).integers(0, 255, (96, 160, 3), dtype=np.uint8))


@pytest.fixture(scope="module")
def alone() -> Perceiver:
    return Perceiver(None, "cpu", 1)


@pytest.fixture(scope="module")
def together() -> Perceiver:
    return Perceiver([default_bundle(), default_bundle()], "cpu", 1)


def test_a_bundle_and_itself_answer_as_it_does_alone(alone: Perceiver, together: Perceiver) -> None:
    one, two = (p.see(p.encode_frame(frame()), [ASKED])[0] for p in (alone, together))
    for head, labels in one.heads.items():
        assert two.heads[head] == pytest.approx(labels, abs=1e-4)
    for ours, theirs in zip(one.watch, two.watch, strict=True):
        assert (theirs.p, theirs.x, theirs.y) == pytest.approx((ours.p, ours.x, ours.y), abs=1e-4)
    assert together.name == "default + default"


def test_words_alone_and_silence_are_answered(alone: Perceiver, together: Perceiver) -> None:
    for query in (Query(text="hello"), Query()):
        one, two = (p.see(None, [query])[0] for p in (alone, together))
        assert two.heads["action"] == pytest.approx(one.heads["action"], abs=1e-4)
    together.warm_up()


def test_bundles_with_the_same_text_graph_encode_words_once(together: Perceiver) -> None:
    before = together.graphs.text.runs
    together.see(None, [Query(text="nobody has said this yet")])
    assert together.graphs.text.runs == before + 1
    assert isinstance(together.graphs._members[1].text, TextGraph)
    assert together.graphs._members[0].text is together.graphs._members[1].text


def test_what_is_known_is_known_to_every_text_graph() -> None:
    from engine.perception.ensemble import EnsembleText

    class Graph:
        bytes = runs = 1

        def __init__(self, *words: str) -> None:
            self.words, self.budget = frozenset(words), 0

        def known(self, texts, budget: int) -> frozenset[str]:
            self.budget = budget
            return self.words & frozenset(texts)

    graphs = Graph("a", "b"), Graph("b", "c")
    text = EnsembleText(graphs)
    assert text.known(["a", "b", "c"], 100) == {"b"}
    assert [graph.budget for graph in graphs] == [50, 50]
    assert text.bytes == 2


def test_logits_are_averaged_not_probabilities() -> None:
    sure, unsure = np.array([[0.98, 0.02]], np.float32), np.array([[0.5, 0.5]], np.float32)
    assert _mean_classes([sure, unsure])[0, 0] == pytest.approx(0.875, abs=1e-3)
    assert _mean_chance([sure, unsure])[0, 0] == pytest.approx(0.875, abs=1e-3)
    assert np.isfinite(_mean_chance([np.zeros(1, np.float32), np.ones(1, np.float32)])).all()


def test_bundles_of_other_labels_are_refused(tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(default_bundle(), other)
    manifest = json.loads((other / "bundle.json").read_text())
    manifest["labels"]["emotion"] = manifest["labels"]["emotion"][::-1]
    (other / "bundle.json").write_text(json.dumps(manifest))
    with pytest.raises(Fault, match="differ in labels"):
        Perceiver([default_bundle(), other], "cpu", 1)
