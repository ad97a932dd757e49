"""The graphs of a bundle as typed calls: how many rows one run takes, and what pads them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import onnxruntime as ort

from engine.formats.bundle import Bundle
from engine.perception.onnx_sessions import CUDA, check_shapes, choose_provider, open_session
from engine.perception.pictures import Letterbox
from engine.perception.text import TextGraph
from engine.perception.types import EncodedFrame, Floats

_Number = TypeVar("_Number", np.float32, np.uint8)
_CUDA_FRAMES = 8  # of one run of the image graph
BUCKETS = (1, 2, 4, 8, 16, 32, 64)  # CUDA tunes itself anew for every batch size: offer few
ROWS, PHRASES = 64, 256  # of one run of the decide graph, and of watch: the memory for a larger one is never given back


class Graphs:
    """The four graphs of a bundle: `image` once a frame, `text` once a text, `decide` and `watch` for all NPCs of a frame.

    Args:
        provider: auto, cuda or cpu; `self.provider` tells which it became.
        threads: of the image graph.
        batch: frames that one run of the image graph takes at most; None: 8 on CUDA, else 1.

    Raises:
        Fault: a graph is not what the manifest says, or the provider cannot be had.
    """

    def __init__(self, bundle: Bundle, provider: str, threads: int, batch: int | None) -> None:
        self._bundle, self.spec = bundle, bundle.manifest.input
        self.provider = choose_provider(provider, bundle.graph("decide"), threads)
        self._image = self._open("image", threads)
        self.frames_at_once = self._most_frames(batch)
        self._decide, self._watch = self._open("decide"), self._open("watch")
        self.text = TextGraph(self._open("text"), bundle.tokenizer, self.spec.max_tokens)
        self._blank: EncodedFrame | None = None

    def _open(self, graph: str, threads: int = 1) -> ort.InferenceSession:
        path = self._bundle.graph(graph)
        session = open_session(path, self.provider, threads)
        check_shapes(path, session, self._bundle.manifest.shapes()[graph])
        return session

    def _most_frames(self, wanted: int | None) -> int:
        """Frames of one run; always 1 with a graph that was exported for one."""
        if isinstance(self._image.get_inputs()[0].shape[0], int):
            return 1
        return wanted or (_CUDA_FRAMES if self.provider == CUDA else 1)

    def image(self, fits: Sequence[Letterbox]) -> list[EncodedFrame]:
        """Encode pictures of the model's size, `frames_at_once` in one run."""
        return [e for i in range(0, len(fits), self.frames_at_once) for e in self._run_image(fits[i : i + self.frames_at_once])]

    def _run_image(self, fits: Sequence[Letterbox]) -> list[EncodedFrame]:
        pictures = fits[0].picture[None] if len(fits) == 1 else np.stack([fit.picture for fit in fits])
        grids, scenes = self._image.run(["grid", "scene"], {"frame": _pad(pictures, self._padded(len(fits)))})
        return [
            EncodedFrame(grids[i : i + 1], scenes[i : i + 1], fit.valid_cells(*self.spec.grid), fit)
            for i, fit in enumerate(fits)
        ]

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
        inputs = {"utterance": _pad(utterances, padded), "said": _pad(said, padded)}
        outputs = self._decide.run(None, {"grid": view.grid, "scene": view.scene, "valid": view.valid, **inputs})
        names = [o.name for o in self._decide.get_outputs()]
        return {name: value[:count] for name, value in zip(names, outputs, strict=True)}

    def _utterance_width(self) -> int:
        return int(next(i.shape[1] for i in self._decide.get_inputs() if i.name == "utterance"))

    def watch(self, view: EncodedFrame, phrases: Sequence[str]) -> dict[str, tuple[float, Floats]]:
        """How likely each phrase is in view, and its heat map [rows, columns]."""
        found: dict[str, tuple[float, Floats]] = {}
        for i in range(0, len(phrases), PHRASES):
            some = phrases[i : i + PHRASES]
            vectors = np.stack([sentence for sentence, _ in self.text.encode(some)])
            phrase = _pad(vectors, self._padded(len(some)))
            presence, heat = self._watch.run(["presence", "heat"], {"grid": view.grid, "valid": view.valid, "phrase": phrase})
            found |= {p: (float(presence[n]), heat[n]) for n, p in enumerate(some)}
        return found

    def blank_view(self) -> EncodedFrame:
        """What stands in for a frame when the game sends words alone."""
        if self._blank is None:
            shapes = {i.name: [d if isinstance(d, int) else 1 for d in i.shape] for i in self._decide.get_inputs()}
            self._blank = EncodedFrame(
                np.zeros(shapes["grid"], np.float32),
                np.zeros(shapes["scene"], np.float32),
                np.ones((1, *self.spec.grid), np.float32),
                None,
            )
        return self._blank

    def _padded(self, count: int) -> int:
        if self.provider != CUDA:
            return count
        return next((b for b in BUCKETS if b >= count), -(-count // BUCKETS[-1]) * BUCKETS[-1])


def _pad(rows: npt.NDArray[_Number], count: int) -> npt.NDArray[_Number]:
    missing = count - rows.shape[0]
    return rows if missing <= 0 else np.concatenate([rows, np.zeros((missing, *rows.shape[1:]), rows.dtype)])
