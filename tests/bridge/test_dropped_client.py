"""A client that nobody closes ends with its program, whatever has become of the server."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import threading

import pytest
import zmq

from engine.bridge.client import Client
from engine.formats.wire.codec import Welcome, encode

BEGIN = """
    import gc, os, sys
    from engine.bridge.client import BridgeError, Client, Frame
    client = Client(sys.argv[1])
    print("welcome", flush=True)
    sys.stdin.readline()  # the server has gone
    for _ in range(4):
        client._session.send(client._session._hello)
"""
ENDS = {
    "it is held until the interpreter exits": "",
    "it is dropped": "del client",
    "it is collected with others in a circle": "client.loop = [client]; del client; gc.collect()",
    "the program fails": "raise RuntimeError('the game has a fault')",
    "it is closed": "client.close()",
    "a fork of the program ends": """
        child = os.fork()
        if child == 0:
            client.close()
            sys.exit(7)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    """,
    "a fork uses it": """
        child = os.fork()
        if child == 0:
            try:
                client.poll()
            except BridgeError as error:
                assert error.code == "forked", error
                sys.exit(7)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    """,
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS.keys())
def test_a_program_ends_though_its_server_is_gone(end):
    context = zmq.Context()
    server = context.socket(zmq.ROUTER)
    port = server.bind_to_random_port("tcp://127.0.0.1")
    source = textwrap.dedent(BEGIN) + textwrap.dedent(end)
    game = subprocess.Popen(
        [sys.executable, "-c", source, f"tcp://127.0.0.1:{port}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        assert server.poll(10_000)
        route, _ = server.recv_multipart()
        server.send_multipart([route, *encode(Welcome("test", "CPU", "none", False))])
        assert game.stdout.readline() == b"welcome\n"
        server.close(0)
        _, complaint = game.communicate(b"go\n", timeout=10)
    finally:
        game.kill()
        game.wait()
        context.destroy(0)
    assert game.returncode == (1 if "RuntimeError" in end else 0), complaint.decode()


def test_a_client_reaches_a_server_at_an_ipv6_address():
    context = zmq.Context()
    server = context.socket(zmq.ROUTER)
    server.ipv6 = True
    try:
        port = server.bind_to_random_port("tcp://[::1]")
    except zmq.ZMQError:
        pytest.skip("this machine has no IPv6 loopback")

    def welcome():
        if server.poll(10_000):
            route, _ = server.recv_multipart()
            server.send_multipart([route, *encode(Welcome("test", "CPU", "none", False))])

    answering = threading.Thread(target=welcome)
    answering.start()
    try:
        with Client(f"tcp://[::1]:{port}") as client:
            assert client.welcome.server == "test"
    finally:
        answering.join()
        context.destroy(0)
