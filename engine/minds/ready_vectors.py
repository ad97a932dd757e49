"""What small talk is told by is ready when the package is installed: nothing need be encoded after a start.

    python -m engine.minds.ready_vectors [--aside]

writes it anew with the shipped bundle, after a change of `npc/small_talk.yaml`, of `said.yaml` or `asked.yaml` beside this
file, or of the bundle's text graph: what tells the forms of questions (`asked.npz`, see `engine/minds/wordings.py`), sentence
vectors of the examples of `small_talk.yaml`, to which words are compared one by one, and two discriminants, of questions
and of remarks, which are fitted on these and on the lines of `said.yaml` too, by what lines mean and by what their speakers
want. They count for the very examples and the very encoder that they were made of (its SHA-256); with any other the
examples are encoded as before, and tell the topics alone.
"""

from __future__ import annotations

import hashlib
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from engine.minds import wordings
from engine.minds.discriminant import Discriminant, heard_as
from npc import assistants, characters, load_persona
from npc.behaviour import load_behaviour
from npc.language.plain import plain
from npc.language.senses import is_question
from npc.tables import read_table

if TYPE_CHECKING:
    from rich.table import Table

Floats: TypeAlias = npt.NDArray[np.float32]
Key: TypeAlias = tuple[str, bool]  # a topic, and whether it is asked about
# The examples of small talk by their topic, and by whether they ask something.
EXAMPLES: dict[Key, tuple[str, ...]] = {
    (topic, asks): found
    for topic, examples in load_behaviour().small_talk.items()
    for asks in (True, False)
    if (found := tuple(example for example in examples if is_question(example) is asks))
}
TALK = tuple(example for examples in EXAMPLES.values() for example in examples)
NONE = "none"  # begins the names in `said.yaml` of lines that no topic is about
WORDINGS = tuple(map(wordings.learnt, wordings.ALL))
FILE, SAID = Path(__file__).with_name("small_talk.npz"), Path(__file__).with_name("said.yaml")
_MOST = 127  # of a byte with a sign
_WANTED = 0.7  # of what a line means: what its speaker wants counts
_HALF = 384  # numbers of either


@dataclass(frozen=True, slots=True)
class Ready:
    """Unit vectors [n, 384] of `TALK`; by whether something is asked the topics, and what tells them apart."""

    vectors: Floats
    told: Mapping[bool, tuple[tuple[str, ...], Discriminant]]


def features(meanings: Floats) -> Floats:
    """What discriminants tell topics by, of `Perceiver.meanings` [n, 768]."""
    return meanings * np.repeat(np.array([1.0, _WANTED], np.float32), _HALF)


@lru_cache(maxsize=4)
def load(encoder: str, file: Path = FILE) -> Ready | None:
    """What is ready for this encoder; None where the file is of another one, of other lines, or damaged."""
    if not encoder or not file.is_file():
        return None
    try:
        with np.load(file) as kept:
            if str(kept["of"]) != _of(encoder):
                return None
            vectors = kept["vectors"].astype(np.float32)
            told = {asks: _unpacked(kept, name) for asks, name in ((True, "questions"), (False, "remarks"))}
    except (OSError, ValueError, KeyError, BadZipFile):
        return None
    return Ready(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), told)


def _unpacked(kept: Mapping[str, npt.NDArray[np.generic]], name: str) -> tuple[tuple[str, ...], Discriminant]:
    weights, offsets = kept[f"{name}_weights"].astype(np.float32), kept[f"{name}_offsets"].astype(np.float32)
    return tuple(map(str, kept[f"{name}_topics"])), Discriminant(weights, offsets)


