"""ONNX Runtime sessions, and whether a device really works."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Mapping
from pathlib import Path

import onnxruntime as ort

from engine.errors import Fault
from engine.formats.bundle import Shape
from engine.perception.providers import PROVIDERS, DeviceCfg, Provider, chain


def works(provider: Provider, probe: Path, cfg: DeviceCfg) -> bool:
    """Whether a session for the graph `probe` gets the provider.

    An ONNX Runtime that was built for CUDA claims to have it on machines without a GPU too, and falls back in
    silence; only a session tells the truth.
    """
    if provider.name == "cpu":
        return True
    if provider.runtime not in ort.get_available_providers() or (provider.device == "cuda" and not has_gpu()):
        return False
    return str(open_session(probe, provider.runtime, 1, cfg).get_providers()[0]) == provider.runtime


def has_gpu() -> bool:
    """Whether an NVIDIA driver is there at all; asking ONNX Runtime without one logs an alarming error."""
    try:
        ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return False
    if hasattr(ort, "preload_dlls"):
        ort.preload_dlls()
    return True


def open_session(
    path: Path, provider: str, threads: int, cfg: DeviceCfg | None = None, graph: str = "image", profile: Path | None = None
) -> ort.InferenceSession:
    """A session for one graph.

    Spinning worker threads would steal the cores of the game that runs beside us, hence no spinning: within a run alone it
    gains a fifth where cores are idle, and costs a third where they are not.

    Args:
        provider: its name in ONNX Runtime.
        graph: which of the four it is, for its share of the device's memory.
        profile: prefix of a file that tells where each node ran, see `placement`.

    Raises:
        Fault: `bundle_invalid` if ONNX Runtime cannot load the graph.
    """
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    if profile is not None:
        options.enable_profiling, options.profile_file_prefix = True, str(profile)
    found = next(p for p in PROVIDERS.values() if p.runtime == provider)
    if found.name == "directml":  # https://onnxruntime.ai/docs/execution-providers/DirectML-ExecutionProvider.html
        options.enable_mem_pattern, options.execution_mode = False, ort.ExecutionMode.ORT_SEQUENTIAL
    try:
        return ort.InferenceSession(str(path), options, providers=chain(found, cfg or DeviceCfg(), graph))
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
