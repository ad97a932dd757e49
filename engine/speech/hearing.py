"""Streams of sound that become lines: what came in, where a line ends, what is told while it is spoken and when it is over."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from engine.speech.activity import STEP_S, Cutter, Line
from engine.speech.game_words import GameWords
from engine.speech.recognition import LONGEST_S, NOTHING, Heard
from engine.speech.sound import RATE, Samples, Stream
from engine.speech.tone import Usual, sounding

_LOG = logging.getLogger("engine.speech")
_STREAMS = 64  # at a time, of all games
_SILENCE_S = 0.6  # that ends a line of an open microphone
_PARTIAL_S = 0.6  # of speech between words that are told meanwhile; more in a long line, which takes longer to recognise
_LOST_PIECES_S = 1.0  # of a gap between pieces that is filled with silence


class Ear(Protocol):
    """Whoever recognises, see `ears.Ears`."""

    def hear(self, sound: Samples, spoken_s: float, words: GameWords = ..., quick: bool = ...) -> Heard: ...


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of a hearing; see `heard` in the protocol."""

    hearing: str
    line: int
    text: str = ""
    final: bool = False
    confidence: float = 0.0
    began: float | None = None
    ended: float | None = None
    tone: Mapping[str, float] = field(default_factory=dict)
    over: bool = False


Tell = Callable[[Told], None]


@dataclass(slots=True)
class _Hearing:
    """One stream."""

    name: str
    open: bool
    stream: Stream
    cutter: Cutter
    words: GameWords
    zero: float | None  # the game's clock at the first sample
    usual: Usual  # of the game: who plays it speaks line after line
    taken: int = 0  # samples at 16 kHz
    number: int = 0
    over: bool = False
    shown: int = 0  # windows of speech when words were told last
    known: tuple[int, Heard] | None = None  # windows of speech that were recognised wholly, and what they were

    def at(self, sample: int) -> float | None:
        return None if self.zero is None else round(self.zero + sample / RATE, 3)


class Hearings:
    """All streams of the process; for one thread. `take` is quick, `work` recognises."""

    def __init__(self, ear: Ear, tell: Tell) -> None:
        self._ear, self._tell = ear, tell
        self._streams: OrderedDict[str, _Hearing] = OrderedDict()
        self._games: OrderedDict[tuple[str, ...], tuple[GameWords, Usual]] = OrderedDict()

    def take(
        self,
        hearing: str,
        piece: int,
        pcm: bytes,
        *,
        captured_at: float | None = None,
        rate: int = RATE,
        open_microphone: bool = False,
        end: bool = False,
        drop: bool = False,
        words: Sequence[str] = (),
    ) -> None:
        """The next piece of a stream; see `hear` in the protocol. Pieces of a stream that nobody began are left out."""
        if drop:
            self._streams.pop(hearing, None)
            return
        if piece == 0:
            self._begin(hearing, rate, open_microphone, captured_at, words)
        stream = self._streams.get(hearing)
        if stream is None:
            if end and piece == 0:
                self._tell(Told(hearing, 0, final=True, over=True))
            return
        samples = stream.stream.take(pcm, end)
        if captured_at is not None and pcm:
            stream.zero = captured_at - stream.taken / RATE
        stream.taken += len(samples)
        line = stream.cutter.line
        if stream.open or line is None or line.seconds < LONGEST_S:
            stream.cutter.take(samples)
        stream.over = stream.over or end
        if end:
            stream.cutter.end()

    def forget(self) -> None:
        """The server is gone: so are its streams."""
        self._streams.clear()

    def work(self) -> bool:
        """Recognise what is most urgent; False where nothing is to be done."""
        for stream in self._streams.values():
            if stream.cutter.done:
                self._line(stream, stream.cutter.done.popleft())
                return True
        for stream in self._streams.values():
            if stream.over:
                self._finish(stream)
                return True
        for stream in self._streams.values():
            line = stream.cutter.line
            if line is None or not line.speech:
                continue
            known = stream.known[0] if stream.known else 0
            if line.is_paused and line.speech != known:  # its words are there when it turns out to be over
                stream.known = (line.speech, self._hear(stream, line))
                self._show(stream, line, stream.known[1])
                return True
        for stream in self._streams.values():
            line = stream.cutter.line
            if line is not None and (line.speech - stream.shown) * STEP_S >= _PARTIAL_S * (1.0 + line.seconds / 4.0):
                self._show(stream, line, self._hear(stream, line, quick=True))
                return True
        return False

    def _begin(self, name: str, rate: int, opened: bool, captured_at: float | None, words: Sequence[str]) -> None:
        if len(self._streams) >= _STREAMS:
            _LOG.warning("More than %d streams at a time: the oldest is over.", _STREAMS)
            old, stream = self._streams.popitem(last=False)
            self._tell(Told(old, stream.number, final=True, over=True))
        bounded = min(max(rate, 8000), 48000)
        known, usual = self._known(words)
        self._streams[name] = _Hearing(
            name, opened, Stream(bounded), Cutter(opened, _SILENCE_S, LONGEST_S - 1.0), known, captured_at, usual
        )

    def _known(self, words: Sequence[str]) -> tuple[GameWords, Usual]:
        """The words of a game, which sends the same ones again and again, and how its player sounds."""
        key = tuple(words)
        if key not in self._games:
            self._games[key] = (GameWords.of(key), Usual())
            if len(self._games) > 16:
                self._games.popitem(last=False)
        self._games.move_to_end(key)
        return self._games[key]

    def _hear(self, stream: _Hearing, line: Line, quick: bool = False) -> Heard:
        try:
            return self._ear.hear(line.sound if quick else line.said, line.spoken_s, stream.words, quick)
        except Exception:  # a fault of ours must not end hearing for good
            _LOG.exception("A line could not be recognised.")
            return NOTHING

    def _show(self, stream: _Hearing, line: Line, heard: Heard) -> None:
        stream.shown = line.speech
        if heard.text:
            began, ended = stream.at(line.began), stream.at(line.ended)
            self._tell(Told(stream.name, stream.number, heard.text, False, heard.confidence, began, ended))

    def _finish(self, stream: _Hearing) -> None:
        self._streams.pop(stream.name, None)
        self._line(stream, stream.cutter.cut(), over=True)

    def _line(self, stream: _Hearing, line: Line | None, over: bool = False) -> None:
        """The line is complete."""
        heard, tone = NOTHING, {}
        if line is not None and line.speech:
            same = stream.known is not None and stream.known[0] == line.speech
            heard = stream.known[1] if same and stream.known else self._hear(stream, line)
            tone = dict(stream.usual.tone(sounding(line.sound, heard.text, line.spoken_s))) if heard.text else {}
        stream.known, stream.shown = None, 0
        if not heard.text and not over:
            return
        began, ended = (stream.at(line.began), stream.at(line.ended)) if line is not None and heard.text else (None, None)
        self._tell(Told(stream.name, stream.number, heard.text, True, heard.confidence, began, ended, tone, over))
        stream.number += 1
