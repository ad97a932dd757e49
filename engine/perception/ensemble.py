"""Several bundles that answer together: the mean of their logits (deep ensembles, Lakshminarayanan et al. 2017)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

import numpy as np

from engine.errors import Fault
from engine.formats.bundle import Bundle
from engine.perception.graphs import Graphs
from engine.perception.odds import chance, logit
from engine.perception.pictures import Letterbox
from engine.perception.providers import DeviceCfg
from engine.perception.text import TextGraph, Vector
from engine.perception.types import EncodedFrame, Floats
from npc.types import HEAD_NAMES

_LEAST = 1e-7  # of a probability, so that its logit is finite


class EnsembleText:
    """The text graphs of an ensemble as one; the vectors that it gives are the first's.

    Each has its part of a budget, so that a decision encodes no more words than with one bundle.
    """

    def __init__(self, graphs: Sequence[TextGraph]) -> None:
        self._graphs = list(dict.fromkeys(graphs))

    @property
    def bytes(self) -> int:
        return sum(graph.bytes for graph in self._graphs)

    @property
    def runs(self) -> int:
        return sum(graph.runs for graph in self._graphs)

    def encode(self, texts: Sequence[str]) -> list[tuple[Vector, Vector]]:
        for graph in self._graphs[1:]:
            graph.encode(texts)
        return self._graphs[0].encode(texts)

    def known(self, texts: Collection[str], budget: int) -> frozenset[str]:
        every = [graph.known(texts, budget // len(self._graphs)) for graph in self._graphs]
        return every[0].intersection(*every[1:])

    def missing(self, texts: Iterable[str]) -> list[str]:
        asked = list(texts)
        return list(dict.fromkeys(text for graph in self._graphs for text in graph.missing(asked)))

    def pieces(self, text: str) -> list[str]:
        return self._graphs[0].pieces(text)


class Ensemble:
    """The graphs of several bundles behind the calls of one (`Graphs`). Every one is run; calibrated logits are averaged.

    Each further bundle costs as much again; those with the same text graph share it, and words are encoded once.

    Raises:
        Fault: `ensemble`: the bundles differ in labels or in the size of their input.
    """

    def __init__(
        self,
        bundles: Sequence[Bundle],
        provider: str,
        threads: int,
        batch: int | None,
        cfg: DeviceCfg | None = None,
        variant: str | None = None,
    ) -> None:
        for other in bundles[1:]:
            _refuse_unlike(bundles[0], other)
        self._members = [Graphs(bundle, provider, threads, batch, cfg, variant) for bundle in bundles]
        shared: dict[str, TextGraph] = {}
        for bundle, member in zip(bundles, self._members, strict=True):
            member.text = shared.setdefault(bundle.manifest.graphs["text"].sha256, member.text)
        self.text = EnsembleText([member.text for member in self._members])
        first = self._members[0]
        self.choice, self.provider, self.bound = first.choice, first.provider, first.bound
        self.frames_at_once = min(member.frames_at_once for member in self._members)

    def image(self, fits: Sequence[Letterbox]) -> list[EncodedFrame]:
        """The first's frames, with what the others make of them."""
        first, *others = (member.image(fits) for member in self._members)
        return [replace(frame, others=tuple(other[i] for other in others)) for i, frame in enumerate(first)]

    def decide(self, view: EncodedFrame, texts: Sequence[str]) -> dict[str, Floats]:
        """See `Graphs.decide`."""
        every = [member.decide(of, texts) for member, of in zip(self._members, _views(view), strict=True)]
        heads = {head: _mean_classes([answers[head] for answers in every]) for head in HEAD_NAMES}
        return heads | {name: _mean_chance([answers[name] for answers in every]) for name in ("heat", "target_p")}

    def watch(self, view: EncodedFrame, phrases: Sequence[str]) -> dict[str, tuple[float, Floats]]:
        """See `Graphs.watch`."""
        every = [member.watch(of, phrases) for member, of in zip(self._members, _views(view), strict=True)]
        return {
            phrase: (
                float(_mean_chance([np.float32(found[phrase][0]) for found in every])),
                _mean_chance([found[phrase][1] for found in every]),
            )
            for phrase in every[0]
        }

    def blank_view(self) -> EncodedFrame:
        """See `Graphs.blank_view`."""
        first, *others = (member.blank_view() for member in self._members)
        return replace(first, others=tuple(others))


def _views(view: EncodedFrame) -> list[EncodedFrame]:
    return [view, *view.others]


def _mean_classes(every: Sequence[Floats]) -> Floats:
    """Probabilities [N, classes] of the mean of the logits."""
    mean = np.mean([np.log(np.maximum(p, _LEAST)) for p in every], 0)
    p = np.exp(mean - mean.max(-1, keepdims=True))
    result: Floats = (p / p.sum(-1, keepdims=True)).astype(np.float32)
    return result


def _mean_chance(every: Sequence[Floats | np.float32]) -> Floats:
    """Probabilities of yes or no by the mean of the logits, element by element."""
    return chance(np.mean([logit(p) for p in every], 0))


def _refuse_unlike(first: Bundle, other: Bundle) -> None:
    a, b = first.manifest, other.manifest
    unlike = [what for what, same in (("labels", a.labels == b.labels), ("size of input", a.input == b.input)) if not same]
    if unlike:
        fault = f"{first.folder} and {other.folder} cannot answer together: they differ in {' and '.join(unlike)}."
        raise Fault("ensemble", fault, "Give bundles of one kind, such as those of several seeds.")
