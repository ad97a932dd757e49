"""The graphs of a bundle as typed calls: how many rows one run takes, and what pads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from engine.formats.bundle import Bundle
from engine.perception.bound import BoundGraph, Kept, Place
from engine.perception.choosing import choose
from engine.perception.onnx_sessions import check_shapes, open_session
from engine.perception.pictures import Letterbox
from engine.perception.providers import DeviceCfg
from engine.perception.text import TextGraph
from engine.perception.types import EncodedFrame, Floats

_Number = TypeVar("_Number", np.float32, np.uint8)
_GPU_FRAMES = 8  # of one run of the image graph
BUCKETS = (1, 2, 4, 8, 16, 32, 64)  # a GPU tunes itself anew for every number of rows: offer few
_TOKENS = 8  # there, the length of texts is a multiple of this
ROWS, PHRASES = 64, 256  # of one run of the decide graph, and of watch: the memory for a larger one is never given back


class Graphs:
    """The four graphs of a bundle: `image` once a frame, `text` once a text, `decide` and `watch` for all NPCs of a frame.

    The grid that `image` makes of a frame stays on the device, where `decide` and `watch` read it.

    Args:
        provider: see `choose`; `self.provider` tells which it became.
        threads: of the image graph.
        batch: frames that one run of the image graph takes at most; None: 8 on a GPU, else 1.
        cfg: how a GPU is used.
        variant: precision of the graphs, where another is wanted than the one that suits the provider.

    Raises:
        Fault: a graph is not what the manifest says, or the provider cannot be had.
    """

    def __init__(
        self,
        bundle: Bundle,
        provider: str,
        threads: int,
        batch: int | None,
        cfg: DeviceCfg | None = None,
        variant: str | None = None,
    ) -> None:
        self._bundle, self.spec, self._cfg = bundle, bundle.manifest.input, cfg or DeviceCfg()
        self.choice = choose(provider, bundle, threads, self._cfg, variant)
        on = self.choice.provider
        self.place = Place(on.device, self._cfg.device_id, shared=on.device == "cpu")
        recorded = replace(self.place, cuda_graph=self._cfg.cuda_graph and on.name == "cuda")
        self._image = self._open("image", recorded, threads, keep=("grid", "scene"), fixed=("frame",))
        self.frames_at_once = self._most_frames(batch)
        self._decide, self._watch = self._open("decide", self.place), self._open("watch", self.place)
        tokens = _TOKENS if on.buckets else 1
        self.text = TextGraph(self._open("text", self.place), bundle.tokenizer, self.spec.max_tokens, tokens, self._padded)
        self._blank: EncodedFrame | None = None

    @property
    def provider(self) -> str:
        """The provider's name in ONNX Runtime."""
        return self.choice.provider.runtime

    @property
    def bound(self) -> dict[str, BoundGraph]:
        """The graphs by name, for who counts what crosses and where nodes run."""
        return {"image": self._image, "text": self.text.graph, "decide": self._decide, "watch": self._watch}

    def _open(
        self, graph: str, place: Place, threads: int = 1, keep: Sequence[str] = (), fixed: Sequence[str] = ()
    ) -> BoundGraph:
        path = self._bundle.graph(graph, self.choice.variant)
        session = open_session(path, self.provider, threads, self._cfg, graph)
        check_shapes(path, session, self._bundle.manifest.shapes()[graph])
        return BoundGraph(session, place, keep, fixed)

    def _most_frames(self, wanted: int | None) -> int:
        """Frames of one run; always 1 with a graph that was exported for one, and where a row of a tensor has no address."""
        if isinstance(self._image.inputs["frame"][0], int) or self.place.device == "dml":
            return 1
        return wanted or (_GPU_FRAMES if self.choice.provider.buckets else 1)

    def image(self, fits: Sequence[Letterbox]) -> list[EncodedFrame]:
        """Encode pictures of the model's size, `frames_at_once` in one run."""
        return [e for i in range(0, len(fits), self.frames_at_once) for e in self._run_image(fits[i : i + self.frames_at_once])]

    def _run_image(self, fits: Sequence[Letterbox]) -> list[EncodedFrame]:
        pictures = fits[0].picture[None] if len(fits) == 1 else np.stack([fit.picture for fit in fits])
        padded = self._padded(len(fits))
        made = self._image.run({"frame": _pad(pictures, padded)}, padded)
        cells = self.spec.grid
        return [EncodedFrame(made["grid"][i], made["scene"][i], fit.valid_cells(*cells), fit) for i, fit in enumerate(fits)]

    def decide(self, view: EncodedFrame, texts: Sequence[str]) -> dict[str, Floats]:
        """What each text means before this view: the graph's outputs by name, one row a text. An empty text is silence.

        Whatever is the same is asked once: of a crowd most are silent.
        """
        rows = {text: row for row, text in enumerate(dict.fromkeys(texts))}
        answers = self._decide_each(view, list(rows))
        if len(rows) == len(texts):
            return answers
        places = [rows[text] for text in texts]
        return {name: value[places] for name, value in answers.items()}

    def _decide_each(self, view: EncodedFrame, texts: Sequence[str]) -> dict[str, Floats]:
        spoken = [text for text in texts if text.strip()]
        vectors = dict(zip(spoken, self.text.encode(spoken), strict=True)) if spoken else {}
        silence = np.zeros(self._utterance_width(), np.float32)
        utterances = np.stack([vectors[text][1] if text in vectors else silence for text in texts])
        said = np.array([[float(text in vectors)] for text in texts], np.float32)
        runs = [self._run_decide(view, utterances[i : i + ROWS], said[i : i + ROWS]) for i in range(0, len(texts), ROWS)]
        return runs[0] if len(runs) == 1 else {name: np.concatenate([run[name] for run in runs]) for name in runs[0]}

    def _run_decide(self, view: EncodedFrame, utterances: Floats, said: Floats) -> dict[str, Floats]:
        count = len(utterances)
        padded = self._padded(count)
        feed: dict[str, Floats | Kept] = {"grid": view.grid, "scene": view.scene, "valid": view.valid}
        feed |= {"utterance": _pad(utterances, padded), "said": _pad(said, padded)}
        return {name: value[:count] for name, value in self._decide.run(feed, padded).items()}

    def _utterance_width(self) -> int:
        return int(self._decide.inputs["utterance"][1])

    def watch(self, view: EncodedFrame, phrases: Sequence[str]) -> dict[str, tuple[float, Floats]]:
        """How likely each phrase is in view, and its heat map [rows, columns]."""
        found: dict[str, tuple[float, Floats]] = {}
        for i in range(0, len(phrases), PHRASES):
            some = phrases[i : i + PHRASES]
            vectors = np.stack([sentence for sentence, _ in self.text.encode(some)])
            padded = self._padded(len(some))
            feed = {"grid": view.grid, "valid": view.valid, "phrase": _pad(vectors, padded)}
            seen = self._watch.run(feed, padded)
            found |= {p: (float(seen["presence"][n]), seen["heat"][n]) for n, p in enumerate(some)}
        return found

    def blank_view(self) -> EncodedFrame:
        """What stands in for a frame when the game sends words alone."""
        if self._blank is None:
            shapes = {name: [d if isinstance(d, int) else 1 for d in shape] for name, shape in self._decide.inputs.items()}
            self._blank = EncodedFrame(
                np.zeros(shapes["grid"], np.float32),
                np.zeros(shapes["scene"], np.float32),
                np.ones((1, *self.spec.grid), np.float32),
                None,
            )
        return self._blank

    def _padded(self, count: int) -> int:
        if not self.choice.provider.buckets:
            return count
        return next((b for b in BUCKETS if b >= count), -(-count // BUCKETS[-1]) * BUCKETS[-1])


def _pad(rows: npt.NDArray[_Number], count: int) -> npt.NDArray[_Number]:
    missing = count - rows.shape[0]
    return rows if missing <= 0 else np.concatenate([rows, np.zeros((missing, *rows.shape[1:]), rows.dtype)])
