"""The picture of a comparison: what a millisecond buys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib

from engine.lab.comparison.combinations import BOTH, Combination
from engine.lab.comparison.latency import Latency
from engine.lab.comparison.outcome import Outcome

matplotlib.use("Agg")

SHAPES = {"resnet18": "s", "mobilenet_v3_small": "^", "efficientnet_lite0": "o"}
COLOURS = {"concat": "tab:orange", "film": "tab:green", "cross_attention": "tab:blue"}


def draw(outcomes: Sequence[Outcome], latency: Mapping[str, Latency], path: Path) -> None:
    """Action macro-F1 and pointing against p50: a shape each image encoder, a colour each fusion, hollow without MiniLM."""
    import matplotlib.pyplot as plt

    figure, (action, pointing) = plt.subplots(1, 2, figsize=(11, 4.8), layout="constrained")
    for outcome in outcomes:
        milliseconds = latency[outcome.combination.name].new_words_ms
        _mark(action, outcome.combination, milliseconds, outcome.figures["action"]["f1"])
        if "image" in outcome.combination.modalities and "target" in outcome.figures:
            _mark(pointing, outcome.combination, milliseconds, outcome.figures["target"]["pointing"])
    for axes, title in ((action, "action, macro-F1"), (pointing, "pointing at what the words mean")):
        axes.set(title=title, xlabel="p50 of one frame and one new line, ms", xlim=(0, None), ylim=(0, None))
        axes.margins(y=0.1)
        axes.grid(alpha=0.25)
        axes.spines[["top", "right"]].set_visible(False)
    figure.legend(handles=_legend(), loc="outside lower center", ncols=4, fontsize=9, frameon=False)
    figure.savefig(path, dpi=120)
    plt.close(figure)


def _mark(axes: Any, combination: Combination, milliseconds: float, height: float) -> None:
    colour = COLOURS[combination.fusion]
    filled = colour if combination.text.encoder == "minilm" else "none"
    axes.plot(milliseconds, height, SHAPES[combination.image.encoder], color=colour, mfc=filled, ms=8)
    if combination.modalities != BOTH or combination.name.endswith("scratch"):
        label = combination.name.rsplit("-", 1)[-1] if combination.modalities == BOTH else combination.name.replace("-", " ")
        axes.annotate(label, (milliseconds, height), (0, 9), textcoords="offset points", fontsize=8, ha="center")


def _legend() -> list[Any]:
    from matplotlib.lines import Line2D

    return [
        *(Line2D([], [], ls="", marker=shape, color="grey", ms=8, label=name) for name, shape in SHAPES.items()),
        *(Line2D([], [], color=colour, lw=4, label=name) for name, colour in COLOURS.items()),
        Line2D([], [], ls="", marker="o", color="grey", mfc="none", ms=8, label="hollow: nn.Embedding, filled: MiniLM"),
    ]
