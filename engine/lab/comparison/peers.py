"""What a user would pick instead, timed in the same run: one frame (and where it hears, one line), nothing batched.

Architectures come from their libraries with random weights: time does not depend on the weights. Each peer is what its
paper runs on a frame: CLIP (arXiv 2103.00020), SigLIP (2303.15343), OWL-ViT (2205.06230), YOLOS (2106.00666),
the picture encoder of SmolVLM-256M (2504.05299), 32 tokens of a language model of 270M parameters (Gemma 3, 2503.19786).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from engine.errors import Fault
from engine.formats.frame import Frame
from engine.lab.comparison.latency import LINE, article_models
from engine.perception import EncodedFrame, Perceiver, Query

WIDTH, HEIGHT = 640, 360
ROUNDS, WARM_UP = 3, 2
TOKENS, CONTEXT = 32, 64  # written, and read before them
Once = Callable[[int], object]  # the number of the run


@dataclass(frozen=True)
class Peer:
    """One way to do what a character needs.

    Attributes:
        does, lacks: what it can do with a frame or a line, and what it cannot, for the table.
        build: loads it; gives what to time, and the bytes of its weights.
    """

    name: str
    does: str
    lacks: str
    build: Callable[[], tuple[Once, int]]


@dataclass(frozen=True)
class Timed:
    """Milliseconds of a peer, and the megabytes of its weights."""

    peer: Peer
    p50_ms: float
    p95_ms: float
    megabytes: float


def measure_peers(
    runs: int, threads: int, bundle: Path | None, weights: Mapping[str, Path], told: Callable[[str], None]
) -> list[Timed]:
    """Time all peers by turns, `ROUNDS` times over, so that what else the machine does falls on all alike.

    Args:
        runs: of each peer, over all rounds.
        weights: folders of pretrained weights by the name of a peer, where a user has them; the others are random.
        told: hears what is being timed.

    Raises:
        Fault: `peer_unknown` for weights of no peer.
    """
    torch.set_num_threads(threads)
    peers = all_peers(threads, bundle, weights)
    runnable: dict[str, Once] = {}
    sizes: dict[str, int] = {}
    for peer in peers:  # all stay in memory, some 4 GB: to load them anew for every round would take the longest
        told(f"loading {peer.name}")
        runnable[peer.name], sizes[peer.name] = peer.build()
    seconds: dict[str, list[float]] = {peer.name: [] for peer in peers}
    each = max(1, runs // ROUNDS)
    with torch.inference_mode():
        for round_ in range(ROUNDS):
            for peer in peers:
                told(f"timing {peer.name} ({round_ + 1} of {ROUNDS})")
                first = round_ * (WARM_UP + each)  # frames and words that no round before had: what is known costs nothing
                for i in range(first, first + WARM_UP):
                    runnable[peer.name](i)
                for i in range(first + WARM_UP, first + WARM_UP + each):
                    start = time.perf_counter()
                    runnable[peer.name](i)
                    seconds[peer.name].append(time.perf_counter() - start)
    return [Timed(peer, *_percentiles_ms(seconds[peer.name]), sizes[peer.name] / 1e6) for peer in peers]


def _percentiles_ms(seconds: list[float]) -> tuple[float, float]:
    p50, p95 = np.percentile(seconds, (50, 95)) * 1e3
    return float(p50), float(p95)


def all_peers(threads: int, bundle: Path | None, weights: Mapping[str, Path]) -> list[Peer]:
    """This engine first, then the article's model, then what is to be had elsewhere."""
    peers = [*_ours(threads, bundle), *_article(threads), *_transformers(weights)]
    if unknown := sorted(set(weights) - {peer.name for peer in peers[4:]}):
        known = ", ".join(peer.name for peer in peers[4:])
        raise Fault("peer_unknown", f"There is no peer '{unknown[0]}'.", f"Weights may be given for: {known}.")
    return peers


def _ours(threads: int, bundle: Path | None) -> Iterator[Peer]:
    does = "finds what words mean and watched phrases, intent, tone, action, emotion"

    def build(text: Callable[[int], str]) -> tuple[Once, int]:
        perceiver = Perceiver(bundle, "cpu", threads)
        size = sum(perceiver.bundle.graph(name).stat().st_size for name in perceiver.bundle.manifest.graphs)

        def once(i: int) -> object:
            (frame,) = perceiver.encode_frames([Frame(_pixels(i), WIDTH, HEIGHT)], [])
            assert isinstance(frame, EncodedFrame)  # it is a sound one
            return perceiver.perceive(frame, [Query(text(i), watch=("wolf", "fire"))])

        return once, size

    yield Peer("this engine, known words", does, "no open talk", lambda: build(lambda i: LINE))
    yield Peer("this engine, new words", does, "no open talk", lambda: build(lambda i: f"bring me the key number {i}"))


