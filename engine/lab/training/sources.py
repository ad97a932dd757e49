"""Where scenes come from: the synthetic generator and recordings, as frames with records, and what is asked about them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from engine.files import cache_directory
from engine.formats.boxes import Xywh
from engine.formats.recording import Recording, Row, read_recording
from engine.lab.config import TrainCfg
from engine.lab.data.art_scenes import ART_VERSION, ArtScenes
from engine.lab.data.assets import load_sprites
from engine.lab.data.chance import Rng
from engine.lab.data.concepts import Concept
from engine.lab.data.packs import load_packs
from engine.lab.data.paint import COLOURS, SHADES
from engine.lab.data.public.examples import open_dataset
from engine.lab.data.public.index import count_of, index_of, read_examples, scene_of
from engine.lab.data.questions import Questioner, Sample
from engine.lab.data.scenes import SceneGenerator
from engine.lab.data.things import WAYS, Entity, Scene, entity_of
from engine.lab.data.utterances import PlayerLine
from engine.lab.data.versions import DATA_VERSION
from engine.lab.training.feature_cache import ScenePair, SceneRecord, ShardSource, fingerprint
from engine.perception.pictures import letterbox

QUERIES = 24  # phrases drawn once a scene; the data set draws from these anew each time


def slot_things() -> dict[str, list[str]]:
    """For each slot, the phrases that may fill it (training concepts alone), some with a colour or a place."""
    plain = _generator("train", 0).slot_things()
    # Few names in many colours, and many in none: the text stage learns where a thing is named, not every pair of words.
    places = [way for ways in WAYS.values() for way in ways]
    return {
        slot: names
        + [f"{colour} {name}" for name in names[::3] for colour in list(COLOURS)[::2]]
        + [f"{shade} {name}" for name in names[1::6] for shades in SHADES.values() for shade in shades[:2]]
        + [way.format(name) for i, name in enumerate(names[::3]) for way in places[i % 3 :: 3]]
        for slot, names in plain.items()
    }


ICONS = ("noto", "fluent-emoji-flat", "twemoji", "noto-v1", "fluent-emoji", "emojione", "game-icons")  # beside art


@lru_cache(maxsize=4)
def art_scenes(
    packs: tuple[str, ...], concepts: str, seed: int, sheets: bool = False, behind: tuple[str, ...] = ()
) -> ArtScenes:
    """The generator of scenes of these packs; with icons beside them where it is what is learnt from.

    Of the packs `behind` there are grounds and backdrops alone.
    """
    icons = load_sprites(ICONS, concepts=concepts) if concepts == "train" else []
    scenery = [replace(pack, sprites=()) for pack in load_packs(behind)]
    return ArtScenes([*load_packs(packs, concepts), *scenery], icons, seed, sheets=sheets)


def read_art_shard(
    packs: tuple[str, ...],
    concepts: str,
    seed: int,
    sheets: bool,
    size: tuple[int, int],
    start: int,
    count: int,
    behind: tuple[str, ...] = (),
) -> list[ScenePair]:
    """Scenes `start` … `start + count` of `ArtScenes` at the model's input size."""
    generator = art_scenes(packs, concepts, seed, sheets, behind)
    return [scene_pair(generator.scene(i), size) for i in range(start, start + count)]


