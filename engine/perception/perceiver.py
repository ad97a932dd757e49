"""Frames and words to percepts: the runtime of the model, without torch."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import onnxruntime as ort

from engine.errors import Fault
from engine.formats.bundle import Bundle
from engine.formats.frame import Frame
from engine.perception.pictures import Letterbox, decode, letterbox
from engine.perception.relations import Cells, Distance, Relation, placed, ranked, read_distance, read_relation
from engine.perception.sessions import CUDA, check_shapes, choose_provider, open_session
from engine.perception.text import TextEncoder
from npc.types import HEAD_NAMES, HEADS, Detection, Percept, Target

Floats = npt.NDArray[np.float32]
_Number = TypeVar("_Number", np.float32, np.uint8)
_CUDA_FRAMES = 8  # of one run of the image graph
BUCKETS = (1, 2, 4, 8, 16, 32, 64)  # CUDA tunes itself anew for every batch size: offer few


@dataclass(frozen=True)
class EncodedFrame:
    """One frame after the image graph: `grid` [1, C, rows, columns], `scene` [1, S], and how it was fitted."""

    grid: Floats
    scene: Floats
    valid: Floats
    fit: Letterbox | None


@dataclass(frozen=True)
class Query:
    """What one NPC wants to know about a frame.

    `places` are the boxes of "you" (the NPC) and "me" (who speaks), where the game tells them: left, top, right, bottom as
    fractions of the frame.
    """

    text: str = ""
    watch: tuple[str, ...] = ()
    time: float = 0.0
    speaker: str = "player"
    state: Mapping[str, object] = field(default_factory=dict)
    source: str = ""
    places: Mapping[str, tuple[float, float, float, float]] = field(default_factory=dict)


@dataclass(frozen=True)
class Seen:
    """A percept with the heat map of the words' target, float32 [rows, columns]; None without words or frame."""

    percept: Percept
    heat: Floats | None


