"""What a replica does, whoever carries its calls: several calls are one batch, and their frames one run of the image graph."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgpack
import numpy as np

from engine.errors import Fault
from engine.perception import Perceiver, Query
from engine.remote.codec import MOST_BYTES, VERSION, Answer, Look, pack_answer, pack_vectors, unpack_looks
from npc.language.kinds import USUAL

_LOG = logging.getLogger("engine.remote")
_MOST_TEXTS = 256  # of one call
Call = tuple[str, bytes]  # what is asked ("see", "meanings", "appearance"), and of what


class Replica:
    """The model of a bundle, answering calls. To be used on one thread.

    Raises:
        Fault: the bundle is damaged, or the provider cannot be had.
    """

    def __init__(
        self, bundle: Path | None = None, provider: str = "auto", threads: int | None = None, batch: int | None = None
    ) -> None:
        self._perceiver = Perceiver(bundle, provider, threads, batch)
        self._perceiver.warm_up()

    def info(self) -> dict[str, Any]:
        """What a gateway has to know before it calls."""
        spec = self._perceiver.spec
        return {
            "version": VERSION,
            "bundle": self._perceiver.bundle.manifest.name,
            "provider": self._perceiver.provider,
            "size": [spec.height, spec.width],
            "grid": list(spec.grid),
            "ear": self._perceiver.text_encoder,
            "eye": self._perceiver.image_encoder,
            "taught": list(self._perceiver.taught),
            "labels": {head: list(labels) for head, labels in self._perceiver.labels.heads.items()},
            "replica": os.getpid(),
        }

    def check(self) -> None:
        """Look at nothing and hear a word, as a check of health.

        Raises:
            Exception: whatever is broken.
        """
        self._perceiver.see(None, [Query("hello", asked=USUAL[:1])])

    def answer(self, calls: Sequence[Call]) -> list[bytes | Fault]:
        """One answer a call; what is wrong with one costs the others nothing."""
        answers: list[bytes | Fault | None] = [None] * len(calls)
        looks: dict[int, list[Look]] = {}
        for number, (kind, data) in enumerate(calls):
            try:
                if kind == "see":
                    looks[number] = unpack_looks(data, self._perceiver.spec.height, self._perceiver.spec.width)
                else:
                    answers[number] = self._other(kind, data)
            except Exception as error:
                answers[number] = _fault_of(error)
        for number, seen in self._seen(looks).items():
            answers[number] = seen
        return [answer if answer is not None else Fault("internal", "Nothing was answered.") for answer in answers]

    def _seen(self, calls: dict[int, list[Look]]) -> dict[int, bytes | Fault]:
        """Answers by call; where one brings the batch down, each alone shows whose fault it is."""
        try:
            return dict(self._seen_together(calls))
        except Exception as error:
            if len(calls) > 1:
                return {number: self._seen({number: looks})[number] for number, looks in calls.items()}
            return dict.fromkeys(calls, _fault_of(error))

    def _seen_together(self, calls: dict[int, list[Look]]) -> dict[int, bytes]:
        with_frames = [(look.fit, look.queries) for looks in calls.values() for look in looks if look.fit is not None]
        asked = [query for _, queries in with_frames for query in queries]
        encoded = iter(self._perceiver.encode_fitted([fit for fit, _ in with_frames], asked))
        answers = {}
        for number, looks in calls.items():
            frames = [replace(next(encoded), near=tuple(look.parts)) if look.fit is not None else None for look in looks]
            sights = [self._perceiver.see(frame, self._queries(look)) for frame, look in zip(frames, looks, strict=True)]
            heard = list(dict.fromkeys(sight.heard for some in sights for sight in some if sight.heard.strip()))
            vectors = dict(zip(heard, self._perceiver.meanings(heard), strict=True)) if heard else {}
            name, ear, eye = self._perceiver.bundle.manifest.name, self._perceiver.text_encoder, self._perceiver.image_encoder
            answers[number] = pack_answer(Answer(sights, vectors, name, os.getpid(), ear, eye))
        return answers

    def _queries(self, look: Look) -> Sequence[Query]:
        """Without looks that are another model's: those things are found by their names."""
        if look.eye == self._perceiver.image_encoder:
            return look.queries
        return [replace(query, looks={}) for query in look.queries]

    def _other(self, kind: str, data: bytes) -> bytes:
        try:
            if len(data) > MOST_BYTES:
                raise ValueError("too much")
            asked = msgpack.unpackb(data)
            if kind == "meanings":
                texts = [str(text) for text in asked][:_MOST_TEXTS]
                vectors = self._perceiver.meanings(texts) if texts else ()
                return pack_vectors(self._perceiver.text_encoder, dict(zip(texts, vectors, strict=True)))
            if kind == "appearance":
                height, width, pixels = asked
                picture = np.frombuffer(pixels, np.uint8).reshape(int(height), int(width), 4)
                return pack_vectors(self._perceiver.image_encoder, {"": self._perceiver.appearance(picture)})
        except (TypeError, ValueError, msgpack.UnpackException) as error:
            raise Fault("look_invalid", f"`{kind}` makes no sense: {error}.", "Are gateway and perception both ours?") from None
        raise Fault("look_invalid", f"Nobody knows `{kind}`.", "Run one version of the engine on both sides.")


def _fault_of(error: Exception) -> Fault:
    if isinstance(error, Fault):
        return error
    _LOG.error("A call could not be answered.", exc_info=error)
    return Fault("internal", "Perception failed on this call.", "Its log says more.")
