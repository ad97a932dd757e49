"""Metrics, logs, and how a server stops."""

from __future__ import annotations

import json
import logging
import os
import re
import time
import urllib.error
import urllib.request

import pytest

from engine.bridge.observability import (
    GAUGES,
    Histogram,
    JsonLines,
    PatientHandler,
    Statistics,
    TextLines,
    event,
    serve_metrics,
    split_address,
)
from engine.errors import Fault


@pytest.fixture
def scrape(server):
    """Reads the metrics of the running server by name."""
    end, port = serve_metrics("127.0.0.1:0", server.server.statistics, server.server.gauges)

    def read() -> dict[str, float]:
        text = urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10).read().decode()
        rows = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
        return {name: float(value) for name, _, value in rows}

    yield read
    end()


def test_back_pressure_can_be_read(scrape, client, perceiver, picture):
    client.spawn("mira", persona="healer")
    perceiver.gate.clear()
    client.observe("mira", frame=picture())
    assert perceiver.entered.wait(10)
    for _ in range(5):
        client.observe("mira", frame=picture())
        client.pong()  # it is there before the next one leaves
    client.observe("mira", text="hello")
    client.pong()
    metrics = scrape()
    assert metrics["npc_engine_superseded_total"] == 4
    assert metrics["npc_engine_waiting"] == 2
    assert metrics["npc_engine_undecided"] == 1
    assert (metrics["npc_engine_clients"], metrics["npc_engine_npcs"]) == (1, 1)
    perceiver.gate.set()


def test_a_model_that_hangs_is_told(scrape, client, perceiver, picture, monkeypatch, caplog):
    monkeypatch.setattr("engine.bridge.server._STALLED_S", 0.05)
    client.spawn("mira", persona="healer")
    assert scrape()["npc_engine_deciding_seconds"] == 0
    perceiver.gate.clear()
    with caplog.at_level("INFO", "engine.bridge"):
        client.observe("mira", frame=picture())
        client.until(lambda: "inference_stalled" in caplog.messages)
        assert scrape()["npc_engine_deciding_seconds"] > 0.05
        perceiver.gate.set()
        client.decisions(1)
        client.until(lambda: "inference_goes_on" in caplog.messages)
    assert caplog.messages.count("inference_stalled") == 1
    assert scrape()["npc_engine_deciding_seconds"] == 0


def test_decisions_and_their_age_are_counted(scrape, client, picture):
    client.spawn("mira", persona="healer")
    client.observe("mira", frame=picture(), text="hello")
    client.decisions(1)
    metrics = scrape()
    assert metrics["npc_engine_decided_total"] == 1
    assert metrics["npc_engine_frame_age_seconds_count"] == 1
    assert metrics['npc_engine_batch_npcs_bucket{le="1.0"}'] == 1


def test_a_histogram_counts_what_is_on_a_bound_below_it():
    histogram = Histogram((1, 2))
    for value in (0.5, 1, 1.5, 3):
        histogram.add(value)
    assert (histogram.counts, histogram.total) == ([2, 1, 1], 6)


@pytest.mark.parametrize("address", ["9100", "localhost", "localhost:http", "localhost:99999", ":9100"])
def test_an_address_that_is_none_is_named(address):
    with pytest.raises(Fault, match=r"127\.0\.0\.1:9100"):
        split_address(address)


def test_a_taken_metrics_port_is_named():
    end, port = serve_metrics("127.0.0.1:0", Statistics(), dict)
    with pytest.raises(Fault) as refused:
        serve_metrics(f"127.0.0.1:{port}", Statistics(), dict)
    assert refused.value.code == "metrics"
    end()


def test_metrics_are_for_who_means_this_machine(server):
    end, port = serve_metrics("127.0.0.1:0", server.server.statistics, server.server.gauges)
    asked = urllib.request.Request(f"http://127.0.0.1:{port}/metrics", headers={"Host": "evil.example"})
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(asked, timeout=10)
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10)
    end()


def test_metrics_answer_over_ipv6_too():
    try:
        end, port = serve_metrics("[::1]:0", Statistics(), lambda: dict.fromkeys(GAUGES, 0.0))
    except Fault:
        pytest.skip("this machine has no IPv6")
    assert urllib.request.urlopen(f"http://[::1]:{port}/metrics", timeout=10).status == 200
    end()


