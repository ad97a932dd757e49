"""espeak-ng: its phonemes, and its own voice, a robot's.

It is under the GPL (version 3 or later): this module is loaded by the voice process alone, and by what measures it.
"""

from __future__ import annotations

import ctypes
import re
import sys
from collections.abc import Sequence
from typing import Any

from engine.errors import Fault, needs_extra

_SYNCHRONOUS, _NO_EXIT = 2, 0x8000
_UTF8, _IPA = 1, 2
_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)
_PARAMETERS = (1, 3, 4, 2)  # rate, pitch, range, volume
_SWITCH = re.compile(r"\([a-z-]+\)")  # espeak-ng marks words of other languages


class Espeak:
    """The library, which has one state for the whole process; for one thread at a time.

    Raises:
        Fault: `extra_missing`, `speech_library` or `voice_file`.
    """

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

    def sound(self, text: str, voice: str, settings: Sequence[int]) -> bytes:
        """PCM of a text; `settings`: words a minute, pitch, melody, volume.

        What was said before changes it a little: the voice's phase and flutter go on, and nothing sets them back.
        """
        self._speak_as(voice)
        for parameter, value in zip(_PARAMETERS, settings, strict=True):
            self._library.espeak_SetParameter(parameter, value, 0)
        content = text.encode("utf-8", "ignore") + b"\0"
        self._said = []
        self._library.espeak_Synth(content, len(content), 0, 1, 0, _UTF8, None, None)
        self._library.espeak_Synchronize()
        return b"".join(self._said)

    def phonemes(self, text: str, voice: str) -> str:
        """The phonemes of a text, words apart."""
        self._speak_as(voice)
        left = ctypes.c_char_p(text.encode("utf-8", "ignore"))
        found = []
        while left.value:
            found.append((self._translate(ctypes.byref(left), _UTF8, _IPA) or b"").decode("utf-8", "ignore"))
        return _SWITCH.sub("", " ".join(part for part in found if part))


def main(arguments: Sequence[str]) -> int:
    """Say the text of standard input on standard output: samples a second in four bytes, the smallest first, and PCM.

    Args:
        arguments: voice, words a minute, pitch, melody, volume.
    """
    voice, *settings = arguments
    try:
        espeak = Espeak()
        said = espeak.sound(sys.stdin.buffer.read().decode("utf-8"), voice, [int(setting) for setting in settings])
    except Fault as fault:
        print(fault, file=sys.stderr)
        return 2
    sys.stdout.buffer.write(espeak.rate.to_bytes(4, "little") + said)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
