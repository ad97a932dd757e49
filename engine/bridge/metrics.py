"""A server's statistics as Prometheus reads them, over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from engine.bridge.statistics import COUNTERS, Histogram, Statistics
from engine.errors import Fault

try:
    from prometheus_client import CollectorRegistry, start_http_server
    from prometheus_client.metrics_core import (
        CounterMetricFamily,
        GaugeMetricFamily,
        HistogramMetricFamily,
        Metric,
    )
    from prometheus_client.registry import Collector
except ImportError:
    raise Fault(
        "metrics",
        "The package prometheus-client is not installed.",
        "Run: pip install 'npc-engine[metrics]', or in a checkout: pip install -e '.[metrics]'.",
    ) from None

GAUGES = {
    "clients": "sessions",
    "npcs": "NPCs of all sessions",
    "waiting": "observations that wait for inference, once for each NPC",
    "undecided": "utterances that wait for their decision, once for each NPC",
}
_HISTOGRAMS = {
    "frame_age_seconds": ("from the arrival of an observation to its decision", "frame_age"),
    "inference_seconds": ("for one batch", "inference"),
    "batch_npcs": ("NPCs of one batch", "batch"),
}


class _Collector(Collector):
    def __init__(self, statistics: Statistics, gauges: Callable[[], Mapping[str, float]]) -> None:
        self._statistics, self._gauges = statistics, gauges

    def collect(self) -> Iterator[Metric]:
        for name, text in COUNTERS.items():
            yield CounterMetricFamily(f"npc_engine_{name}", text, self._statistics.counters[name])
        values = self._gauges()
        for name, text in GAUGES.items():
            yield GaugeMetricFamily(f"npc_engine_{name}", text, values[name])
        for name, (text, field) in _HISTOGRAMS.items():
            histogram: Histogram = getattr(self._statistics, field)
            yield HistogramMetricFamily(f"npc_engine_{name}", text, _buckets(histogram), histogram.total)


def _buckets(histogram: Histogram) -> list[tuple[str, float]]:
    """Prometheus counts cumulatively."""
    bounds = [*(str(float(bound)) for bound in histogram.bounds), "+Inf"]
    below, buckets = 0, []
    for bound, count in zip(bounds, histogram.counts, strict=True):
        below += count
        buckets.append((bound, float(below)))
    return buckets


def serve_metrics(
    address: str, statistics: Statistics, gauges: Callable[[], Mapping[str, float]]
) -> tuple[Callable[[], None], int]:
    """Answer `http://HOST:PORT/metrics` on a thread of its own; returns what ends it, and the port.

    Raises:
        Fault: `metrics`.
    """
    host, port = split_address(address)
    registry = CollectorRegistry()
    registry.register(_Collector(statistics, gauges))
    try:
        server, _thread = start_http_server(port, host, registry)
    except OSError as error:
        raise Fault(
            "metrics", f"Cannot serve metrics on {address}: {error.strerror}.", "Choose another address with --metrics."
        ) from None

    def end() -> None:
        server.shutdown()
        server.server_close()

    return end, server.server_port


def split_address(address: str) -> tuple[str, int]:
    """HOST and PORT of `HOST:PORT`.

    Raises:
        Fault: `metrics`.
    """
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise Fault("metrics", f"'{address}' is no HOST:PORT.", "Give an address such as 127.0.0.1:9100.")
    return host.strip("[]"), int(port)
