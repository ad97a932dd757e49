"""What was known stays: the two ways in which learning a game is kept from costing what was known before."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="needs the train extra")

from engine.adaptation.retention import Retention
from engine.adaptation.stage import AdaptCfg, AdaptStage, Course
from engine.labels import load_labels
from engine.model import build_model
from engine.model.text_encoders import SENTENCE_DIM
from tests.adaptation.conftest import SIZE
from tests.adaptation.test_adapt import CFG

pytestmark = pytest.mark.train


class Table:
    """Phrases as random vectors, the same each time."""

    def sentences(self, rows):
        return torch.randn(*rows.shape, SENTENCE_DIM, generator=torch.Generator().manual_seed(0))


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
    return {"s8": s8, "s16": s16, "s32": s32, "valid": valid, "phrase": torch.zeros(2, 5, dtype=torch.long)}


def test_a_model_that_answers_as_before_is_left_alone(model, batch):
    Retention(model, Table()).loss(batch).backward()
    moved = [p.grad.abs().max().item() for p in model.neck.parameters() if p.grad is not None]
    assert moved
    assert max(moved) < 1e-4


def test_a_model_that_answers_otherwise_is_drawn_back(model, batch):
    retention = Retention(model, Table())
    as_before = retention.loss(batch).item()
    with torch.no_grad():
        for parameter in model.neck.cell.parameters():
            parameter.mul_(-1)
    assert retention.loss(batch).item() > as_before + 0.01


def learner(model, kept):
    """A stage whose pointing on the replay is `kept`, one after the other."""
    stage, figures = AdaptStage.__new__(AdaptStage), iter(kept)
    stage.model, stage.adapt = model, AdaptCfg(blends=(1.0, 0.5, 0.25), forgotten=0.03)
    stage._kept, stage._learnt = lambda: {"replay_pointing": next(figures)}, lambda: {"pointing": 0.9}
    return stage


@pytest.mark.parametrize(("kept", "share"), [((0.79,), 1.0), ((0.7, 0.78), 0.5), ((0.7, 0.72, 0.74), 0.25)])
def test_as_much_is_given_back_as_forgetting_demands(kept, share):
    model, course = torch.nn.Linear(2, 1), Course({"replay_pointing": 0.8}, {})
    before = {name: torch.zeros_like(p) for name, p in model.named_parameters()}
    learnt = {name: torch.ones_like(p) for name, p in model.named_parameters()}
    learner(model, kept)._blend(before, learnt, course)
    assert course.blend == share
    assert course.best == {"pointing": 0.9, "replay_pointing": kept[-1]}
    assert all((p == share).all() for p in model.parameters())
