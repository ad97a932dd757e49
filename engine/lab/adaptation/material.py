"""What is learnt from: a bundle's model, its replay, and the recording, as data sets over cached features."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pydantic import ValidationError

from engine.errors import Fault
from engine.formats.recording import Recording, Row
from engine.lab.adaptation.frames import Amounts, Split, choose_frames, crops
from engine.lab.data.chance import Rng
from engine.lab.data.concepts import Concept, stable_share
from engine.lab.data.questions import Questioner
from engine.lab.data.things import Entity, Scene, entity_of
from engine.lab.data.utterances import load_utterances
from engine.lab.evaluation.ask_recording import vocabulary as recorded_names
from engine.lab.model import ModelCfg, NpcModel, build_model
from engine.lab.training.dataset import SceneDataset, Vocabulary
from engine.lab.training.feature_cache import ScenePair, features_session, write_shard
from engine.lab.training.replay import read_replay
from engine.lab.training.run import Clock, Progress
from engine.lab.training.sources import Asker, scene_pair
from engine.lab.training.texts import BundleTexts
from engine.perception import Bundle
from export.surgery import write_features_graph
from export.weights import read_heads

Pixels = npt.NDArray[np.uint8]
QUERIES, LESSONS = 12, 3  # a scene and step
CHECK_LESSONS = 8  # of a replayed scene that tells what is forgotten: three of each would say little of what words mean
SEED = 7  # of what is drawn of them
CROPS = 4  # of each recorded frame: the whole and three parts
PROBES, TEXTS = 3, 8  # scenes that tell how fast a machine is; new texts that a scene brings
CHECKED_REPLAY = 0.375  # of the replayed scenes are never learnt from: they tell what is forgotten
OTHERS = 400  # concepts of the replay that a recorded frame may be asked about in vain
FEWEST = 4  # of them, however alike
SYNONYM = 0.55  # cosine of names from which one may be true of the other


@dataclass(frozen=True)
class AdaptationData:
    """Data sets to learn from and to check by, with the vectors of their words and their pictures."""

    learn: SceneDataset
    check: SceneDataset
    replay: SceneDataset
    replay_check: SceneDataset
    texts: BundleTexts
    frames: dict[int, list[Pixels]]  # by the data set's identity
    notes: tuple[str, ...] = ()  # what was left out for lack of time; a sentence each

    def frame(self, data: SceneDataset, index: int) -> Pixels:
        """The picture behind a row of a data set, at the model's size."""
        return self.frames[id(data)][index]


def load_model(bundle: Bundle) -> NpcModel:
    """The trainable model of a bundle, its image and text encoders empty.

    Raises:
        Fault: `bundle_fixed` for a bundle that does not carry what is trained.
    """
    manifest = bundle.manifest
    if manifest.heads is None or manifest.replay is None or not manifest.model:
        raise Fault(
            "bundle_fixed",
            f"The bundle {bundle.folder} cannot learn: it carries no weights to go on from.",
            "Export it again with this version of the engine.",
        )
    try:
        model = build_model(ModelCfg.model_validate(manifest.model), bundle.labels, pretrained=False)
        read_heads(model, bundle.folder / manifest.heads.file)
    except (RuntimeError, KeyError, ValidationError):
        raise Fault(
            "bundle_invalid",
            f"{bundle.folder / manifest.heads.file} is not of this version's model.",
            "Export the model again with this version of the engine.",
        ) from None
    return model.eval()


def prepare(
    bundle: Bundle, recording: Recording, split: Split, folder: Path, threads: int, seconds: float, progress: Progress
) -> AdaptationData:
    """Compute features and vectors of everything that is learnt from; `folder` holds them while it lasts.

    Where that takes longer than so many `seconds` on this machine, there are fewer crops, then fewer scenes.
    """
    assert bundle.manifest.replay is not None
    texts = BundleTexts(bundle, threads)
    replay = read_replay(bundle.folder / bundle.manifest.replay.file)
    features = folder / "features.onnx"
    write_features_graph(bundle.graph("image"), features)
    whole = Amounts(len(split.learn), CROPS, len(split.check), len(replay.pairs))
    amounts = whole.within(int(seconds / _seconds_a_scene(bundle, features, texts)))
    split = Split(choose_frames(split.learn, amounts.learn), choose_frames(split.check, amounts.check))
    things = _concepts(recording)
    # Of what the game has no tags for no sentence is practised, though drawn things of the vocabulary would fit it.
    known = [*things, *_unlike(replay.concepts, things, texts)]
    recorded = Questioner(known), Questioner(things).slot_things()
    drawn = Questioner(replay.concepts), Questioner(replay.concepts).slot_things()
    tagged, vocabulary = any(thing.tags for thing in things), Vocabulary(known)
    pairs = _pairs(recording, split, replay.pairs[: amounts.replay], amounts.crops, bundle)
    progress.total("preparing", sum(map(len, pairs.values())))
    sets = {}
    for name, of in pairs.items():
        write_shard(folder / name, features, of, lambda: progress.step("preparing"))
        sets[name] = _data_set(
            bundle, texts, *(drawn if name.startswith("replay") else recorded), folder / name, tagged, vocabulary
        )
    texts.add(text for data in sets.values() for text in data.texts())
    frames = {id(sets[name]): [frame for frame, _ in of] for name, of in pairs.items()}
    return AdaptationData(**sets, texts=texts, frames=frames, notes=tuple(amounts.less_than(whole)))