class Perceiver:
    """The model of a bundle, ready to answer.

    Args:
        bundle: directory of a bundle; None is the one that ships with the engine.
        provider: auto, cuda or cpu; `self.provider` tells which it became.
        threads: of the image graph; None takes up to four of the machine's cores.
        batch: frames that one run of the image graph takes at most; None takes 8 on CUDA. On a CPU that is 1: there
            several together gain little, and the first has to wait for the last.

    Raises:
        Fault: if the bundle is damaged or the provider cannot be had.
    """

    def __init__(
        self,
        bundle: Path | None = None,
        provider: str = "auto",
        threads: int | None = None,
        batch: int | None = None,
    ) -> None:
        self.bundle = Bundle(bundle)
        self.labels = self.bundle.labels
        self.spec = self.bundle.manifest.input
        threads = threads or min(4, os.cpu_count() or 1)
        self.provider = choose_provider(provider, self.bundle.graph("decide"), threads)
        self._image = self._open("image", threads)
        self.frames_at_once = self._most_frames(batch)
        self._decide, self._watch = self._open("decide"), self._open("watch")
        self._text = TextEncoder(self._open("text"), self.bundle.tokenizer, self.spec.max_tokens)
        # Words and picture are encoded at the same time: both release the interpreter lock.
        self._beside = ThreadPoolExecutor(1, thread_name_prefix="text-encoder")
        self.frames_encoded = 0
        rows, columns = self.spec.grid
        self._rows, self._columns = rows, columns
        self._blank: EncodedFrame | None = None

    def _open(self, graph: str, threads: int = 1) -> ort.InferenceSession:
        path = self.bundle.graph(graph)
        session = open_session(path, self.provider, threads)
        check_shapes(path, session, self.bundle.manifest.shapes()[graph])
        return session

    def _most_frames(self, wanted: int | None) -> int:
        """Frames of one run; always 1 with a graph that was exported for one."""
        if isinstance(self._image.get_inputs()[0].shape[0], int):
            return 1
        return wanted or (_CUDA_FRAMES if self.provider == CUDA else 1)

    def warm_up(self) -> None:
        """Run every graph once, so that the first real answer is not a slow one."""
        frame = self.encode_frame(Frame.from_array(np.zeros((self.spec.height, self.spec.width, 3), np.uint8)))
        buckets = BUCKETS if self.provider == CUDA else BUCKETS[:1]
        for count in buckets:
            self.perceive(frame, [Query(text="hello", watch=("fire",))] * count)
            if frame.fit is not None and count <= self.frames_at_once:
                self._encode_fitted([frame.fit] * count)

    def encode_frame(self, frame: Frame) -> EncodedFrame:
        """Run the image graph on a frame (once per frame, however many NPCs see it)."""
        [encoded] = self._encode_fitted([self._fitted(frame)])
        return encoded

    def encode(self, frame: Frame | EncodedFrame | None, queries: Sequence[Query]) -> EncodedFrame | None:
        """Encode the frame while the queries' words are encoded beside it; both are ready for `perceive`."""
        if not isinstance(frame, Frame):
            return frame
        with self._words_beside(q.text for q in queries):
            return self.encode_frame(frame)

    def encode_frames(self, frames: Sequence[Frame], texts: Sequence[str]) -> list[EncodedFrame | Fault]:
        """Encode several frames, `frames_at_once` in one run, and the words beside them; a broken frame is its fault."""
        with self._words_beside(texts):
            fits = [self._fitted_or_fault(frame) for frame in frames]
            sound = [fit for fit in fits if isinstance(fit, Letterbox)]
            encoded = iter([e for some in _chunks(sound, self.frames_at_once) for e in self._encode_fitted(some)])
            return [fit if isinstance(fit, Fault) else next(encoded) for fit in fits]

    def _fitted(self, frame: Frame) -> Letterbox:
        return letterbox(decode(frame), self.spec.height, self.spec.width)

    def _fitted_or_fault(self, frame: Frame) -> Letterbox | Fault:
        try:
            return self._fitted(frame)
        except Fault as error:
            return error

    def _encode_fitted(self, fits: Sequence[Letterbox]) -> list[EncodedFrame]:
        """One run of the image graph."""
        pictures = fits[0].picture[None] if len(fits) == 1 else np.stack([fit.picture for fit in fits])
        grids, scenes = self._image.run(["grid", "scene"], {"frame": _pad(pictures, self._padded(len(fits)))})
        self.frames_encoded += len(fits)
        return [
            EncodedFrame(grids[i : i + 1], scenes[i : i + 1], fit.valid_cells(self._rows, self._columns), fit)
            for i, fit in enumerate(fits)
        ]

    @contextmanager
    def _words_beside(self, texts: Iterable[str]) -> Iterator[None]:
        """Encode words meanwhile."""
        spoken = [text for text in texts if text.strip()]
        words = self._beside.submit(self._text.encode, spoken) if spoken else None
        try:
            yield
        finally:  # a broken frame must not leave the text cache to two threads
            if words is not None:
                words.result()

    def sentences(self, texts: Sequence[str]) -> Floats:
        """Sentence vectors of texts, unit length [n, 384] (cached). Call it on the thread that perceives."""
        return np.array([sentence for sentence, _ in self._text.encode(texts)], np.float32)

    def perceive(self, frame: EncodedFrame | None, queries: Sequence[Query]) -> list[Percept]:
        """One percept a query."""
        return [seen.percept for seen in self.perceive_with_heat(frame, queries)]

    def perceive_with_heat(self, frame: EncodedFrame | None, queries: Sequence[Query]) -> list[Seen]:
        """One percept a query, with heat maps for overlays. The decide graph runs once for all of them."""
        if not queries:
            return []
        view = frame or self._blank_view()
        said = np.array([[float(bool(q.text.strip()))] for q in queries], np.float32)
        answers = self._run_decide(view, [q.text for q in queries], said)
        watched = self._run_watch(view, queries) if frame is not None else {}
        for i, query in enumerate(queries):
            answers["heat"][i] = self._agreed(query, answers["heat"][i], watched)
        if frame is not None:
            self._place_by_relations(frame, queries, answers, watched)
        return [self._seen(i, q, bool(said[i, 0]), answers, frame, watched) for i, q in enumerate(queries)]

    def _run_decide(self, view: EncodedFrame, texts: Sequence[str], said: Floats) -> dict[str, Floats]:
        spoken = [t for t in texts if t.strip()]
        vectors = dict(zip(spoken, self._text.encode(spoken), strict=True)) if spoken else {}
        size = self._decide_width()
        utterance = np.stack([vectors[t][1] if t in vectors else np.zeros(size, np.float32) for t in texts])
        count = len(texts)
        padded = self._padded(count)
        outputs = self._decide.run(
            None,
            {
                "grid": view.grid,
                "scene": view.scene,
                "valid": view.valid,
                "utterance": _pad(utterance, padded),
                "said": _pad(said, padded),
            },
        )
        names = [o.name for o in self._decide.get_outputs()]
        return {name: value[:count] for name, value in zip(names, outputs, strict=True)}

    def _place_by_relations(
        self,
        view: EncodedFrame,
        queries: Sequence[Query],
        answers: dict[str, Floats],
        watched: Mapping[str, tuple[float, Floats]],
    ) -> None:
        """Where words place a thing by another or by its distance and all is in view, let the target be what stands so."""
        related = {i: r for i, q in enumerate(queries) if (r := read_relation(q.text) or read_distance(q.text)) is not None}
        if not related:
            return
        things = self._run_decide(view, [r.thing for r in related.values()], np.ones((len(related), 1), np.float32))
        named = tuple(r.anchor for r in related.values() if isinstance(r, Relation))
        anchors = self._run_watch(view, [Query(watch=named)])
        for row, (i, relation) in enumerate(related.items()):
            heat = self._related(relation, queries[i], things["heat"][row], anchors, watched, view)
            if heat is not None and things["target_p"][row] >= self.bundle.manifest.thresholds.target:
                answers["heat"][i], answers["target_p"][i] = heat, things["target_p"][row]

    def _related(
        self,
        relation: Relation | Distance,
        query: Query,
        heat: Floats,
        anchors: Mapping[str, tuple[float, Floats]],
        watched: Mapping[str, tuple[float, Floats]],
        view: EncodedFrame,
    ) -> Floats | None:
        """The heat map of a relation's thing, weighed by how things stand; None where that is not known."""
        if isinstance(relation, Relation):
            there, anchor = anchors[relation.anchor]
            return placed(heat, relation.kind, anchor) if there >= self.bundle.manifest.thresholds.watch else None
        place = query.places.get(relation.who or "you")
        if place is None and relation.who is not None:
            return None
        return ranked(self._agreed(query, heat, watched), self._cells(place, view) if place else None, relation.farthest)

    def _agreed(self, query: Query, heat: Floats, watched: Mapping[str, tuple[float, Floats]]) -> Floats:
        """Where words name one of the watched things that is in view, what both heat maps say of where it is.

        A bare name points better than a whole sentence; the geometric mean keeps what the sentence adds ("the left one").
        """
        if not query.text:
            return heat
        relation = read_relation(query.text)
        meant = query.text if relation is None else relation.thing  # not "the chest left of the wolf"
        words = " ".join(re.findall(r"[\w'-]+", meant.lower()))
        named = [phrase for phrase in query.watch if phrase in watched and f" {phrase.lower()} " in f" {words} "]
        if len(named) != 1 or watched[named[0]][0] < self.bundle.manifest.thresholds.watch:
            return heat
        both: Floats = np.sqrt(heat * watched[named[0]][1])
        return both

    def _decide_width(self) -> int:
        return int(next(i.shape[1] for i in self._decide.get_inputs() if i.name == "utterance"))

    def _run_watch(self, view: EncodedFrame, queries: Sequence[Query]) -> dict[str, tuple[float, Floats]]:
        phrases = list(dict.fromkeys(p for q in queries for p in q.watch))
        if not phrases:
            return {}
        vectors = np.stack([v[0] for v in self._text.encode(phrases)])
        presence, heat = self._watch.run(
            ["presence", "heat"], {"grid": view.grid, "valid": view.valid, "phrase": _pad(vectors, self._padded(len(phrases)))}
        )
        return {p: (float(presence[i]), heat[i]) for i, p in enumerate(phrases)}

    def _padded(self, count: int) -> int:
        if self.provider != CUDA:
            return count
        return next((b for b in BUCKETS if b >= count), -(-count // BUCKETS[-1]) * BUCKETS[-1])

    def _blank_view(self) -> EncodedFrame:
        """What stands in for a frame when the game sends words alone."""
        if self._blank is None:
            shapes = {i.name: [d if isinstance(d, int) else 1 for d in i.shape] for i in self._decide.get_inputs()}
            self._blank = EncodedFrame(
                np.zeros(shapes["grid"], np.float32),
                np.zeros(shapes["scene"], np.float32),
                np.ones((1, self._rows, self._columns), np.float32),
                None,
            )
        return self._blank

    def _seen(
        self,
        i: int,
        query: Query,
        said: bool,
        answers: dict[str, Floats],
        frame: EncodedFrame | None,
        watched: dict[str, tuple[float, Floats]],
    ) -> Seen:
        heads = {h: self.labels.named(h, answers[h][i]) for h in HEAD_NAMES}
        if not said:
            heads |= {h.name: {label: float(label == h.silent) for label in self.labels[h.name]} for h in HEADS if h.silent}
        heat = answers["heat"][i] if frame is not None and said else None
        target = None
        if frame is not None and heat is not None:
            p = float(answers["target_p"][i])
            if p >= self.bundle.manifest.thresholds.target:
                target = Target(*self._place(heat, frame), p)
        detections = tuple(
            Detection(phrase, watched[phrase][0], *self._place(watched[phrase][1], frame))
            for phrase in query.watch
            if frame is not None
        )
        percept = Percept(
            time=query.time,
            target=target,
            watch=detections,
            text=query.text,
            speaker=query.speaker,
            state=query.state,
            has_frame=frame is not None,
            source=query.source,
            **heads,
        )
        return Seen(percept, heat)

    def _cells(self, box: tuple[float, float, float, float], frame: EncodedFrame) -> Cells | None:
        """First row and column, last row and column of a box in fractions of the frame."""
        if frame.fit is None:
            return None
        (left, top), (right, bottom) = (frame.fit.from_frame(*box[i : i + 2]) for i in (0, 2))
        down, across = self._rows / self.spec.height, self._columns / self.spec.width
        return top * down - 0.5, left * across - 0.5, bottom * down - 0.5, right * across - 0.5

    def _place(self, heat: Floats, frame: EncodedFrame) -> tuple[float, float]:
        """The peak of a heat map, refined by the centroid of the 3x3 cells around it, as fractions of the frame."""
        row, column = np.unravel_index(int(heat.argmax()), heat.shape)
        top, left = max(int(row) - 1, 0), max(int(column) - 1, 0)
        around = heat[top : int(row) + 2, left : int(column) + 2]
        weight = float(around.sum()) or 1.0
        y = float((around.sum(1) * (np.arange(around.shape[0]) + top + 0.5)).sum()) / weight
        x = float((around.sum(0) * (np.arange(around.shape[1]) + left + 0.5)).sum()) / weight
        if frame.fit is None:
            return x / self._columns, y / self._rows
        return frame.fit.to_frame(x * self.spec.width / self._columns, y * self.spec.height / self._rows)


def _pad(rows: npt.NDArray[_Number], count: int) -> npt.NDArray[_Number]:
    missing = count - rows.shape[0]
    return rows if missing <= 0 else np.concatenate([rows, np.zeros((missing, *rows.shape[1:]), rows.dtype)])


def _chunks(fits: Sequence[Letterbox], size: int) -> Iterator[Sequence[Letterbox]]:
    return (fits[i : i + size] for i in range(0, len(fits), size))
