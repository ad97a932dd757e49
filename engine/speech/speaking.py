"""Lines that are being spoken: made breath by breath, sent in small pieces, and stopped at once."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.errors import Fault
from engine.speech.prosody import character
from engine.speech.recordings import Recordings
from engine.speech.synthesis import Mark, Sounded, Synthesis

_LOG = logging.getLogger("engine.speech")
_SPEECHES = 64  # at a time, of all games
_PIECE = 9600  # bytes
_WORDS, _SHAPES = 64, 256  # of a piece
_LONGEST_S = 60.0
_AHEAD_S = 8.0  # of sound that is made before others get their turn


@dataclass(frozen=True, slots=True)
class Wanted:
    """A line to be spoken; see `speak` in the protocol."""

    speech: str
    text: str
    emotion: str = "neutral"
    line_id: str = ""
    name: str = ""
    voice: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a speech; see `sound` in the protocol."""

    speech: str
    piece: int
    pcm: bytes
    rate: int
    words: tuple[Mark, ...] = ()
    shapes: tuple[Mark, ...] = ()
    end: bool = False
    fault: str = ""


Send = Callable[[Piece], None]


@dataclass(slots=True)
class _Speech:
    wanted: Wanted
    sounds: Iterator[Sounded]
    rate: int = 22050
    began: float = 0.0  # when its first piece was sent
    made_s: float = 0.0
    pieces: int = 0

    def runs_out(self, now: float) -> float:
        """Seconds until whoever listens has nothing more to play; one that has not begun comes first."""
        return self.began + self.made_s - now if self.pieces else -1e9


class Speeches:
    """All speeches of the process. `speak`, `hush` and `forget` may be called from any thread, `work` from one."""

    def __init__(self, synthesis: Synthesis, recordings: Recordings, send: Send) -> None:
        self._synthesis, self._recordings, self._send = synthesis, recordings, send
        self._speeches: OrderedDict[str, _Speech] = OrderedDict()
        self._lock = threading.Lock()

    def speak(self, wanted: Wanted) -> None:
        """Begin a speech; one too many is answered with a fault."""
        with self._lock:
            if len(self._speeches) < _SPEECHES:
                self._speeches[wanted.speech] = _Speech(wanted, self._sounds(wanted))
                return
        self._send(Piece(wanted.speech, 0, b"", 22050, end=True, fault="Too many lines are being spoken."))

    def hush(self, speech: str) -> None:
        """Nothing more of it is made or sent."""
        with self._lock:
            self._speeches.pop(speech, None)

    def forget(self) -> None:
        """The server is gone: so are its speeches."""
        with self._lock:
            self._speeches.clear()

    def work(self) -> bool:
        """Make the next breath of the speech that needs it most; False where nothing is to be made."""
        now = time.monotonic()
        with self._lock:
            speech = min(self._speeches.values(), key=lambda speech: speech.runs_out(now), default=None)
        if speech is None:
            return False
        if len(self._speeches) > 1 and speech.runs_out(now) > _AHEAD_S:
            time.sleep(0.005)  # all are well ahead: leave the processor to the game
        fault = ""
        try:
            sounded = next(speech.sounds, None)
        except Fault as error:
            sounded, fault = None, str(error)
        except Exception:  # a fault of ours must not end speaking for good
            _LOG.exception("A line could not be spoken.")
            sounded, fault = None, "A fault of the voice process; see its log."
        self._hand_over(speech, sounded, fault[:256])
        return True

    def _sounds(self, wanted: Wanted) -> Iterator[Sounded]:
        """The recording of the line, else what is made of it."""
        path = self._recordings.find(wanted.name, wanted.line_id)
        recorded = self._recordings.read(path, wanted.text) if path is not None else None
        if recorded is not None:
            yield recorded
            return
        yield from self._synthesis.line(wanted.text, character(wanted.voice), wanted.emotion)

    def _hand_over(self, speech: _Speech, sounded: Sounded | None, fault: str) -> None:
        name = speech.wanted.speech
        last = sounded is None or speech.made_s + sounded.seconds >= _LONGEST_S
        for piece in () if sounded is None else _pieces(name, speech, sounded):
            if not self._send_if_wanted(speech, piece):
                return
        if last and self._send_if_wanted(speech, Piece(name, speech.pieces, b"", speech.rate, end=True, fault=fault)):
            self.hush(name)

    def _send_if_wanted(self, speech: _Speech, piece: Piece) -> bool:
        """Send it, unless the speech was hushed meanwhile."""
        with self._lock:
            if self._speeches.get(speech.wanted.speech) is not speech:
                return False
            if not speech.pieces:
                speech.began = time.monotonic()
            speech.pieces += 1
            speech.made_s += len(piece.pcm) / 2 / piece.rate
            self._send(piece)
            return True


def _pieces(name: str, speech: _Speech, sounded: Sounded) -> Iterator[Piece]:
    """A breath in pieces; its words and shapes go with the first ones."""
    speech.rate = sounded.rate
    placed = sounded.after(speech.made_s)
    words, shapes = placed.words, placed.shapes
    left = max(0, int((_LONGEST_S - speech.made_s) * sounded.rate)) * 2
    pcm = sounded.pcm[:left]
    for start in range(0, len(pcm), _PIECE):
        yield Piece(name, speech.pieces, pcm[start : start + _PIECE], sounded.rate, words[:_WORDS], shapes[:_SHAPES])
        words, shapes = words[_WORDS:], shapes[_SHAPES:]
