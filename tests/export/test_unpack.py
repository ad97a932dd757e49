"""A bundle turned back into a run: it sees, reads and knows what the bundle does."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the train extra")
import onnxruntime

from engine.errors import Fault
from engine.formats.bundle import Bundle
from engine.lab.training.run import load_run
from engine.lab.training.texts import BundleTexts, tokenize
from export.unpack import unpack

pytestmark = pytest.mark.train


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unpacked") / "run"
    try:
        unpack(Bundle(), folder)
    except Fault as fault:
        if fault.code == "weights_missing":
            pytest.skip("needs the packaged weights")
        raise
    return folder


def cosine(a: np.ndarray, b: np.ndarray) -> float:
    return float((a * b).sum() / (np.linalg.norm(a) * np.linalg.norm(b)))


def test_it_reads_as_the_bundle_does(run: Path) -> None:
    model, _ = load_run(run)
    lines = ["red potion", "hand me the key by the door", "look out, a wolf!"]
    sentence, utterance = model.encode_text(*tokenize(model.text, lines))
    for (was, wanted), now, meant in zip(BundleTexts(Bundle(), 1).encode(lines), sentence, utterance, strict=True):
        assert cosine(was, now.detach().numpy()) > 0.98  # the graph may round what goes into its products, too
        assert cosine(wanted, meant.detach().numpy()) > 0.98  # the graph may round what goes into its products, too


def test_it_sees_as_the_bundle_does(run: Path) -> None:
    model, cfg = load_run(run)
    assert cfg.tune is not None
    session = onnxruntime.InferenceSession(str(Bundle().graph("image")), providers=["CPUExecutionProvider"])
    rng = np.random.default_rng(0)
    frame = np.kron(rng.integers(0, 256, (12, 20, 3)), np.ones((16, 16, 1))).astype(np.uint8)  # coarse blocks of colour
    (grid,) = session.run(["grid"], {"frame": frame[None]})
    now, _ = model.encode_frame(torch.from_numpy(frame[None]))
    assert (torch.from_numpy(grid) * now).sum(1).mean() > 0.95


def test_a_bundle_without_weights_is_refused(tmp_path: Path) -> None:
    class Fixed:
        folder = tmp_path

        class manifest:
            heads, model = None, {}

    with pytest.raises(Fault, match="no weights to go on from"):
        unpack(Fixed(), tmp_path / "run")
    assert not (tmp_path / "run").exists()
