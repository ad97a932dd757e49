"""Where a server may listen, and how."""

from __future__ import annotations

import os
import socket
import stat

import pytest

from engine.bridge.addresses import is_loopback
from engine.bridge.server import Server
from engine.errors import Fault

HERE = ["tcp://127.0.0.1:1", "tcp://127.9.9.9:1", "tcp://localhost:1", "tcp://[::1]:1", "ipc:///tmp/x"]
ELSEWHERE = ["tcp://127.evil.example:1", "tcp://127.0.0.1.evil.example:1", "tcp://localhost.evil.example:1", "tcp://*:1", "x"]
socket_files = pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="this system has no socket files")


@pytest.mark.parametrize("endpoint", HERE)
def test_only_this_machine_reaches(endpoint):
    assert is_loopback(endpoint)


@pytest.mark.parametrize("endpoint", [*ELSEWHERE, "tcp://[::]:1", "tcp://[fe80::1%eth0]:1", "tcp://0.0.0.0:1"])
def test_others_may_reach(endpoint):
    assert not is_loopback(endpoint)


def test_a_name_that_begins_like_loopback_is_not_listened_on_in_the_clear():
    with pytest.raises(Fault) as refused:
        Server("tcp://127.evil.example:0")
    assert refused.value.code == "not_loopback"


def _has_ipv6() -> bool:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


@pytest.mark.skipif(not _has_ipv6(), reason="this machine has no ::1")
def test_the_loopback_of_ipv6_works(serve, connect):
    server = serve("tcp://[::1]:0")
    assert server.endpoint.startswith("tcp://[::1]:")
    client = connect(server)
    client.spawn("mira", persona="healer")
    client.observe("mira", text="hello")
    assert client.decisions(1)


@socket_files
def test_a_socket_file_is_for_its_owner_and_goes_with_the_server(serve, connect, tmp_path):
    path = tmp_path / "npc.sock"
    server = serve(f"ipc://{path}")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert connect(server).connected
    server.stop()
    assert not path.exists()


@socket_files
def test_two_servers_do_not_share_a_socket_file(serve, connect, tmp_path):
    server = serve(f"ipc://{tmp_path}/npc.sock")
    with pytest.raises(Fault) as refused:
        Server(server.endpoint)
    assert refused.value.code == "port_in_use"
    assert connect(server).connected  # the first still listens


@socket_files
def test_the_socket_file_of_a_killed_server_is_no_hindrance(serve, connect, tmp_path):
    with socket.socket(socket.AF_UNIX) as killed:
        killed.bind(os.fspath(tmp_path / "npc.sock"))
    assert connect(serve(f"ipc://{tmp_path}/npc.sock")).connected


@socket_files
def test_no_other_file_is_taken_for_a_socket(tmp_path):
    file = tmp_path / "notes.txt"
    file.write_text("mine")
    with pytest.raises(Fault):
        Server(f"ipc://{file}")
    assert file.read_text() == "mine"


@pytest.mark.parametrize("token", ["", "x" * 513])
def test_a_token_that_protects_nothing_is_refused(token):
    with pytest.raises(Fault) as refused:
        Server("tcp://127.0.0.1:0", token=token)
    assert refused.value.code == "token"
