"""Random lives, what may never be done in them, and what is remembered of them.

What a game might tell a character, sensible or not; the same seed gives the same life.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from npc.behaviour import load_behaviour
from npc.character import Character
from npc.memory.records import unpack
from npc.persona import Persona, characters, load_persona
from npc.types import Detection, Percept, Target

# -- random lives ----------------------------------------------------------------------------------------------

TONES = ("neutral", "friendly", "angry", "afraid", "sad", "excited")
INTENTS = (
    "greet",
    "farewell",
    "thank",
    "apologize",
    "compliment",
    "insult",
    "threaten",
    "chat",
    "ask_about",
    "ask_where",
    "identify",
    "follow_me",
    "wait_here",
    "go_to",
    "give_me",
    "pick_up",
    "use",
    "attack",
    "help_me",
    "flee",
    "warn",
    "trade",
    "gift",
    "agree",
    "refuse",
    "none",
)
PHRASES = ("wolf", "bandit", "fire", "treasure chest", "child", "horse")
SPEAKERS = ("player", "Ada", "a stranger")
_WORDS = ("you", "there", "give", "me", "that", "wolf", "now", "please", "friend", "{target}", "…", "\u202e", "DROP")
_STEP = 0.1  # seconds between frames
_TALK, _EVENT = 0.2, 0.02


def percepts(count: int, seed: int) -> Iterator[Percept]:
    """A life of `count` frames, ten a second: words in every fifth, sights that stay a while, events, reports."""
    rng = random.Random(seed)
    behaviour = load_behaviour()
    in_view: dict[str, float] = {}
    for n in range(count):
        if rng.random() < 0.05:
            in_view = {phrase: rng.random() for phrase in PHRASES if rng.random() < 0.3}
        speaks = rng.random() < _TALK
        yield Percept(
            time=round(n * _STEP, 1),
            intent=_head(rng, INTENTS) if speaks else {"none": 1.0},
            tone=_head(rng, TONES),
            action=_head(rng, tuple(behaviour.actions)),
            emotion=_head(rng, tuple(behaviour.emotions)),
            target=Target(rng.random(), rng.random(), rng.random()) if rng.random() < 0.5 else None,
            watch=tuple(Detection(phrase, p, rng.random(), rng.random()) for phrase, p in in_view.items()),
            text=" ".join(rng.choices(_WORDS, k=rng.randint(1, 8))) if speaks else "",
            speaker=rng.choice(SPEAKERS),
            state=_state(rng, tuple(behaviour.events)),
            has_frame=rng.random() < 0.95,
            source=str(n) if speaks else "",
        )


def _head(rng: random.Random, labels: Sequence[str]) -> dict[str, float]:
    """Probabilities of all labels, mostly with one far ahead."""
    sharp = rng.choice((2, 6, 20))
    raw = [rng.random() ** sharp + 1e-9 for _ in labels]
    return {label: share / sum(raw) for label, share in zip(labels, raw, strict=True)}


def _state(rng: random.Random, events: Sequence[str]) -> dict[str, object]:
    state: dict[str, object] = {}
    if rng.random() < _EVENT:
        state |= {"event": rng.choice(events), "event_by": rng.choice(SPEAKERS), "event_id": rng.randrange(9)}
    if rng.random() < 0.1:
        state["done"] = rng.choice((True, False, "go_to", "pick_up", "follow", "give"))
    if rng.random() < 0.05:
        state["failed"] = rng.choice((True, "go_to"))
    if rng.random() < 0.3:
        state["carrying"] = rng.random() < 0.5
    return state


# -- boundaries under pressure: random and adversarial lives in which nothing forbidden may ever be done -------

_TICKS = 20  # of one dialogue


@dataclass(frozen=True, slots=True)
class BoundaryResult:
    """`pressed`: ticks at which the model was all but sure of an action that the character never takes."""

    dialogues: int
    ticks: int
    pressed: int
    violations: int


def boundaries(dialogues: int, seed: int = 0, progress: Callable[[], object] = lambda: None) -> BoundaryResult:
    """Play dialogues with the shipped characters, which get more boundaries than they have.

    Every second dialogue insists: the model is sure of something forbidden, in words and without, and threats,
    events and reports of the game come on top.
    """
    rng = random.Random(seed)
    ticks = pressed = violations = 0
    cards = [load_persona(name) for name in characters()]
    for n in range(dialogues):
        persona = _forbidding(rng.choice(cards), rng)
        character = Character(persona, "npc", n)
        forbidden = sorted(persona.boundaries)
        for percept in _insisting(n, forbidden, rng) if n % 2 else percepts(_TICKS, n):
            ticks += 1
            pressed += any(percept.action.get(action, 0.0) > 0.9 for action in forbidden)
            violations += character.tick(percept).action in persona.boundaries
        progress()
    return BoundaryResult(dialogues, ticks, pressed, violations)


def _forbidding(card: Persona, rng: random.Random) -> Persona:
    """The card with up to eight boundaries more, of those that a card may have at all."""
    wanted = {rule.do for rule in card.rules} | set(card.reactions.values())
    free = [a for a in load_behaviour().actions if a not in {"idle", "refuse"} | wanted]
    return card.model_copy(update={"boundaries": {**card.boundaries, **dict.fromkeys(rng.sample(free, rng.randint(1, 8)), ())}})


def _insisting(seed: int, forbidden: list[str], rng: random.Random) -> Iterator[Percept]:
    for percept in percepts(_TICKS, seed):
        yield replace(percept, action={rng.choice(forbidden): 0.999})


# -- what is still remembered after a while, and after the process has ended -----------------------------------

_WEIGHTY = ("threaten", "insult", "gift", "help_me", "attack")
_TRIFLES = ("greet", "chat", "ask_about")


@dataclass(frozen=True, slots=True)
class RecallResult:
    """Shares: weighty deeds recalled of the right person, recalled after a restart, and wrongly of another person;
    trifles that are still there, which should be few."""

    events: int
    hours: float
    recalled: float
    after_restart: float
    mistaken: float
    trifles: float


def recall(events: int, hours: float, seed: int = 0) -> RecallResult:
    """One weighty deed of each of ten people, then `events` trifles of everybody within `hours` of play."""
    rng = random.Random(seed)
    right = again = wrong = trifles = people = 0
    for name in characters():
        character = Character(load_persona(name), name)
        deeds = {f"person {n}": rng.choice(_WEIGHTY) for n in range(10)}
        for n, (person, deed) in enumerate(deeds.items()):
            _hear(character, person, deed, float(n))
        for n in range(events):
            at = 10.0 + (hours * 3600.0 - 10.0) * n / events
            _hear(character, rng.choice(list(deeds)), rng.choice(_TRIFLES), at)
        now = hours * 3600.0 + 3600.0
        reborn = Character(load_persona(name), name, recollection=unpack(character.snapshot()))
        for person, deed in deeds.items():
            known = character.memory.recalls(person, now)
            people += 1
            right += deed in known
            again += reborn.memory.recalls(person, now) == known
            wrong += bool(known & set(_WEIGHTY) - {deed})
            trifles += bool(known & set(_TRIFLES))
    return RecallResult(events, hours, right / people, again / people, wrong / people, trifles / people)


def _hear(character: Character, speaker: str, intent: str, time: float) -> None:
    sure = {"neutral": 0.9}
    character.tick(Percept(time, {intent: 0.9}, sure, {"talk": 0.9}, sure, text=intent, speaker=speaker))
