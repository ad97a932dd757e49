"""ONNX Runtime sessions on the best device that really works."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import onnxruntime as ort

from engine.errors import Fault
from engine.formats.bundle import Shape

CUDA, CPU = "CUDAExecutionProvider", "CPUExecutionProvider"
PROVIDERS = ("auto", "cuda", "cpu")


def choose_provider(wanted: str, probe: Path, threads: int) -> str:
    """The provider to use: `cuda` demands CUDA, `cpu` refuses it, `auto` takes it where a session gets it.

    An ONNX Runtime that was built for CUDA claims to have it on machines without a GPU too, and falls back in
    silence; only a session tells the truth.
    """
    if wanted not in PROVIDERS:
        raise Fault("provider", f"There is no provider '{wanted}'.", f"Use one of: {', '.join(PROVIDERS)}.")
    if wanted == "cpu" or CUDA not in ort.get_available_providers():
        working = CPU
    else:
        working = str(open_session(probe, CUDA, threads).get_providers()[0]) if has_gpu() else CPU
    if wanted == "cuda" and working != CUDA:
        raise Fault(
            "provider",
            "CUDA was asked for, but ONNX Runtime cannot use it here.",
            "Run `python -m engine doctor`, which says what is missing, or use --provider cpu.",
        )
    return working


def has_gpu() -> bool:
    """Whether an NVIDIA driver is there at all; asking ONNX Runtime without one logs an alarming error."""
    import ctypes
    import sys

    try:
        ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return False
    if hasattr(ort, "preload_dlls"):
        ort.preload_dlls()
    return True


def open_session(path: Path, provider: str, threads: int) -> ort.InferenceSession:
    """A session for one graph.

    Spinning worker threads would steal the cores of the game that runs beside us, hence no spinning: within a run alone it
    gains a fifth where cores are idle, and costs a third where they are not.

    Raises:
        Fault: `bundle_invalid` if ONNX Runtime cannot load the graph.
    """
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # The default EXHAUSTIVE search re-tunes every convolution for every new shape, for hundreds of milliseconds.
    chain: list[Any] = [(CUDA, {"cudnn_conv_algo_search": "HEURISTIC"}), CPU] if provider == CUDA else [CPU]
    try:
        return ort.InferenceSession(str(path), options, providers=chain)
    except Exception as error:  # ONNX Runtime's errors have no base class of their own
        reason = " ".join(str(error).split())
        raise Fault(
            "bundle_invalid",
            f"{path} cannot be loaded on {provider}: {reason}.",
            "Export the model again with this version of the engine.",
        ) from error


def check_shapes(path: Path, session: ort.InferenceSession, expected: Mapping[str, Shape]) -> None:
    """Refuse a graph whose inputs and outputs are not those of its manifest.

    Raises:
        Fault: `bundle_invalid`.
    """
    found = {value.name: value.shape for value in (*session.get_inputs(), *session.get_outputs())}
    for name, shape in expected.items():
        if name not in found or not _fits(found[name], shape):
            raise Fault(
                "bundle_invalid",
                f"{path} and bundle.json disagree: '{name}' is {found.get(name, 'absent')}, expected {list(shape)}.",
                "Copy the whole bundle directory or export the model again.",
            )


def _fits(found: list[int | str | None], expected: Shape) -> bool:
    """Whether every size that both sides fix is the same; a name such as 'n' stands for any size."""
    return len(found) == len(expected) and all(
        f == e for f, e in zip(found, expected, strict=True) if isinstance(f, int) and e is not None
    )
