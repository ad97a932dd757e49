"""Does the bundle answer as the PyTorch model does? Asked on real frames and real utterances."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from tokenizers import Tokenizer
from torch import Tensor

from engine.formats.labels import load_labels
from engine.lab.data.utterances import load_utterances
from engine.lab.model import NpcModel
from engine.lab.training.sources import read_mixed, slot_things
from engine.lab.training.text_stage import fill_lines
from engine.lab.training.texts import MAX_TOKENS, tokenize
from npc.types import HEAD_NAMES

FP32_TOLERANCE = 1e-3  # largest difference of a probability
INT8_AGREEMENT, FP16_AGREEMENT = 0.93, 0.99  # share of top labels that must survive rounding
WATCHED = ["wolf", "red potion", "torch", "house", "a tree", "knight", "key", "fire"]


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
        return self.agreement >= (FP16_AGREEMENT if precision == "fp16" else INT8_AGREEMENT)


Frames = list[npt.NDArray[np.uint8]]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Example:
    """One frame at the model's size, with the features that the frozen half makes of it, and vectors of words."""

    frame: npt.NDArray[np.uint8]
    features: Mapping[str, Floats]  # `FEATURES`, [1, C, H/s, W/s]
    utterance: Floats  # [1, U]; zeros for silence
    said: bool
    phrases: Floats  # [W, 384]


def compare(model: NpcModel, folder: Path, words: Path, frames: Frames, texts: list[str]) -> Parity:
    """Run PyTorch and the graphs in `folder` on each (frame, text) pair, and watch for `WATCHED` in each frame.

    Empty texts are silence. `words` is a tokenizer.
    """
    image, text_graph, decide, watch = (open_graph(folder / f"{n}.onnx") for n in ("image", "text", "decide", "watch"))
    tokenizer = Tokenizer.from_file(str(words))  # its numbers are not those that PyTorch knows
    tokenizer.enable_truncation(MAX_TOKENS)
    tokenizer.no_padding()

    def encoded(text: str, output: str) -> Floats:
        ids = np.array([tokenizer.encode(text).ids], np.int64)
        vector: Floats = text_graph.run([output], {"ids": ids, "mask": np.ones_like(ids)})[0]
        return vector

    known = np.concatenate([encoded(phrase, "sentence") for phrase in WATCHED])
    with torch.no_grad():
        meant = model.encode_text(*tokenize(model.text, WATCHED))[0]
    pairs = []
    for frame, text in zip(frames, texts, strict=True):
        seen = image.run(["grid", "scene"], {"frame": frame[None]})
        ours = torch_answers(model, frame, text)
        theirs = onnx_heads(decide, seen[0], seen[1], encoded(text, "utterance"), bool(text))
        with torch.no_grad():
            ours.append(_torch_watch(model, model.encode_frame(torch.from_numpy(frame)[None])[0], meant))
        theirs.append(watch.run(["presence"], {"grid": seen[0], "valid": _valid(seen[0]), "phrase": known})[0])
        pairs.append((ours, theirs))
    return parity_of(pairs)


def compare_heads(model: NpcModel, folder: Path, examples: Sequence[Example]) -> Parity:
    """The same for what stands above the encoders: `neck.onnx` if it is in `folder`, else `image.onnx`; decide, watch."""
    whole = not (folder / "neck.onnx").exists()
    first, decide, watch = (open_graph(folder / f"{n}.onnx") for n in ("image" if whole else "neck", "decide", "watch"))
    pairs = []
    for example in examples:
        with torch.no_grad():
            view = model.neck(*(torch.from_numpy(f) for f in example.features.values()))
            ours = _torch_heads(model, view[0], view[1], torch.from_numpy(example.utterance), example.said)
            ours.append(_torch_watch(model, view[0], torch.from_numpy(example.phrases)))
        grid, scene = first.run(["grid", "scene"], {"frame": example.frame[None]} if whole else dict(example.features))
        theirs = onnx_heads(decide, grid, scene, example.utterance, example.said)
        theirs.append(watch.run(["presence"], {"grid": grid, "valid": _valid(grid), "phrase": example.phrases})[0])
        pairs.append((ours, theirs))
    return parity_of(pairs)


