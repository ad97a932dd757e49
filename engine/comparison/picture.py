"""The picture of a comparison: what a millisecond buys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib

from engine.comparison.combinations import BOTH
from engine.comparison.latency import Latency
from engine.comparison.outcome import Outcome

matplotlib.use("Agg")

SHAPES = {"resnet18": "s", "mobilenet_v3_small": "^", "efficientnet_lite0": "o"}
COLOURS = {"concat": "tab:orange", "film": "tab:green", "cross_attention": "tab:blue"}


def draw(outcomes: Sequence[Outcome], latency: Mapping[str, Latency], path: Path) -> None:
    """Action macro-F1 against p50: a shape each image encoder, a colour each fusion, hollow without MiniLM."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(8.5, 5.5), layout="constrained")
    for outcome in outcomes:
        _mark(axes, outcome, latency[outcome.combination.name].new_words_ms)
    for name, shape in SHAPES.items():
        axes.plot([], [], shape, color="grey", label=name)
    for name, colour in COLOURS.items():
        axes.plot([], [], "-", color=colour, lw=4, label=name)
    axes.plot([], [], "o", color="grey", mfc="none", label="hollow: nn.Embedding, filled: MiniLM")
    axes.set(xlabel="p50 of one frame and one new line, ms", ylabel="action macro-F1, held-out scenes", xlim=(0, None))
    axes.legend(fontsize=8)
    figure.savefig(path, dpi=120)
    plt.close(figure)


def _mark(axes: Any, outcome: Outcome, milliseconds: float) -> None:
    c, height = outcome.combination, outcome.figures["action"]["f1"]
    colour = COLOURS[c.fusion]
    filled = colour if c.text.encoder == "minilm" else "none"
    axes.plot(milliseconds, height, SHAPES[c.image.encoder], color=colour, mfc=filled, ms=8)
    if c.modalities != BOTH or c.name.endswith("scratch"):
        label = c.name.rsplit("-", 1)[-1] if c.modalities == BOTH else c.name.replace("-", " ")
        axes.annotate(label, (milliseconds, height), (7, 4), textcoords="offset points", fontsize=8)
