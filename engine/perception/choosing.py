"""Which device runs a bundle, and which of its graphs: asked for, or the fastest of those that work, measured once."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime as ort

from engine.errors import Fault
from engine.files import cache_directory, reason, write_json
from engine.formats.bundle import GRAPHS, Bundle
from engine.perception.bound import Array, BoundGraph
from engine.perception.onnx_sessions import open_session, works
from engine.perception.providers import MEASURED, PROVIDERS, DeviceCfg, Provider, provider_named

_LOG = logging.getLogger("engine.perception")
_WARM, _RUNS = 5, 20
_REMEMBERED = 64  # choices: of so many bundles and settings
_TYPES = {"tensor(float)": np.float32, "tensor(uint8)": np.uint8, "tensor(int64)": np.int64}


@dataclass(frozen=True)
class Choice:
    """A provider, the precision of the graphs for it, and a sentence that says why."""

    provider: Provider
    variant: str
    why: str


def choose(wanted: str, bundle: Bundle, threads: int, cfg: DeviceCfg | None = None, variant: str | None = None) -> Choice:
    """The provider and the graphs to use.

    Args:
        wanted: a name in `PROVIDERS`, which is demanded; or `auto`: the fastest of those that work.
        threads: of the image graph on a CPU.
        variant: precision of the graphs, which is demanded; None: the one that suits the provider best.

    Raises:
        Fault: `provider` if it is not known or does not work here; `variant` if the bundle lacks the graphs for it.
    """
    cfg = cfg or DeviceCfg()
    if wanted == "auto":
        return _fastest(bundle, threads, cfg, variant)
    provider = provider_named(wanted)
    found = variant or suiting(bundle, provider)
    if found is None:
        raise Fault(
            "variant",
            f"The bundle '{bundle.manifest.name}' has {' and '.join(bundle.variants)} graphs alone, which do not suit "
            f"{provider.name}: most of their nodes would run on the CPU.",
            "Export it with `--variant fp16` as well (docs/deployment.md#on-a-gpu), or use --provider cpu.",
        )
    if not works(provider, bundle.graph("decide", found), cfg):
        raise Fault(
            "provider",
            f"{provider.name.upper()} was asked for, but ONNX Runtime cannot use it here.",
            "Run `python -m engine doctor`, which says what is missing, or use --provider cpu.",
        )
    return Choice(provider, found, f"{provider.name} was asked for")


def suiting(bundle: Bundle, provider: Provider) -> str | None:
    """The precision of the bundle's graphs that suits a provider best; a CPU runs whatever there is."""
    known = next((variant for variant in provider.variants if variant in bundle.variants), None)
    return bundle.manifest.precision if known is None and provider.name == "cpu" else known


def _fastest(bundle: Bundle, threads: int, cfg: DeviceCfg, variant: str | None) -> Choice:
    able: list[Choice] = []
    for name in MEASURED:
        provider = PROVIDERS[name]
        found = variant or suiting(bundle, provider)
        if found is not None and _is_able(provider, bundle.graph("decide", found), cfg):
            able.append(Choice(provider, found, "no other provider works here with this bundle"))
    if len(able) == 1:
        return able[0]
    return remembered(_key(bundle, able, threads, cfg), able, lambda choice: _measured(bundle, choice, threads, cfg))


def _is_able(provider: Provider, probe: Path, cfg: DeviceCfg) -> bool:
    try:
        return works(provider, probe, cfg)
    except Fault as fault:  # nobody has asked for it
        _LOG.warning("%s is left out: %s", provider.name, fault.message)
        return False


def _measured(bundle: Bundle, choice: Choice, threads: int, cfg: DeviceCfg) -> float | None:
    """`seconds`, or None where the provider cannot run the graphs now, such as for want of memory."""
    try:
        return seconds(bundle, choice, threads, cfg)
    except Exception as error:  # ONNX Runtime's errors have no base class of their own
        if choice.provider.name == "cpu":
            raise
        _LOG.warning("%s is left out: %s", choice.provider.name, " ".join(str(error).split())[:200])
        return None


def seconds(bundle: Bundle, choice: Choice, threads: int, cfg: DeviceCfg) -> float:
    """What one run of each graph takes together, median of `_RUNS`."""
    return sum(_median(bundle.graph(name, choice.variant), choice, threads, cfg, name) for name in GRAPHS)


def _median(path: Path, choice: Choice, threads: int, cfg: DeviceCfg, name: str) -> float:
    graph = BoundGraph(open_session(path, choice.provider.runtime, threads if name == "image" else 1, cfg, name))
    feed = zeros(graph.session)
    times = []
    for _ in range(_WARM + _RUNS):
        start = time.perf_counter()
        graph.run(feed, 1)
        times.append(time.perf_counter() - start)
    return statistics.median(times[_WARM:])


def zeros(session: ort.InferenceSession) -> dict[str, Array]:
    """An input of one row for a graph."""
    shapes = {i.name: [axis if isinstance(axis, int) else 1 for axis in i.shape] for i in session.get_inputs()}
    return {i.name: np.zeros(shapes[i.name], _TYPES[i.type]) for i in session.get_inputs()}


def remembered(key: str, able: Sequence[Choice], measure: Callable[[Choice], float | None]) -> Choice:
    """The fastest choice, measured the first time and read from the cache directory later.

    Where one cannot be measured (None) the others stand, and all are measured again the next time.
    A cache that cannot be read or written costs a measurement at every start, and nothing else.
    """
    path, known = _memory()
    took = known.get(key)
    if took is None or {choice.provider.name for choice in able} - set(took):
        measured = {choice.provider.name: measure(choice) for choice in able}
        took = {name: round(s * 1e3, 3) for name, s in measured.items() if s is not None}
        where = _remember(path, dict(list(known.items())[1 - _REMEMBERED :]) | {key: took})
    else:
        where = f"measured before, see {path}"
    best = min((choice for choice in able if choice.provider.name in took), key=lambda choice: took[choice.provider.name])
    others = ", ".join(f"{name} {ms:.1f} ms" for name, ms in sorted(took.items(), key=lambda one: one[1]))
    chosen = Choice(best.provider, best.variant, f"the fastest of {others} for one run of each graph ({where})")
    _LOG.info("%s is used: %s", chosen.provider.name, chosen.why)
    return chosen


def _memory() -> tuple[Path | None, dict[str, dict[str, float]]]:
    """Where choices are kept, and those that are there."""
    try:
        path = cache_directory() / "providers.json"
    except Fault:
        return None, {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        entries = {str(key): {str(n): float(ms) for n, ms in took.items()} for key, took in content.items()}
    except (OSError, ValueError, AttributeError, TypeError, RecursionError):
        entries = {}
    return path, entries


def _remember(path: Path | None, entries: dict[str, dict[str, float]]) -> str:
    if path is None:
        return "not remembered: this user has no home directory"
    try:
        write_json(path, entries)
    except OSError as error:
        return f"not remembered: {path} cannot be written, {reason(error)}"
    return f"remembered in {path}"


def _key(bundle: Bundle, able: Sequence[Choice], threads: int, cfg: DeviceCfg) -> str:
    """What a measurement is of: machine, runtime, settings, graphs."""
    machine = [platform.node(), platform.machine(), os.cpu_count(), ort.__version__, threads, str(cfg)]
    graphs = [bundle.manifest.graphs[name].sha256 for name in GRAPHS]
    parts = [*machine, *graphs, *(f"{choice.provider.name} {choice.variant}" for choice in able)]
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()[:16]
