"""Does the bundle answer as the PyTorch model does? Asked on real frames and real utterances."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from tokenizers import Tokenizer

from engine.model import NpcModel
from engine.training.tokens import MAX_TOKENS, tokenize

HEADS = ("intent", "tone", "action", "emotion")
FP32_TOLERANCE = 1e-3  # largest difference of a probability
INT8_AGREEMENT = 0.93  # share of top labels that must survive quantisation


@dataclass(frozen=True)
class Parity:
    """Agreement of top labels (share) and the largest difference of a probability, over all heads."""

    inputs: int
    agreement: float
    max_difference: float
    mean_difference: float

    def acceptable(self, precision: str) -> bool:
        if precision == "fp32":
            return self.agreement == 1.0 and self.max_difference <= FP32_TOLERANCE
        return self.agreement >= INT8_AGREEMENT


Frames = list[npt.NDArray[np.uint8]]


def compare(model: NpcModel, folder: Path, frames: Frames, texts: list[str]) -> Parity:
    """Run PyTorch and the graphs in `folder` on each (frame, text) pair; empty texts are silence."""
    import onnxruntime as ort

    sessions = {
        n: ort.InferenceSession(str(folder / f"{n}.onnx"), providers=["CPUExecutionProvider"])
        for n in ("image", "text", "decide")
    }
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    same, differences = [], []
    for frame, text in zip(frames, texts, strict=True):
        ours = _torch_answers(model, frame, text)
        theirs = _onnx_answers(sessions, tokenizer, frame, text, model.cfg.size)
        for mine, other in zip(ours, theirs, strict=True):
            if mine.ndim == 1 and len(mine) > 1:
                same.append(mine.argmax() == other.argmax())
            differences.append(float(np.abs(mine - other).max()))
    return Parity(len(frames), float(np.mean(same)), max(differences), float(np.mean(differences)))


def _inputs(frame: npt.NDArray[np.uint8], text: str, size: tuple[int, int]) -> tuple[npt.NDArray[np.float32], float]:
    return np.ones((1, size[0] // 8, size[1] // 8), np.float32), float(bool(text))


@torch.no_grad()
def _torch_answers(model: NpcModel, frame: npt.NDArray[np.uint8], text: str) -> list[npt.NDArray[np.float32]]:
    valid, said = _inputs(frame, text, model.cfg.size)
    grid, scene = model.encode_frame(torch.from_numpy(frame)[None])
    utterance = model.encode_text(*tokenize([text]))[1]
    answers = model.decide(grid, scene, utterance[None], torch.full((1, 1, 1), said), torch.from_numpy(valid))
    heads = [model.probabilities(h, answers.logits[h])[0, 0].numpy() for h in HEADS]
    if answers.presence is not None:
        heads.append(model.calibrated("target", answers.presence[0]).sigmoid().numpy())
    return heads


def _onnx_answers(
    sessions: dict, tokenizer: Tokenizer, frame: npt.NDArray[np.uint8], text: str, size: tuple[int, int]
) -> list[npt.NDArray[np.float32]]:
    valid, said = _inputs(frame, text, size)
    grid, scene = sessions["image"].run(None, {"frame": frame[None]})
    tokenizer.enable_truncation(MAX_TOKENS)
    tokenizer.no_padding()
    ids = np.array([tokenizer.encode(text).ids], np.int64)
    utterance = sessions["text"].run(["utterance"], {"ids": ids, "mask": np.ones_like(ids)})[0]
    outputs = sessions["decide"].run(
        [*HEADS, "target_p"],
        {"grid": grid, "scene": scene, "utterance": utterance, "said": np.full((1, 1), said, np.float32), "valid": valid},
    )
    return [o[0] for o in outputs[:-1]] + [outputs[-1]]
