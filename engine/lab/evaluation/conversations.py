"""Plays written conversations (`npc.evaluation.conversation`) through the bundle, with real frames and a real memory file.

`python -m npc evaluate --conversations` calls it by its name: characters know no engine.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from engine.formats.frame import Frame
from engine.formats.pictures import read_picture
from engine.minds.brain import Brain
from engine.minds.mind import Mind, Observation
from engine.perception import EncodedFrame
from engine.perception.perceiver import Perceiver
from npc.evaluation.conversation import SCENES, Conversation, Turn
from npc.evaluation.judging import Played
from npc.memory.sqlite_store import SqliteStore
from npc.types import Decision

_HERTZ = 4  # frames a second of the game's time
_PAUSE = 3.0  # seconds that pass after each line
_STEPS = 60  # frames of a wait, at most: a longer one has fewer a second
_WORLD = "conversations"


class Player:
    """Plays conversations, one after the other, each with a character that has lived nothing yet.

    Args:
        bundle: directory; the shipped one if not given.
        personas: a folder with cards beside the shipped ones.
    """

    def __init__(self, bundle: Path | None = None, personas: Path | None = None) -> None:
        self._perceiver = Perceiver(bundle, "cpu")
        self._perceiver.warm_up()  # as a server does: what is usually to be seen is known from the first question on
        self._personas = personas
        self._scene = cache(self._encoded)

    def play(self, conversation: Conversation) -> list[Played]:
        """What came of each turn."""
        with tempfile.TemporaryDirectory() as folder:
            stage = _Stage(self._perceiver, self._personas, Path(folder) / "memory", conversation)
            try:
                return list(self._turns(stage, conversation))
            finally:
                stage.brain.close()

    def _turns(self, stage: _Stage, conversation: Conversation) -> Iterator[Played]:
        scene = conversation.scene
        stage.pass_time(self._scene(scene), 1.0)
        for turn in conversation.turns:
            scene = turn.see or scene
            frame = self._scene(scene)
            if turn.restart:
                stage.restart()
            before = stage.regard(turn.by)
            decisions = [stage.say(frame, turn)] if turn.say else []
            fell = before - stage.regard(turn.by)
            passing = stage.pass_time(frame, max(turn.wait, _PAUSE if turn.say else 1.0))
            yield Played(turn, scene, decisions or passing, fell)

    def _encoded(self, scene: str) -> EncodedFrame:
        picture = read_picture((SCENES / f"{scene}.webp").read_bytes())
        return self._perceiver.encode_frame(Frame.from_array(picture))


class _Stage:
    """One character in one brain, on the game's clock."""

    def __init__(self, perceiver: Perceiver, personas: Path | None, memory: Path, conversation: Conversation) -> None:
        self._perceiver, self._personas, self._memory = perceiver, personas, memory
        self._conversation, self._time = conversation, 0.0
        self.brain, self._mind = self._begin()

    def _begin(self) -> tuple[Brain, Mind]:
        brain = Brain(self._perceiver, self._personas, store=SqliteStore(self._memory))
        mind = brain.mind(self._conversation.id, self._conversation.card, world=_WORLD)
        while brain.prepare():
            pass
        return brain, mind

    def restart(self) -> None:
        """The server ends; another goes on with the same memory."""
        self.brain.close()
        self.brain, self._mind = self._begin()
        self._time += 600.0

    def regard(self, speaker: str) -> float:
        """What the character holds of somebody."""
        relationship = self._mind.character.relationship(speaker)
        return relationship.trust + relationship.affection

    def say(self, frame: EncodedFrame, turn: Turn) -> Decision:
        self._time += 1.0 / _HERTZ
        return self._decide(frame, turn.say, turn.by)

    def pass_time(self, frame: EncodedFrame, seconds: float) -> list[Decision]:
        """Frames without words, for so long."""
        steps = min(max(int(seconds * _HERTZ), 1), _STEPS)
        decisions = []
        for _ in range(steps):
            self._time += seconds / steps
            decisions.append(self._decide(frame, "", "player"))
        return decisions

    def _decide(self, frame: EncodedFrame, text: str, speaker: str) -> Decision:
        observation = Observation(self._mind, self._time, text, speaker)
        [decided] = self.brain.decide(frame, [observation])
        if not isinstance(decided, tuple):
            raise decided
        return decided[0]
