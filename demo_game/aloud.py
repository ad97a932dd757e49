"""The village talks: hold V to speak, and villagers answer aloud, with their words in the bubble as they are heard."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import pygame
from numpy.typing import NDArray

from demo_game.figures import Actor
from demo_game.session import Play
from demo_game.village import WIDTH
from engine.bridge.client import BridgeError, Heard, Hearing, Hush, Sound, WireDecision

RATE = 16_000  # of the microphone, samples a second
CHUNK = 512  # samples that it hands over at once: 32 ms
OUTPUT = 44_100
LINGER_S = 1.5  # that a bubble stays after its last word
TOLD_S = 5.0  # that a notice stays
NO_VOICE = "Nobody hears or speaks: pip install 'npc-engine[voice]', or start the engine with --voice. Enter types."
NO_MICROPHONE = "There is no microphone. Enter types."

Samples = NDArray[np.int16]


class Talker(Protocol):
    """What the game needs of the engine to hear and speak; see `engine_link.Link`."""

    @property
    def has_voice(self) -> bool: ...

    def hear(self, name: str, view: Callable[[], Mapping[str, Any]]) -> Hearing: ...

    def heard(self) -> Sequence[Heard]: ...

    def voice(self, decision: WireDecision) -> str: ...

    def sounds(self) -> Sequence[Sound | Hush]: ...


class Microphone:
    """The system's microphone, through SDL. Its sound comes on a thread of SDL's and is taken on the game's."""

    def __init__(self) -> None:
        self._device: Any = None
        self._came: deque[bytes] = deque(maxlen=1000)

    def open(self) -> bool:
        """Begin to listen; False where there is no microphone."""
        from pygame._sdl2 import audio

        self._came.clear()
        with suppress(pygame.error, TypeError):
            names = audio.get_audio_device_names(True)
            if names:
                self._device = audio.AudioDevice(
                    devicename=names[0],
                    iscapture=True,
                    frequency=RATE,
                    audioformat=audio.AUDIO_S16,
                    numchannels=1,
                    chunksize=CHUNK,
                    allowed_changes=0,
                    callback=lambda device, data: self._came.append(bytes(data)),
                )
                self._device.pause(0)
        return self._device is not None

    def take(self) -> bytes:
        """What came since the last call."""
        pieces = []
        while self._came:
            pieces.append(self._came.popleft())
        return b"".join(pieces)

    def close(self) -> None:
        if self._device is not None:
            self._device.close()
            self._device = None


@dataclass
class _Speech:
    """What one villager is saying, and how far it has come."""

    id: str
    npc: str
    rate: int = RATE
    pieces: list[bytes] = field(default_factory=list)  # that the mixer does not have yet
    words: list[tuple[float, str]] = field(default_factory=list)
    seconds: float = 0.0  # of the pieces that came
    began: float | None = None
    ended: bool = False

    def played(self, now: float) -> float:
        return 0.0 if self.began is None else min(now - self.began, self.seconds)

    def over(self, now: float) -> bool:
        return self.ended and not self.pieces and self.played(now) >= self.seconds


class Mouths:
    """Plays speeches, one channel of the mixer for each villager; without a sound device time passes all the same."""

    def __init__(self, names: Sequence[str], clock: Callable[[], float] = time.monotonic) -> None:
        self._names, self._clock = list(names), clock
        self._speeches: dict[str, _Speech] = {}
        self.sounding = False
        with suppress(pygame.error):
            if pygame.mixer.get_init() is None:
                pygame.mixer.init(OUTPUT, -16, 2, 1024)
            pygame.mixer.set_num_channels(max(8, len(names)))
            self.sounding = True

    def expect(self, speech: str, npc: str) -> None:
        """A speech will come; what this villager was saying is over."""
        self.stop(npc)
        self._speeches[npc] = _Speech(speech, npc)

    def take(self, sound: Sound | Hush) -> None:
        speech = next((one for one in self._speeches.values() if one.id == sound.speech), None)
        if speech is None:
            return
        if isinstance(sound, Hush):
            self.stop(speech.npc)
            return
        speech.rate = sound.rate
        speech.words += [(mark.began, mark.text) for mark in sound.words]
        speech.ended = sound.end
        if sound.pcm:
            speech.pieces.append(sound.pcm)
            speech.seconds += len(sound.pcm) / 2 / sound.rate

    def stop(self, npc: str) -> None:
        if self._speeches.pop(npc, None) is not None and self.sounding:
            pygame.mixer.Channel(self._names.index(npc)).stop()

    def play(self, place: Callable[[str], float]) -> None:
        """Hand what came to the mixer.

        Args:
            place: where a villager stands, 0 (left) to 1.
        """
        now = self._clock()
        for npc, speech in list(self._speeches.items()):
            if speech.pieces and speech.began is None:
                speech.began = now
            if speech.pieces:
                self._feed(speech, place(npc), now)
            if speech.over(now):
                del self._speeches[npc]

    def _feed(self, speech: _Speech, place: float, now: float) -> None:
        if not self.sounding:
            speech.pieces.clear()
            return
        channel = pygame.mixer.Channel(self._names.index(speech.npc))
        if channel.get_busy() and channel.get_queue() is not None:
            return
        sound = pygame.mixer.Sound(buffer=stereo(b"".join(speech.pieces), speech.rate, place))
        late = not channel.get_busy()
        if late and speech.began is not None:  # it ran dry: what is heard now is what came last
            fresh = sum(map(len, speech.pieces)) / 2 / speech.rate
            speech.began = now - (speech.seconds - fresh)
        speech.pieces.clear()
        (channel.play if late else channel.queue)(sound)

    def heard(self, npc: str) -> int | None:
        """How many words of what a villager says have been heard; None where it says nothing aloud."""
        speech = self._speeches.get(npc)
        if speech is None:
            return None
        now = speech.played(self._clock())
        return sum(speech.began is not None and began <= now for began, _ in speech.words)


