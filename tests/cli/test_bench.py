"""How the figures of `python -m engine bench` are made up."""

from __future__ import annotations

from engine.cli import bench, bench_device


def test_the_overhead_is_the_round_trip_without_what_the_character_takes():
    figures = {bench._BRIDGE: {"p50": 0.50}, bench._THINKING: {"p50": 0.05}, bench._ECHO: {"p50": 0.25}}
    assert bench._overhead(figures) == {"p50_ms": 0.45, "of_bare_echo": 1.8}


def test_a_percentile_is_a_value_that_was_measured():
    assert bench_device.percentiles([i / 1e3 for i in range(1, 101)]) == {"p50": 50.0, "p95": 95.0, "p99": 99.0}
