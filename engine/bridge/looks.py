"""What phrases look like to a client: its pictures are read and looked at elsewhere, since that may take long."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from engine.bridge.errands import Errands
from engine.bridge.observability import event
from engine.bridge.session import Session
from engine.errors import Fault
from engine.formats.wire.codec import Error, Look, ServerMessage
from engine.formats.wire.constants import Limits
from engine.minds.brain import Brain
from engine.perception.looks import Appearance


@dataclass(frozen=True, slots=True)
class _Seen:
    """A picture that was looked at, or what is wrong with it; neither: the phrase is forgotten."""

    session: Session
    look: Look
    appearance: Appearance | Fault | None


class Looks:
    """Takes pictures of phrases, and gives each session what its phrases look like.

    Args:
        errands: look at pictures.
        wake: called where `settle` has something to do; on any thread.
    """

    def __init__(
        self,
        brain: Brain,
        errands: Errands,
        wake: Callable[[], None],
        limits: Limits,
        send: Callable[[Session, ServerMessage], object],
    ) -> None:
        self._brain, self._errands, self._wake, self._limits, self._send = brain, errands, wake, limits, send
        self._seen: deque[_Seen] = deque()

    def look(self, session: Session, look: Look) -> None:
        """Have a picture looked at; what is in force until then stays.

        Raises:
            Fault: `busy`.
        """
        if not self._errands.put(session, lambda: self._see(session, look)):
            raise Fault("busy", "Too many pictures of this client wait to be looked at.", "Repeat this in a moment.")

    def _see(self, session: Session, look: Look) -> None:
        """On another thread: decoding takes some time, and looking at it more."""
        appearance: Appearance | Fault | None = None
        try:
            if look.frame is not None:
                appearance = self._brain.looks.of(look.frame)
        except Fault as error:
            appearance = error
        except Exception:
            event("look_failed", level=logging.ERROR, fault=True, client=session.client)
            appearance = Fault("frame_broken", "The picture cannot be looked at.", "Send it as a PNG.")
        self._seen.append(_Seen(session, look, appearance))
        self._wake()

    def settle(self) -> None:
        """Let the pictures count that have been looked at."""
        while self._seen:
            seen = self._seen.popleft()
            try:
                self._take(seen.session, seen.look, seen.appearance)
            except Fault as error:
                seen.session.counters["refused"] += 1
                told = f"The picture of '{seen.look.phrase}': {error.message}"
                self._send(seen.session, Error(error.code, told, error.fix))

    def _take(self, session: Session, look: Look, appearance: Appearance | Fault | None) -> None:
        looks = dict(session.looks)  # replaced and never changed: the thread of inference reads it meanwhile
        if isinstance(appearance, Fault):
            raise appearance
        if appearance is None:
            looks.pop(look.phrase, None)
        else:
            if look.phrase not in looks and len(looks) >= self._limits.looks:
                what = f"{len(looks)} phrases of this client have pictures already."
                raise Fault("field", what, "Forget some first: send `look` without a frame.")
            looks[look.phrase] = {**looks.get(look.phrase, {}), look.number: appearance}
        session.looks = looks
        session.shown = {phrase: tuple(pictures.values()) for phrase, pictures in looks.items()}
