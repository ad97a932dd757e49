"""The voice process inside: one thread that hears, one that speaks, and what they have to tell."""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from engine.speech.ears import Ears
from engine.speech.hearing import Ear, Hearings, Told
from engine.speech.recordings import Recordings
from engine.speech.speaking import Piece, Speeches, Wanted
from engine.speech.synthesis import Synthesis

_LOG = logging.getLogger("engine.speech")
_WAITING = 32 << 20  # bytes of sound that wait to be heard: three minutes of several games
_NAP_S = 0.25
_NICE = {"ears": 10, "mouth": 4}  # whoever waits for the first sound waits for little work, a recognised line is much

News = Told | Piece


class VoiceProcess:
    """Hears and speaks until it is closed. Its methods may be called from any thread.

    Args:
        ears: whoever recognises.
        synthesis: whoever speaks.
        recordings: of the designer's actors.
        told: called, from its threads, when there is something in `news`.
    """

    def __init__(self, ears: Ear, synthesis: Synthesis, recordings: Recordings, told: Callable[[], None]) -> None:
        self._told = told
        self._out: deque[News] = deque()
        self._hearings = Hearings(ears, self._tell)
        self._speeches = Speeches(synthesis, recordings, self._tell)
        self._pieces: deque[tuple[int, dict[str, Any] | None]] = deque()
        self._size = 0
        self._lock = threading.Lock()
        self._sounds, self._lines = threading.Event(), threading.Event()
        self._closed = False
        self._threads = [
            threading.Thread(target=work, name=name, daemon=True)
            for name, work in (("ears", self._listen), ("mouth", self._talk))
        ]
        for thread in self._threads:
            thread.start()

    def hear(self, hearing: str, piece: int, pcm: bytes, words: Sequence[str] = (), **how: Any) -> None:
        """A piece of a stream, see `Hearings.take`. Where too much waits already its sound is left out, and its end is not."""
        size = len(pcm) + 64
        with self._lock:
            if self._size + size > _WAITING:
                pcm, size = b"", 64
            self._size += size
            self._pieces.append((size, {"hearing": hearing, "piece": piece, "pcm": pcm, "words": words, **how}))
        self._sounds.set()

    def speak(self, wanted: Wanted) -> None:
        """Begin to speak a line."""
        self._speeches.speak(wanted)
        self._lines.set()

    def hush(self, speech: str) -> None:
        """Stop speaking a line at once."""
        self._speeches.hush(speech)

    def forget(self) -> None:
        """Nobody wants anything of what is under way."""
        self._speeches.forget()
        with self._lock:
            self._pieces.clear()
            self._size = 64
            self._pieces.append((64, None))
        self._sounds.set()
        self._out.clear()

    def news(self) -> list[News]:
        """What has been heard and made since, oldest first."""
        found: list[News] = []
        while self._out:
            found.append(self._out.popleft())
        return found

    def close(self) -> None:
        """End both threads, after what they are about."""
        self._closed = True
        self._sounds.set()
        self._lines.set()
        for thread in self._threads:
            thread.join(timeout=10.0)

    def _tell(self, news: News) -> None:
        self._out.append(news)
        self._told()

    def _listen(self) -> None:
        _be_gentle("ears")
        while not self._closed:
            self._take_in()
            if self._hearings.work():
                continue
            self._sounds.wait(_NAP_S)
            self._sounds.clear()

    def _take_in(self) -> None:
        while True:
            with self._lock:
                if not self._pieces:
                    return
                size, piece = self._pieces.popleft()
                self._size -= size
            try:
                if piece is None:
                    self._hearings.forget()
                else:
                    self._hearings.take(**piece)
            except Exception:  # one piece that cannot be taken in must not end hearing for good
                _LOG.exception("A piece of sound could not be taken in.")

    def _talk(self) -> None:
        _be_gentle("mouth")
        while not self._closed:
            if self._speeches.work():
                continue
            self._lines.wait(_NAP_S)
            self._lines.clear()


def loaded(
    told: Callable[[], None],
    *,
    model: str = "base",
    voice: Path | None = None,
    voices: Path | None = None,
    personas: Path | None = None,
    threads: int = 1,
) -> VoiceProcess:
    """A voice process with everything that it needs.

    Args:
        model: see `models.model_folder`.
        voice: voice file of cards that name none.
        voices: folder of voice files that cards may name.
        personas: folder of the game's cards, beside which recordings lie.
        threads: of recognition and synthesis each.

    Raises:
        Fault: `extra_missing`, `speech_model`, `speech_library` or `voice_file`.
    """
    with ThreadPoolExecutor(1, initializer=_be_gentle, initargs=("ears",)) as pool:  # CTranslate2's own threads will be, too
        ears = pool.submit(Ears, model, threads).result()
    return VoiceProcess(ears, Synthesis(voices, voice, threads), Recordings(personas), told)


def _be_gentle(thread: str) -> None:
    """Give way to the game and the server: speech may come later, a frame may not.

    On Linux a thread's priority is its own, elsewhere the last one is that of the process.
    """
    try:
        if sys.platform == "win32":
            import ctypes

            kernel = ctypes.WinDLL("kernel32")
            kernel.GetCurrentThread.restype = ctypes.c_void_p
            kernel.SetThreadPriority(ctypes.c_void_p(kernel.GetCurrentThread()), -1)  # THREAD_PRIORITY_BELOW_NORMAL
        else:
            os.setpriority(os.PRIO_PROCESS, 0, max(_NICE[thread], os.getpriority(os.PRIO_PROCESS, 0)))
    except OSError as error:
        _LOG.warning("The voice process cannot lower its own priority: %s.", error)
