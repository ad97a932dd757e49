"""Sentence vectors that ship with the package: the examples of small talk need not be encoded after each start.

    python -m engine.minds.ready_vectors

writes them anew with the shipped bundle, after a change of `npc/small_talk.yaml` or of the bundle's text graph. They count for
the very examples and the very encoder that they were made of (its SHA-256); with any other the examples are encoded as before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from npc.behaviour import load_behaviour
from npc.language.senses import is_question

# The examples of small talk by their topic, and by whether they ask something.
EXAMPLES: dict[tuple[str, bool], tuple[str, ...]] = {
    (topic, asks): found
    for topic, examples in load_behaviour().small_talk.items()
    for asks in (True, False)
    if (found := tuple(example for example in examples if is_question(example) is asks))
}
TALK = tuple(example for examples in EXAMPLES.values() for example in examples)
FILE = Path(__file__).with_name("small_talk.npz")
_MOST = 127  # of a byte with a sign


def load(texts: Sequence[str], encoder: str, file: Path = FILE) -> npt.NDArray[np.float32] | None:
    """The unit vectors [n, S] of these texts by this encoder; None where the file has none, or others."""
    if not encoder or not file.is_file():
        return None
    try:
        with np.load(file) as kept:
            if str(kept["of"]) != _of(texts, encoder):
                return None
            vectors = kept["vectors"].astype(np.float32)
    except (OSError, ValueError, KeyError, BadZipFile):
        return None
    unit: npt.NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def write(texts: Sequence[str], encoder: str, vectors: npt.NDArray[np.float32], file: Path = FILE) -> None:
    """Keep unit vectors [n, S] as bytes, each scaled by its largest part: a cosine changes by less than 0.005."""
    scaled = np.round(vectors / np.abs(vectors).max(axis=1, keepdims=True) * _MOST).astype(np.int8)
    np.savez_compressed(file, of=np.array(_of(texts, encoder)), vectors=scaled)


def _of(texts: Sequence[str], encoder: str) -> str:
    return hashlib.sha256("\0".join((encoder, *texts)).encode()).hexdigest()


def _main() -> None:
    from engine.perception.perceiver import Perceiver

    perceiver = Perceiver(None, "cpu")
    vectors = np.concatenate([perceiver.sentences([text]) for text in TALK])
    write(TALK, perceiver.text_encoder, vectors)
    print(f"{len(TALK)} vectors: {FILE}")


if __name__ == "__main__":
    _main()
