"""What a server tells of itself, on this machine alone: its log, its counters, and both as Prometheus reads them."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import queue
import sys
import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TextIO

from engine.errors import Fault, needs_extra
from engine.files import reason
from engine.inspector.http import Answer, LocalServer, Request

log = logging.getLogger("engine.bridge")
_LINES = 1000  # of the log that wait for whoever reads it
_FLUSH_S = 0.5  # for what waits when the process ends


def event(name: str, *, level: int = logging.INFO, fault: bool = False, **fields: Any) -> None:
    """Log `name` with `fields`; with `fault` also the exception that is being handled."""
    log.log(level, name, extra={"fields": fields}, exc_info=fault)


class TextLines(logging.Formatter):
    """`2030-01-31T12:00:00+00:00 INFO client_here client=village session=5e55`"""

    def format(self, record: logging.LogRecord) -> str:
        fields = "".join(f" {name}={_quoted(value)}" for name, value in _fields(record).items())
        line = f"{_time(record)} {record.levelname} {record.getMessage()}{fields}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, event, and its fields."""

    def format(self, record: logging.LogRecord) -> str:
        line = {"time": _time(record), "level": record.levelname.lower(), "event": record.getMessage(), **_fields(record)}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class PatientHandler(logging.Handler):
    """Writes the log on a thread of its own, so that a pipe that nobody reads holds up nobody.

    What does not fit into the queue is dropped, and a sentence counts it once there is room again. Where the pipe's reader
    is gone the log ends, and nothing else does.

    Args:
        stream: None, as in a windowed process: the log goes nowhere.
        lines: how many may wait.
    """

    def __init__(self, stream: TextIO | None, lines: int = _LINES) -> None:
        super().__init__()
        self._write = _writer(stream)
        self._queue: queue.Queue[str | None] = queue.Queue(lines)
        self._dropped = 0
        self._counting = threading.Lock()  # not the handler's own: whoever closes it holds that one while the last lines go
        self._thread = threading.Thread(target=self._work, name="log", daemon=True)
        self._thread.start()

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = self.format(record)
        except Exception:  # a field that cannot be shown must not end who logs it
            line = f"{record.levelname} {record.msg} (its fields cannot be shown)"
        try:
            self._queue.put_nowait(line)
        except queue.Full:
            with self._counting:
                self._dropped += 1

    def close(self) -> None:
        """Write what waits, for half a second at most."""
        with contextlib.suppress(queue.Full):
            self._queue.put(None, timeout=_FLUSH_S)
        self._thread.join(_FLUSH_S)
        super().close()

    def _work(self) -> None:
        while (line := self._queue.get()) is not None:
            with self._counting:
                dropped, self._dropped = self._dropped, 0
            if dropped:
                record = logging.LogRecord(log.name, logging.WARNING, "", 0, "log_dropped", (), None)
                record.fields = {"lines": dropped, "why": "nobody read the log"}
                line = f"{self.format(record)}\n{line}"
            try:
                self._write(line + "\n")
            except (OSError, ValueError):  # the reader is gone, the stream closed
                self._write = _nowhere


def _writer(stream: TextIO | None) -> Callable[[str], object]:
    """Writes to the stream's descriptor: a thread that is stuck in a stream holds its lock, which ends the interpreter
    with an abort ("could not acquire lock ... at interpreter shutdown")."""
    if stream is None:
        return _nowhere
    try:
        descriptor = stream.fileno()
    except (OSError, ValueError, AttributeError):
        return stream.write
    if os.name == "nt" and stream.isatty():  # the console takes UTF-16 alone, which Python's stream knows
        return stream.write
    encoding = stream.encoding or "utf-8"
    return lambda text: _write_all(descriptor, text.encode(encoding, "replace"))


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


def _nowhere(text: str) -> None:
    """Where a log goes that nobody can read."""