def _article(threads: int) -> Iterator[Peer]:
    models = cache(article_models)  # exported once for both

    def build(name: str) -> tuple[Once, int]:
        once, size = models(threads)[name]
        return lambda _: once(), size

    for name in ("article, PyTorch eager", "article, ONNX Runtime"):
        yield Peer(name, "a class from picture and words", "finds nothing; no phrases at run time", partial(build, name))


def _transformers(weights: Mapping[str, Path]) -> Iterator[Peer]:
    """Peers from Hugging Face Transformers."""
    import transformers as t

    whole, blind = "how well phrases fit a whole picture", "sees nothing, and may say anything"
    small: dict[str, Any] = {"hidden_size": 384, "num_attention_heads": 6, "intermediate_size": 1536, "image_size": [512, 512]}
    pictures = (
        ("CLIP ViT-B/32", whole, "no place, no line, no action", t.CLIPVisionModel, t.CLIPVisionConfig(), 224),
        ("SigLIP ViT-B/16", whole, "no place, no line, no action", t.SiglipVisionModel, t.SiglipVisionConfig(), 224),
        (
            "YOLOS small",
            "boxes of 80 classes",
            "no phrases, no line, no action",
            t.YolosForObjectDetection,
            t.YolosConfig(**small),
            512,
        ),
        (
            *("SmolVLM-256M, its picture encoder", "what a language model would read", "says nothing by itself; no place"),
            *(t.SiglipVisionModel, t.SiglipVisionConfig(image_size=512), 512),
        ),
    )
    for name, does, lacks, model, cfg, side in pictures:
        yield Peer(name, does, lacks, partial(_looking, model, cfg, side, weights.get(name)))
    name = "OWL-ViT B/32, two phrases"
    yield Peer(name, "boxes of phrases given at run time", "no line, no action", partial(_finding, t, weights.get(name)))
    name = f"Gemma 3 270M, {TOKENS} tokens"
    yield Peer(name, "a line of its own", blind, partial(_writing, t, weights.get(name)))


def _loaded(model: Any, cfg: Any, folder: Path | None) -> Any:
    """The model with a user's weights, which are never downloaded, or with random ones."""
    if folder is None:
        return model(cfg).eval()
    try:
        return model.from_pretrained(str(folder), local_files_only=True).eval()
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise Fault(
            "peer_weights", f"{folder} holds no weights of {model.__name__}: {reason}", "Give a local folder."
        ) from None


def _weight(model: torch.nn.Module) -> int:
    return sum(tensor.numel() * tensor.element_size() for tensor in model.parameters())


def _looking(model: Any, cfg: Any, side: int, folder: Path | None) -> tuple[Once, int]:
    built = _loaded(model, cfg, folder)
    return lambda i: built(pixel_values=_fitted(i, side)), _weight(built)


def _finding(t: Any, folder: Path | None) -> tuple[Once, int]:
    """The phrases are read once, as one would do with a watch list; what is timed is the picture and the boxes."""
    built = _loaded(t.OwlViTForObjectDetection, t.OwlViTConfig(), folder)
    phrases = torch.nn.functional.normalize(torch.randn(1, 2, built.config.text_config.hidden_size), dim=-1)

    def once(i: int) -> object:
        grid = built.owlvit.vision_model(pixel_values=_fitted(i, 768)).last_hidden_state[:, 1:]
        side = int(grid.shape[1] ** 0.5)
        boxes = built.box_predictor(grid, grid.reshape(1, side, side, -1))
        return boxes, built.class_predictor(grid, phrases)

    return once, _weight(built)


def _writing(t: Any, folder: Path | None) -> tuple[Once, int]:
    """The sizes of Gemma 3 270M. No token ends the text: all are written, as a talkative model would."""
    cfg = t.Gemma3TextConfig(
        vocab_size=262_144, hidden_size=640, intermediate_size=2048, num_hidden_layers=18, num_attention_heads=4,
        num_key_value_heads=1, head_dim=256, sliding_window=512,
    )  # fmt: skip
    built = _loaded(t.Gemma3ForCausalLM, cfg, folder)
    prompt = torch.arange(10, 10 + CONTEXT).unsqueeze(0)
    length = {"max_new_tokens": TOKENS, "min_new_tokens": TOKENS, "do_sample": False}
    return lambda _: built.generate(prompt, attention_mask=torch.ones_like(prompt), **length), _weight(built)


def _pixels(i: int) -> bytes:
    return bytes([i % 251]) * (HEIGHT * WIDTH * 3)


def _fitted(i: int, side: int) -> torch.Tensor:
    """The game's frame as such a model takes it: float32 [1, 3, side, side]."""
    frame = torch.frombuffer(bytearray(_pixels(i)), dtype=torch.uint8).reshape(1, HEIGHT, WIDTH, 3)
    return torch.nn.functional.interpolate(frame.permute(0, 3, 1, 2).float() / 255, (side, side), mode="bilinear")
