"""`python -m engine doctor` names what is wrong and what to do."""

from __future__ import annotations

import socket

import pytest
import typer

from engine.cli.tools import _port, doctor
from engine.perception import default_bundle


@pytest.fixture
def wide(monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")


def test_a_sound_machine_gets_a_clean_bill(capsys, wide):
    with pytest.raises(typer.Exit) as left:
        doctor(None, "tcp://127.0.0.1:0")
    assert left.value.exit_code == 0
    said = capsys.readouterr().out
    assert all(check in said for check in ("Python", "ONNX Runtime", "CUDA", "bundle", "port", "the healer answered"))


def test_an_engine_that_has_the_port_is_no_fault(capsys, wide, server):
    with pytest.raises(typer.Exit) as left:
        doctor(None, server.endpoint)
    assert left.value.exit_code == 0
    assert f"an engine answers at {server.endpoint}" in capsys.readouterr().out


def test_an_engine_that_wants_a_token_is_no_fault_either(serve):
    endpoint = serve(token="sesame").endpoint
    assert _port(endpoint) == f"an engine answers at {endpoint}"


def test_a_taken_port_and_a_missing_bundle_are_told_apart(capsys, wide, monkeypatch, tmp_path):
    monkeypatch.setattr("engine.cli.tools._HELLO_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(typer.Exit) as left:
        doctor(tmp_path / "no bundle", f"tcp://127.0.0.1:{other.getsockname()[1]}")
    assert left.value.exit_code == 1
    said = capsys.readouterr().out
    assert "is in use" in said
    assert "no bundle" in said
    assert default_bundle().name not in said