def stereo(pcm: bytes, rate: int, place: float) -> bytes:
    """Mono sound at the mixer's rate, louder on the side where it comes from."""
    mono = np.frombuffer(pcm, "<i2").astype(np.float32)
    count = max(1, round(len(mono) * OUTPUT / rate))
    even = np.interp(np.arange(count) * (rate / OUTPUT), np.arange(len(mono)), mono)
    sides = np.stack((even * min(1.0, 1.5 - place), even * min(1.0, 0.5 + place)), axis=1)
    samples: Samples = np.clip(sides, -32768, 32767).astype(np.int16)
    return bytes(samples.tobytes())


class Aloud:
    """Hearing and speaking in one running game.

    Attributes:
        words: what the player is heard to say so far; None while V is up.
        notice: why it cannot be, for a moment.
    """

    def __init__(self, session: Play, talker: Talker, microphone: Microphone | None = None) -> None:
        self._session, self._talker = session, talker
        self._mouths = Mouths([npc.name for npc in session.world.npcs])
        self._microphone = microphone or Microphone()
        self._hearing: Hearing | None = None
        self._to: dict[str, Actor] = {}
        self.words: str | None = None
        self._told, self._told_at = "", float("-inf")

    @property
    def notice(self) -> str:
        return self._told if time.monotonic() - self._told_at < TOLD_S else ""

    def press(self) -> None:
        """V is held down: whoever stands nearest is spoken to."""
        if self._hearing is not None:
            return
        if not self._talker.has_voice:
            self._tell(NO_VOICE)
            return
        if not self._microphone.open():
            self._tell(NO_MICROPHONE)
            return
        npc = self._session.world.addressee("")
        try:
            self._hearing = self._talker.hear(npc.name, lambda: self._session.view(npc))
        except BridgeError as error:
            self._microphone.close()
            self._tell(f"{error.message} {error.fix}")
            return
        self._to = {self._hearing.id: npc}
        self.words = ""

    def release(self) -> None:
        """V is up: what was said is the line."""
        if self._hearing is not None:
            self._pump(self._hearing)
            self._hearing.end()
        self._hearing, self.words = None, None
        self._microphone.close()

    def listen(self) -> None:
        """Take up what was heard since."""
        for heard in self._talker.heard():
            self._note(heard)

    def work(self, decided: Sequence[tuple[WireDecision, float]]) -> None:
        """Send what the microphone heard, have lines spoken, play what comes."""
        if self._hearing is not None:
            if self._hearing.over:
                self.release()
                self._tell("Nobody listens any more. Enter types.")
            else:
                self._pump(self._hearing)
        for decision, _ in decided:
            if decision.line and (speech := self._talker.voice(decision)):
                self._mouths.expect(speech, decision.npc)
        for sound in self._talker.sounds():
            self._mouths.take(sound)
        world = self._session.world
        self._mouths.play(lambda name: world.npc(name).x / WIDTH)
        for npc in world.npcs:
            npc.words_heard = self._mouths.heard(npc.name)
            if npc.words_heard is not None:
                npc.line_until = max(npc.line_until, world.time + LINGER_S)

    def close(self) -> None:
        self._microphone.close()

    def _pump(self, hearing: Hearing) -> None:
        pcm = self._microphone.take()
        if pcm:
            hearing.put(pcm, self._session.world.time - len(pcm) / 2 / RATE)

    def _note(self, heard: Heard) -> None:
        if self.words is not None and not heard.final:
            self.words = heard.text
        elif heard.final and (npc := self._to.get(heard.hearing)) is not None:
            if heard.text:
                self._session.note_said(npc, heard.text)
            else:
                self._tell(f"{npc.name} heard nothing. Hold V while you speak.")

    def _tell(self, what: str) -> None:
        self._told, self._told_at = what, time.monotonic()
