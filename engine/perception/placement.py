"""Where the nodes of a graph really run: ONNX Runtime hands those that a device cannot run to the CPU, and says nothing."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.formats.bundle import GRAPHS, Bundle
from engine.perception.choosing import Choice, zeros
from engine.perception.onnx_sessions import open_session
from engine.perception.providers import CPU, DeviceCfg


@dataclass(frozen=True)
class Placement:
    """Of one graph: how many nodes ran, and what kinds of nodes ran on the CPU although another provider was chosen."""

    nodes: int
    fallen: Mapping[str, int]

    def __str__(self) -> str:
        if not self.fallen:
            return f"{self.nodes}"
        kinds = ", ".join(kind if count == 1 else f"{count} {kind}" for kind, count in sorted(self.fallen.items()))
        return f"{self.nodes}, of which {sum(self.fallen.values())} fell to the CPU ({kinds})"


def placements(bundle: Bundle, choice: Choice, cfg: DeviceCfg | None = None) -> dict[str, Placement]:
    """Run each graph once under ONNX Runtime's profiler and look where its nodes were."""
    found = {}
    for name in GRAPHS:
        with tempfile.TemporaryDirectory() as folder:
            path = bundle.graph(name, choice.variant)
            session = open_session(path, choice.provider.runtime, 1, cfg, name, profile=Path(folder) / name)
            session.run(None, zeros(session))
            events = json.loads(Path(session.end_profiling()).read_text(encoding="utf-8"))
        found[name] = placement(events, choice.provider.runtime)
    return found


def placement(events: list[dict[str, object]], provider: str) -> Placement:
    """Read the events of a profile (Chrome's trace format), in which a node's run carries its provider and operator."""
    ran: dict[object, tuple[str, str]] = {}
    for event in events:
        told = event.get("args")
        if event.get("cat") == "Node" and isinstance(told, dict) and "provider" in told:
            ran[told.get("node_index", event.get("name"))] = str(told["provider"]), str(told.get("op_name", "?"))
    fallen = Counter(kind for where, kind in ran.values() if where == CPU != provider)
    return Placement(len(ran), dict(fallen))
