"""The client's memory of what was said and is not decided yet: repeated in order, until it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from engine.formats.wire.codec import Observe
from engine.formats.wire.constants import BUSY_FOR_S, DECISION_AFTER_S, RETRY_AFTER_S


@dataclass(slots=True)
class Pending:
    """An utterance on its way; it is kept until every NPC that it is for has decided.

    A server that dies between its acknowledgement and its decision has forgotten it: then it is said again.
    """

    observe: Observe
    waiting: set[str]
    due: float = float("-inf")  # when it is sent (again)
    acknowledged: bool = False


class Unanswered:
    """Undecided utterances in the order in which they were said. Times are seconds on the caller's clock."""

    def __init__(self) -> None:
        self._said: dict[str, Pending] = {}
        self._put_off = False  # the server is busy: only the oldest that it has not taken goes out

    def __len__(self) -> int:
        return len(self._said)

    def add(self, observe: Observe) -> None:
        """Keep what was just said. The pixels become its own: the game may draw over its buffer."""
        said, frame = observe.utterance, observe.frame
        assert said is not None
        if frame is not None:
            observe = replace(observe, frame=replace(frame, pixels=bytes(memoryview(frame.pixels))))
        self._said[said.id] = Pending(observe, set(said.to))

    def send_due(self, now: float, send: Callable[[Observe], bool]) -> None:
        """Send what is due, oldest first; nothing overtakes what could not be sent or was put off."""
        for said in self._said.values():
            if said.due <= now:
                if not send(_for_those_who_wait(said)):
                    return
                said.due = now + (DECISION_AFTER_S if said.acknowledged else BUSY_FOR_S if self._put_off else RETRY_AFTER_S)
            if self._put_off and not said.acknowledged:
                return

    def acknowledge(self, utterances: Sequence[str], now: float) -> None:
        """The server has them in safe hands; whatever waited behind them may go."""
        for said in (self._said[utterance] for utterance in utterances if utterance in self._said):
            said.acknowledged, said.due = True, now + DECISION_AFTER_S
        if self._put_off:
            self._put_off = False
            self._hurry()

    def put_off(self, utterance: str, now: float) -> None:
        """The server was busy: say this one again soon, and nothing newer before it is taken."""
        said = self._said.get(utterance)
        if said is not None and not said.acknowledged:
            self._put_off, said.due = True, now + BUSY_FOR_S

    def repeat_all(self) -> None:
        """Say everything again, now: this is another server, or one that has forgotten us."""
        self._put_off = False
        for said in self._said.values():
            said.acknowledged = False
        self._hurry()

    def settle(self, utterance: str, npc: str) -> bool:
        """Strike an NPC off an utterance; False where it was not waited for (any more)."""
        said = self._said.get(utterance)
        if said is None or npc not in said.waiting:
            return False
        said.waiting.discard(npc)
        if not said.waiting:
            self._drop(utterance)
        return True

    def drop(self, utterance: str) -> None:
        """Stop repeating what the server refused."""
        if utterance in self._said:
            self._drop(utterance)

    def forget_npc(self, npc: str) -> None:
        for utterance in list(self._said):
            self.settle(utterance, npc)

    def _drop(self, utterance: str) -> None:
        if not self._said.pop(utterance).acknowledged and self._put_off:
            self._put_off = False  # it may be the one that the others waited for
            self._hurry()

    def _hurry(self) -> None:
        for said in self._said.values():
            if not said.acknowledged:
                said.due = float("-inf")


def _for_those_who_wait(said: Pending) -> Observe:
    waiting = tuple(npc for npc in said.observe.npcs if npc in said.waiting)
    utterance = said.observe.utterance
    assert utterance is not None
    if set(waiting) == set(utterance.to):
        return said.observe
    return replace(said.observe, npcs=waiting, utterance=replace(utterance, to=waiting))
