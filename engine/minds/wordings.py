"""What do words ask, and what kind of remark are they? Told by what they mean and by which words they are.

A multinomial logistic regression over the meanings of a clause (`Perceiver.meanings`) and the words, pairs and triples of words
that it has (tf-idf, Salton and Buckley 1988): meanings alone hardly tell "what did I ask?" from "what did you ask?". There are
three: `asked.yaml` has lines of questions whose forms `npc/language/asked.yaml` puts plainly, `topics.yaml` such as are about
topics of `npc/small_talk.yaml`, and `remarks.yaml` those of remarks, whose kinds are topics there, too. Of lines by writers who
saw none of the others they take up nine in ten, and tell most of them rightly (`python -m engine.minds.ready_vectors --aside`).
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from pathlib import Path
from random import Random
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from npc.language.plain import plain
from npc.tables import read_table

Floats = npt.NDArray[np.float32]
ASKED, TOPICS, REMARKS = (Path(__file__).with_name(f"{name}.yaml") for name in ("asked", "topics", "remarks"))
ALL = (ASKED, TOPICS, REMARKS)
NONE = "none"
SURE = {ASKED: 0.3, TOPICS: 0.25, REMARKS: 0.25}  # how likely a kind has to be, to be taken up
STRENGTH = {ASKED: 10.0, TOPICS: 30.0, REMARKS: 30.0}  # of the regression: the inverse of its regularisation
_LONGEST = 3  # words that count together
_MOST = 60  # words of a clause that are looked at
_WORD = re.compile(r"[a-z']+|[?!]")
_KEPT = 4000  # words, pairs and triples
_STEPS = 127  # of a weight that is kept as a byte


@dataclass(frozen=True, slots=True, eq=False)
class Wordings:
    """Tells wordings apart.

    Attributes:
        kinds: the names of what is told, `none` among them.
        at: where each word, pair or triple stands among the features.
        rarity: float32 [V], how rare each is (idf).
        weights: float32 [S + V, k]; offsets: float32 [k].
        kind_of: of topics of small talk whose remarks are all of one kind, that kind.
    """

    kinds: tuple[str, ...]
    at: dict[str, int]
    rarity: Floats
    weights: Floats
    offsets: Floats
    kind_of: Mapping[str, str] = field(default_factory=dict)

    def likely(self, clause: str, meaning: Floats) -> Floats:
        """How likely each kind is: probabilities [k].

        Args:
            clause: put plainly.
            meaning: float32 [S], features of it.
        """
        found = {self.at[part]: count for part, count in Counter(_parts(clause)).items() if part in self.at}
        columns = np.fromiter(found, np.intp, len(found))
        counts = np.fromiter(found.values(), np.float32, len(found))
        values = (1.0 + np.log(counts)) * self.rarity[columns] if found else np.zeros(0, np.float32)
        values /= max(float(np.linalg.norm(values)), 1e-6)
        scores = meaning @ self.weights[: len(meaning)] + values @ self.weights[len(meaning) + columns] + self.offsets
        p = np.exp(scores - scores.max())
        told: Floats = p / p.sum()
        return told

    def ranked(self, clause: str, meaning: Floats) -> list[tuple[str, float]]:
        """The kinds but for `none` with how likely each is, the likeliest first."""
        found = zip(self.kinds, self.likely(clause, meaning).tolist(), strict=True)
        return sorted((pair for pair in found if pair[0] != NONE), key=lambda pair: -pair[1])


@lru_cache(maxsize=8)
def load(lines: Path, encoder: str) -> Wordings | None:
    """What tells the wordings of a file of lines, for this encoder; None where there is none for it, or it is damaged."""
    file = learnt(lines)
    if not encoder or not file.is_file():
        return None
    try:
        with np.load(file) as kept:
            if str(kept["of"]) != encoder:
                return None
            parts = {part: n for n, part in enumerate(str(kept["parts"]).split("\n"))}
            weights = kept["weights"].astype(np.float32) * kept["scales"].astype(np.float32)
            rarity, topics = (
                kept["rarity"].astype(np.float32),
                dict(zip(kept["topics"].tolist(), kept["kind_of"].tolist(), strict=True)),
            )
            return Wordings(tuple(map(str, kept["kinds"])), parts, rarity, weights, kept["offsets"], topics)
    except (OSError, ValueError, KeyError, BadZipFile):
        return None


def write(told: Wordings, lines: Path, encoder: str) -> None:
    """Keep what `load` gives; weights as bytes, those of each kind scaled by its largest."""
    scales = np.abs(told.weights).max(axis=0) / _STEPS
    kept: dict[str, Any] = {
        "of": np.array(encoder),
        "learnt_from": np.array(hashlib.sha256(lines.read_bytes()).hexdigest()),
        "kinds": np.array(told.kinds),
        "parts": np.array("\n".join(told.at)),
        "rarity": told.rarity.astype(np.float16),
        "weights": np.round(told.weights / scales).astype(np.int8),
        "scales": scales,
        "offsets": told.offsets.astype(np.float32),
        "topics": np.array([*told.kind_of], str),
        "kind_of": np.array([*told.kind_of.values()], str),
    }
    np.savez_compressed(learnt(lines), **kept)


def learnt(lines: Path) -> Path:
    """The file of what is learnt from lines."""
    return lines.with_suffix(".npz")


def learnt_from(lines: Path) -> str:
    """The SHA-256 of the lines that were learnt from."""
    with np.load(learnt(lines)) as kept:
        return str(kept["learnt_from"])


def kinds_of_topics(lines: Path) -> dict[str, str]:
    """The kind of each topic whose remarks are all of one; empty for a file of lines that names none."""
    return {topic: kind for kind, topics in read_table(lines).get("topics", {}).items() for topic in topics}


def lines_of(file: Path, aside: bool = False) -> list[tuple[str, str]]:
    """The kinds and the lines of a file, put plainly, with things that stand for marks.

    Args:
        aside: those that are never learnt from.
    """
    rng, table = Random(1), read_table(file)
    marks = {mark: table[mark].split(", ") for mark in ("thing", "mine") if mark in table}

    def filled(line: str) -> str:
        if "{" not in line:
            return plain(line)
        thing, other = rng.sample(marks["thing"], 2)
        return plain(line.format(thing=thing, other=other, mine=rng.choice(marks["mine"])))

    named = [(kind, line) for kind, found in table["aside" if aside else "lines"].items() for line in found]
    return [(kind, filled(line)) for kind, line in named for _ in range(2 if "{" in line and not aside else 1)]


def fit(said: Sequence[tuple[str, str]], meanings: Floats, strength: float) -> Wordings:
    """The one that lines give. Takes a minute.

    Args:
        said: the kind, or `none`, and the plain words of each.
        meanings: float32 [n, S], their features.
        strength: the inverse of the regression's regularisation.
    """
    from scipy.sparse import csr_matrix, hstack
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    kinds = [kind for kind, _ in said]
    counts = Counter(chain.from_iterable({*_parts(line)} for kind, line in said if kind != NONE))
    parts = [part for part, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])) if count > 1][:_KEPT]
    table = TfidfVectorizer(analyzer=lambda line: list(_parts(line)), vocabulary=parts, sublinear_tf=True)
    words = table.fit_transform([line for _, line in said])
    found = LogisticRegression(C=strength, max_iter=200).fit(hstack([csr_matrix(meanings), words]).tocsr(), kinds)
    at = {part: n for n, part in enumerate(parts)}
    rarity, weights, offsets = (np.asarray(part, np.float32) for part in (table.idf_, found.coef_.T, found.intercept_))
    return Wordings(tuple(map(str, found.classes_)), at, rarity, weights, offsets)


def _parts(clause: str) -> Iterator[str]:
    words = _WORD.findall(clause.lower())[:_MOST]
    for size in range(1, _LONGEST + 1):
        yield from (" ".join(words[n : n + size]) for n in range(len(words) - size + 1))
