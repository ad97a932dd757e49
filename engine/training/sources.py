"""Where scenes come from: the synthetic generator and recordings, as frames with records."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib import resources
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from engine.data.colours import COLOURS
from engine.data.entities import Scene
from engine.data.recording import Recording, Row, read_recording
from engine.data.scenes import SceneGenerator
from engine.data.utterances import load_utterances
from engine.training.feature_cache import ScenePair, SceneRecord

QUERIES, LESSONS = 24, 12  # drawn once a scene; the data set draws from these anew each time


@lru_cache(maxsize=1)
def data_version() -> str:
    """A short name for the state of the sprite names and player lines: another state needs another cache."""
    folder = Path(str(resources.files("engine"))) / "data"
    digest = hashlib.sha256()
    for file in (folder / "concepts.yaml", *sorted((folder / "utterances").glob("*.yaml"))):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:8]


def slot_things() -> dict[str, list[str]]:
    """For each slot, the phrases that may fill it (training concepts alone), a part of them with a colour."""
    plain = _generator("train", 0).slot_things()
    return {
        slot: names + [f"{colour} {name}" for name in names[::3] for colour in list(COLOURS)[::2]]
        for slot, names in plain.items()
    }


@lru_cache(maxsize=2)
def _generator(split: str, seed: int) -> SceneGenerator:
    return SceneGenerator.from_assets(split=split, seed=seed)


def read_scene_shard(split: str, seed: int, size: tuple[int, int], start: int, count: int) -> list[ScenePair]:
    """Scenes `start` … `start + count` of a split (train or validation) at the model's input size."""
    generator = _generator("train", seed)
    utterances = load_utterances("train" if split == "train" else "held_out")
    return [_pair(generator, generator.scene(i), utterances, i, size) for i in range(start, start + count)]


def recording_length(folder: Path, part: str) -> int:
    """Frames of a recording that belong to `part`; whole episodes are held out for validation."""
    return len(_recording(folder, part)[1])


def read_recording_shard(folder: Path, part: str, size: tuple[int, int], start: int, count: int) -> list[ScenePair]:
    """Recorded frames with lessons made from their entities, as for synthetic scenes."""
    generator = _generator("train", 0)
    utterances = load_utterances("train" if part == "train" else "held_out")
    recording, rows = _recording(folder, part)
    pairs = []
    for i, row in enumerate(rows[start : start + count], start):
        frame = recording.frame(row)
        scene = Scene(frame, (0, 0, frame.shape[1], frame.shape[0]), [e.as_entity() for e in row.entities])
        pairs.append(_pair(generator, scene, utterances, i, size))
    return pairs


@lru_cache(maxsize=4)
def _recording(folder: Path, part: str) -> tuple[Recording, list[Row]]:
    recording = read_recording(folder)
    rows = [row for row in recording.rows if row.entities and _held_out(row.episode) == (part == "validation")]
    return recording, rows


def _held_out(episode: str) -> bool:
    return hashlib.sha256(episode.encode()).digest()[0] % 8 == 0


def _pair(generator: SceneGenerator, scene: Scene, utterances: list, index: int, size: tuple[int, int]) -> ScenePair:
    rng = np.random.default_rng((index, 77))
    frame, scale, left, top = letterbox(scene.frame, size)

    def place(box: object) -> list[float]:
        x, y, w, h = box  # type: ignore[misc]
        return [x * scale + left, y * scale + top, w * scale, h * scale]

    x0, y0, x1, y1 = scene.valid
    valid = (x0 * scale + left, y0 * scale + top, x1 * scale + left, y1 * scale + top)
    queries = [
        (phrase, [place(scene.entities[i].box) for i in found]) for phrase, found in generator.queries(scene, rng, QUERIES)
    ]
    lessons = [
        {
            "text": s.text,
            "intent": s.intent,
            "tone": s.tone,
            "action": s.action,
            "emotion": s.emotion,
            "boxes": [place(b) for b in s.target_boxes],
        }
        for s in generator.lessons(scene, utterances, rng, LESSONS)
    ]
    tags = {tag for entity in scene.entities for tag in entity.tags}
    return frame, SceneRecord(valid, queries, lessons, ("hostile" in tags, "hazard" in tags))


def letterbox(frame: npt.NDArray[np.uint8], size: tuple[int, int]) -> tuple[npt.NDArray[np.uint8], float, int, int]:
    """Fit `frame` [H, W, 3] into `size`, keeping its aspect, black around; exactly as the runtime does.

    Returns the picture, the scale, and the left and top offsets in pixels.
    """
    height, width = frame.shape[:2]
    scale = min(size[0] / height, size[1] / width)
    new = max(1, round(width * scale)), max(1, round(height * scale))
    resized = (
        frame
        if new == (width, height)
        else np.asarray(Image.fromarray(frame).resize(new, Image.Resampling.BILINEAR, reducing_gap=1.0))
    )
    left, top = (size[1] - new[0]) // 2, (size[0] - new[1]) // 2
    canvas = np.zeros((*size, 3), np.uint8)
    canvas[top : top + new[1], left : left + new[0]] = resized
    return canvas, scale, left, top
