"""The article's model, timed: PyTorch eager and ONNX Runtime, for the baseline of `python -m engine bench`."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn

from engine.formats.labels import load_labels
from engine.lab.config import load_recipe
from engine.lab.model import build_model


class _WholeModel(nn.Module):
    """Frame and words to action logits in one pass, as the article runs it."""

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
    import onnxruntime as ort

    torch.set_num_threads(threads)
    model = _WholeModel().eval()
    inputs = {
        "frame": torch.zeros(1, 224, 224, 3, dtype=torch.uint8),
        "ids": torch.ones(1, 12, dtype=torch.int64),
        "mask": torch.ones(1, 12, dtype=torch.int64),
    }
    with tempfile.TemporaryDirectory() as folder, torch.inference_mode():
        path = str(Path(folder) / "article.onnx")
        torch.onnx.export(
            model,
            kwargs=inputs,
            f=path,
            input_names=list(inputs),
            dynamo=True,
            external_data=False,
            opset_version=20,
            verbose=False,
        )
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        arrays = {name: tensor.numpy() for name, tensor in inputs.items()}
        return {
            "article, PyTorch eager": _time(lambda: model(**inputs), runs),
            "article, ONNX Runtime": _time(lambda: session.run(None, arrays), runs),
        }


def _time(call: Callable[[], object], runs: int) -> list[float]:
    for _ in range(5):
        call()
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    return seconds
