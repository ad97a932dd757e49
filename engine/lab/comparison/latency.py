"""How long one frame and one line take: through ONNX Runtime for every model in turn, and as the article runs its model."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from pydantic import BaseModel, ConfigDict
from torch import Tensor, nn

from engine.formats.labels import load_labels
from engine.lab.config import load_recipe
from engine.lab.model import build_model
from engine.perception.onnx_sessions import open_session
from engine.perception.providers import CPU

LINE = "could you hand me the red potion by the door?"
ROUNDS, RUNS, WARM_UP = 3, 20, 3
Inputs = dict[str, npt.NDArray[Any]]


class Latency(BaseModel):
    """p50 in milliseconds, one frame and one line, nothing batched."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    new_words_ms: float  # frame, text and decide graphs
    known_words_ms: float  # the same without the text graph: the engine keeps the vectors of words it has heard
    image_ms: float
    text_ms: float
    decide_ms: float


def measure_latency(
    models: Mapping[str, tuple[Path, Sequence[str]]], size: tuple[int, int], threads: int
) -> dict[str, Latency]:
    """Time each model's directory of graphs, with the names of those that it needs.

    All are measured in the same minutes, one after the other and several times over: what else the machine does at
    the time falls on all alike.
    """
    seconds: dict[str, dict[str, list[float]]] = {name: {"image": [], "text": [], "decide": []} for name in models}
    for _ in range(ROUNDS):
        for name, (folder, graphs) in models.items():
            for graph, times in _timed(folder, graphs, size, threads).items():
                seconds[name][graph] += times
    return {name: _latency(times) for name, times in seconds.items()}


def _latency(seconds: Mapping[str, Sequence[float]]) -> Latency:
    image, text, decide = (seconds[graph] or [0.0] * len(seconds["decide"]) for graph in ("image", "text", "decide"))
    known = [a + b for a, b in zip(image, decide, strict=True)]
    figures = {
        "new_words_ms": [a + b for a, b in zip(known, text, strict=True)],
        "known_words_ms": known,
        "image_ms": image,
        "text_ms": text,
        "decide_ms": decide,
    }
    return Latency(**{name: round(median(times) * 1e3, 3) for name, times in figures.items()})


def _timed(folder: Path, graphs: Sequence[str], size: tuple[int, int], threads: int) -> dict[str, list[float]]:
    sessions = {g: open_session(folder / f"{g}.onnx", CPU, threads) for g in ("image", "text", "decide") if g in graphs}
    inputs = _inputs(sessions["decide"], size)
    times: dict[str, list[float]] = {graph: [] for graph in sessions}
    for run in range(WARM_UP + RUNS):  # the graphs by turns, as in a game: each finds the caches of the one before
        for graph, session in sessions.items():
            once = _seconds(lambda session=session, graph=graph: session.run(None, inputs[graph]))  # type: ignore[misc]
            if run >= WARM_UP:
                times[graph].append(once)
    return times


def _inputs(decide: Any, size: tuple[int, int]) -> dict[str, Inputs]:
    """Inputs of each graph; those of `decide` as wide as it asks for."""
    from engine.lab.model.text_encoders import TextEncoder
    from engine.lab.training.texts import tokenize

    rng = np.random.default_rng(0)
    ids, mask = (tensor.numpy() for tensor in tokenize(TextEncoder(), [LINE]))
    shapes = {value.name: [n if isinstance(n, int) else 1 for n in value.shape] for value in decide.get_inputs()}
    return {
        "image": {"frame": rng.integers(0, 256, (1, *size, 3), dtype=np.uint8)},
        "text": {"ids": ids, "mask": mask},
        "decide": {name: np.ones(shape, np.float32) for name, shape in shapes.items()},
    }


def _seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


class _WholeModel(nn.Module):
    """Frame and words to action logits in one pass, as the article runs it."""

    valid: Tensor

    def __init__(self) -> None:
        super().__init__()
        cfg = load_recipe("article").model.model_copy(update={"size": (224, 224)})
        self.model = build_model(cfg, load_labels()).eval()
        self.register_buffer("valid", torch.ones(1, 28, 28), persistent=False)

    def forward(self, frame: Tensor, ids: Tensor, mask: Tensor) -> Tensor:
        grid, scene = self.model.encode_frame(frame)
        utterance = self.model.encode_text(ids, mask)[1]
        return self.model.decide(grid, scene, utterance.unsqueeze(1), torch.ones(1, 1, 1), self.valid).logits["action"]


def article_latency(runs: int = 50, threads: int = 2) -> dict[str, list[float]]:
    """Seconds of each run of the article's model (224x224, one frame, one line of 12 tokens), per back end."""
    with torch.inference_mode():
        return {name: _time(once, runs) for name, (once, _) in article_models(threads).items()}


def article_models(threads: int) -> dict[str, tuple[Callable[[], object], int]]:
    """The article's model per back end: what runs it once (in inference mode), and the bytes of its weights."""
    import onnxruntime as ort

    torch.set_num_threads(threads)
    model = _WholeModel().eval()
    inputs = {
        "frame": torch.zeros(1, 224, 224, 3, dtype=torch.uint8),
        "ids": torch.ones(1, 12, dtype=torch.int64),
        "mask": torch.ones(1, 12, dtype=torch.int64),
    }
    with tempfile.TemporaryDirectory() as folder, torch.inference_mode():
        path = Path(folder) / "article.onnx"
        torch.onnx.export(
            model,
            kwargs=inputs,
            f=str(path),
            input_names=list(inputs),
            dynamo=True,
            external_data=False,
            opset_version=20,
            verbose=False,
        )
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        arrays = {name: tensor.numpy() for name, tensor in inputs.items()}
        size = sum(tensor.numel() * tensor.element_size() for tensor in model.parameters())
        return {
            "article, PyTorch eager": (lambda: model(**inputs), size),
            "article, ONNX Runtime": (lambda: session.run(None, arrays), path.stat().st_size),
        }


def _time(call: Callable[[], object], runs: int) -> list[float]:
    for _ in range(5):
        call()
    return [_seconds(call) for _ in range(runs)]
