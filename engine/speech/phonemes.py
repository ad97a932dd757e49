"""How words sound: espeak-ng's phonemes, in the alphabet of voice files, and the shapes of a mouth that makes them.

espeak-ng is under the GPL (version 3 or later): this module is loaded by the voice process alone.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import unicodedata
from functools import lru_cache

from engine.errors import Fault, needs_extra
from engine.speech.espeak import Espeak
from engine.speech.sound import Samples, samples_of

_LOCK = threading.Lock()  # espeak-ng has one state for the whole process
_STRESS = "ˈˌː"

_espeak: Espeak | None = None


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
    said = _said(text, voice, rate, pitch, melody, volume)
    return samples_of(said[4:]), int.from_bytes(said[:4], "little")


@lru_cache(maxsize=256)
def _said(text: str, voice: str, *settings: int) -> bytes:
    """By a process of its own: what espeak-ng said before changes how it says the next line."""
    with needs_extra("voice", "Speech"):
        import espeakng_loader  # noqa: F401
    command = [sys.executable, "-m", "engine.speech.espeak", voice, *map(str, settings)]
    child = subprocess.run(command, input=text.encode("utf-8", "ignore"), capture_output=True)
    if child.returncode:
        told = child.stderr.decode("utf-8", "replace").strip().splitlines()
        fault = f"espeak-ng did not speak: {told[-1] if told else f'status {child.returncode}'}"
        raise Fault("speech_library", fault, "Install the package espeakng-loader again, or name a voice that espeak-ng has.")
    return child.stdout


def _library() -> Espeak:
    global _espeak
    if _espeak is None:
        _espeak = Espeak()
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