def open_graph(path: Path) -> Any:
    """A session on the CPU."""
    import onnxruntime as ort

    return ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])


def parity_of(pairs: Sequence[tuple[list[Floats], list[Floats]]]) -> Parity:
    """Answers of each input: class probabilities of `HEAD_NAMES`, then probabilities of presence."""
    kinds = len(HEAD_NAMES)
    same = [a.argmax() == b.argmax() for ours, theirs in pairs for a, b in zip(ours[:kinds], theirs[:kinds], strict=True)]
    gaps = [float(np.abs(mine - other).max()) for ours, theirs in pairs for mine, other in zip(ours, theirs, strict=True)]
    return Parity(len(pairs), float(np.mean(same)), max(gaps), float(np.mean(gaps)))


def _valid(grid: npt.NDArray[np.float32]) -> Floats:
    return np.ones((1, *grid.shape[2:]), np.float32)


def torch_answers(model: NpcModel, frame: npt.NDArray[np.uint8], text: str) -> list[Floats]:
    """What PyTorch makes of a frame and a text, as `parity_of` takes it."""
    with torch.no_grad():
        grid, scene = model.encode_frame(torch.from_numpy(frame)[None])
        return _torch_heads(model, grid, scene, model.encode_text(*tokenize(model.text, [text]))[1], bool(text))


def _torch_heads(model: NpcModel, grid: Tensor, scene: Tensor, utterance: Tensor, said: bool) -> list[Floats]:
    answers = model.decide(grid, scene, utterance[None], torch.full((1, 1, 1), float(said)), torch.ones(1, *grid.shape[2:]))
    heads = [model.probabilities(h, answers.logits[h])[0, 0].numpy() for h in HEAD_NAMES]
    if answers.presence is not None:
        heads.append(model.calibrated("target", answers.presence[0]).sigmoid().numpy())
    return heads


def _torch_watch(model: NpcModel, grid: Tensor, phrases: Tensor) -> Floats:
    presence = model.watch(grid, phrases[None], torch.ones(1, *grid.shape[2:]))[1]
    found: Floats = model.calibrated("watch", presence[0]).sigmoid().numpy()
    return found


def onnx_heads(decide: Any, grid: Floats, scene: Floats, utterance: Floats, said: bool) -> list[Floats]:
    """The same from a decide graph: a session, or whatever else has its `run`."""
    inputs = {"grid": grid, "scene": scene, "utterance": utterance, "valid": _valid(grid)}
    outputs = decide.run([*HEAD_NAMES, "target_p"], inputs | {"said": np.full((1, 1), float(said), np.float32)})
    return [*(o[0] for o in outputs[:-1]), outputs[-1]]


def calibration_frames(size: tuple[int, int], packs: tuple[str, ...] = (), count: int = 120) -> Frames:
    """Frames that set the ranges of the quantised image graph, packs of art among them. The first two pin black and white."""
    frames = [frame for frame, _ in read_mixed(packs, 11, size, count)]
    return [np.zeros_like(frames[0]), np.full_like(frames[0], 255), *frames]


def parity_inputs(size: tuple[int, int], packs: tuple[str, ...] = (), count: int = 200) -> tuple[Frames, list[str]]:
    """`count` frames that were not trained on, each with a player line (every eighth with silence)."""
    lines = fill_lines(load_utterances("held_out"), slot_things(), load_labels(), random.Random(3))
    random.Random(4).shuffle(lines)
    frames = [frame for frame, _ in read_mixed(packs, 12, size, count)]
    return frames, ["" if i % 8 == 7 else lines[i % len(lines)].text for i in range(count)]
