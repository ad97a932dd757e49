"""Sentence vectors that ship with the package: the examples of small talk need not be encoded after each start.

    python -m engine.minds.ready_vectors [--aside]

writes them anew with the shipped bundle, after a change of `npc/small_talk.yaml` or of the bundle's text graph. They count for
the very examples and the very encoder that they were made of (its SHA-256); with any other the examples are encoded as before.
"""

from __future__ import annotations

import hashlib
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from engine.minds.discriminant import Discriminant
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


def aside(vectors: npt.NDArray[np.float32], every: int = 4) -> dict[str, tuple[int, float, float]]:
    """How often the topic of an example that was kept aside is found by the others: of questions and of remarks how many they
    were, by the nearest example, and by the discriminant."""
    found = {}
    for asks, name in ((True, "questions"), (False, "remarks")):
        names = [key for key, examples in EXAMPLES.items() if key[1] is asks and len(examples) >= every]
        starts = dict(zip(EXAMPLES, np.cumsum([0, *map(len, EXAMPLES.values())]), strict=False))
        at = np.concatenate([starts[key] + np.arange(len(EXAMPLES[key])) for key in names])
        topics = np.concatenate([np.full(len(EXAMPLES[key]), n) for n, key in enumerate(names)])
        nth = np.concatenate([np.arange(len(EXAMPLES[key])) for key in names])
        near, likely = [], []
        for turn in range(every):
            out = nth % every == turn
            known, kept = vectors[at[~out]], topics[~out]
            near += (kept[(vectors[at[out]] @ known.T).argmax(axis=1)] == topics[out]).tolist()
            apart = Discriminant(known, kept)
            likely += [
                int(apart.likely(vector).argmax()) == topic for vector, topic in zip(vectors[at[out]], topics[out], strict=True)
            ]
        found[name] = len(near), float(np.mean(near)), float(np.mean(likely))
    return found


def _main() -> None:
    from engine.perception.perceiver import Perceiver

    parser = ArgumentParser(prog="python -m engine.minds.ready_vectors", description="Write the vectors of small talk anew.")
    parser.add_argument("--aside", action="store_true", help="only measure how often a topic is found by the other examples")
    told = parser.parse_args()
    perceiver = Perceiver(None, "cpu")
    if told.aside and (ready := load(TALK, perceiver.text_encoder)) is not None:
        for name, (count, near, likely) in aside(ready).items():
            print(f"{count} {name}: topic found by the nearest example {near:.1%}, by the discriminant {likely:.1%}")
        return
    vectors = np.concatenate([perceiver.sentences([text]) for text in TALK])
    write(TALK, perceiver.text_encoder, vectors)
    print(f"{len(TALK)} vectors: {FILE}")


if __name__ == "__main__":
    _main()
