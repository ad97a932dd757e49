"""What a client hears and has spoken, without sockets and without sound devices: the sync and the asyncio client share it."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeAlias

from engine.errors import Fault
from engine.formats.wire.codec import Error, Hear, Heard, Hush, Sound, Speak, Spoken, Welcome
from engine.formats.wire.constants import Limits

_HEARD, _SOUNDS = 100, 8192  # that wait to be asked for
_UNSENT = 2000  # pieces that wait for the wire: beyond that nothing leaves at all
_REMEMBERED = 64  # hearings that are over, whose lines may still come, and lines that were said

View: TypeAlias = Callable[[], Mapping[str, Any]]


class BridgeError(Fault):
    """The server cannot be reached, or refused something; `about` is its reply, if there was one."""

    def __init__(self, code: str, message: str, fix: str = "", about: Error | None = None) -> None:
        super().__init__(code, message, fix)
        self.about = about


class Hearing:
    """What one microphone hears, from one press of a button to its release, or for as long as it is open.

    Attributes:
        to: who is spoken to.
        text: the words so far, of the line that is being spoken; then the line.
        over: nothing more is taken, or comes.
    """

    def __init__(self, sounds: ClientSounds, first: Hear, speaker: str, view: View | None) -> None:
        self.id, self.to, self.speaker, self.view = first.hearing, first.to, speaker, view
        self.text, self.over = "", False
        self._sounds, self._pieces, self._first, self._ended = sounds, 0, first, False

    def put(self, pcm: bytes | memoryview, captured_at: float | None = None) -> None:
        """Send what came from the microphone: mono, 16 bit; at once, in pieces of 20 to 100 ms. Never blocks.

        Args:
            captured_at: seconds on the game's clock, of the first sample.

        Raises:
            ValueError: for half a sample.
        """
        whole = memoryview(pcm).cast("B")
        if len(whole) % 2:
            raise ValueError(f"The sound has {len(whole)} bytes: send 16-bit samples, two bytes each.")
        most = self._sounds.owner.limits.pcm // 2 * 2
        for start in range(0, len(whole), most):
            at = None if captured_at is None else captured_at + start / 2 / self._first.rate
            self._send(bytes(whole[start : start + most]), at)

    def end(self) -> None:
        """The button is released, the microphone closed: the line comes, or an empty one where nothing was said."""
        if not self._ended:
            self._send(end=True)
            self._ended = True

    def drop(self) -> None:
        """Forget what was said."""
        if not self.over:
            self._send(drop=True)
            self.over = True

    def _send(self, pcm: bytes = b"", captured_at: float | None = None, end: bool = False, drop: bool = False) -> None:
        if self.over or self._ended:
            return
        first = self._first if self._pieces == 0 else Hear(self.id, self._pieces)
        self._pieces += 1
        self._sounds.send(Hear(self.id, first.piece, pcm, captured_at, first.to, first.rate, first.open, end, drop))


@dataclass(slots=True)
class _Speech:
    """The last that an NPC says. When all of it has come it may be played for a while yet."""

    npc: str
    piece: int = 0
    whole: bool = False


class Owner(Protocol):
    """The session of which these are the sounds."""

    greeted: bool
    limits: Limits
    counters: Mapping[str, int]

    @property
    def welcome(self) -> Welcome: ...

    @property
    def is_ready(self) -> bool: ...

    def new_id(self) -> str: ...

    def knows(self, npc: str) -> bool: ...

    def check_npcs(self, names: Sequence[str]) -> None: ...

    def checked(self, message: Any) -> Any: ...

    def send(self, message: Any) -> bool: ...

    def observe(self, *what: Any) -> int: ...

    def fail(self, error: Fault) -> None: ...


class ClientSounds:
    """Hearings and speeches of one client. Its owner hands it what came, and lets it `flush`."""

    def __init__(self, owner: Owner) -> None:
        self.owner = owner
        self._hearings: OrderedDict[str, Hearing] = OrderedDict()  # those that are over as well, for a while
        self._said: OrderedDict[str, None] = OrderedDict()
        self._speeches: dict[str, _Speech] = {}
        self._outbox: deque[Hear | Speak | Hush] = deque()
        self._heard: deque[Heard] = deque(maxlen=_HEARD)
        self._sounds: deque[Sound | Hush] = deque(maxlen=_SOUNDS)

    # -- what the game wants ---------------------------------------------------------------------------

    @property
    def has_voice(self) -> bool:
        """Whether a voice process was connected to the server a moment ago."""
        return self.owner.greeted and self.owner.counters.get("voice", 0) > 0

    def hear(self, to: tuple[str, ...], rate: int, is_open: bool, speaker: str, view: View | None) -> Hearing:
        """Begin to listen to a microphone."""
        owner = self.owner
        owner.check_npcs(to)
        if not owner.greeted or "voice" not in owner.welcome.capabilities:
            why = "The server is older than voices." if owner.greeted else "The server is away."
            raise BridgeError("no_voice", why, "Let the player type.")
        hearing = Hearing(self, owner.checked(Hear(owner.new_id(), 0, b"", None, to, rate, is_open)), speaker, view)
        if not is_open:
            self.silence(to)
        self._hearings[hearing.id] = hearing
        while len(self._hearings) > _REMEMBERED:
            self._hearings.popitem(last=False)[1].over = True
        return hearing

    def speak(self, npc: str, text: str, emotion: str, line_id: str) -> str:
        """Have a line spoken, whose speaker says nothing else any more; empty where nobody is there to speak it."""
        owner = self.owner
        owner.check_npcs((npc,))
        if not (self.has_voice and text.strip()):
            return ""
        speak = owner.checked(Speak(owner.new_id(), npc, text[: owner.limits.text], emotion, line_id))
        self.silence((npc,))
        self._speeches[speak.speech] = _Speech(npc)
        self.send(speak)
        return str(speak.speech)

    def hush(self, npcs: Iterable[str] | None) -> None:
        """Let NPCs fall silent, all of them for None."""
        for speech in self._of(npcs):
            if not self._speeches[speech].whole:
                self.send(Hush(speech))
            self._end(speech)

    def silence(self, npcs: Iterable[str]) -> None:
        """Play nothing more of what these say: the server will hear why, and ends it too."""
        for speech in self._of(npcs):
            self._end(speech)

    def heard(self) -> list[Heard]:
        found = list(self._heard)
        self._heard.clear()
        return found

    def sounds(self) -> list[Sound | Hush]:
        found = list(self._sounds)
        self._sounds.clear()
        return found

    # -- the wire --------------------------------------------------------------------------------------

    def send(self, message: Hear | Speak | Hush) -> None:
        self._outbox.append(message)
        if len(self._outbox) > _UNSENT:
            self.lose("Nothing of it leaves this machine.")
        self.flush()

    def flush(self) -> None:
        """Send what waits; where the wire was busy, several pieces in one."""
        while self._outbox and self.owner.is_ready:
            first = self._outbox.popleft()
            while self._outbox and (both := _joined(first, self._outbox[0], self.owner.limits.pcm)) is not None:
                first = both
                self._outbox.popleft()
            if not self.owner.send(first):
                self._outbox.appendleft(first)
                return

    def lose(self, why: str = "The server went away.") -> None:
        """What is under way cannot go on."""
        self._outbox.clear()
        for hearing in [hearing for hearing in self._hearings.values() if not hearing.over]:
            hearing.over = True
            self.owner.fail(Fault("voice_lost", f"What was said was not heard to its end. {why}", "Say it again."))
        for speech in [speech for speech, what in self._speeches.items() if not what.whole]:
            self._end(speech)

    def take(self, message: Heard | Sound | Hush) -> None:
        """Take what the server tells; what belongs to nothing that was asked for is dropped."""
        match message:
            case Heard():
                self._take_heard(message)
            case Sound():
                speech = self._speeches.get(message.speech)
                if speech is not None and message.piece == speech.piece and not speech.whole:
                    speech.piece, speech.whole = speech.piece + 1, message.end
                    self._sounds.append(message)
            case Hush():
                self._end(message.speech)

    def refused(self, error: Error) -> bool:
        """What an error is about is over; whether it was about one of these."""
        about = error.about or ""
        self._end(about)
        hearing = self._hearings.get(about)
        if hearing is not None:
            hearing.over = True
        return hearing is not None

    def _take_heard(self, heard: Heard) -> None:
        hearing = self._hearings.get(heard.hearing)
        if hearing is None or (heard.utterance is not None and heard.utterance in self._said):
            return
        hearing.text = heard.text
        hearing.over |= heard.over
        if heard.final and heard.utterance is not None and heard.text.strip():
            told = Spoken(heard.confidence, heard.began, heard.ended, heard.tone)
            self._say(hearing, heard.text, (heard.utterance, told))
            self._said[heard.utterance] = None
            while len(self._said) > _REMEMBERED:
                self._said.popitem(last=False)
        self._heard.append(heard)

    def _say(self, hearing: Hearing, text: str, heard: tuple[str, Spoken]) -> None:
        """Say a line, to those who are still there."""
        names = tuple(npc for npc in hearing.to if self.owner.knows(npc))
        if not names:
            return
        seen = dict(hearing.view()) if hearing.view is not None else {}
        frame, state, at, inspect = (seen.get(name) for name in ("frame", "state", "captured_at", "inspect"))
        try:
            self.owner.observe(names, frame, text, None, state, at, bool(inspect), hearing.speaker, heard)
        except Fault as error:
            self.owner.fail(error)

    def _of(self, npcs: Iterable[str] | None) -> list[str]:
        those = None if npcs is None else frozenset(npcs)
        return [speech for speech, what in self._speeches.items() if those is None or what.npc in those]

    def _end(self, speech: str) -> None:
        """It is over, and nobody gets to hear what has come of it and was not fetched."""
        if self._speeches.pop(speech, None) is not None:
            kept = [sound for sound in self._sounds if sound.speech != speech]
            self._sounds.clear()
            self._sounds += [*kept, Hush(speech)]


def _joined(first: Hear | Speak | Hush, then: Hear | Speak | Hush, most: int) -> Hear | None:
    """Two pieces of one hearing as one, if they are."""
    if not (isinstance(first, Hear) and isinstance(then, Hear)) or first.hearing != then.hearing or first.end:
        return None
    if first.drop or then.drop or len(first.pcm) + len(then.pcm) > most:
        return None
    return replace(first, pcm=first.pcm + then.pcm, end=then.end)
