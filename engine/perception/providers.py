"""The devices that ONNX Runtime may run a bundle's graphs on: their names, the graphs that suit each, how a session is set up.

Whether a provider really works only a session tells (`onnx_sessions`); which of several is faster is measured (`choosing`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from engine.errors import Fault

CUDA, CPU = "CUDAExecutionProvider", "CPUExecutionProvider"
Arena = Literal["exact", "power"]
_ARENAS: Mapping[Arena, str] = {"exact": "kSameAsRequested", "power": "kNextPowerOfTwo"}
# Of the memory limit: what each graph's arena may take. They share none, since each session has its own.
_SHARES = {"image": 0.5, "text": 0.25, "decide": 0.125, "watch": 0.125}


@dataclass(frozen=True)
class Provider:
    """One way to run graphs.

    Attributes:
        runtime: its name in ONNX Runtime.
        device: where its tensors lie, as ONNX Runtime calls it.
        variants: precisions of graphs that suit it, the best first.
        buckets: whether only few numbers of rows are offered, since each new one makes it tune itself anew.
    """

    name: str
    runtime: str
    device: str
    variants: tuple[str, ...]
    buckets: bool = True


PROVIDERS: Mapping[str, Provider] = {
    p.name: p
    for p in (
        Provider("cuda", CUDA, "cuda", ("fp16", "fp32")),
        Provider("tensorrt", "TensorrtExecutionProvider", "cuda", ("fp16", "fp32")),
        Provider("directml", "DmlExecutionProvider", "dml", ("fp16", "fp32")),
        Provider("cpu", CPU, "cpu", ("int8", "fp32"), buckets=False),
    )
}
MEASURED = ("cuda", "directml", "cpu")  # by `auto`; TensorRT builds engines for minutes, so it has to be asked for
NAMES = ("auto", *PROVIDERS)


@dataclass(frozen=True)
class DeviceCfg:
    """How a GPU is used beside a game that draws with it.

    Attributes:
        device_id: which one, from 0.
        memory: bytes that all four graphs' arenas may take together; None: as much as there is.
        arena: how an arena grows: `exact` by what is asked for (leaves most to the game), `power` to the next power of two.
        cuda_graph: record the image graph's launches once and replay them (CUDA alone; every node must run there).
    """

    device_id: int = 0
    memory: int | None = None
    arena: Arena = "exact"
    cuda_graph: bool = False


def provider_named(name: str) -> Provider:
    """Look up one of `PROVIDERS`; `Fault` `provider` for another name."""
    try:
        return PROVIDERS[name]
    except KeyError:
        raise Fault("provider", f"There is no provider '{name}'.", f"Use one of: {', '.join(NAMES)}.") from None


def chain(provider: Provider, cfg: DeviceCfg, graph: str = "image") -> list[Any]:
    """What `InferenceSession(providers=…)` takes: the provider with its options, and what runs the nodes that it cannot."""
    if provider.name == "cpu":
        return [CPU]
    if provider.name == "directml":
        return [(provider.runtime, {"device_id": str(cfg.device_id)}), CPU]
    cuda = {"device_id": str(cfg.device_id), "arena_extend_strategy": _ARENAS[cfg.arena]}
    # The default EXHAUSTIVE search re-tunes every convolution for every new shape, for hundreds of milliseconds.
    cuda["cudnn_conv_algo_search"] = "HEURISTIC"
    if cfg.memory is not None:
        cuda["gpu_mem_limit"] = str(int(cfg.memory * _SHARES[graph]))
    if cfg.cuda_graph and graph == "image":  # the one graph whose inputs and outputs can lie in one place
        cuda["enable_cuda_graph"] = "1"
    if provider.name == "tensorrt":
        return [(provider.runtime, {"device_id": str(cfg.device_id), "trt_fp16_enable": "1"}), (CUDA, cuda), CPU]
    return [(provider.runtime, cuda), CPU]
