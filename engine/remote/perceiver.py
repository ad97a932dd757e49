"""A perceiver whose model is elsewhere: what characters and sessions need of it is the same."""

from __future__ import annotations

import hashlib
import logging
from collections import OrderedDict
from collections.abc import Collection, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from engine.errors import Fault
from engine.formats.frame import Frame
from engine.formats.labels import load_labels
from engine.formats.pictures import Pixels
from engine.perception.closer import parts_of
from engine.perception.looks import Appearance
from engine.perception.pictures import Letterbox, decode, letterbox
from engine.perception.text import SENTENCE, affordable
from engine.perception.types import EncodedFrame, Floats, Query, Sight, is_away
from engine.remote.codec import VERSION, Answer, Look, pack_looks, pack_picture, pack_texts, unpack_answer, unpack_vectors
from engine.remote.link import Link
from engine.remote.shown import Shown
from npc.types import HEADS

_LOG = logging.getLogger("engine.remote")
FRAMES, CALLS = 16, 4  # that are under way together: frames, in so many calls
PATIENCE_S = 2.0  # of words, for two calls: then others have their turn, and these come again (`engine.bridge.worker`)
FRAMES_S = 0.5  # of frames: what is seen later than that is of no use
_START_S = 60.0  # for the first replica to be there
_LOOK_S = 10.0  # for a look at a picture, which holds nobody up
_VECTORS, _MET = 8192, 32768  # texts whose vectors are kept, and phrases that were asked about before
_AT_ONCE = 64  # texts of one call
_STAY = 8  # answers of another model in a row after which its vectors take the place of the present one's
_NOTHING = ("neutral", "idle")  # labels of heads that have none for silence


@dataclass(frozen=True, slots=True)
class _Ahead:
    """Questions that are on their way."""

    frame: EncodedFrame | None
    queries: Sequence[Query]
    answer: Future[Answer]
    place: int  # among the looks of its call


class _Application:
    """One version of the model, asked for words and for frames: each finds out for itself whether anybody answers."""

    def __init__(self, address: str, words: float, frames: float) -> None:
        self.address = address
        self._patience = (words, frames)
        self._links = Link(address, words / 2), Link(address, frames)

    def ask(self, what: str, body: bytes | None, spoken: bool, patience: float | None = None) -> bytes:
        """The answer; see `Link.ask`."""
        which = 0 if spoken else 1
        return self._links[which].ask(what, body, self._patience[which] if patience is None else patience)

    def info(self, start: float) -> dict[str, Any]:
        return self._links[0].info(start)

    def close(self) -> None:
        for link in self._links:
            link.close()


