"""Frames and words to sights: the runtime of the model, without torch."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from engine.errors import Fault
from engine.formats.bundle import Bundle
from engine.formats.frame import Frame
from engine.formats.pictures import Pixels
from engine.perception.closer import Seen, is_unsure, joined, parts_of
from engine.perception.discriminants import meant, read_discriminants
from engine.perception.ensemble import Ensemble
from engine.perception.graphs import BUCKETS, Graphs
from engine.perception.lately import Lately
from engine.perception.looking import SHOWN, TAUGHT, find, spoken_of
from engine.perception.looks import Appearance, Appearances, Looker, by_looks
from engine.perception.pictures import Letterbox, decode, letterbox
from engine.perception.pointing import Watched, agreed, cells, peaks, placed, ranked, the_one_named
from engine.perception.providers import DeviceCfg
from engine.perception.text import side_by_side
from engine.perception.types import EncodedFrame, Floats, Query, Sight, weightiest
from npc.language import Distance, Relation, read_distance, read_relation
from npc.language.kinds import COMMON, USUAL
from npc.types import HEAD_NAMES, HEADS, Detection, Found, Percept, Target


class Perceiver:
    """The model of a bundle, ready to answer.

    Args:
        bundle: directory of a bundle; None is the one that ships with the engine. Several answer together (`Ensemble`), and the
            first is the one that is asked about thresholds, pictures of things and sentence vectors.
        provider: auto, cuda, tensorrt, directml or cpu; `self.provider` tells which it became.
        threads: of the image graph; None takes up to four of the machine's cores.
        batch: frames that one run of the image graph takes at most; None takes 8 on a GPU. On a CPU that is 1: there
            several together gain little, and the first has to wait for the last.
        device: how a GPU is used: which, and how much of its memory.
        variant: precision of the graphs, where another is wanted than the one that suits the provider.
        closely: look at every frame more closely (`closer`), not only where words ask about something in view. Finds more,
            small things above all, and takes five times as long.

    Raises:
        Fault: if the bundle is damaged or the provider cannot be had.
    """

    def __init__(
        self,
        bundle: Path | Sequence[Path] | None = None,
        provider: str = "auto",
        threads: int | None = None,
        batch: int | None = None,
        device: DeviceCfg | None = None,
        variant: str | None = None,
        closely: bool = False,
    ) -> None:
        self._closely = closely
        bundles = [Bundle(one) for one in ((bundle,) if bundle is None or isinstance(bundle, Path) else bundle)]
        self.bundles, self.bundle = bundles, bundles[0]
        self.labels = self.bundle.labels
        self.spec = self.bundle.manifest.input
        threads = threads or min(4, os.cpu_count() or 1)
        how = (provider, threads, batch, device, variant)
        self.graphs: Graphs | Ensemble = Graphs(self.bundle, *how) if len(bundles) == 1 else Ensemble(bundles, *how)
        self._taught = read_discriminants(self.bundle, np.asarray(self.graphs.blank_view().grid).shape[1])
        self.taught = self._taught.names if self._taught else ()
        self._looker = Looker(lambda fits: [np.asarray(encoded.grid) for encoded in self.graphs.image(fits)], self.spec)
        # Words and picture are encoded at the same time: both release the interpreter lock.
        self._beside = ThreadPoolExecutor(1, thread_name_prefix="text-encoder")
        self._lately = Lately()
        self.frames_encoded = 0  # those that were not known

    @property
    def provider(self) -> str:
        """Of ONNX Runtime, as it became."""
        return self.graphs.provider

    @property
    def name(self) -> str:
        """Of the bundle, or of all that answer together."""
        return " + ".join(bundle.manifest.name for bundle in self.bundles)

    @property
    def frames_at_once(self) -> int:
        """Frames that are worth encoding together."""
        return self.graphs.frames_at_once

    @property
    def text_encoder(self) -> str:
        """The fingerprint of what makes vectors of words: the SHA-256 of its graph and of its tokenizer."""
        manifest = self.bundle.manifest
        return f"{manifest.graphs['text'].sha256}/{manifest.tokenizer.sha256}"

    @property
    def image_encoder(self) -> str:
        """The fingerprint of what makes looks of pictures: the SHA-256 of its graph."""
        return self.bundle.manifest.graphs["image"].sha256

    def warm_up(self) -> None:
        """Run every graph once, so that the first real answer is not a slow one.

        Raises:
            Fault: `bundle_invalid`: a graph cannot be run.
        """
        try:
            frame = self.encode_frame(Frame.from_array(np.zeros((self.spec.height, self.spec.width, 3), np.uint8)))
            for count in BUCKETS if self.graphs.choice.provider.buckets else BUCKETS[:1]:
                self.see(frame, [Query(text="hello", watch=("fire",), asked=(*USUAL, *self.taught))] * count)
                if frame.fit is not None and count <= self.frames_at_once:
                    self.graphs.image([frame.fit] * count)
        except Fault:
            raise
        except Exception as error:  # ONNX Runtime's errors have no base class of their own; MemoryError is one, too
            reason = " ".join(str(error).split()) or type(error).__name__
            raise Fault(
                "bundle_invalid",
                f"The model in {self.bundle.folder} cannot be run: {reason[:300]}.",
                "Use a bundle that `python -m export` wrote.",
            ) from error

    # -- frames and texts to vectors -------------------------------------------------------------------

    def encode_frame(self, frame: Frame) -> EncodedFrame:
        """Run the image graph on a frame (once per frame, however many NPCs see it)."""
        [encoded] = self._encode_fitted([self._fitted(frame)])
        return encoded

    def encode(self, frame: Frame | EncodedFrame | None, queries: Sequence[Query]) -> EncodedFrame | None:
        """Encode the frame while the queries' words and phrases are encoded beside it; all are ready for `see`."""
        if not isinstance(frame, Frame):
            return frame
        with self._queries_beside(queries):
            return self.encode_frame(frame)

    def encode_frames(self, frames: Sequence[Frame], texts: Sequence[str]) -> list[EncodedFrame | Fault]:
        """Encode several frames, `frames_at_once` in one run, and the words beside them; a broken frame is its fault."""
        with self._words_beside(texts):
            fits = [self._fitted_or_fault(frame) for frame in frames]
            encoded = iter(self._encode_fitted([fit for fit in fits if isinstance(fit, Letterbox)]))
            return [fit if isinstance(fit, Fault) else next(encoded) for fit in fits]

    def encode_fitted(self, fits: Sequence[Letterbox], queries: Sequence[Query]) -> list[EncodedFrame]:
        """`encode` for pictures that are of the model's size already, such as those that come from a gateway."""
        with self._queries_beside(queries):
            return self._encode_fitted(fits)

    def _fitted(self, frame: Frame) -> Letterbox:
        pixels = decode(frame)
        return replace(letterbox(pixels, self.spec.height, self.spec.width), whole=pixels)

    def _fitted_or_fault(self, frame: Frame) -> Letterbox | Fault:
        try:
            return self._fitted(frame)
        except Fault as error:
            return error

    def _encode_fitted(self, fits: Sequence[Letterbox]) -> list[EncodedFrame]:
        known = [self._lately.find(fit) for fit in fits]
        new = [fit for fit, encoded in zip(fits, known, strict=True) if encoded is None]
        self.frames_encoded += len(new)
        made = self.graphs.image(new)
        for encoded in made:
            self._lately.keep(encoded)
        fresh = iter(made)
        return [encoded or next(fresh) for encoded in known]

    def _queries_beside(self, queries: Sequence[Query]) -> AbstractContextManager[None]:
        return self._words_beside((q.text for q in queries), (p for q in queries for p in (*q.watch, *q.asked)))

    @contextmanager
    def _words_beside(self, texts: Iterable[str], phrases: Iterable[str] = ()) -> Iterator[None]:
        """Encode words meanwhile, of players and of what is looked for."""
        spoken = [piece for text in dict.fromkeys(texts) if text.strip() for piece in self.graphs.text.pieces(text)]
        due = self.graphs.text.missing((*spoken, *phrases))
        words = self._beside.submit(self.graphs.text.encode, due) if due else None
        try:
            yield
        finally:  # a broken frame must not leave the text cache to two threads
            if words is not None:
                words.result()

    def sentences(self, texts: Sequence[str]) -> Floats:
        """Sentence vectors of texts, unit length [n, 384] (cached). Call it on the thread that sees."""
        return np.array([sentence for sentence, _ in self.graphs.text.encode(texts)], np.float32)

    def meanings(self, texts: Sequence[str]) -> Floats:
        """The same, and beside them what the speaker wants, of unit length too [n, 2 * 384]."""
        return side_by_side(self.graphs.text.encode(texts))

    def appearance(self, picture: Pixels) -> Appearance:
        """How the model sees a picture of a thing, uint8 [H, W, 4]. Takes as long as a few frames; on any thread."""
        return self._looker.appearance(picture)

    def known(self, texts: Collection[str], budget: int) -> frozenset[str]:
        """Those texts that cost nothing, and of the others those that `budget` characters let in. On the thread that sees."""
        return self.graphs.text.known(texts, budget)

    # -- vectors to sights -----------------------------------------------------------------------------

    def perceive(self, frame: EncodedFrame | None, queries: Sequence[Query]) -> list[Percept]:
        """One percept a query, of nobody in particular, at time 0."""
        return [sight.percept(text=query.text) for query, sight in zip(queries, self.see(frame, queries), strict=True)]

    def see(self, frame: EncodedFrame | None, queries: Sequence[Query]) -> list[Sight]:
        """One sight a query. The decide graph runs for all of them together.

        Of words that are too many to be read at once every piece is read, and the labels are those of the piece that wants
        most: of "Nice weather. [...] Now attack the wolf!" those of the attack.
        """
        read = [self.graphs.text.pieces(q.text) if q.text.strip() else [""] for q in queries]
        asked = [replace(q, text=piece) for q, found in zip(queries, read, strict=True) for piece in found]
        sights = iter(self._see_pieces(frame, asked))
        return [weightiest([next(sights) for _ in found]) for found in read]

    def _see_pieces(self, frame: EncodedFrame | None, queries: Sequence[Query]) -> list[Sight]:
        if not queries:
            return []
        texts = [q.text for q in queries]
        answers = self.graphs.decide(frame or self.graphs.blank_view(), texts)
        heads = self._heads(queries, answers)
        if frame is None:
            return [Sight(heads[q.text], has_frame=False, heard=q.text) for q in queries]
        asked = tuple(dict.fromkeys(p for q in queries for p in q.asked))
        shown = {id(q.looks): q.looks for q in queries if q.looks}  # all NPCs of a game mostly know the same
        looks = {phrase: seen for known in shown.values() for phrase, seen in known.items()}
        wanted = list(dict.fromkeys((*(p for q in queries for p in q.watch), *asked)))
        glance = self._watch(frame, list(dict.fromkeys((*wanted, *(COMMON if asked else ())))), looks)
        if self._closely or is_unsure(glance[phrase][0] for phrase in asked):
            frame = self._nearer(frame)
        watched = self._watch_nearer(frame, wanted, looks, glance)
        answers = self._point_nearer(frame, texts, answers)
        self._point(frame, queries, answers, watched, looks)
        found = self._detections(frame, watched)
        threshold, colours = self.bundle.manifest.thresholds.watch, any(q.colours for q in queries)
        known = {**dict.fromkeys(looks, SHOWN), **dict.fromkeys(self.taught, TAUGHT)}
        looked = find(asked, glance, watched, self.sentences, frame, self.spec, threshold, colours, known)
        return [self._sight(i, q, heads[q.text], answers, frame, found, looked) for i, q in enumerate(queries)]

    def _nearer(self, frame: EncodedFrame) -> EncodedFrame:
        """The frame with its parts, where there is more to be seen in them."""
        if frame.parts or frame.fit is None:
            return frame
        parts = frame.near or (
            parts_of(frame.fit.whole, self.spec.height, self.spec.width) if frame.fit.whole is not None else ()
        )
        return replace(frame, parts=tuple(self.graphs.image(parts)))

    def _point_nearer(self, frame: EncodedFrame, texts: Sequence[str], answers: dict[str, Floats]) -> dict[str, Floats]:
        """`answers`, what the decide graph says of the frame as a whole; where words point is of its parts, too."""
        if not frame.parts or not any(text.strip() for text in texts):
            return answers
        views = [answers, *(self.graphs.decide(part, texts) for part in frame.parts)]
        there, heat = self._joined(frame, [(view["target_p"], view["heat"]) for view in views])
        return answers | {"target_p": there, "heat": heat}

    def _joined(self, frame: EncodedFrame, seen: Sequence[Seen]) -> Seen:
        """Of the frame, and of each of its parts."""
        assert frame.fit is not None
        return joined(seen[0], frame.fit, seen[1:], [part.fit for part in frame.parts if part.fit is not None], self.spec)

    def _heads(self, queries: Sequence[Query], answers: Mapping[str, Floats]) -> dict[str, dict[str, dict[str, float]]]:
        """The labels of the heads, by text."""
        named: dict[str, dict[str, dict[str, float]]] = {}
        for i, query in enumerate(queries):
            if query.text not in named:
                heads = {head: self.labels.named(head, answers[head][i]) for head in HEAD_NAMES}
                if not query.text.strip():
                    heads |= {
                        h.name: {label: float(label == h.silent) for label in self.labels[h.name]} for h in HEADS if h.silent
                    }
                named[query.text] = heads
        return named

    def _watch(self, frame: EncodedFrame, phrases: Sequence[str], looks: Mapping[str, Appearances]) -> Watched:
        """How likely each phrase is in view, and its heat map: by its name and looks, better as taught than as shown."""
        found = named = self.graphs.watch(frame, phrases)
        if looks:
            found = {**found, **self._by_looks(frame, phrases, looks, named)}
        return {**found, **self._taught.find(phrases, frame, named)} if self._taught else found

    def _watch_nearer(
        self, frame: EncodedFrame, phrases: Sequence[str], looks: Mapping[str, Appearances], glance: Watched
    ) -> Watched:
        """`glance`, what is seen in the frame as a whole, joined with what is seen in its parts."""
        if not frame.parts or not phrases:
            return glance
        views = [glance, *(self._watch(part, phrases, looks) for part in frame.parts)]
        seen = [(np.array([v[p][0] for p in phrases], np.float32), np.stack([v[p][1] for p in phrases])) for v in views]
        there, heats = self._joined(frame, seen)
        return {phrase: (float(there[n]), heats[n]) for n, phrase in enumerate(phrases)}

    def _by_looks(
        self, frame: EncodedFrame, phrases: Sequence[str], looks: Mapping[str, Appearances], named: Watched
    ) -> Watched:
        likeness = self._looker.find(phrases, looks, np.asarray(frame.grid), frame.valid)
        return by_looks(likeness, named, self.bundle.manifest.looks)

    def _detections(self, frame: EncodedFrame, watched: Watched) -> dict[str, Detection]:
        """What is found of each phrase."""
        if not watched:
            return {}
        places = peaks(np.stack([heat for _, heat in watched.values()]), frame, self.spec)
        return {phrase: Detection(phrase, p, *at) for (phrase, (p, _)), at in zip(watched.items(), places, strict=True)}

    def _point(
        self,
        frame: EncodedFrame,
        queries: Sequence[Query],
        answers: dict[str, Floats],
        watched: Watched,
        looks: Mapping[str, Appearances],
    ) -> None:
        """Let the heat maps agree with what is watched; words that name what has been shown point where that is.

        Where words place a thing by another or by its distance, and all is in view, let the target be what stands so.
        """
        related: dict[int, Relation | Distance] = {}
        for i, query in enumerate(queries):
            relation = read_relation(query.text) or read_distance(query.text)
            if relation is not None:
                related[i] = relation
            thing = relation.thing if isinstance(relation, Relation) else query.text  # not "the chest left of the wolf"
            answers["heat"][i] = self._agreed(thing, query, answers["heat"][i], watched)
            if (shown := self._shown(frame, thing, answers["heat"][i], looks, watched)) is not None:
                answers["target_p"][i], answers["heat"][i] = shown
        if not related:
            return
        said = [relation.thing for relation in related.values()]
        things = self._point_nearer(frame, said, self.graphs.decide(frame, said))
        named = list(dict.fromkeys(r.anchor for r in related.values() if isinstance(r, Relation)))
        anchors = self._watch_nearer(frame, named, looks, self._watch(frame, named, looks))
        for row, (i, relation) in enumerate(related.items()):
            if (shown := self._shown(frame, relation.thing, things["heat"][row], looks, watched)) is not None:
                things["target_p"][row], things["heat"][row] = shown
            heat = self._related(relation, queries[i], things["heat"][row], anchors, watched, frame)
            if heat is not None and things["target_p"][row] >= self.bundle.manifest.thresholds.target:
                answers["heat"][i], answers["target_p"][i] = heat, things["target_p"][row]

    def _shown(
        self, frame: EncodedFrame, thing: str, heat: Floats, looks: Mapping[str, Appearances], watched: Watched
    ) -> tuple[float, Floats] | None:
        """Presence and heat map of the one thing known by its looks that the words name; None where there is none, or several.

        Args:
            heat: where the words point by themselves.
        """
        name = the_one_named(thing, (*looks, *self.taught))
        if name is None:
            return None
        if name not in self.taught:
            p, seen = watched[name] if name in watched else self._by_looks(frame, [name], looks, {})[name]
            return spoken_of(p, SHOWN), seen
        found = watched if name in watched else self._watch_nearer(frame, [name], {}, self._watch(frame, [name], {}))
        return spoken_of(found[name][0], TAUGHT), meant(found[name][1], heat)

    def _agreed(self, thing: str, query: Query, heat: Floats, watched: Watched) -> Floats:
        return agreed(thing, query.watch, heat, watched, self.bundle.manifest.thresholds.watch)

    def _related(
        self,
        relation: Relation | Distance,
        query: Query,
        heat: Floats,
        anchors: Watched,
        watched: Watched,
        frame: EncodedFrame,
    ) -> Floats | None:
        """The heat map of a relation's thing, weighed by how things stand; None where that is not known."""
        if isinstance(relation, Relation):
            there, anchor = anchors[relation.anchor]
            return placed(heat, relation.kind, anchor) if there >= self.bundle.manifest.thresholds.watch else None
        place = query.places.get(relation.who or "you")
        if place is None and relation.who is not None:
            return None
        where = cells(place, frame, self.spec) if place else None
        return ranked(self._agreed(query.text, query, heat, watched), where, relation.farthest)

    def _sight(
        self,
        i: int,
        query: Query,
        heads: Mapping[str, Mapping[str, float]],
        answers: Mapping[str, Floats],
        frame: EncodedFrame,
        found: Mapping[str, Detection],
        closer: Mapping[str, Found],
    ) -> Sight:
        watch = tuple(found[phrase] for phrase in query.watch)
        if not query.text.strip():
            return Sight(heads, watch=watch)
        heat, p = answers["heat"][i], float(answers["target_p"][i])
        there = p >= self.bundle.manifest.thresholds.target
        target = Target(*peaks(heat[None], frame, self.spec)[0], p) if there else None
        looked = tuple(closer[phrase] for phrase in query.asked)
        return Sight(heads, target, watch, heat, heard=query.text, looked=looked)
