"""Random lives: what a game might tell a character, sensible or not. The same seed gives the same life."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from npc.behaviour import load_behaviour
from npc.types import Detection, Percept, Target

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