def log_to_stderr(level: int, as_json: bool) -> PatientHandler:
    """Set the process's logging up; closed by `logging` when the process ends."""
    handler = PatientHandler(sys.stderr)
    handler.setFormatter(JsonLines() if as_json else TextLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    return handler


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    return getattr(record, "fields", {})


def _quoted(value: object) -> str:
    """What a client sent must not look like another field or line."""
    text = str(value)
    return text if text and text.isprintable() and not set(text) & set(' "=') else json.dumps(text)


COUNTERS = {
    "observed": "observations that were taken",
    "superseded": "frames that gave way to a newer one before they were looked at",
    "sound_dropped": "what a voice process said of hearings and speeches that were over, or none",
    "sound_failed": "hearings and speeches that ended with an error",
    "dropped": "frames that were dropped unread because their client sends too many",
    "heard": "utterances that were taken, once for each NPC that they are for",
    "repeated": "utterances that came again, once for each NPC, and had no second effect",
    "busy": "observations that were put off because too much waits already",
    "refused": "messages that were answered with an error, `busy` apart",
    "decided": "decisions that were made",
    "undelivered": "replies that a client did not take",
    "strangers": "connections that were refused because of their key",
}
VOICE = {
    "told": "lines that a language model worded anew",
    "contradicted": "lines of a language model that claimed what is not so, and were not told",
    "failed": "lines that a language model did not give in time, or gave out of role",
    "dropped": "lines that gave way to newer ones before a language model was asked",
}
GAUGES = {
    "clients": "sessions",
    "npcs": "NPCs of all sessions",
    "waiting": "observations that wait for inference, once for each NPC",
    "undecided": "utterances that wait for their decision, once for each NPC",
    "deciding_seconds": "for which the decisions that are being made have been in the making",
}
_HISTOGRAMS = {
    "frame_age_seconds": ("from the arrival of an observation to its decision", "frame_age"),
    "inference_seconds": ("for one batch", "inference"),
    "batch_npcs": ("NPCs of one batch", "batch"),
}


@dataclass(slots=True)
class Histogram:
    """Counts of values up to each bound, and beyond the last."""

    bounds: Sequence[float]
    counts: list[int] = field(init=False)
    total: float = 0.0

    def __post_init__(self) -> None:
        self.counts = [0] * (len(self.bounds) + 1)

    def add(self, value: float) -> None:
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value


_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


@dataclass(slots=True)
class Statistics:
    """Plain numbers, written by the server's threads, each field by one of them; read by anybody."""

    counters: Counter[str] = field(default_factory=Counter)
    frame_age: Histogram = field(default_factory=lambda: Histogram(_SECONDS))  # s from arrival to decision
    inference: Histogram = field(default_factory=lambda: Histogram(_SECONDS))  # s of one batch
    batch: Histogram = field(default_factory=lambda: Histogram((1, 2, 4, 8, 16, 32, 64, 128, 256)))  # NPCs of one batch


def serve_metrics(
    address: str,
    statistics: Statistics,
    gauges: Callable[[], Mapping[str, float]],
    voice: Callable[[], Mapping[str, int]] | None = None,
) -> tuple[Callable[[], None], int]:
    """Answer `http://HOST:PORT/metrics` on threads of its own; returns what ends it, and the port.

    Args:
        voice: counts of the second voice, by the names of `VOICE`; None: there is none.

    Raises:
        Fault: `extra_missing`, or `metrics`: no such address, or it is taken.
    """
    host, port = split_address(address)
    with needs_extra("metrics", "--metrics"):
        from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
    registry = CollectorRegistry()
    registry.register(_Collector(statistics, gauges, voice))

    def answer(request: Request) -> Answer:
        if request.path != "/metrics":
            return Answer.missing("/metrics")
        return Answer(generate_latest(registry), CONTENT_TYPE_LATEST)

    try:
        server = LocalServer(host, port, answer, "metrics")
    except (OSError, ValueError) as error:
        fault = f"Cannot serve metrics on {address}: {reason(error)}."
        raise Fault("metrics", fault, "Choose another address with --metrics.") from None
    return server.close, server.port


class _Collector:
    def __init__(
        self,
        statistics: Statistics,
        gauges: Callable[[], Mapping[str, float]],
        voice: Callable[[], Mapping[str, int]] | None,
    ) -> None:
        self._statistics, self._gauges, self._voice = statistics, gauges, voice

    def collect(self) -> Iterator[Any]:
        from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

        for name, text in COUNTERS.items():
            yield CounterMetricFamily(f"npc_engine_{name}", text, self._statistics.counters[name])
        if self._voice is not None:
            told = self._voice()
            for name, text in VOICE.items():
                yield CounterMetricFamily(f"npc_engine_voice_{name}", text, told[name])
        values = self._gauges()
        for name, text in GAUGES.items():
            yield GaugeMetricFamily(f"npc_engine_{name}", text, values[name])
        for name, (text, field_name) in _HISTOGRAMS.items():
            histogram: Histogram = getattr(self._statistics, field_name)
            buckets = list(_cumulative(histogram.bounds, histogram.counts))
            yield HistogramMetricFamily(f"npc_engine_{name}", text, buckets, histogram.total)


def _cumulative(bounds: Sequence[float], counts: Iterable[int]) -> Iterator[tuple[str, float]]:
    below = 0
    for bound, count in zip([*(str(float(bound)) for bound in bounds), "+Inf"], counts, strict=True):
        below += count
        yield bound, float(below)


def split_address(address: str) -> tuple[str, int]:
    """HOST and PORT of `HOST:PORT`.

    Raises:
        Fault: `metrics`.
    """
    host, _, port = address.rpartition(":")
    if not host or not (port.isascii() and port.isdecimal()) or int(port[:6]) > 65535:
        raise Fault("metrics", f"'{address}' is no HOST:PORT.", "Give an address such as 127.0.0.1:9100.")
    return host.strip("[]"), int(port)
