"""What goes into perception and what comes out of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from engine.errors import Fault
from engine.formats.frame import Frame
from engine.formats.labels import Labels
from engine.formats.pictures import Pixels
from engine.perception.bound import Kept
from engine.perception.looks import Appearance, Appearances
from engine.perception.pictures import Letterbox
from npc.types import Detection, Found, Percept, Target

Floats = npt.NDArray[np.float32]
# What a piece of a long text weighs that says no more than this: people say what they want in one of their sentences.
_SMALL_TALK = {"none": 0.0, "chat": 0.3} | dict.fromkeys(("greet", "farewell", "thank", "compliment", "agree", "refuse"), 0.5)


@dataclass(frozen=True)
class EncodedFrame:
    """One frame after the image graph: `grid` [1, C, rows, columns], `scene` [1, S], and how it was fitted.

    On a GPU grid and scene lie there; `np.asarray` brings them here. `others` are the same frame after the image graphs of an
    ensemble's other bundles, `parts` its parts at a larger scale (`closer`), where it was looked at more closely;
    `near` are these parts before the image graph, where they came with the frame.
    """

    grid: Floats | Kept
    scene: Floats | Kept
    valid: Floats
    fit: Letterbox | None
    others: tuple[EncodedFrame, ...] = ()
    parts: tuple[EncodedFrame, ...] = ()
    near: tuple[Letterbox, ...] = ()


@dataclass(frozen=True)
class Query:
    """What one NPC wants to know about a frame.

    `asked` are phrases that the words ask about; they are looked at more closely than `watch`: how many, and (`colours`) which
    colour.
    `places` are the boxes of "you" (the NPC) and "me" (who speaks), where the game tells them: left, top, right, bottom as
    fractions of the frame.
    `looks` are what phrases look like, where somebody has shown that.
    `world` is the game that it is of: of several versions of a model each world sees one.
    """

    text: str = ""
    watch: tuple[str, ...] = ()
    places: Mapping[str, tuple[float, float, float, float]] = field(default_factory=dict)
    asked: tuple[str, ...] = ()
    colours: bool = False
    looks: Mapping[str, Appearances] = field(default_factory=dict)
    world: str = ""


@dataclass(frozen=True)
class Sight:
    """What the model makes of a frame and of words, for one query.

    Attributes:
        heads: the probability of every label of every head.
        target: where the words point; None where at nothing in view, or where nothing was said.
        watch: one detection a phrase of the query; empty without a frame.
        looked: what was found of the phrases that were asked about.
        heat: where the words' target may be, float32 [rows, columns]; None without words or frame.
        has_frame: False where there were words alone.
        heard: the part of the words that the labels are of; all of them, where they are few enough to be read at once.
    """

    heads: Mapping[str, Mapping[str, float]]
    target: Target | None = None
    watch: tuple[Detection, ...] = ()
    heat: Floats | None = None
    has_frame: bool = True
    heard: str = ""
    looked: tuple[Found, ...] = ()

    def percept(self, time: float = 0.0, **told: Any) -> Percept:
        """The percept of whoever sees this; `told` are the fields that the game tells: text, speaker, state, ..."""
        seen: dict[str, Any] = {**self.heads, "target": self.target, "watch": self.watch, "has_frame": self.has_frame}
        seen["looked"] = self.looked
        return Percept(time, **seen, **told)


AWAY = "perception_away"  # the code of the fault where the model is elsewhere and does not answer


def weightiest(pieces: Sequence[Sight]) -> Sight:
    """The piece of a text that wants most of who hears it; of those that want about as much the last."""
    return max(enumerate(pieces), key=lambda piece: (round(_weight(piece[1].heads["intent"]), 1), piece[0]))[1]


def _weight(intent: Mapping[str, float]) -> float:
    return max(p * _SMALL_TALK.get(label, 1.0) for label, p in intent.items())


def is_away(error: BaseException) -> bool:
    """Whether it is for nothing but that the model does not answer now: later it may."""
    return isinstance(error, Fault) and error.code == AWAY


class Perceiving(Protocol):
    """What the rest of the house needs of a `Perceiver`.

    `text_encoder` is the fingerprint of what makes vectors of words. It may change while `sentences` or `meanings` is called,
    and at no other time: vectors that were got before are then another model's, and not to be compared with newer ones.
    """

    @property
    def labels(self) -> Labels: ...

    @property
    def provider(self) -> str: ...

    @property
    def frames_at_once(self) -> int: ...

    @property
    def text_encoder(self) -> str: ...

    @property
    def taught(self) -> tuple[str, ...]:
        """Names of things that it knows by their looks, and that may be in view though nobody names or watches for them."""
        ...

    def encode(self, frame: Frame | EncodedFrame | None, queries: Sequence[Query]) -> EncodedFrame | None: ...

    def encode_frames(self, frames: Sequence[Frame], texts: Sequence[str]) -> list[EncodedFrame | Fault]: ...

    def see(self, frame: EncodedFrame | None, queries: Sequence[Query]) -> list[Sight]: ...

    def sentences(self, texts: Sequence[str]) -> Floats: ...

    def meanings(self, texts: Sequence[str]) -> Floats: ...

    def known(self, texts: Collection[str], budget: int) -> frozenset[str]: ...

    def appearance(self, picture: Pixels) -> Appearance: ...


@runtime_checkable
class Foreseeing(Protocol):
    """A `Perceiving` that is elsewhere: what it takes on ahead is on its way while other things are decided."""

    def ahead(self, looks: Sequence[tuple[Frame | EncodedFrame | None, Sequence[Query]]]) -> None: ...
