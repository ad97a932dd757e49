"""A stage for characters: say things and show things to them, on a clock that the test moves."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from npc import Character, Decision, Detection, Percept, Persona, Target, load_persona

PLACE = Target(0.4, 0.6, 0.9)


@dataclass
class Stage:
    """One character, looked at frame by frame."""

    character: Character
    time: float = 0.0

    def hear(self, text: str, intent: str, action: str, **more: object) -> Decision:
        """Words, and what the model would make of them; `tone`, `p`, `target`, `emotion`, `state`."""
        p = float(more.pop("p", 0.9))
        self.time += 1.0
        return self.character.tick(
            Percept(
                time=self.time,
                text=text,
                intent={intent: p},
                tone={str(more.pop("tone", "neutral")): 0.9},
                action={action: p},
                emotion={str(more.pop("emotion", "neutral")): 0.9},
                **{"target": PLACE, **more},
            )
        )

    def look(self, seconds: float = 0.2, state: dict[str, object] | None = None, **watch: float) -> Decision:
        """One frame without words, `seconds` after the last; `watch`: how surely each phrase is in view."""
        self.time += seconds
        seen = tuple(Detection(phrase, p, 0.2, 0.7) for phrase, p in watch.items())
        return self.character.tick(
            Percept(time=self.time, intent={"none": 1.0}, action={"idle": 0.9}, watch=seen, state=state or {})
        )

    def see(self, frames: int = 3, **watch: float) -> Decision:
        """Several frames of the same; the first decision that says something, else the last."""
        decisions = [self.look(**watch) for _ in range(frames)]
        return next((d for d in decisions if d.line), decisions[-1])


@pytest.fixture
def stage():
    """Puts a character on the stage: by name, or by a card given as entries."""

    def enter(name: str = "", seed: int = 0, **card: object) -> Stage:
        persona = load_persona(name) if name else Persona.model_validate({"name": "Test", **card})
        return Stage(Character(persona, name or "test", seed))

    return enter