def write(meanings: Callable[[Sequence[str]], Floats], encoder: str, file: Path = FILE) -> None:
    """Make ready what `load` gives. Vectors are kept as bytes, each scaled by its largest part: a cosine changes by 0.005."""
    keys, vectors = _encoded(meanings)
    sentences = vectors[: len(TALK), :_HALF]
    scaled = np.round(sentences / np.abs(sentences).max(axis=1, keepdims=True) * _MOST).astype(np.int8)
    said = hashlib.sha256(SAID.read_bytes()).hexdigest()
    parts: dict[str, Any] = {"of": np.array(_of(encoder)), "said": np.array(said), "vectors": scaled}
    for asks, name in ((True, "questions"), (False, "remarks")):
        topics, told = _discriminant(keys, vectors, asks)
        parts |= {f"{name}_topics": topics, f"{name}_weights": told.weights.astype(np.float16), f"{name}_offsets": told.offsets}
    np.savez_compressed(file, **parts)


def _encoded(meanings: Callable[[Sequence[str]], Floats]) -> tuple[list[Key], Floats]:
    """The topic and the vector [n, 768] of every line, those of `TALK` first."""
    from rich.console import Console
    from rich.progress import track

    further = list(_further())
    keys = [key for key, examples in EXAMPLES.items() for _ in examples] + [key for key, _ in further]
    lines = [*TALK, *(plain(line) for _, line in further)]
    # Line by line: what shares a run with others is rounded a little otherwise.
    return keys, np.concatenate([meanings([line]) for line in track(lines, "encoding", console=Console(stderr=True))])


def _discriminant(keys: Sequence[Key], vectors: Floats, asks: bool) -> tuple[npt.NDArray[np.str_], Discriminant]:
    topics, at = np.unique([topic for topic, asked in keys if asked is asks], return_inverse=True)
    return topics, Discriminant.of(features(vectors[[asked is asks for _, asked in keys]]), at)


def _further() -> Iterator[tuple[Key, str]]:
    """The lines of `said.yaml` under their topics, but for those that ask where all examples tell, or tell where all ask."""
    for topic, lines in read_table(SAID).items():
        for line in lines:
            key = topic, is_question(plain(line))
            if topic.startswith(NONE) or key in EXAMPLES:
                yield key, line


def _of(encoder: str) -> str:
    """What was made ready is of these examples and this encoder."""
    return hashlib.sha256("\0".join((encoder, *TALK)).encode()).hexdigest()


def said_then(file: Path = FILE) -> str:
    """The SHA-256 of the `said.yaml` that was learnt from."""
    with np.load(file) as kept:
        return str(kept["said"])


def aside(meanings: Callable[[Sequence[str]], Floats], every: int = 4) -> Table:
    """What all other lines make of one in `every` of `said.yaml`, by the least likeness that is taken up."""
    from rich.table import Table

    keys, vectors = _encoded(meanings)
    out = np.array([n >= len(TALK) and n % every == 0 for n in range(len(keys))])
    table = Table("lines kept aside", "likeness from", "taken up", "of these right", "of those about nothing taken up")
    for asks, name in ((True, "questions"), (False, "remarks")):
        own = np.array([asked is asks for _, asked in keys])
        topics, told = _discriminant([key for key, kept in zip(keys, out, strict=True) if not kept], vectors[~out], asks)
        examples = np.array([topic for topic, _ in keys[: len(TALK)]])[own[: len(TALK)]]
        near = np.full((int((own & out).sum()), len(topics)), -1.0)
        cosines = vectors[own & out, :_HALF] @ vectors[: len(TALK), :_HALF][own[: len(TALK)]].T
        for n, topic in enumerate(topics):
            near[:, n] = cosines[:, examples == topic].max(axis=1, initial=-1.0)
        likely = np.array([told.likely(vector) for vector in features(vectors[own & out])])
        nothing = np.char.startswith(topics, NONE)
        likeness = np.where(nothing, -1.0, heard_as(near, likely))
        truth = np.array([topic for topic, _ in keys])[own & out]
        right, about = topics[likeness.argmax(axis=1)] == truth, ~np.char.startswith(truth, NONE)
        for least in (0.57, 0.72, 0.8):
            taken = likeness.max(axis=1) >= least
            shares = (taken[about].mean(), right[about & taken].mean(), taken[~about].mean())
            table.add_row(f"{len(truth)} {name}" if least == 0.57 else "", f"{least}", *(f"{share:.0%}" for share in shares))
    return table