def _seconds_a_scene(bundle: Bundle, features: Path, texts: BundleTexts) -> float:
    """What a scene costs on this machine, as it is now: its features, and the vectors of what is asked about it."""
    session, size = features_session(features), bundle.manifest.input
    frame = np.zeros((1, size.height, size.width, 3), np.uint8)
    session.run(None, {"frame": frame})  # the first is slower
    clock = Clock(None)
    for _ in range(PROBES):
        session.run(None, {"frame": frame})
    texts.encode([f"the thing number {i}" for i in range(PROBES * TEXTS)])
    return max(clock.spent() / PROBES, 1e-4)


def _pairs(
    recording: Recording, split: Split, replayed: list[ScenePair], crops: int, bundle: Bundle
) -> dict[str, list[ScenePair]]:
    """Frames and records of each data set."""
    names, rng = recorded_names(recording), np.random.default_rng(0)
    checked, size = round(len(replayed) * CHECKED_REPLAY), (bundle.manifest.input.height, bundle.manifest.input.width)
    return {
        "learn": [p for row in split.learn for p in _scenes(recording, row, names, crops, size, rng)],
        "check": [p for row in split.check for p in _scenes(recording, row, names, 1, size, rng)],
        "replay": replayed[checked:],
        "replay_check": replayed[:checked],
    }


def _scenes(
    recording: Recording, row: Row, names: Sequence[str], count: int, size: tuple[int, int], rng: Rng
) -> list[ScenePair]:
    """A recorded frame and crops of it as scenes; the other names of the recording are known to be absent."""
    frame = recording.frame(row)
    scene = Scene(frame, (0, 0, frame.shape[1], frame.shape[0]), [entity_of(e) for e in row.entities])
    return [scene_pair(crop, size) for crop in crops(scene, names, count, rng)]


def _data_set(
    bundle: Bundle,
    texts: BundleTexts,
    questioner: Questioner,
    things: Mapping[str, Sequence[str]],
    folder: Path,
    tagged: bool,
    vocabulary: Vocabulary,
) -> SceneDataset:
    """The scenes whose features are in `folder`, and what is asked about them; what is checked by is asked the same each time.

    `things` are those that fit each slot of the lines; a recording without tags (`tagged`) does not tell what is a danger.
    What is learnt from is named among the `vocabulary`.
    """
    checks, known = folder.name.endswith("check"), tagged or folder.name.startswith("replay")
    lines = [u for u in load_utterances("held_out" if checks else "train") if u.slot is None or things[u.slot]]
    asker = Asker(questioner, lines, CHECK_LESSONS if folder.name == "replay_check" else LESSONS)
    size = bundle.manifest.input.height, bundle.manifest.input.width
    return SceneDataset(
        [folder],
        bundle.labels,
        texts,
        asker,
        QUERIES,
        size,
        fixed=checks,
        seed=SEED,
        tagged=known,
        vocabulary=None if checks else vocabulary,
    )


def _concepts(recording: Recording) -> list[Concept]:
    """The recording's own things; all tags that any of a name has had."""
    found: dict[str, Concept] = {}
    for row in recording.rows:
        for recorded in row.entities:
            entity: Entity = entity_of(recorded)
            known = found.get(entity.name, Concept(entity.name, entity.names, frozenset()))
            found[entity.name] = replace(known, tags=known.tags | entity.tags)
    return list(found.values())


def _unlike(concepts: Sequence[Concept], recorded: Sequence[Concept], texts: BundleTexts) -> list[Concept]:
    """Concepts that may be called absent from the recording's frames: none of their names should mean a recorded thing.

    A few always stay, the least alike: a frame that shows everything must be asked for something in vain, too.
    """
    some = sorted(concepts, key=lambda c: stable_share(c.names[0]))[:OTHERS]
    every = [name for concept in some for name in concept.names]
    close = texts.similarity(every, [name for c in recorded for name in c.names]).amax(1)
    nearest = dict(zip(every, close.tolist(), strict=True))
    ranked = sorted(some, key=lambda c: max(nearest[name] for name in c.names))
    return [c for i, c in enumerate(ranked) if i < FEWEST or max(nearest[name] for name in c.names) < SYNONYM]
