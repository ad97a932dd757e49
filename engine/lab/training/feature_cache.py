"""Frozen image features of many scenes, computed once through ONNX Runtime and kept on disk.

PyTorch needs several times as long as ONNX Runtime for the same forward pass on a CPU, and a frozen encoder
gives the same features in every epoch. A cache is a directory of shards; a shard is three float16 arrays
(strides 8, 16, 32) and a JSON file with what is true of each scene. Finished shards survive an interruption.
For an encoder that is trained itself, a shard holds the frames instead.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime as ort
import torch
from torch import nn

from engine.files import whole_file, whole_folder
from engine.lab.model import NpcModel
from engine.lab.training.parallel import spread
from engine.lab.training.run import Progress

SHARD = 500  # scenes; about 120 MB of features


@dataclass(frozen=True)
class SceneRecord:
    """What is true of one scene, as plain JSON: what may be asked about it is drawn later, so that new player lines
    need no new features.

    `valid` and boxes [x, y, w, h] are in pixels of the model's input; `entities` hold names, box, tags, generic, colour;
    `said` what people said of it: a text, and the indices of the entities that it means. Of a `closed` scene nothing but
    `absent` is known to be missing: what is there was not all marked.
    """

    valid: tuple[float, float, float, float]
    entities: list[dict[str, Any]]
    absent: list[str]
    said: list[tuple[str, list[int]]] = field(default_factory=list)
    closed: bool = False


ScenePair = tuple[npt.NDArray[np.uint8], SceneRecord]
ShardSource = Callable[[int, int], list[ScenePair]]  # first index, count -> frames with records
ShardJob = tuple[Path, Path | None, ShardSource, int, int]  # shard, backbone, source, first index, count


class _Backbone(nn.Module):
    def __init__(self, model: NpcModel) -> None:
        super().__init__()
        self.image = model.image

    def forward(self, frame: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return self.image(frame)


def export_backbone(model: NpcModel, path: Path) -> Path:
    """Write the image encoder alone as ONNX, if it is not there yet."""
    if not path.exists():
        frame = torch.zeros(1, *model.cfg.size, 3, dtype=torch.uint8)
        with whole_file(path) as partial:
            torch.onnx.export(
                _Backbone(model).eval(),
                (frame,),
                str(partial),
                input_names=["frame"],
                output_names=["s8", "s16", "s32"],
                opset_version=20,
                dynamo=True,
                external_data=False,
                verbose=False,
            )
    return path


def fingerprint(*parts: object) -> str:
    """A short name for a combination of settings."""
    return hashlib.sha256(json.dumps([str(p) for p in parts]).encode()).hexdigest()[:12]


def build_cache(
    folder: Path, backbone: Path | None, source: ShardSource, count: int, progress: Progress, workers: int = 2
) -> list[Path]:
    """Compute all shards that are not there yet (`backbone` None: frames); returns the shard directories in order."""
    folder = folder.resolve()  # other machines look for it from elsewhere
    folder.mkdir(parents=True, exist_ok=True)
    starts = range(0, count, SHARD)
    sizes = [min(SHARD, count - start) for start in starts]
    # A last shard that is not full says so: a larger set must not take it for a full one.
    shards = [folder / (f"shard-{i:04d}" + ("" if size == SHARD else f"-{size}")) for i, size in enumerate(sizes)]
    jobs = [
        (shard, backbone, source, start, size)
        for shard, start, size in zip(shards, starts, sizes, strict=True)
        if not (shard / "scenes.json").exists()
    ]
    progress.total("scenes", count, count - sum(j[4] for j in jobs))
    elsewhere = spread()
    for done, _ in enumerate(elsewhere(_build_shard, jobs) if elsewhere else _build_shards(jobs, min(workers, len(jobs)))):
        progress.say(f"features of scenes: {done + 1} of {len(jobs)} shards")
    return shards


def _build_shards(jobs: Sequence[ShardJob], workers: int) -> Iterator[None]:
    if workers <= 1:
        yield from map(_build_shard, jobs)
    else:
        with multiprocessing.get_context("spawn").Pool(workers) as pool:
            yield from pool.imap_unordered(_build_shard, jobs)


def _build_shard(job: ShardJob) -> None:
    shard, backbone, source, start, count = job
    write_shard(shard, backbone, source(start, count))


def write_shard(
    shard: Path, backbone: Path | None, pairs: Sequence[ScenePair], on_scene: Callable[[], None] = lambda: None
) -> None:
    """Compute one shard (`backbone` None: frames); `on_scene` is called after each scene, for a progress bar."""
    with whole_folder(shard) as partial:
        if backbone is None:
            np.save(partial / "frame.npy", np.stack([frame for frame, _ in pairs]))
        else:
            _write_features(partial, backbone, [frame for frame, _ in pairs], on_scene)
        records = [record.__dict__ for _, record in pairs]
        (partial / "scenes.json").write_text(json.dumps(records, separators=(",", ":")), encoding="utf-8")


def features_session(backbone: Path) -> ort.InferenceSession:
    """A frozen image encoder; one thread, since one process a core beats several threads a picture."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    return ort.InferenceSession(str(backbone), options, providers=["CPUExecutionProvider"])


def _write_features(
    folder: Path, backbone: Path, frames: Sequence[npt.NDArray[np.uint8]], on_scene: Callable[[], None]
) -> None:
    session = features_session(backbone)
    outputs: list[np.memmap[Any, np.dtype[np.float16]]] = []
    for i, frame in enumerate(frames):
        features = session.run(None, {"frame": frame[None]})
        if not outputs:
            outputs = [
                np.lib.format.open_memmap(folder / f"{name}.npy", "w+", np.float16, (len(frames), *f.shape[1:]))
                for name, f in zip(("s8", "s16", "s32"), features, strict=True)
            ]
        for array, feature in zip(outputs, features, strict=True):
            array[i] = feature[0]
        on_scene()
    for array in outputs:
        array.flush()


def read_records(shards: Sequence[Path]) -> list[SceneRecord]:
    """Records of all shards in order."""
    return [SceneRecord(**row) for shard in shards for row in json.loads((shard / "scenes.json").read_text("utf-8"))]
