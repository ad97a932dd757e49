"""What is still remembered after a while, and after the process has ended."""

from __future__ import annotations

import random
from dataclasses import dataclass

from npc.character import Character
from npc.memory.records import unpack
from npc.persona import characters, load_persona
from npc.types import Percept

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
