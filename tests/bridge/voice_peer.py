"""A voice process without any model, for tests: it hears what it is told to hear, and says one piece for each word."""

from __future__ import annotations

import threading
import time
from collections import defaultdict

from engine.bridge.voice_link import Lost, VoiceLink
from engine.formats.wire.codec import Hear, Heard, Hush, Mark, Sound, Speak

DEADLINE = 10.0
SECRET = "a secret of the voice"
RATE = 22050
WORD_S = 0.1  # that each word takes


class VoicePeer:
    """On a thread of its own. Push to talk is heard as `says`, or as the text that its PCM holds.

    Args:
        hold: after so many pieces of each speech it waits until `go` is set, or the speech is over.
        deaf: never tells what it has heard; `mute`: never speaks.
    """

    def __init__(self, endpoint: str, secret: str = SECRET, says: str = "", hold: int = 0, **options) -> None:
        self.link = VoiceLink(endpoint, secret, name="a voice without a model")
        self.says, self.hold = says, hold
        self.deaf, self.mute = options.get("deaf", False), options.get("mute", False)
        self.tone, self.confidence = options.get("tone", {}), options.get("confidence", 0.875)
        self.go = threading.Event()
        self.news: list[Hear | Speak | Hush | Lost] = []
        self._pcm: dict[str, list[bytes]] = defaultdict(list)
        self._began: dict[str, tuple[Hear, float | None]] = {}
        self._lines: dict[str, int] = defaultdict(int)
        self._speeches: dict[str, list[Sound]] = {}
        self._fault: BaseException | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def close(self) -> None:
        self._over.set()
        self.link.wake()
        self._thread.join(DEADLINE)
        self.link.close()

    def vanish(self) -> None:
        """Go without a goodbye."""
        self.link.connected = False
        self.close()

    def until(self, kind: type, count: int = 1) -> list:
        """The first messages of a kind, once there are so many."""
        end = time.monotonic() + DEADLINE
        while len(found := [one for one in self.news if isinstance(one, kind)]) < count:
            if self._fault is not None:
                raise self._fault
            assert time.monotonic() < end, f"no {kind.__name__}; got {self.news[-5:]}"
            time.sleep(0.005)
        return found

    def ready(self) -> VoicePeer:
        end = time.monotonic() + DEADLINE
        while not self.link.connected:
            if self._fault is not None:
                raise self._fault
            assert time.monotonic() < end, "the server does not take this voice"
            time.sleep(0.005)
        return self

    def _run(self) -> None:
        try:
            while not self._over.is_set():
                for message in self.link.poll(0.02):
                    self.news.append(message)
                    self._take(message)
                for speech in list(self._speeches):
                    self._say(speech)
        except BaseException as fault:
            self._fault = fault

    def _take(self, message: Hear | Speak | Hush | Lost) -> None:
        match message:
            case Hear():
                self._hear(message)
            case Speak() if not self.mute:
                self._speeches[message.speech] = pieces(message)
            case Hush():
                self._speeches.pop(message.speech, None)
            case Lost():
                self._speeches.clear()
                self._pcm.clear()

    def _hear(self, hear: Hear) -> None:
        """An open microphone makes a line of each piece that has sound; push to talk one, with its last piece."""
        if hear.drop:
            self._pcm.pop(hear.hearing, None)
            return
        first, _ = self._began.setdefault(hear.hearing, (hear, hear.captured_at))
        self._pcm[hear.hearing].append(hear.pcm)
        if self.deaf:
            return
        sound = b"".join(self._pcm[hear.hearing])
        text = self.says or sound.rstrip(b"\0").decode("utf-8", "replace")
        seconds = len(sound) / 2 / first.rate
        ended = None if first.captured_at is None else first.captured_at + seconds
        line = Heard(
            hear.hearing,
            self._lines[hear.hearing],
            text,
            True,
            self.confidence,
            first.captured_at,
            ended,
            self.tone,
            hear.end,
        )
        if first.open and (hear.pcm.strip(b"\0") or hear.end):
            self._lines[hear.hearing] += 1
            self._pcm[hear.hearing].clear()
            self.link.send(line)
        elif hear.end:
            self.link.send(line)
        elif hear.piece == 1:
            self.link.send(Heard(hear.hearing, 0, text.partition(" ")[0]))

    def _say(self, speech: str) -> None:
        left = self._speeches[speech]
        while left and (not self.hold or left[0].piece < self.hold or self.go.is_set()):
            self.link.send(left.pop(0))
        if not left:
            del self._speeches[speech]


def pieces(speak: Speak) -> list[Sound]:
    """A speech: one piece of a word each, which holds its number in every sample."""
    words = speak.text.split()
    made = []
    for i, word in enumerate(words):
        mark = Mark(word[:64], i * WORD_S, (i + 1) * WORD_S)
        shape = Mark("aa", i * WORD_S, (i + 0.5) * WORD_S)
        pcm = (i + 1).to_bytes(2, "little") * int(RATE * WORD_S)
        made.append(Sound(speak.speech, i, pcm, RATE, (mark,), (shape,), i == len(words) - 1))
    return made


def spoken(text: str) -> bytes:
    """PCM that the peer hears as `text`."""
    data = text.encode()
    return data + b"\0" * (len(data) % 2)
