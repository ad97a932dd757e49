"""The three words that carry the system: Observation (see `engine.bridge`), Percept, Decision.

Plain frozen data. Positions are fractions of the frame: x grows to the right, y downwards, both in
0..1. Times are seconds on the clock that the owner injects. Probabilities are in 0..1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Head:
    """A question with fixed answers that the model answers about every observation.

    Everything that goes through the heads (training, calibration, graphs, bundles, figures, the wire) goes through `HEADS`.
    Its classes stand in the engine's `labels.yaml`.

    Attributes:
        name: of the head, and of the fields of `Percept`, training samples and recorded rows that hold its labels.
        reads: what it goes by: the words alone, or the words and the frame.
        silent: the label that is certain where nothing was said; empty: the model is asked all the same.
        steady: without words it speaks of the frame, and is averaged over frames (`npc.steadiness`).
        told: `welcome` tells games its classes, since decisions name them.
    """

    name: str
    reads: Literal["words", "both"]
    silent: str = ""
    steady: bool = False
    told: bool = False


# In the order of the outputs of exported graphs: a new head comes last, with a field of `Percept`.
HEADS = (
    Head("intent", reads="words", silent="none"),
    Head("tone", reads="words"),
    Head("action", reads="both", steady=True, told=True),
    Head("emotion", reads="both", steady=True, told=True),
)
HEAD_NAMES = tuple(head.name for head in HEADS)
WORD_HEADS = tuple(head.name for head in HEADS if head.reads == "words")
FUSED_HEADS = tuple(head.name for head in HEADS if head.reads == "both")
STEADY = tuple(head.name for head in HEADS if head.steady)
TOLD = tuple(head.name for head in HEADS if head.told)
SILENCE = {head.name: head.silent for head in HEADS if head.silent}
# What the model points at beside: the thing that the words mean, and the phrases of the watch list.
PLACES = ("target", "watch")


@dataclass(frozen=True, slots=True)
class Target:
    """Where on the frame the player's words point.

    `p` is the calibrated probability that the thing meant is in view at all.
    """

    x: float
    y: float
    p: float


@dataclass(frozen=True, slots=True)
class Detection:
    """One phrase of the watch list: is it in view (`p`), and where most likely (`x`, `y`)."""

    phrase: str
    p: float
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Found(Detection):
    """One phrase that words had looked for, with what they may ask of it.

    Attributes:
        count: how many there are, as far as can be told; `most`: how many there may be (0: no more than `count`).
        others: where further ones are, besides `x`, `y`.
        colour: of the one at `x`, `y`, by name; empty where it has no one colour, or where nobody looked.
    """

    count: int = 1
    most: int = 0
    others: tuple[tuple[float, float], ...] = ()
    colour: str = ""


@dataclass(frozen=True, slots=True)
class Percept:
    """What perception makes of one observation: numbers only, no character.

    `intent`, `tone`, `action` and `emotion` map each label of the head to its probability. Without
    player text, intent is certainly `none`. `target` is None where the words point at nothing in view
    (or where nothing was said). `has_frame` is False when the game sent words alone.
    `source` names the utterance; a character takes the same one in only once. `knowledge` maps names of facts of the
    character's card to how near the words come to their questions, -1..1.

    Where words are read clause by clause (`npc.conversation`), `clauses` has a percept of each, completed by what was said
    before, and `looked` what the words had looked for in this frame. There `p` is lower where something else explains better
    what is at that place; in `watch` every phrase stands for itself. `talk` is like `knowledge`, of the few nearest things that
    people talk about with anybody (`small_talk.yaml`). Where words ask for what was before, `recalled` maps the numbers of
    episodes that the character remembers to how near they come in meaning, -1..1: the few nearest. `further` is like
    `knowledge`, of the few nearest questions that go on about a fact (`Persona.further`); `follows` maps what the card tells
    further of the fact that is spoken of to how near the words come to its questions and its answer, 0..2. `asked` maps clauses
    that ask in words of their own to what they ask (`npc.language.asked`). `remark` maps the few kinds that a remark is most
    likely of to how likely (`on_told_` of `small_talk.yaml`).
    """

    time: float
    intent: Mapping[str, float] = field(default_factory=dict)
    tone: Mapping[str, float] = field(default_factory=dict)
    action: Mapping[str, float] = field(default_factory=dict)
    emotion: Mapping[str, float] = field(default_factory=dict)
    target: Target | None = None
    watch: tuple[Detection, ...] = ()
    text: str = ""
    speaker: str = "player"
    state: Mapping[str, object] = field(default_factory=dict)
    has_frame: bool = True
    source: str = ""
    knowledge: Mapping[str, float] = field(default_factory=dict)
    clauses: tuple[Percept, ...] = ()
    looked: tuple[Found, ...] = ()
    talk: Mapping[str, float] = field(default_factory=dict)
    recalled: Mapping[int, float] = field(default_factory=dict)
    further: Mapping[str, float] = field(default_factory=dict)
    follows: Mapping[str, float] = field(default_factory=dict)
    asked: Mapping[str, str] = field(default_factory=dict)
    remark: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Effect:
    """Something that the game has to carry out beside the action: a sale, a step of a quest, a tag of a line.

    `values` are texts, numbers and booleans.
    """

    kind: str
    values: Mapping[str, str | int | float | bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """What the character makes of a percept.

    `action` and `emotion` are labels of their heads; `line` is what the character says (may be
    empty); `confidence` is the probability that backs the action; `reason` is one sentence that a
    designer can read; `effects` is what the game has to carry out beside. `line_id` is what `line` is called in translation
    tables and voice-over files, empty where it is put together of several lines.
    """

    npc: str
    time: float
    action: str
    emotion: str
    target: Target | None = None
    line: str = ""
    confidence: float = 0.0
    reason: str = ""
    trace: tuple[str, ...] = ()
    effects: tuple[Effect, ...] = ()
    line_id: str = ""
