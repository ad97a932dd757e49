"""`python -m engine doctor` names what is wrong and what to do."""

from __future__ import annotations

import socket

import pytest
import typer

from engine.cli.doctor import _device, _port, doctor
from engine.formats.installed import shares
from engine.perception import default_bundle


@pytest.fixture
def wide(monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")


def test_a_sound_machine_gets_a_clean_bill(capsys, wide):
    with pytest.raises(typer.Exit) as left:
        doctor(None, "tcp://127.0.0.1:0")
    assert left.value.exit_code == 0
    said = capsys.readouterr().out
    assert all(check in said for check in ("Python", "ONNX Runtime", "device", "bundle", "port", "the healer answered"))


def test_an_engine_that_has_the_port_is_no_fault(capsys, wide, server):
    with pytest.raises(typer.Exit) as left:
        doctor(None, server.endpoint)
    assert left.value.exit_code == 0
    assert f"an engine answers at {server.endpoint}" in capsys.readouterr().out


def test_an_engine_that_wants_a_token_is_no_fault_either(serve):
    endpoint = serve(token="sesame").endpoint
    assert _port(endpoint) == f"an engine answers at {endpoint}"


def test_a_taken_port_and_a_missing_bundle_are_told_apart(capsys, wide, monkeypatch, tmp_path):
    monkeypatch.setattr("engine.cli.doctor._HELLO_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(typer.Exit) as left:
        doctor(tmp_path / "no bundle", f"tcp://127.0.0.1:{other.getsockname()[1]}")
    assert left.value.exit_code == 1
    said = capsys.readouterr().out
    assert "is in use" in said
    assert "no bundle" in said
    assert default_bundle().name not in said


def test_two_builds_of_the_runtime_are_told_with_the_cure(capsys, wide, monkeypatch):
    monkeypatch.setattr("engine.cli.doctor._is_installed", lambda name: name in ("onnxruntime", "onnxruntime-gpu"))
    with pytest.raises(typer.Exit) as left:
        doctor(None, "tcp://127.0.0.1:0")
    assert left.value.exit_code == 1
    said = " ".join(capsys.readouterr().out.split())
    assert "onnxruntime and onnxruntime-gpu lie in one folder" in said
    assert "pip uninstall -y onnxruntime onnxruntime-gpu" in said


def test_an_idle_gpu_is_told_with_what_would_use_it(monkeypatch):
    monkeypatch.setattr("engine.perception.onnx_sessions.has_gpu", lambda: True)
    monkeypatch.setattr("engine.cli.doctor._is_installed", lambda name: name == "onnxruntime")
    assert "onnxruntime-gpu[cuda,cudnn]" in _device(None)


def test_the_size_is_that_of_the_files(capsys, wide):
    doctor(size=True)
    said = capsys.readouterr().out
    row = next(line for line in said.splitlines() if "the engine and what it needs" in line)
    told = float(row.split("│")[2])
    assert sum(share.bytes or 0 for share in shares()) / 1e6 == pytest.approx(told, abs=0.51)
    assert next(share for share in shares() if share.name == "numpy").bytes > 10e6
    assert "[demo]" in said


def test_a_plain_install_is_lean():
    needed = {share.name for share in shares()}
    assert {"onnxruntime", "numpy", "pyzmq"} <= needed
    assert not needed & {"onnxruntime-gpu", "pygame", "torch", "tokenizers", "huggingface-hub", "onnx"}
    assert "pygame" in {share.name for share in shares("demo")}
