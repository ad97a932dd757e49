"""What is cut from a text encoder, how it learns again, and what a table says of it."""

from __future__ import annotations

import copy

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the train extra")

from engine.errors import Fault
from engine.formats.bundle import Bundle
from engine.formats.labels import load_labels
from engine.lab.compression.measuring import Cost, measure_answers
from engine.lab.compression.methods import drop_neurons, drop_weights, fewer_layers, layers_of, low_rank, settle
from engine.lab.compression.run import Compression, Outcome, table_of, verdict, write_results
from engine.lab.compression.teaching import _apart, teach
from engine.lab.data.questions import Sample
from engine.lab.evaluation.bootstrap import Interval
from engine.lab.model import ModelCfg, build_model
from engine.lab.training.run import Progress, save_weights, start_run
from engine.lab.training.texts import tokenize
from engine.perception import Sight
from npc.types import HEAD_NAMES, Target
from tests.lab.training.test_training import SIZE, small_model

pytestmark = pytest.mark.train
LINES = ["hello there", "attack the wolf!", "what is in the chest?", "give me the red potion", "goodbye", "run, it burns"]


@pytest.fixture(scope="module")
def whole():
    torch.manual_seed(0)
    cfg = ModelCfg.model_validate(
        {
            "image": {"encoder": "mobilenet_v3_small", "weights": "none", "frozen": False},
            "text": {"encoder": "minilm", "weights": "none"},
            "fusion": {"name": "concat", "dim": 32},
            "size": SIZE,
            "grid_dim": 16,
            "scene_dim": 24,
        }
    )
    return build_model(cfg, load_labels()).eval()


def _weights(model) -> int:
    return sum(p.numel() for layer in layers_of(model) for p in layer.parameters())


def test_dropped_weights_are_zero_and_stay_so_while_it_learns(whole):
    model = copy.deepcopy(whole)
    drop_weights(model, 0.5)
    teach(model, whole, LINES, 0.001, 0, Progress())
    settle(model)
    matrices = [m.weight for layer in layers_of(model) for m in layer.modules() if isinstance(m, torch.nn.Linear)]
    zero = sum(int((w == 0).sum()) for w in matrices) / sum(w.numel() for w in matrices)
    assert zero == pytest.approx(0.5, abs=0.01)
    assert not any("orig" in name for name in model.state_dict())


def test_the_neurons_that_carry_least_are_gone_and_cost_least(whole):
    model, worst = copy.deepcopy(whole), copy.deepcopy(whole)
    layer = next(layers_of(model))
    with torch.no_grad():
        for of in (model, worst):
            silent = next(layers_of(of))
            silent.down.weight[:, :768] = 0.0  # half of them say nothing
    drop_neurons(model, 0.5)
    assert layer.up.weight.shape == (768, 384)
    assert torch.equal(layer.up.weight, next(layers_of(worst)).up.weight[768:])
    assert _weights(model) < 0.7 * _weights(whole)


def test_a_thin_product_is_the_matrix_where_its_rank_is_as_low(whole):
    model = copy.deepcopy(whole)
    layer = next(layers_of(model))
    with torch.no_grad():
        layer.query.weight.copy_(torch.randn(384, 8) @ torch.randn(8, 384))
    before = layer.query.weight.clone()
    low_rank(model, 0.25)
    thin = next(layers_of(model)).query
    assert torch.allclose(thin[1].weight @ thin[0].weight, before, atol=1e-3)
    assert _weights(model) < 0.55 * _weights(whole)


def test_a_student_has_fewer_layers_and_both_endings(whole):
    model = copy.deepcopy(whole)
    fewer_layers(model, 0.5)
    assert (len(model.text.layers), len(model.text.tuned)) == (3, 1)
    ids, mask = tokenize(whole.text, LINES)
    sentence, utterance = model.text(ids, mask)
    assert sentence.shape == (6, 384)
    assert utterance.shape == (6, 768)