def read_mixed(packs: tuple[str, ...], seed: int, size: tuple[int, int], count: int) -> list[ScenePair]:
    """Drawn scenes, and as many composed of the packs in turn with them, where there are any."""
    drawn = read_scene_shard("train", seed, size, 0, -(-count // 2) if packs else count)
    composed = read_art_shard(packs, "train", seed, False, size, 0, count // 2) if packs else []
    both = [drawn, composed] if packs else [drawn]
    return [pairs[i] for i in range(len(drawn)) for pairs in both if i < len(pairs)]


@lru_cache(maxsize=2)
def _generator(split: str, seed: int) -> SceneGenerator:
    return SceneGenerator.from_assets(split=split, seed=seed)


def read_scene_shard(split: str, seed: int, size: tuple[int, int], start: int, count: int) -> list[ScenePair]:
    """Scenes `start` … `start + count` of a split of `SceneGenerator` at the model's input size."""
    generator = _generator(split, seed)
    return [scene_pair(generator.scene(i), size) for i in range(start, start + count)]


def read_recording_shard(folder: Path, part: str, size: tuple[int, int], start: int, count: int) -> list[ScenePair]:
    """Recorded frames with their entities, as for synthetic scenes."""
    recording, rows = recorded_rows(folder, part)
    pairs = []
    for row in rows[start : start + count]:
        frame = recording.frame(row)
        scene = Scene(frame, (0, 0, frame.shape[1], frame.shape[0]), [entity_of(e) for e in row.entities])
        pairs.append(scene_pair(scene, size))
    return pairs


@lru_cache(maxsize=4)
def recorded_rows(folder: Path, part: str) -> tuple[Recording, list[Row]]:
    """Frames with things in them, by whole episodes: an eighth is for `validation`, the others to `train`.

    To compare models on a recording that none has seen: half of the episodes for the `choice`, half for the `test`.
    """
    recording = read_recording(folder)
    rows = [row for row in recording.rows if row.entities and _is_part_of(row.episode, part)]
    return recording, rows


def _is_part_of(episode: str, part: str) -> bool:
    drawn = hashlib.sha256(episode.encode()).digest()[0]
    if part in ("choice", "test"):
        return drawn % 2 == (part == "test")
    return (drawn % 8 == 0) == (part == "validation")


@dataclass(frozen=True)
class Source:
    """Scenes from one place.

    `key` names their cache: the same key, the same scenes. `read` gives some of the `count` that there are, from an index
    on. Each counts `repeat` times in an epoch.
    """

    key: str
    count: int
    read: ShardSource
    repeat: int = 1


Reader = Callable[[TrainCfg, str], list[Source]]  # a recipe and a part, "train" or "validation"
READERS: dict[str, Reader] = {}


def reader(name: str) -> Callable[[Reader], Reader]:
    """Register what gives scenes for a recipe; a further data set is one decorated function, imported by the recipe."""

    def add(read: Reader) -> Reader:
        READERS[name] = read
        return read

    return add


@reader("scenes")
def drawn_scenes(cfg: TrainCfg, part: str) -> list[Source]:
    """Scenes of the generator; those to validate by are of a seed of their own."""
    seed, count = (cfg.seed, cfg.data.scenes) if part == "train" else (cfg.seed + 1, cfg.data.validation)
    read = partial(read_scene_shard, "train", seed, cfg.model.size)
    return [Source(f"scenes-{part}-{cfg.seed}-{DATA_VERSION}", count, read)]


@reader("art")
def composed_scenes(cfg: TrainCfg, part: str) -> list[Source]:
    """Scenes of the recipe's packs of game art, and sheets where no stage before learns from these.

    Those to validate by are of a seed of their own, and of the packs that are held out as well.
    """
    art = cfg.data.art
    if not art.packs or not art.scenes:
        return []
    if part == "train":
        named = sheets(cfg) if cfg.name is None else None
        return [_art_source("art", cfg, cfg.seed, art.scenes), *([named] if named else [])]
    known = _art_source("art", cfg, cfg.seed + 1, art.validation)
    return [known, *([_unknown_art(cfg)] if art.held_out else [])]


def sheets(cfg: TrainCfg) -> Source | None:
    """Many things side by side, from which names are learnt."""
    art = cfg.data.art
    return _art_source("sheets", cfg, cfg.seed, art.sheets) if art.packs and art.sheets else None


def _art_source(kind: str, cfg: TrainCfg, seed: int, count: int) -> Source:
    packs, behind = cfg.data.art.packs, cfg.data.art.held_out
    state = fingerprint(ART_VERSION, *(pack.digest for pack in load_packs((*packs, *behind))))
    read = partial(read_art_shard, packs, "train", seed, kind == "sheets", cfg.model.size, behind=behind)
    return Source(f"{kind}-{seed}-{state}", count, read)


def _unknown_art(cfg: TrainCfg) -> Source:
    """Scenes of packs whose things are never trained on, without icons: a game never seen."""
    packs, seed = cfg.data.art.held_out, cfg.seed + 1
    state = fingerprint(ART_VERSION, *(pack.digest for pack in load_packs(packs)))
    return Source(
        f"art-unknown-{seed}-{state}",
        cfg.data.art.validation,
        partial(read_art_shard, packs, "all", seed, False, cfg.model.size),
    )


def read_public_shard(index: Path, size: tuple[int, int], start: int, count: int) -> list[ScenePair]:
    """Examples of a public data set, with what was said of them."""
    pairs = []
    for example in read_examples(index, start, count):
        picture, record = scene_pair(scene_of(example), size)
        kept = len(record.entities) == len(example.things)  # a picture that broke since has no things
        said = [(said.text, list(said.means)) for said in example.said] if kept else []
        pairs.append((picture, replace(record, said=said, closed=True)))
    return pairs


@reader("datasets")
def public_scenes(cfg: TrainCfg, part: str) -> list[Source]:
    """Examples of the recipe's public data sets; whole groups (a clip) are held out to validate by."""
    sources = []
    for dataset in cfg.data.datasets:
        index = index_of(dataset, cache_directory() / "datasets")[part]
        if count := count_of(index):
            sources.append(Source(index.stem, count, partial(read_public_shard, index, cfg.model.size)))
    return sources


@reader("recordings")
def recorded_scenes(cfg: TrainCfg, part: str) -> list[Source]:
    """Frames of the recipe's recordings; whole episodes are held out to validate by."""
    sources = []
    for folder in cfg.data.recordings:
        if count := len(recorded_rows(folder, part)[1]):
            key = fingerprint(folder.resolve(), (folder / "labels.jsonl").stat().st_mtime_ns, DATA_VERSION)
            read = partial(read_recording_shard, folder, part, cfg.model.size)
            repeat = cfg.data.recording_repeat if part == "train" else 1
            sources.append(Source(f"recording-{key}-{part}", count, read, repeat))
    return sources


def check_sources(cfg: TrainCfg) -> None:
    """Refuse data sets, recordings and packs of a recipe that are not there, or are none, before anything is trained.

    Raises:
        Fault: see `open_dataset`, `read_recording` and `load_packs`.
    """
    for dataset in cfg.data.datasets:
        open_dataset(dataset)
    for folder in cfg.data.recordings:
        recorded_rows(folder, "train")
    load_packs((*cfg.data.art.packs, *cfg.data.art.held_out))


def scene_pair(scene: Scene, size: tuple[int, int]) -> ScenePair:
    """A scene at the model's input size, with its record."""
    fit = letterbox(scene.frame, *size)
    scale, left, top = fit.scale, fit.left, fit.top
    x0, y0, x1, y1 = scene.valid
    valid = (x0 * scale + left, y0 * scale + top, x1 * scale + left, y1 * scale + top)
    entities = [
        {
            "names": e.names,
            "box": (e.box[0] * scale + left, e.box[1] * scale + top, e.box[2] * scale, e.box[3] * scale),
            "tags": sorted(e.tags),
            "generic": e.generic,
            "colour": e.colour,
        }
        for e in scene.entities
    ]
    return fit.picture, SceneRecord(valid, entities, list(scene.absent))


@dataclass(frozen=True)
class Told:
    """What somebody said of a scene, of which nothing is known but what it means: the other heads are not taught by it."""

    text: str
    target_boxes: list[Xywh]


SceneQuestions = tuple[list[tuple[str, list[Xywh]]], list[Sample | Told], tuple[bool, bool]]


def scene_concepts(packs: tuple[str, ...] = ()) -> list[Concept]:
    """All concepts that training scenes are made of, those of packs of art among them."""
    drawn = _generator("train", 0).questioner.concepts
    return [*drawn, *art_scenes(packs, "train", 0).concepts] if packs else drawn


class Asker:
    """Draws what is asked about recorded scenes: the same of scene `i` on every machine, for the same player lines.

    Args:
        asks: the split of `SceneGenerator` whose vocabulary is asked for, or who else asks.
        utterances: player lines of the side (training, held out) that the scenes belong to.
        lessons: utterances a scene.
    """

    def __init__(self, asks: str | Questioner, utterances: Sequence[PlayerLine], lessons: int) -> None:
        self._questioner = _generator(asks, 0).questioner if isinstance(asks, str) else asks
        self._utterances, self._lessons = utterances, lessons

    def ask(self, record: SceneRecord, index: int) -> SceneQuestions:
        """Phrases with the boxes of all that each names; lessons; whether a hostile and a hazard is in view."""
        rng = np.random.default_rng((index, 77))
        scene = as_scene(record)
        entities = scene.entities
        lessons: list[Sample | Told] = []
        if record.closed:
            queries = _known_queries(scene, rng)
            drawn = self._questioner.lessons(scene, self._utterances, rng, 3 * self._lessons)
            lessons += [Told(text, [entities[i].box for i in means]) for text, means in record.said[: self._lessons // 2]]
            lessons += [sample for sample in drawn if not sample.absent]
            lessons = lessons[: self._lessons]
            lessons += self._questioner.lessons(scene, (), rng, self._lessons - len(lessons))  # nothing is said
        else:
            queries = self._questioner.queries(scene, rng, QUERIES)
            lessons += self._questioner.lessons(scene, self._utterances, rng, self._lessons)
        boxed = [(phrase, [entities[i].box for i in found]) for phrase, found in queries]
        return boxed, lessons, (bool(scene.tagged("hostile")), bool(scene.tagged("hazard")))


def _known_queries(scene: Scene, rng: Rng) -> list[tuple[str, list[int]]]:
    """Phrases of a scene of which only some things were looked for: those that are there, and those known to be missing."""
    names = sorted({phrase for entity in scene.entities for phrase in entity.names})
    there = [(name, [i for i, e in enumerate(scene.entities) if e.is_called(name)]) for name in names]
    missing: list[tuple[str, list[int]]] = [(name, []) for name in scene.absent]
    chosen = [there[i] for i in rng.permutation(len(there))[: QUERIES // 2]]
    return chosen + [missing[i] for i in rng.permutation(len(missing))[: QUERIES - len(chosen)]]


_NO_FRAME = np.zeros((0, 0, 3), np.uint8)


def as_scene(record: SceneRecord) -> Scene:
    """What is true of a recorded scene; without its frame."""
    return Scene(_NO_FRAME, (0, 0, 0, 0), [_entity(row) for row in record.entities], tuple(record.absent))


def _entity(row: Mapping[str, Any]) -> Entity:
    return Entity(tuple(row["names"]), tuple(row["box"]), frozenset(row["tags"]), tuple(row["generic"]), row["colour"])
