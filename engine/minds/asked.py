"""What do words ask that the grammar does not read? Told by what they mean and by which words they are.

A multinomial logistic regression over the meanings of a clause (`Perceiver.meanings`) and the words, pairs and triples of words
that it has (tf-idf, Salton and Buckley 1988): meanings alone hardly tell "what did I ask?" from "what did you ask?". It is
fitted on `asked.yaml`; what is told is one of the forms of `npc/language/asked.yaml`. Of lines by a writer who saw none of
the others it tells nine in ten (`python -m engine.minds.ready_vectors --aside`).
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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
FILE, LINES = Path(__file__).with_name("asked.npz"), Path(__file__).with_name("asked.yaml")
NONE = "none"
_SURE = 0.3  # how likely a form has to be
_LONGEST = 3  # words that count together
_MOST = 60  # words of a clause that are looked at
_WORD = re.compile(r"[a-z']+|\?")
_KEPT = 6000  # words, pairs and triples


@dataclass(frozen=True, slots=True, eq=False)
class Forms:
    """Tells forms apart.

    Attributes:
        forms: their names, `none` among them.
        at: where each word, pair or triple stands among the features.
        rarity: float32 [V], how rare each is (idf).
        weights: float32 [S + V, k]; offsets: float32 [k].
    """

    forms: tuple[str, ...]
    at: dict[str, int]
    rarity: Floats
    weights: Floats
    offsets: Floats

    def likely(self, clause: str, meaning: Floats) -> Floats:
        """How likely each form is: probabilities [k].

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

    def tell(self, clause: str, meaning: Floats) -> str:
        """The form that a `plain` clause asks; empty where it is none, or unsure."""
        likely = dict(zip(self.forms, self.likely(clause, meaning).tolist(), strict=True))
        likely.pop(NONE, None)
        best = max(likely, key=likely.__getitem__)
        return best if likely[best] >= _SURE else ""


@lru_cache(maxsize=4)
def load(encoder: str, file: Path = FILE) -> Forms | None:
    """What tells forms for this encoder; None where the file is of another one, or damaged."""
    if not encoder or not file.is_file():
        return None
    try:
        with np.load(file) as kept:
            if str(kept["of"]) != encoder:
                return None
            parts = {part: n for n, part in enumerate(str(kept["parts"]).split("\n"))}
            weights = kept["weights"].astype(np.float32)
            return Forms(tuple(map(str, kept["forms"])), parts, kept["rarity"].astype(np.float32), weights, kept["offsets"])
    except (OSError, ValueError, KeyError, BadZipFile):
        return None


def write(told: Forms, encoder: str, file: Path = FILE) -> None:
    """Keep what `load` gives."""
    kept: dict[str, Any] = {
        "of": np.array(encoder),
        "learnt_from": np.array(hashlib.sha256(LINES.read_bytes()).hexdigest()),
        "forms": np.array(told.forms),
        "parts": np.array("\n".join(told.at)),
        "rarity": told.rarity.astype(np.float16),
        "weights": told.weights.astype(np.float16),
        "offsets": told.offsets.astype(np.float32),
    }
    np.savez_compressed(file, **kept)


def learnt_from(file: Path = FILE) -> str:
    """The SHA-256 of the `asked.yaml` that was learnt from."""
    with np.load(file) as kept:
        return str(kept["learnt_from"])


def lines(aside: bool = False) -> list[tuple[str, str]]:
    """The forms and lines of `asked.yaml`, put plainly, each with things that stand for its marks."""
    rng, table = Random(1), read_table(LINES)
    marks = {mark: table[mark].split(", ") for mark in ("thing", "mine")}

    def filled(line: str) -> str:
        thing, other = rng.sample(marks["thing"], 2)
        return plain(line.format(thing=thing, other=other, mine=rng.choice(marks["mine"])))

    named = [(form, line) for form, found in table["aside" if aside else "lines"].items() for line in found]
    return [(form, filled(line)) for form, line in named for _ in range(2 if "{" in line and not aside else 1)]


def fit(asked: Sequence[tuple[str, str]], meanings: Floats) -> Forms:
    """The one that lines give. Takes a minute.

    Args:
        asked: the form, or `none`, and the plain words of each.
        meanings: float32 [n, S], their features.
    """
    from scipy.sparse import csr_matrix, hstack
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    forms = [form for form, _ in asked]
    counts = Counter(chain.from_iterable({*_parts(line)} for form, line in asked if form != NONE))
    parts = [part for part, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])) if count > 1][:_KEPT]
    table = TfidfVectorizer(analyzer=lambda line: list(_parts(line)), vocabulary=parts, sublinear_tf=True)
    words = table.fit_transform([line for _, line in asked])
    found = LogisticRegression(C=10.0, max_iter=200).fit(hstack([csr_matrix(meanings), words]).tocsr(), forms)
    at = {part: n for n, part in enumerate(parts)}
    names = tuple(map(str, found.classes_))
    return Forms(
        names, at, table.idf_.astype(np.float32), found.coef_.T.astype(np.float32), found.intercept_.astype(np.float32)
    )


def _parts(clause: str) -> Iterator[str]:
    words = _WORD.findall(clause.lower())[:_MOST]
    for size in range(1, _LONGEST + 1):
        yield from (" ".join(words[n : n + size]) for n in range(len(words) - size + 1))
