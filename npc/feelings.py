"""How things that are said and done move a character: its mood, and what it thinks of who did it."""

from __future__ import annotations

from collections.abc import Mapping

from npc.affect import Mood, Relationship, temperament
from npc.arbitration import Arbiter
from npc.behaviour import Behaviour, EventCfg
from npc.types import Percept


class Feelings:
    """The mood of one character, and the rules by which it is moved."""

    def __init__(self, behaviour: Behaviour, traits: Mapping[str, float]) -> None:
        self._behaviour = behaviour
        self._emotions = Arbiter(behaviour.emotions, traits)
        self.mood = Mood(temperament(traits))

    def hear(self, percept: Percept, relationship: Relationship) -> None:
        """Let words and their tone move the mood and the relationship, each by its probability."""
        appraisals, bonds = self._behaviour.appraisals, self._behaviour.bonds
        for probabilities, changes in ((percept.intent, bonds.intent), (percept.tone, bonds.tone)):
            for label, change in changes.items():
                p = probabilities.get(label, 0.0)
                if p >= self._behaviour.understood:
                    relationship.move(change, p)
        for probabilities, emotions in ((percept.intent, appraisals.intent), (percept.tone, appraisals.tone)):
            for label, emotion in emotions.items():
                p = probabilities.get(label, 0.0)
                if p >= self._behaviour.understood:
                    self.feel(emotion, p)

    def take_in_event(self, event: EventCfg, relationship: Relationship) -> None:
        """Let something that happened move the mood and what is thought of who did it."""
        relationship.move(event.bond)
        self.feel(event.feel, 1.0)

    def see(self, meaning: str, p: float) -> None:
        """Let the sight of something move the mood."""
        if meaning in self._behaviour.sights:
            self.feel(self._behaviour.sights[meaning], p)

    def feel(self, emotion: str, intensity: float) -> None:
        """Move the mood; what the emotion head can name is weighed by the character first."""
        if emotion in self._behaviour.emotions:
            emotion = self._emotions.choose({emotion: 1.0}, {}, default=emotion).label
        self.mood.feel(emotion, intensity)

    def drives(self) -> dict[str, float]:
        """The mood's distance from the temperament, by name, for the appeals of actions."""
        shift = self.mood.shift
        return {"valence": shift.valence, "arousal": shift.arousal, "dominance": shift.dominance}

    def shown(self, proposed: Mapping[str, float], drives: Mapping[str, float]) -> str:
        """The emotion that the character shows of those proposed with their probabilities."""
        return self._emotions.choose(proposed, drives, default="neutral").label
