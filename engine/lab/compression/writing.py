"""A model that was cut down as a bundle, in any precision. It is no recipe's any more: it can be served, not trained on."""

from __future__ import annotations

import copy
import shutil
from pathlib import Path

from engine.formats.bundle import GRAPHS, TOKENIZER_FILE
from engine.lab.config import TrainCfg
from engine.lab.model import NpcModel
from engine.lab.training.sources import read_mixed, scene_concepts
from export.bundle_writer import REPLAY_SEED, staging, write_as, write_rest
from export.graphs import export_graphs
from export.parity import calibration_frames
from export.surgery import free_frames
from export.weights import keep_english

BLOCK = 32  # weights that share a scale
REPLAYED = 8  # scenes; no game is learnt by what is only measured


def write_compressed(model: NpcModel, cfg: TrainCfg, out: Path, precision: str, name: str) -> None:
    """Write the bundle.

    Args:
        precision: fp32, fp16, int8 as `export` has them, or int4: the text graph's words and matrices in 4 bits, the rest INT8.
    """
    packs = cfg.data.art.packs
    with staging(out) as folder:
        smaller, exact, made = copy.deepcopy(model), folder / "exact", folder / "made"
        keep_english(smaller, folder / TOKENIZER_FILE)
        exact.mkdir()
        export_graphs(smaller, exact)
        stored = "int8" if precision == "int4" else precision
        write_as(stored, exact, made, lambda: calibration_frames(cfg.model.size, packs))
        if precision == "int4":
            _quantize_int4(exact / "text.onnx", made / "text.onnx")
        for graph in GRAPHS:
            (made / f"{graph}.onnx").rename(folder / f"{graph}.onnx")
        shutil.rmtree(exact)
        made.rmdir()
        free_frames(folder / "image.onnx")
        pairs = read_mixed(packs, REPLAY_SEED, model.cfg.size, REPLAYED)
        facts = {"name": f"compressed-{name}", "precision": precision, "metrics": {}}
        write_rest(folder, model, pairs, scene_concepts(packs), facts)


def _quantize_int4(source: Path, target: Path) -> None:
    """Words and matrices in 4 bits, a scale for each `BLOCK` of them."""
    from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer  # here, since it sets up logging

    quantizer = MatMulNBitsQuantizer(
        str(source), bits=4, block_size=BLOCK, is_symmetric=True, accuracy_level=4, op_types_to_quantize=("MatMul", "Gather")
    )
    quantizer.process()
    quantizer.model.save_model_to_file(str(target))
