"""Whether a character keeps its word and its nerve: the same question twice, wrong labels, noisy eyes."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from npc.character import Character
from npc.evaluation.lives import INTENTS, TONES
from npc.persona import characters, load_persona
from npc.types import Decision, Detection, Percept, Target

# What the model makes of each intent where it is right and nothing in view speaks against it.
USUAL = {
    "greet": "greet",
    "farewell": "greet",
    "thank": "talk",
    "apologize": "talk",
    "compliment": "talk",
    "insult": "refuse",
    "threaten": "defend",
    "chat": "talk",
    "ask_about": "talk",
    "ask_where": "point_at",
    "identify": "point_at",
    "follow_me": "follow",
    "wait_here": "stay",
    "go_to": "go_to",
    "give_me": "give",
    "pick_up": "pick_up",
    "use": "use",
    "attack": "attack",
    "help_me": "defend",
    "flee": "flee",
    "warn": "warn",
    "trade": "trade",
    "gift": "celebrate",
    "agree": "talk",
    "refuse": "talk",
}


def scripted(intent: str, tone: str, time: float, p: float = 0.85) -> Percept:
    """Words that the model understood, with `p` on each label."""
    return Percept(
        time=time,
        intent={intent: p},
        tone={tone: p},
        action={USUAL[intent]: p, "idle": 1.0 - p},
        emotion={"neutral": p},
        target=Target(0.5, 0.5, 0.9),
        text=intent,
    )


@dataclass(frozen=True, slots=True)
class ConsistencyResult:
    """`same`: share of questions that got the same action when they were asked again a few seconds later."""

    questions: int
    same: float


def consistency() -> ConsistencyResult:
    """Ask every shipped character everything twice, in a fresh life each time: what is said twice may anger, not confuse."""
    same = questions = 0
    for name in characters():
        persona = load_persona(name)
        for intent in USUAL:
            for tone in TONES:
                character = Character(persona, name)
                first = character.tick(scripted(intent, tone, 1.0)).action
                second = character.tick(scripted(intent, tone, 9.0)).action
                questions += 1
                same += first == second
    return ConsistencyResult(questions, same / questions)


@dataclass(frozen=True, slots=True)
class NoiseResult:
    """`action`: share of answers with the action that the right labels give; `sound`: that were no attack or flight
    out of the blue, where right labels called for neither."""

    answers: int
    flipped: float
    action: float
    sound: float


def label_noise(flipped: float, dialogues: int = 20, seed: int = 0) -> NoiseResult:
    """Answers under labels of which a share is wrong, beside the same dialogues with the right ones."""
    rng = random.Random(seed)
    answers = same = sound = 0
    for name in characters():
        persona = load_persona(name)
        for n in range(dialogues):
            clear, noisy = (Character(persona, name, n) for _ in range(2))
            for right in _dialogue(random.Random(f"{seed}/{name}/{n}")):
                wanted = clear.tick(right).action
                got = noisy.tick(_mislabelled(right, rng) if rng.random() < flipped else right).action
                answers += 1
                same += got == wanted
                sound += got == wanted or got not in {"attack", "flee"}
    return NoiseResult(answers, flipped, same / answers, sound / answers)


def _dialogue(rng: random.Random) -> Iterator[Percept]:
    for n in range(12):
        yield scripted(rng.choice(list(USUAL)), rng.choice(TONES), 1.0 + 8.0 * n)


def _mislabelled(percept: Percept, rng: random.Random) -> Percept:
    wrong = rng.choice([intent for intent in INTENTS if intent not in percept.intent and intent in USUAL])
    other = scripted(wrong, rng.choice(TONES), percept.time)
    return replace(percept, intent=other.intent, tone=other.tone, action=other.action)


@dataclass(frozen=True, slots=True)
class DitheringResult:
    """Changes of action a minute, per character, while nothing new happens."""

    minutes: float
    doubtful: float  # a wolf that is in view with a probability around the threshold
    flickering: float  # a wolf that the model loses in every third frame


def dithering(minutes: float = 2.0, seed: int = 0) -> DitheringResult:
    """Let every shipped character look at frames that a model is not sure of, ten a second."""
    rng = random.Random(seed)
    doubtful = [_switches(name, [rng.gauss(0.5, 0.2) for _ in range(int(600 * minutes))]) for name in characters()]
    flicker = [_switches(name, [0.1 if n % 3 == 2 else 0.95 for n in range(int(600 * minutes))]) for name in characters()]
    return DitheringResult(minutes, _mean(doubtful) / minutes, _mean(flicker) / minutes)


def _switches(name: str, sights: list[float]) -> int:
    """How often the action changes; the first reaction is none of them."""
    character = Character(load_persona(name), name)
    decisions = [character.tick(_glimpse(n / 10, p)) for n, p in enumerate(sights)]
    return _changes(decisions[20:])


def _glimpse(time: float, p: float) -> Percept:
    watch = (Detection("wolf", min(1.0, max(0.0, p)), 0.5, 0.5),)
    return Percept(time=time, intent={"none": 1.0}, action={"idle": 0.9}, watch=watch)


def _changes(decisions: list[Decision]) -> int:
    return sum(a.action != b.action for a, b in pairwise(decisions))


def _mean(values: list[int]) -> float:
    return sum(values) / len(values)
