"""Recordings of lines by the designer's actors: they come before any synthesis."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np

from engine.errors import Fault, needs_extra
from engine.speech import phonemes as ph
from engine.speech.sound import level, pcm_of, resampled
from engine.speech.synthesis import Sounded, spread
from npc import characters, load_persona
from npc.card_file import cards_in
from npc.persona import card_path
from npc.voiceover import path_for

_LOG = logging.getLogger("engine.speech")
_LONGEST_S = 60.0
_BYTES = 64 << 20
_RATES = (8000, 48000)


class Recordings:
    """The recordings beside the cards of one game."""

    def __init__(self, personas: Path | None) -> None:
        """
        Args:
            personas: folder of the game's cards, as the server has it.
        """
        self._personas = personas
        self._cards: dict[str, list[Path]] | None = None
        self._told: set[Path] = set()

    def find(self, name: str, line_id: str) -> Path | None:
        """The recording of a line of the character who is called so."""
        if not line_id:
            return None
        if self._cards is None:
            self._cards = self._by_name()
        return next((path for card in self._cards.get(name, ()) if (path := path_for(card, line_id))), None)

    def read(self, path: Path, text: str) -> Sounded | None:
        """A recording as sound, its words and shapes spread over it; None, said once in the log, where it is none."""
        with needs_extra("voice", "Speech"):
            import soundfile
        try:
            if path.stat().st_size > _BYTES:
                raise ValueError("it is too large")
            with soundfile.SoundFile(str(path)) as file:
                samples = np.asarray(file.read(int(_LONGEST_S * file.samplerate), dtype="float32", always_2d=True))
                rate = int(file.samplerate)
        except (OSError, RuntimeError, ValueError) as error:  # soundfile's own are RuntimeErrors
            if path not in self._told:
                self._told.add(path)
                _LOG.warning("%s is no recording that can be played (%s): the line is spoken instead.", path, error)
            return None
        sound = samples.mean(axis=1)
        to = min(max(rate, _RATES[0]), _RATES[1])
        sound = resampled(sound, rate, to)
        loud = [place for place in range(0, len(sound), to // 50) if level(sound[place : place + to // 50]) > -45.0]
        began, ended = (loud[0] / to, (loud[-1] + to // 50) / to) if loud else (0.0, len(sound) / to)
        words, shapes = spread(text, ph.phonemes(text).strip(), began, min(ended, len(sound) / to))
        return Sounded(pcm_of(sound), to, words, shapes, exact=False)

    def _by_name(self) -> dict[str, list[Path]]:
        """The cards by the names of their characters; of two with one name both are looked at."""
        paths = [card_path(name) for name in characters()]
        if self._personas is not None:
            paths = [*cards_in(self._personas).values(), *paths]
        found: dict[str, list[Path]] = {}
        for path in paths:
            try:
                found.setdefault(load_persona(path).name, []).append(path)
            except Fault:  # the server says what is wrong with it
                continue
        return found
