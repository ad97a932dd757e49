"""msgpack, the messages and ZMTP in GDScript, run inside Godot over the conformance vectors."""

from __future__ import annotations

import json

import pytest

from tests.godot.conftest import VECTORS


def _counts(lines: list[str]) -> dict[str, int]:
    words = [line.split() for line in lines if line.startswith("VECTORS")]
    return {" ".join(word[1:-1]): int(word[-1]) for word in words}


@pytest.fixture(scope="module")
def codecs(godot):
    return godot(["test_msgpack", "test_protocol", "test_zmtp"])


def test_the_codecs_pass_their_tests_inside_godot(codecs):
    passed = [line for line in codecs.lines if line.startswith("PASS")]
    assert len(passed) > 15, str(codecs)


def test_the_codecs_run_every_conformance_vector(codecs):
    wanted = {}
    for name in ("msgpack", "messages"):
        vectors = json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))
        wanted |= {f"{name} {kind}": len(vectors[kind]) for kind in ("good", "bad")}
    zmtp = json.loads((VECTORS / "zmtp.json").read_text(encoding="utf-8"))
    wanted |= {
        f"{group} {kind}": len(zmtp[group][kind]) for group in ("greetings", "frames", "commands") for kind in zmtp[group]
    }
    assert _counts(codecs.lines) == wanted | {"conversations": len(zmtp["conversations"])}
