"""How words sound: espeak-ng's phonemes, in the alphabet of voice files, and the shapes of a mouth that makes them.

espeak-ng is under the GPL (version 3 or later): this module is loaded by the voice process alone.
"""

from __future__ import annotations

import ctypes
import re
import threading
import unicodedata
from functools import lru_cache
from typing import Any

from engine.errors import Fault, needs_extra
from engine.speech.sound import Samples, samples_of

_SYNCHRONOUS, _NO_EXIT = 2, 0x8000
_UTF8, _IPA = 1, 2
_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)
_RATE, _VOLUME, _PITCH, _RANGE = 1, 2, 3, 4  # parameters
_LOCK = threading.Lock()  # espeak-ng has one state for the whole process
_STRESS = "ˈˌː"
_SWITCH = re.compile(r"\([a-z-]+\)")  # espeak-ng marks words of other languages


class _Espeak:
    """The library; one for the process."""

    def __init__(self) -> None:
        with needs_extra("voice", "Speech"):
            import espeakng_loader
        try:
            self._library = ctypes.CDLL(espeakng_loader.get_library_path())
            started = self._library.espeak_Initialize(_SYNCHRONOUS, 0, espeakng_loader.get_data_path().encode(), _NO_EXIT)
        except (OSError, RuntimeError) as error:
            fault = f"espeak-ng cannot be loaded: {error}."
            raise Fault("speech_library", fault, "Install the package espeakng-loader again.") from None
        if started < 0:
            raise Fault("speech_library", "espeak-ng does not start.", "Install the package espeakng-loader again.")
        self._translate = self._library.espeak_TextToPhonemes
        self._translate.restype = ctypes.c_char_p
        self._translate.argtypes = [ctypes.POINTER(ctypes.c_char_p), ctypes.c_int, ctypes.c_int]
        self.rate = int(started)
        self._voice = ""
        self._said: list[bytes] = []
        self._callback = _CALLBACK(self._take)  # kept, or it would be collected
        self._library.espeak_SetSynthCallback(self._callback)

    def _take(self, sound: Any, count: int, _: Any) -> int:
        if sound and count > 0:
            self._said.append(ctypes.string_at(sound, 2 * count))
        return 0

    def _speak_as(self, voice: str) -> None:
        if voice != self._voice:
            if self._library.espeak_SetVoiceByName(voice.encode()) != 0:
                raise Fault("voice_file", f"espeak-ng has no voice '{voice[:40]}'.", "Take a voice file of another language.")
            self._voice = voice

    def sound(self, text: str, voice: str, settings: dict[int, int]) -> bytes:
        self._speak_as(voice)
        for parameter, value in settings.items():
            self._library.espeak_SetParameter(parameter, value, 0)
        content = text.encode("utf-8", "ignore") + b"\0"
        self._said = []
        self._library.espeak_Synth(content, len(content), 0, 1, 0, _UTF8, None, None)
        self._library.espeak_Synchronize()
        return b"".join(self._said)

    def phonemes(self, text: str, voice: str) -> str:
        self._speak_as(voice)
        left = ctypes.c_char_p(text.encode("utf-8", "ignore"))
        found = []
        while left.value:
            found.append((self._translate(ctypes.byref(left), _UTF8, _IPA) or b"").decode("utf-8", "ignore"))
        return _SWITCH.sub("", " ".join(part for part in found if part))


_espeak: _Espeak | None = None


@lru_cache(maxsize=8192)
def phonemes(text: str, voice: str = "en-us") -> str:
    """The phonemes of a clause without its punctuation, words apart, decomposed as voice files spell them.

    Raises:
        Fault: `extra_missing`, `speech_library` or `voice_file`.
    """
    with _LOCK:
        return unicodedata.normalize("NFD", _library().phonemes(text.replace("\0", " "), voice))


def formant_voice(
    text: str, voice: str = "en-us", *, rate: int = 165, pitch: int = 50, melody: int = 50, volume: int = 100
) -> tuple[Samples, int]:
    """A line in espeak-ng's own voice, and its samples a second: for measuring, since it is another than characters have.

    Args:
        voice: such as `en-gb`, or `en-us+whisper`.
        rate: words a minute.
        pitch: 0 to 99, and `melody`, its spread, likewise.
        volume: 0 to 200.

    Raises:
        Fault: as `phonemes`.
    """
    settings = {_RATE: rate, _VOLUME: volume, _PITCH: pitch, _RANGE: melody}
    with _LOCK:
        espeak = _library()
        return samples_of(espeak.sound(text, voice, settings)), espeak.rate


def _library() -> _Espeak:
    global _espeak
    if _espeak is None:
        _espeak = _Espeak()
    return _espeak


def plain(spoken: str) -> str:
    """Phonemes without stress, length and spaces: what two words are compared by."""
    return "".join(p for p in spoken if p not in _STRESS and not p.isspace() and not unicodedata.combining(p))


# Mouth shapes by the names that most rigs know (visemes of Oculus, Ready Player Me, VRM add-ons).
_SHAPES = {
    "PP": "pbm",
    "FF": "fv",
    "TH": "θð",
    "DD": "tdɾ",
    "kk": "kɡgxŋ",
    "CH": "ʃʒ",
    "SS": "sz",
    "nn": "nl",
    "RR": "ɹrɝɚɜ",
    "aa": "aɑɐʌæɒ",
    "E": "eɛə",
    "ih": "iɪᵻj",
    "oh": "oɔ",
    "ou": "uʊw",
}
SHAPES = ("sil", *_SHAPES)
_SHAPE_OF = {phoneme: shape for shape, members in _SHAPES.items() for phoneme in members}


def shape_of(phoneme: str) -> str | None:
    """The shape of the mouth at a phoneme; `sil` in pauses, None for marks that go on with the shape before."""
    if phoneme.isspace() or phoneme in ".,;:!?^$—":
        return "sil"
    return _SHAPE_OF.get(phoneme)