def _beside(lines: Path) -> Iterator[tuple[str, str]]:
    """What the wordings of a file of lines are learnt from beside it: the kind and the plain words of each."""
    known = ((key, plain(line)) for key, line in (*((key, line) for key, of in EXAMPLES.items() for line in of), *_further()))
    nothing = (plain(line) for topic, found in read_table(SAID).items() if topic.startswith(NONE) for line in found)
    if lines == wordings.TOPICS:
        topics = read_table(lines)["lines"]
        yield from ((topic if topic in topics else NONE, line) for (topic, asks), line in known if asks)
        yield from ((NONE, line) for line in nothing if is_question(line))
    elif lines == wordings.REMARKS:
        kinds = wordings.kinds_of_topics(lines)
        yield from ((kinds[topic], line) for (topic, asks), line in known if not asks and topic in kinds)
        yield from ((NONE, line) for line in nothing if not is_question(line))
    else:
        others = (line for lines in read_table(SAID).values() for line in lines)
        cards = (question for name in (*characters(), *assistants()) for question in load_persona(name).questions)
        yield from ((NONE, plain(line)) for line in (*TALK, *others, *cards))


def _wordings(lines: Path, meanings: Callable[[Sequence[str]], Floats]) -> wordings.Wordings:
    """What tells the wordings of a file of lines."""
    from rich.console import Console
    from rich.progress import track

    said = [*wordings.lines_of(lines), *_beside(lines)]
    vectors = np.concatenate([meanings([line]) for _, line in track(said, "encoding", console=Console(stderr=True))])
    told = wordings.fit(said, features(vectors), wordings.STRENGTH[lines])
    return replace(told, kind_of=wordings.kinds_of_topics(lines))


def wordings_aside(meanings: Callable[[Sequence[str]], Floats], encoder: str) -> Table:
    """What is made of lines whose writers saw none of those that were learnt from."""
    from rich.table import Table

    table = Table("lines of another writer", "taken up from", "taken up", "of these right", "of those of no kind taken up")
    for lines in wordings.ALL:
        told = wordings.load(lines, encoder)
        if told is None:
            continue
        said = wordings.lines_of(lines, aside=True)
        found = [told.ranked(line, features(meanings([line]))[0])[0] for _, line in said]
        truth, best = np.array([kind for kind, _ in said]), np.array([kind for kind, _ in found])
        p, ours = np.array([p for _, p in found]), truth != wordings.NONE
        for least in (wordings.SURE[lines], 0.5):
            taken = p >= least
            shares = taken[ours].mean(), (truth == best)[ours & taken].mean(), taken[~ours].mean()
            table.add_row(f"{len(said)} {lines.stem}", f"{least}", *(f"{share:.0%}" for share in shares))
    return table


def _main() -> None:
    from rich.console import Console

    from engine.perception.perceiver import Perceiver

    parser = ArgumentParser(prog="python -m engine.minds.ready_vectors", description="Make ready what small talk is told by.")
    parser.add_argument("--aside", action="store_true", help="only measure what is made of lines that were kept aside")
    told, perceiver = parser.parse_args(), Perceiver(None, "cpu")
    if told.aside:
        Console().print(aside(perceiver.meanings))
        Console().print(wordings_aside(perceiver.meanings, perceiver.text_encoder))
        return
    write(perceiver.meanings, perceiver.text_encoder)
    for lines in wordings.ALL:
        wordings.write(_wordings(lines, perceiver.meanings), lines, perceiver.text_encoder)
    print(f"{len(TALK)} vectors and two discriminants: {FILE}; wordings: {', '.join(map(str, WORDINGS))}")


if __name__ == "__main__":
    _main()
