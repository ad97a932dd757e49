"""msgpack, the messages and ZMTP in GDScript, run inside Godot over the conformance vectors."""

from __future__ import annotations

import json

from tests.godot.conftest import VECTORS


def _counts(lines: list[str]) -> dict[str, int]:
    words = [line.split() for line in lines if line.startswith("VECTORS")]
    return {" ".join(word[1:-1]): int(word[-1]) for word in words}


def test_the_codecs_run_every_conformance_vector(offline):
    wanted = {}
    for name in ("msgpack", "messages"):
        vectors = json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))
        wanted |= {f"{name} {kind}": len(vectors[kind]) for kind in ("good", "bad")}
    for name, kind in (("fields", "vectors"), ("timelines", "timelines")):
        wanted[f"{name} {kind}"] = len(json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))[kind])
    zmtp = json.loads((VECTORS / "zmtp.json").read_text(encoding="utf-8"))
    wanted |= {
        f"{group} {kind}": len(zmtp[group][kind]) for group in ("greetings", "frames", "commands") for kind in zmtp[group]
    }
    assert _counts(offline.lines) == wanted | {"conversations": len(zmtp["conversations"])}
