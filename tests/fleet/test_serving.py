"""A server that is killed and started again: its port is its own, whoever was quicker at first."""

from __future__ import annotations

import os
import socket

import pytest

from engine.bridge.client import Client
from engine.bridge.soak import processes
from engine.bridge.soak.processes import Serving
from engine.errors import Fault


def test_a_port_that_somebody_takes_before_it_is_bound_costs_another_try(tmp_path, monkeypatch):
    with socket.socket() as quicker:
        quicker.bind(("127.0.0.1", 0))
        quicker.listen()
        taken, free = quicker.getsockname()[1], processes.free_port()
        ports = iter([taken, free])
        monkeypatch.setattr(processes, "free_port", lambda: next(ports))
        server = Serving(tmp_path, ["--echo"])
        try:
            server.start()
            assert server.address.endswith(f":{free}")
            address = server.address
            server.kill()
            server.start()
            assert server.address == address
            Client(address).close()
        finally:
            server.kill()


def test_what_is_wrong_otherwise_is_told_at_once(tmp_path):
    with pytest.raises(Fault, match=r"The gateway did not start: error: .*no\.keys"):
        Serving(tmp_path, ["--echo", "--keys", "no.keys"], "gateway").start()


def test_a_cluster_of_our_own_listens_on_loopback_and_tries_another_port(monkeypatch):
    pytest.importorskip("ray", reason="needs the ray extra")
    from ray._private import services

    from engine.fleet.local_ray import LocalRay

    asked, ports = [], []

    class Ray:
        def init(self, **options):
            asked.append((os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"], services.get_node_ip_address()))

        def shutdown(self):
            pass

    class Serve:
        def start(self, http_options, **options):
            ports.append(http_options)
            if len(ports) < 3:
                raise RuntimeError("address already in use")

        def shutdown(self):
            pass

    made = LocalRay()
    made._ray, made._serve = Ray(), Serve()
    monkeypatch.delenv("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", raising=False)
    with made as cluster:
        assert asked == [("0", "127.0.0.1")]
        assert "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER" not in os.environ
        assert {one["host"] for one in ports} == {"127.0.0.1"}
        assert cluster.port == ports[-1]["port"] != ports[0]["port"]
