"""What may be asked of a scene: phrases to find in it and what a player may say, each with its answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.formats.boxes import Xywh
from engine.lab.data.chance import Rng, pick
from engine.lab.data.concepts import SLOT_TAGS, Concept
from engine.lab.data.paint import COLOURS, SHADES
from engine.lab.data.teacher import Situation, teach
from engine.lab.data.things import Entity, Scene, split_colour
from engine.lab.data.utterances import PlayerLine

PhraseQuery = tuple[str, list[int]]  # phrase, indices of the entities that it names

SILENT_SHARE = 0.15
SCENE_ABSENT_SHARE = 0.3  # of the absent phrases, where the scene knows some itself
SLOT_SHARE = 0.82  # of lines of an intent that has lines with slots
IN_VIEW_SHARE = 0.55  # of named things, where the scene has something that fits
HARD_SHARE = 0.5  # of the absent things: like something in view
GENERIC_SHARE = 0.08
COLOURED_SHARE = 0.25  # of easy absent phrases get a colour
SHADE_SHARE = 0.25  # of coloured phrases say the colour in another word ("crimson")
TRIES = 12
# Colours that people confuse are no evidence of absence.
_LOOK_ALIKES = (
    {"red", "pink", "orange"},
    {"orange", "yellow", "brown"},
    {"white", "grey"},
    {"grey", "black"},
    {"blue", "purple"},
    {"purple", "pink"},
    {"brown", "red"},
    {"brown", "black"},
)


@dataclass(frozen=True)
class Sample:
    """One thing said (or kept silent: text "") in a scene, and what is right.

    Attributes:
        target_boxes: x, y, w, h in pixels of everything that fits; empty where nothing in view is meant.
        named: the noun phrase in the words, or None.
        absent: the named thing is not in view.
    """

    text: str
    intent: str
    tone: str
    action: str
    emotion: str
    target_boxes: list[Xywh]
    named: str | None = None
    absent: bool = False


class Questioner:
    """Asks about scenes.

    Args:
        concepts: the vocabulary from which absent things are named.
    """

    def __init__(self, concepts: Iterable[Concept]) -> None:
        self._concepts = sorted(set(concepts), key=lambda concept: concept.names)
        self._slots = {slot: [c for c in self._concepts if c.fits(slot)] for slot in SLOT_TAGS}
        self._sorted: tuple[Sequence[PlayerLine], list[list[PlayerLine]]] = ((), [])

    @property
    def concepts(self) -> list[Concept]:
        """The vocabulary."""
        return list(self._concepts)

    def slot_things(self) -> dict[str, list[str]]:
        """For each slot of utterances, the phrases of the vocabulary that may fill it."""
        return {slot: sorted({name for concept in fitting for name in concept.names}) for slot, fitting in self._slots.items()}

    def queries(self, scene: Scene, rng: Rng, count: int) -> list[PhraseQuery]:
        """`count` phrases: up to half of them true of something in view, the rest of nothing in view."""
        phrases = sorted({phrase for e in scene.entities for phrase in (*e.names, *e.generic)})
        chosen = [phrases[i] for i in rng.permutation(len(phrases))[: count // 2]]
        found: list[PhraseQuery] = [
            (phrase, [i for i, e in enumerate(scene.entities) if e.is_called(phrase)]) for phrase in chosen
        ]
        missing = (
            pick(scene.absent, rng) if scene.absent and rng.random() < SCENE_ABSENT_SHARE else self.absent_phrase(scene, rng)
            for _ in range(count - len(found))
        )
        return [(_reworded(phrase, rng), at) for phrase, at in (*found, *((phrase, []) for phrase in missing))]

    def lessons(self, scene: Scene, utterances: Sequence[PlayerLine], rng: Rng, count: int) -> list[Sample]:
        """`count` samples, balanced over the intents of the utterances; a part of them silent."""
        intents = self._by_intent(utterances)
        return [
            _silence(scene) if not intents or rng.random() < SILENT_SHARE else self._spoken(scene, pick(intents, rng), rng)
            for _ in range(count)
        ]

    def _by_intent(self, utterances: Sequence[PlayerLine]) -> list[list[PlayerLine]]:
        """The lines of each intent, sorted once while the same lines are given: a training asks for every scene."""
        if self._sorted[0] is not utterances:
            groups: dict[str, list[PlayerLine]] = {}
            for line in utterances:
                groups.setdefault(line.intent, []).append(line)
            self._sorted = utterances, list(groups.values())
        return self._sorted[1]

    def absent_phrase(self, scene: Scene, rng: Rng, slot: str | None = None) -> str:
        """A phrase that is true of nothing in view; half of the time it is close to something that is."""
        pool = self._slots[slot] if slot else self._concepts
        if rng.random() < HARD_SHARE and (phrase := self._hard(scene, rng, slot, pool)):
            return phrase
        for _ in range(100):
            concept = pick(pool, rng)
            if not any(_kin(concept, entity) for entity in scene.entities):
                return self._phrase(concept, rng)
        if slot:  # a small vocabulary may have all its places in view: name something else
            return self.absent_phrase(scene, rng)
        raise ValueError("every concept of the vocabulary is in view")

    def _hard(self, scene: Scene, rng: Rng, slot: str | None, pool: Sequence[Concept]) -> str | None:
        """The same thing in another colour, or another thing with the same tags."""
        likely = [e for e in scene.entities if slot is None or e.tags & SLOT_TAGS[slot]]
        if not likely:
            return None
        entity = pick(likely, rng)
        if rng.random() < 0.5 and (phrase := _other_colour(entity, scene.entities, rng)):
            return phrase
        for _ in range(TRIES):
            concept = pick(pool, rng)
            if concept.tags == entity.tags and not any(_kin(concept, e) for e in scene.entities):
                return self._phrase(concept, rng)
        return None

    def _phrase(self, concept: Concept, rng: Rng) -> str:
        name = pick(concept.names, rng)
        if rng.random() >= COLOURED_SHARE:
            return name
        return f"{pick(list(COLOURS), rng)} {name}"

    def _spoken(self, scene: Scene, lines: Sequence[PlayerLine], rng: Rng) -> Sample:
        """One of the lines of an intent, about something in view or not."""
        slotted = rng.random() < SLOT_SHARE
        in_view = rng.random() < IN_VIEW_SHARE
        for _ in range(TRIES):
            line = pick(lines, rng)
            fitting = [e for e in scene.entities if line.slot and e.tags & SLOT_TAGS[line.slot]]
            if slotted == (line.slot is not None) and (not slotted or not in_view or fitting):
                break
        if line.slot is None:
            return taught(scene, line.text, line.intent, line.tone, None)
        there = in_view and bool(fitting)
        phrase = _some_name(fitting, rng) if there else self.absent_phrase(scene, rng, line.slot)
        return taught(scene, line.filled(_reworded(phrase, rng)), line.intent, line.tone, phrase)


def _reworded(phrase: str, rng: Rng) -> str:
    """The phrase, now and then with another word for its colour."""
    colour, name = split_colour(phrase)
    return f"{pick(SHADES[colour], rng)} {name}" if colour and rng.random() < SHADE_SHARE else phrase


def _some_name(entities: Sequence[Entity], rng: Rng) -> str:
    entity = pick(entities, rng)
    return pick(entity.generic if entity.generic and rng.random() < GENERIC_SHARE else entity.names, rng)


def _silence(scene: Scene) -> Sample:
    return taught(scene, "", "none", "neutral", None)


def taught(scene: Scene, text: str, intent: str, tone: str, phrase: str | None) -> Sample:
    """What is right where this is said in the scene, by the teacher; `phrase` is the thing that the words name, if any."""
    meant = [] if phrase is None else [e for e in scene.entities if e.is_called(phrase)]
    tags = frozenset[str]().union(*(e.tags for e in meant)) if meant else None
    hostile, hazard = scene.tagged("hostile"), scene.tagged("hazard")
    lesson = teach(Situation(intent, tone, phrase is not None, tags, bool(hostile), bool(hazard)))
    pointed = {"named": meant, "hostile": hostile[:1], "hazard": hazard[:1], None: []}[lesson.target]
    return Sample(
        text, intent, tone, lesson.action, lesson.emotion, [e.box for e in pointed], phrase, phrase is not None and not meant
    )


def _kin(concept: Concept, entity: Entity) -> bool:
    """Whether calling the entity by one of the concept's names would not be clearly wrong."""
    return any(name in entity.names for name in concept.names)


def _other_colour(entity: Entity, entities: Sequence[Entity], rng: Rng) -> str | None:
    """The entity's name with a colour that nothing of that name has, if all their colours are known."""
    plain = [name for name in entity.names if split_colour(name)[0] is None]
    if not plain:
        return None
    name = pick(plain, rng)
    taken = {e.colour for e in entities if name in e.names}
    if None in taken:
        return None
    free = [c for c in COLOURS if not any(_alike(c, other) for other in taken if other)]
    return f"{pick(free, rng)} {name}" if free else None


def _alike(a: str, b: str) -> bool:
    return a == b or any({a, b} <= group for group in _LOOK_ALIKES)
