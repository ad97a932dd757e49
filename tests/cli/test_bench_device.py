"""What `bench` tells of a device, on the one that is everywhere."""

from __future__ import annotations

import json

import pytest

from engine.cli.bench_device import measure_device, percentiles
from engine.errors import Fault


def test_a_device_is_measured_alone_and_beside_a_renderer() -> None:
    found = measure_device(None, "cpu", 5, 0.5)
    assert all(0 < ms["p50"] <= ms["p95"] <= ms["p99"] for ms in (found.latency_ms | found.draws_ms).values())
    assert found.crossings["kb_up"] < 200  # the frame in bytes and some vectors: of the grid nothing
    assert found.crossings["kb_down"] < 20
    assert found.occupied > 0
    assert set(found.nodes) == {"image", "text", "decide", "watch"}
    told = json.loads(json.dumps(found.as_json()))
    assert (told["provider"], told["variant"], told["pinned"]) == ("cpu", "int8", False)
    assert "on a CPU none of it is copied" in found.lines()[0]


def test_a_device_that_cannot_be_had_is_told_at_once() -> None:
    with pytest.raises(Fault) as refused:
        measure_device(None, "cuda", 5)
    assert "--variant fp16" in refused.value.fix
    with pytest.raises(Fault, match="no provider 'tpu'"):
        measure_device(None, "tpu", 5)


def test_percentiles_are_of_the_values_that_were_measured() -> None:
    assert percentiles([0.001 * n for n in range(1, 101)]) == {"p50": 50.0, "p95": 95.0, "p99": 99.0}
