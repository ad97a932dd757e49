"""Every single answer of a measurement, kept beside its figures: what a report draws and compares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from engine.errors import Fault
from engine.files import whole_file
from engine.lab.evaluation.ask_recording import Pointed
from engine.lab.evaluation.bootstrap import Figure, auc_of, macro_f1_of, mean_of

Floats = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class HeadAnswers:
    """Of one head: `truth` [N], probabilities `p` [N, classes], the `scene` of each [N], and what the classes are called."""

    classes: tuple[str, ...]
    truth: Numbers
    p: Floats
    scene: Numbers

    def figures(self) -> dict[str, Figure]:
        said = self.p.argmax(-1)
        return {"accuracy": mean_of(said == self.truth), "macro-F1": macro_f1_of(self.truth, said, len(self.classes))}


@dataclass(frozen=True)
class PlaceAnswers:
    """Of one kind of place: whether it is `there` [N], the peak is a `hit` [N], `p` that it is there [N], `scene` [N]."""

    there: Bools
    hit: Bools
    p: Floats
    scene: Numbers

    def figures(self) -> dict[str, Figure]:
        hits, there = mean_of(self.hit[self.there]), self.there
        return {
            "pointing": lambda weights: hits(weights[there]),
            "presence AUC": auc_of(there, self.p.astype(np.float64)),
        }


@dataclass(frozen=True)
class RawAnswers:
    """All answers on one set of scenes."""

    heads: Mapping[str, HeadAnswers] = field(default_factory=dict)
    places: Mapping[str, PlaceAnswers] = field(default_factory=dict)

    def all(self) -> dict[str, HeadAnswers | PlaceAnswers]:
        return {**self.heads, **self.places}


def of_recording(answers: Sequence[Pointed]) -> RawAnswers:
    """Those about the things of a recording; its episodes are the scenes."""
    episodes = {name: i for i, name in enumerate(dict.fromkeys(a.question.row.episode for a in answers))}
    place = PlaceAnswers(
        np.array([a.there for a in answers], bool),
        np.array([a.hit for a in answers], bool),
        np.array([a.p for a in answers], np.float32),
        np.array([episodes[a.question.row.episode] for a in answers], np.int64),
    )
    return RawAnswers(places={"watch": place})


def write_raw(path: Path, raw: RawAnswers) -> None:
    """As a NumPy archive; read it with `read_raw`."""
    arrays: dict[str, npt.NDArray[np.generic]] = {}
    for head, h in raw.heads.items():
        arrays |= {f"head/{head}/truth": h.truth, f"head/{head}/p": h.p.astype(np.float16), f"head/{head}/scene": h.scene}
        arrays[f"head/{head}/classes"] = np.array(h.classes, np.str_)
    for place, q in raw.places.items():
        rows = {"there": q.there, "hit": q.hit, "p": q.p, "scene": q.scene}
        arrays |= {f"place/{place}/{name}": row for name, row in rows.items()}
    with whole_file(path) as partial, partial.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)


def read_raw(path: Path) -> RawAnswers:
    """What `write_raw` wrote.

    Raises:
        Fault: `answers`.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        parts: dict[tuple[str, str], dict[str, npt.NDArray[np.generic]]] = {}
        for name, array in arrays.items():
            kind, of, what = name.split("/")
            parts.setdefault((kind, of), {})[what] = array
        heads = {of: _head(a) for (kind, of), a in parts.items() if kind == "head"}
        return RawAnswers(heads, {of: _place(a) for (kind, of), a in parts.items() if kind == "place"})
    except (OSError, EOFError, BadZipFile, ValueError, KeyError) as error:
        told = f"{path} holds no answers of a measurement: {error}."
        raise Fault("answers", told, "Measure again: python -m engine evaluate") from None


def _head(arrays: Mapping[str, npt.NDArray[np.generic]]) -> HeadAnswers:
    classes = tuple(str(name) for name in arrays["classes"])
    truth, p, scene = arrays["truth"].astype(np.int64), arrays["p"].astype(np.float32), arrays["scene"].astype(np.int64)
    if p.shape != (len(truth), len(classes)) or scene.shape != truth.shape:
        raise ValueError("its shapes disagree")
    return HeadAnswers(classes, truth, p, scene)


def _place(arrays: Mapping[str, npt.NDArray[np.generic]]) -> PlaceAnswers:
    there, hit = (arrays[name].astype(bool) for name in ("there", "hit"))
    p, scene = arrays["p"].astype(np.float32), arrays["scene"].astype(np.int64)
    if len({there.shape, hit.shape, p.shape, scene.shape}) != 1:
        raise ValueError("its shapes disagree")
    return PlaceAnswers(there, hit, p, scene)