class RemotePerceiver:
    """Perception by an application of Ray Serve.

    While it is away, or slow, NPCs that are not spoken to see nothing and live on by what the game tells and they remember.

    Another bundle may take its place at any time, replica by replica. Sentence vectors are of one model always: of the first
    until nobody answers by it any more, then of the next (`text_encoder`). Looks are asked for anew for each model.

    Args:
        address: `ray://HOST:PORT/ROUTE`.
        canary: another application, and the share of worlds that it sees for; where it is away, the first one does.
        patience, frames: seconds to wait for an answer on words, and on a frame.
        start: seconds to wait for the first answer.

    Raises:
        Fault: `perception_away`; `perception`: it answers with other labels, or is of another version.
    """

    frames_at_once = FRAMES

    def __init__(
        self,
        address: str,
        canary: tuple[str, float] | None = None,
        patience: float = PATIENCE_S,
        start: float = _START_S,
        frames: float = FRAMES_S,
    ) -> None:
        self.labels = load_labels()
        self._first = _Application(address, patience, frames)
        self._canary = _Application(canary[0], frames, frames) if canary is not None else None
        self._share = canary[1] if canary is not None else 0.0
        self._canary_is_out = self._is_blind = False
        info = self._checked(self._first, start)
        if self._canary is not None and self._checked(self._canary, start)["size"] != info["size"]:
            raise Fault("perception", "The canary sees pictures of another size.", "Give it gateways of its own.")
        self.bundle, self.provider = str(info["bundle"]), f"ray ({info['provider']})"
        self.text_encoder, self._eye = str(info["ear"]), str(info["eye"])
        self.taught = tuple(map(str, info.get("taught", ())))  # a replica of before this was told has none
        self._height, self._width = map(int, info["size"])
        self._rows, self._columns = map(int, info["grid"])
        self._pool = ThreadPoolExecutor(4 * CALLS, thread_name_prefix="perception")  # by version, and with words or without
        self._ahead: list[_Ahead] = []
        self._fits: dict[int, tuple[Frame, EncodedFrame]] = {}  # of the frames that are asked about ahead
        self._vectors: OrderedDict[tuple[str, str], Floats] = OrderedDict()  # by what made them, and the text
        self._met: OrderedDict[str, None] = OrderedDict()
        self._shown = Shown(self._look_at)

    def _checked(self, application: _Application, start: float) -> dict[str, Any]:
        info = application.info(start)
        if info.get("version") != VERSION or info.get("labels") != {h: list(ls) for h, ls in self.labels.heads.items()}:
            raise Fault(
                "perception",
                f"The perception at {application.address} is of another version, or answers with other labels.",
                "Run one version of the engine, and a bundle that it exported, on both.",
            )
        return info

    # -- frames ----------------------------------------------------------------------------------------

    def encode(self, frame: Frame | EncodedFrame | None, queries: Sequence[Query]) -> EncodedFrame | None:
        """The frame as it will travel; nothing is asked yet."""
        if not isinstance(frame, Frame):
            return frame
        known = self._fits.get(id(frame))
        return known[1] if known is not None and known[0] is frame else self._fitted(frame)

    def encode_frames(self, frames: Sequence[Frame], texts: Sequence[str]) -> list[EncodedFrame | Fault]:
        """The same for several; a broken one is its fault."""
        made: list[EncodedFrame | Fault] = []
        for frame in frames:
            try:
                made.append(self._fitted(frame))
            except Fault as fault:
                made.append(fault)
        return made

    def _fitted(self, frame: Frame) -> EncodedFrame:
        pixels = decode(frame)
        fit = replace(letterbox(pixels, self._height, self._width), whole=pixels)
        nothing = np.zeros((1, 0), np.float32)
        return EncodedFrame(nothing, nothing, fit.valid_cells(self._rows, self._columns), fit)

    # -- sights ----------------------------------------------------------------------------------------

    def ahead(self, looks: Sequence[tuple[Frame | EncodedFrame | None, Sequence[Query]]]) -> None:
        """Have all of these answered at the same time, several in a call; `see` then finds the answers."""
        self._ahead.clear()
        self._fits.clear()
        groups: dict[tuple[_Application, bool], list[tuple[EncodedFrame | None, Sequence[Query]]]] = {}
        for frame, queries in looks:
            try:
                encoded = self.encode(frame, queries)
            except Fault:  # whoever decides on it will be told
                continue
            if isinstance(frame, Frame) and encoded is not None:
                self._fits[id(frame)] = frame, encoded
            groups.setdefault((self._version_for(queries), _spoken(queries)), []).append((encoded, queries))
        for (application, spoken), some in groups.items():
            calls = min(CALLS, len(some))
            for call in (some[number::calls] for number in range(calls)):
                answer = self._pool.submit(self._asked, application, spoken, call)
                self._ahead += [_Ahead(encoded, queries, answer, place) for place, (encoded, queries) in enumerate(call)]

    def see(self, frame: EncodedFrame | None, queries: Sequence[Query]) -> list[Sight]:
        """One sight a query.

        Raises:
            Fault: `perception_away`: words have waited for too long.
        """
        if not queries:
            return []
        try:
            sights = self._found_ahead(frame, queries)
            if sights is None:
                [sights] = self._asked(self._version_for(queries), _spoken(queries), [(frame, queries)]).sights
        except Fault as fault:
            if not is_away(fault) or _spoken(queries):
                raise
            if not self._is_blind:  # once, not with every frame
                self._is_blind = True
                _LOG.warning("Nobody is seen for the time being: %s", fault.message)
            return [self._blind() for _ in queries]
        self._is_blind = self._is_blind and _spoken(queries)
        if len(sights) != len(queries):
            raise Fault("look_invalid", f"{len(sights)} sights came of {len(queries)} questions.", "Are both sides ours?")
        return list(sights)

    def _found_ahead(self, frame: EncodedFrame | None, queries: Sequence[Query]) -> Sequence[Sight] | None:
        for number, asked in enumerate(self._ahead):
            if asked.frame is frame and _same(asked.queries, queries):
                del self._ahead[number]
                try:
                    return asked.answer.result().sights[asked.place]
                except Exception as error:
                    if is_away(error):
                        raise
                    return None  # others were in the call: alone it shows whose fault it is
        return None

    def _asked(
        self, application: _Application, spoken: bool, asked: Sequence[tuple[EncodedFrame | None, Sequence[Query]]]
    ) -> Answer:
        body = pack_looks(self._packed(asked))
        if application is self._canary:
            try:
                answer = unpack_answer(application.ask("see", body, spoken, 0.0))
                self._canary_is_out = False
                return answer
            except Fault as fault:
                if not self._canary_is_out:  # once, not with every frame
                    self._canary_is_out = True
                    _LOG.warning("The canary is left out: %s", fault.message)
        answer = unpack_answer(self._first.ask("see", body, spoken))
        self._keep(answer)
        return answer

    def _packed(self, asked: Sequence[tuple[EncodedFrame | None, Sequence[Query]]]) -> list[Look]:
        """Looks as they travel: what phrases look like is told as the model that answers now has it."""
        eye = self._eye
        shown = {id(q.looks): self._shown.to(eye, q.looks) for _, queries in asked for q in queries if q.looks}
        return [
            Look(
                frame.fit if frame is not None else None,
                [replace(q, looks=shown[id(q.looks)]) if q.looks else q for q in queries],
                eye,
                self._parts(frame, queries),
            )
            for frame, queries in asked
        ]

    def _parts(self, frame: EncodedFrame | None, queries: Sequence[Query]) -> Sequence[Letterbox]:
        if frame is None or frame.fit is None or frame.fit.whole is None or not any(q.asked for q in queries):
            return ()
        return parts_of(frame.fit.whole, self._height, self._width)

    def _keep(self, answer: Answer) -> None:
        for text, vector in answer.meanings.items():  # of several threads: each step is whole
            self._vectors[answer.ear, text] = vector
        self._eye = answer.eye
        if answer.bundle != self.bundle:
            _LOG.info("Perception goes on with bundle %s in the place of %s.", answer.bundle, self.bundle)
            self.bundle = answer.bundle

    def _version_for(self, queries: Sequence[Query]) -> _Application:
        """A world stays with one version. One that shows pictures of things does with the first: they are of its model."""
        if self._canary is None or any(query.looks for query in queries):
            return self._first
        world = queries[0].world if queries else ""
        share = int.from_bytes(hashlib.blake2b(world.encode("utf-8", "replace"), digest_size=4).digest()) / 2**32
        return self._canary if share < self._share else self._first

    def _blind(self) -> Sight:
        """Nothing is in view and nothing was said."""
        heads = {}
        for head in HEADS:
            silent = next((label for label in (head.silent, *_NOTHING) if label in self.labels[head.name]), "")
            heads[head.name] = {label: float(label == silent) for label in self.labels[head.name]}
        return Sight(heads, has_frame=False)

    # -- words -----------------------------------------------------------------------------------------

    def sentences(self, texts: Sequence[str]) -> Floats:
        """Sentence vectors of texts, unit length [n, 384] (cached); all of the model that `text_encoder` names afterwards."""
        return self.meanings(texts)[:, :SENTENCE]

    def meanings(self, texts: Sequence[str]) -> Floats:
        """The same, and beside them what the speaker wants, of unit length too [n, 2 * 384]."""
        of = self.text_encoder
        found = {text: vector for text in texts if (vector := self._vectors.get((of, text))) is not None}
        new = [text for text in dict.fromkeys(texts) if text not in found]
        for start in range(0, len(new), _AT_ONCE):
            by, vectors = self._encoded(new[start : start + _AT_ONCE])
            self._vectors.update(((by, text), vector) for text, vector in vectors.items())
            if by != of:
                self.text_encoder = by
                self._met.clear()
                return self.meanings(texts)
            found |= vectors
        while len(self._vectors) > _VECTORS:
            self._vectors.popitem(last=False)
        return np.array([found[text] for text in texts], np.float32).reshape(-1, 2 * SENTENCE)

    def _encoded(self, texts: Sequence[str]) -> tuple[str, dict[str, Floats]]:
        """Vectors, and what made them: what made those before, for as long as one of a few answers is by it.

        While replicas are exchanged both models answer; to go over with each answer would be to forget all vectors each time.
        """
        for _ in range(_STAY):
            by, vectors = unpack_vectors(self._first.ask("meanings", pack_texts(texts), True))
            if by == self.text_encoder:
                break
        return by, vectors

    def known(self, texts: Collection[str], budget: int) -> frozenset[str]:
        """Those that were asked about before, and as many others as the budget lets in: replicas keep what they have read."""
        new = [text for text in dict.fromkeys(texts) if text not in self._met]
        for text in affordable(new, budget) if new else ():
            self._met[text] = None
        found = frozenset(text for text in texts if text in self._met)
        while len(self._met) > _MET:
            self._met.popitem(last=False)
        return found

    def appearance(self, picture: Pixels) -> Appearance:
        """How the model sees a picture of a thing, uint8 [H, W, 4]. On any thread."""
        return self._shown.add(picture)

    def _look_at(self, picture: Pixels) -> tuple[str, Appearance]:
        eye, seen = unpack_vectors(self._first.ask("appearance", pack_picture(picture), True, _LOOK_S))
        return eye, seen[""]

    def close(self) -> None:
        """Let go of threads and connections; whoever waits for an answer gets a fault now."""
        for application in (self._first, self._canary):
            if application is not None:
                application.close()
        self._shown.close()
        self._pool.shutdown(cancel_futures=True)


def _spoken(queries: Sequence[Query]) -> bool:
    return any(query.text.strip() for query in queries)


def _same(asked: Sequence[Query], queries: Sequence[Query]) -> bool:
    """Whether these are the same questions; what phrases look like is compared by who made it, since arrays have no truth."""
    return len(asked) == len(queries) and all(
        (a.text, a.watch, a.places, a.asked, a.colours, a.world) == (b.text, b.watch, b.places, b.asked, b.colours, b.world)
        and a.looks.keys() == b.looks.keys()
        and all(a.looks[phrase] is b.looks[phrase] for phrase in a.looks)
        for a, b in zip(asked, queries, strict=True)
    )