def test_a_whole_model_is_no_distance_from_itself_and_teaching_brings_a_cut_one_nearer(whole):
    ids, mask = tokenize(whole.text, LINES)
    student = copy.deepcopy(whole)
    fewer_layers(student, 0.5)
    with torch.no_grad():
        wanted = whole.encode_text(ids, mask)
        assert float(_apart(whole, wanted, wanted)) == pytest.approx(0.0, abs=1e-4)
        before = float(_apart(whole, student.text(ids, mask), wanted))
    assert teach(student, whole, LINES, 10, 0, Progress(), stop=iter([False] * 11 + [True]).__next__) == 12
    with torch.no_grad():
        assert float(_apart(whole, student.text(ids, mask), wanted)) < before
    assert all(torch.equal(a, b) for a, b in zip(whole.neck.parameters(), student.neck.parameters(), strict=True))


def test_an_encoder_without_layers_is_refused_by_name():
    with pytest.raises(Fault, match="'embedding' cannot be cut down"):
        drop_neurons(small_model())


def test_an_unknown_way_is_named_with_the_others(tmp_path):
    from engine.lab.config import TrainCfg

    model = small_model()
    cfg = TrainCfg(model=model.cfg)
    start_run(tmp_path / "run", cfg, load_labels())
    save_weights(model, tmp_path / "run" / "model.safetensors")
    from rich.console import Console

    with pytest.raises(Fault, match="no way 'int2'") as refused:
        Compression(tmp_path / "run", tmp_path / "out", 0, 8, Console()).do(["int2"])
    assert "int4" in refused.value.fix
    with pytest.raises(Fault, match="another run, or of other"):
        Compression(tmp_path / "run", tmp_path / "out", 0, 9, Console())


class Doubtful:
    """A perceiver that hardly believes in any target, and points into the middle."""

    def __init__(self):
        self.bundle, self.labels = Bundle(), load_labels()

    def encode_frame(self, frame):
        return frame

    def see(self, frame, queries):
        there = self.bundle.manifest.thresholds.target <= 0.1
        heads = {head: dict.fromkeys(self.labels[head], 0.1) for head in HEAD_NAMES}
        return [Sight(heads, Target(0.5, 0.5, 0.1) if there and query.text else None) for query in queries]


def test_where_words_point_is_asked_of_every_way_whatever_it_believes():
    frame = np.zeros((64, 96, 3), np.uint8)
    said = [
        Sample("take the key", "pick_up", "neutral", "pick_up", "neutral", [(40, 24, 20, 20)], "key"),
        Sample("attack the wolf", "attack", "neutral", "refuse", "neutral", [], "wolf", absent=True),
        Sample("", "none", "neutral", "idle", "neutral", []),
    ]
    scene = ((frame, None), ([], said, None))
    target = measure_answers(Doubtful(), [scene, scene]).places["target"]
    assert target.there.tolist() == [True, False, True, False]
    assert target.hit.tolist() == [True, False, True, False]
    assert target.scene.tolist() == [0, 0, 1, 1]


def _outcome(name, mb, gain):
    rows = {"intent macro-F1": (Interval(0.9 + gain, 0.8, 0.99), Interval(gain, gain - 0.001, gain + 0.001))}
    return Outcome(name, Cost(mb, mb, 3.0, 2.0), rows)


def test_the_verdict_is_the_smallest_that_loses_no_more_than_a_point(tmp_path):
    outcomes = [_outcome("fp32", 40.0, 0.0), _outcome("int8", 20.0, -0.004), _outcome("student", 10.0, -0.03)]
    assert "int8, 50% of fp32" in verdict(outcomes)
    assert _outcome("better", 10.0, 0.02).lost == 0.0
    assert (outcomes[2].surely_lost, _outcome("chance", 10.0, -0.0005).surely_lost) == (0.03, 0.0)
    assert "student the least, 3.0" in verdict([outcomes[0], outcomes[2]])
    assert "chance" not in verdict(outcomes)
    rows = {"intent macro-F1": (Interval(0.87, 0.8, 0.9), Interval(-0.03, -0.07, 0.01))}
    assert "beyond chance count: unsure, 10% of fp32" in verdict([*outcomes, Outcome("unsure", Cost(4, 4, 3.0, 2.0), rows)])
    assert [column.header for column in table_of(outcomes).columns] == ["", "fp32", "int8", "student"]
    assert all(path.stat().st_size for path in write_results(outcomes, tmp_path))
