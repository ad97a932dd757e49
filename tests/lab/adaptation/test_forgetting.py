"""What was known stays: the ways in which learning a game is kept from costing what was known before."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

torch = pytest.importorskip("torch", reason="needs the train extra")

from engine.formats.labels import load_labels
from engine.lab.adaptation.learning import KEPT, AdaptCfg, Learning, LearningCurve
from engine.lab.adaptation.merging import merge
from engine.lab.model import build_model
from engine.lab.model.text_encoders import SENTENCE_DIM
from engine.lab.training.losses import RetentionLoss
from tests.lab.adaptation.conftest import SIZE
from tests.lab.adaptation.test_adapt import CFG

pytestmark = pytest.mark.train


class Table:
    """Phrases as random vectors, the same each time."""

    def sentences(self, rows):
        return torch.randn(*rows.shape, SENTENCE_DIM, generator=torch.Generator().manual_seed(0))

    def utterances(self, rows):
        return torch.randn(*rows.shape, 2 * SENTENCE_DIM, generator=torch.Generator().manual_seed(1))


@pytest.fixture
def model():
    torch.manual_seed(3)
    return build_model(CFG, load_labels()).eval()


@pytest.fixture
def batch(model):
    frame = torch.randint(0, 255, (2, *SIZE, 3), dtype=torch.uint8)
    with torch.no_grad():
        s8, s16, s32 = model.image(frame)
    valid = torch.ones(2, SIZE[0] // 8, SIZE[1] // 8)
    rows = {"phrase": torch.zeros(2, 5, dtype=torch.long), "text": torch.zeros(2, 3, dtype=torch.long)}
    return {"s8": s8, "s16": s16, "s32": s32, "valid": valid, "said": torch.ones(2, 3), **rows}


def test_a_model_that_answers_as_before_is_left_alone(model, batch):
    RetentionLoss(model, Table()).loss(batch).backward()
    moved = [p.grad.abs().max().item() for p in model.neck.parameters() if p.grad is not None]
    assert moved
    assert max(moved) < 1e-4


@pytest.mark.parametrize("part", ["neck.cell", "grounding.context", "fused_heads.action", "danger.there"])
def test_a_model_that_answers_otherwise_is_drawn_back(model, batch, part):
    """Where it points, what it takes the words to mean, what it would do, and what it fears."""
    retention = RetentionLoss(model, Table())
    as_before = retention.loss(batch).item()
    with torch.no_grad():
        for parameter in model.get_submodule(part).parameters():
            parameter.mul_(-2)
    assert retention.loss(batch).item() > as_before + 0.001


@pytest.mark.parametrize("name", KEPT)
def test_no_head_may_lose_more_than_the_limit(name):
    learning = Learning.__new__(Learning)
    learning.cfg = AdaptCfg(forgotten=0.03)
    before = {f"replay_{kept}": 0.6 for kept in KEPT}
    curve = LearningCurve(before, before | {f"replay_{name}": 0.492})
    assert learning._keeps(curve, before | {f"replay_{name}": 0.58})
    assert not learning._keeps(curve, before | {f"replay_{name}": 0.492})
    assert curve.lost()[name] == pytest.approx(0.108)


def learner(model, kept):
    """A stage whose pointing on the replay is `kept`, one after the other."""
    stage, figures = Learning.__new__(Learning), iter(kept)
    stage.model, stage.cfg = model, AdaptCfg(blends=(0.75, 0.5, 0.25), forgotten=0.03)
    stage.data = SimpleNamespace(learn=None, replay=None, texts=None)
    stage._kept, stage._learnt = lambda: {"replay_pointing": next(figures)}, lambda: {"pointing": 0.9}
    return stage


@pytest.mark.parametrize(
    ("kept", "share"),
    [((0.79,), 1.0), ((0.7, 0.78, 0.775), 0.75), ((0.7, 0.78, 0.75), 0.5), ((0.7, 0.72, 0.74), 0.25)],
)
def test_as_much_is_given_back_as_forgetting_demands(kept, share, monkeypatch):
    monkeypatch.setattr("engine.lab.adaptation.learning.input_grams", lambda *_: {"0": torch.eye(3)})
    model, curve = torch.nn.Sequential(torch.nn.Linear(2, 1)), LearningCurve({"replay_pointing": 0.8}, {})
    before = {name: torch.zeros_like(p) for name, p in model.named_parameters()}
    learnt = {name: torch.ones_like(p) for name, p in model.named_parameters()}
    model.load_state_dict(learnt)
    learner(model, kept)._blend(before, learnt, curve)
    assert curve.blend == share
    assert curve.best == {"pointing": 0.9, "replay_pointing": {1.0: 0.79, 0.75: 0.775, 0.5: 0.78, 0.25: 0.74}[share]}
    assert all(torch.allclose(p, torch.tensor(share)) for p in model.parameters())


def layer(weight, bias):
    return {"layer.weight": torch.tensor(weight), "layer.bias": torch.tensor(bias)}


def gram(*inputs):
    x = torch.tensor([[*row, 1.0] for row in inputs])
    return {"layer": x.T @ x / len(x)}


def test_each_input_is_answered_by_whom_it_belongs_to():
    """Old inputs lie along the first axis, new ones along the second: merged, the layer answers both as their own did."""
    before, learnt = layer([[2.0, 0.0]], [1.0]), layer([[-3.0, 5.0]], [1.0])
    merged = merge(before, learnt, gram((1.0, 0.0), (-1.0, 0.0)), gram((0.0, 1.0), (0.0, -1.0)), 0.5)
    assert merged["layer.weight"].squeeze() == pytest.approx([2.0, 5.0], abs=0.3)
    assert merged["layer.bias"] == pytest.approx(1.0, abs=0.05)
    between = torch.lerp(before["layer.weight"], learnt["layer.weight"], 0.5).squeeze()
    assert between.tolist() == [-0.5, 2.5]  # which is neither


def test_where_inputs_are_the_same_weights_lie_between():
    before, learnt = layer([[0.0, 0.0]], [0.0]), layer([[1.0, 4.0]], [2.0])
    merged = merge(before, learnt, gram((1.0, 2.0)), gram((1.0, 2.0)), 0.25)
    assert merged["layer.weight"].squeeze() == pytest.approx([0.25, 1.0])
    assert merged["layer.bias"] == pytest.approx([0.5])
    norm = {"norm": torch.tensor([1.0])}
    assert merge(norm, {"norm": torch.tensor([3.0])}, {}, {}, 0.5)["norm"] == 2.0  # not linear: interpolated