def _record(**fields) -> logging.LogRecord:
    record = logging.LogRecord("engine.bridge", logging.INFO, "", 0, "client_here", (), None)
    record.fields = fields
    return record


def test_a_log_line_is_json_where_machines_read_it():
    line = json.loads(JsonLines().format(_record(client="Dörfli", resumed=False)))
    assert (line["event"], line["client"], line["resumed"], line["level"]) == ("client_here", "Dörfli", False, "info")


def test_a_client_cannot_forge_a_log_line():
    line = TextLines().format(_record(client="x\n2030 INFO client_here token=ok"))
    assert "\n" not in line
    assert '"x\\n2030' in line


def test_who_comes_and_goes_is_logged_without_the_session_id(caplog, server, connect):
    with caplog.at_level(logging.INFO, "engine.bridge"):
        client = connect(server)
        session = server.sessions[0].key
        client.close()
        deadline = time.monotonic() + 10
        while server.sessions and time.monotonic() < deadline:  # a server that stops reads no more farewells
            time.sleep(0.01)
        server.stop()
    events = {record.getMessage(): record.fields for record in caplog.records if hasattr(record, "fields")}
    assert {"client_here", "client_gone", "stopped"} <= set(events)
    assert session not in str(events)


def test_a_fault_is_logged_with_its_traceback(caplog):
    with caplog.at_level(logging.ERROR, "engine.bridge"):
        try:
            1 / 0  # noqa: B018
        except ZeroDivisionError:
            event("failed", level=logging.ERROR, fault=True)
    assert "ZeroDivisionError" in JsonLines().format(caplog.records[0])


@pytest.fixture
def pipe():
    """A log that goes into a pipe, and the pipe's other end, which nobody reads."""
    inlet, outlet = os.pipe()
    with os.fdopen(outlet, "w") as stream:
        handler = PatientHandler(stream, lines=100)
        handler.setFormatter(TextLines())
        yield handler, inlet
        os.close(inlet)
        handler.close()


def test_a_log_that_nobody_reads_holds_up_nobody_and_counts_what_it_dropped(pipe):
    handler, inlet = pipe
    start = time.monotonic()
    for n in range(5000):
        handler.handle(_record(client="x" * 100, n=n))
    assert time.monotonic() - start < 5
    read, deadline = "", time.monotonic() + 10
    while "log_dropped" not in read and time.monotonic() < deadline:
        handler.handle(_record(again=True))
        read += os.read(inlet, 1 << 16).decode()
    (line,) = [line for line in read.splitlines() if "log_dropped" in line][:1]
    assert "WARNING" in line
    assert int(re.search(r"lines=(\d+)", line)[1]) > 0
    assert "nobody read the log" in line


def test_a_log_whose_reader_is_gone_ends_and_nothing_else():
    inlet, outlet = os.pipe()
    os.close(inlet)
    with os.fdopen(outlet, "w") as stream:
        handler = PatientHandler(stream)
        for _ in range(3):
            handler.emit(_record())
        handler.close()
        assert not handler._thread.is_alive()


def test_a_process_without_streams_has_no_log_and_no_fault(monkeypatch):
    handler = PatientHandler(None)
    handler.handle(_record(client="x"))
    handler.close()
    assert not handler._thread.is_alive()


def test_what_cannot_be_shown_or_encoded_is_logged_all_the_same(tmp_path):
    class Unkind:
        def __str__(self) -> str:
            raise ValueError

    with (tmp_path / "log").open("w", encoding="ascii") as stream:
        handler = PatientHandler(stream)
        handler.setFormatter(TextLines())
        handler.emit(_record(it=Unkind()))
        handler.emit(_record(it="half \ud83d of ü"))
        handler.close()
    first, second = (tmp_path / "log").read_text(encoding="ascii").splitlines()
    assert "cannot be shown" in first
    assert "half" in second


def test_what_became_of_lines_of_the_second_voice_is_counted():
    counts = {"told": 3, "contradicted": 2, "failed": 1, "dropped": 0}
    gauges = dict.fromkeys(GAUGES, 0.0)
    end, port = serve_metrics("127.0.0.1:0", Statistics(), lambda: gauges, lambda: counts)
    text = urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10).read().decode()
    end()
    for name, value in counts.items():
        assert f"npc_engine_voice_{name}_total {value:.1f}" in text
    end, port = serve_metrics("127.0.0.1:0", Statistics(), lambda: gauges)
    assert "npc_engine_voice" not in urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10).read().decode()
    end()
