"""A real Ray cluster: two replicas see as one model here does, die, are replaced, and are rolled over to another bundle."""

from __future__ import annotations

import errno
import socket
import threading
import time

import numpy as np
import pytest

pytest.importorskip("ray", reason="needs the ray extra")

from engine.fleet.local_ray import LocalRay
from engine.formats.frame import Frame
from engine.perception import Query
from engine.remote.perceiver import RemotePerceiver

pytestmark = pytest.mark.cluster
DEADLINE = 120.0


@pytest.fixture(scope="module")
def cluster():
    with LocalRay() as ray:
        ray.address = ray.run(replicas=2)
        yield ray


@pytest.fixture
def remote(cluster):
    made = RemotePerceiver(cluster.address, patience=DEADLINE, start=DEADLINE, frames=DEADLINE)
    yield made
    made.close()


NEAR = 1e-3


def picture(seed: int) -> Frame:
    blocks = np.random.default_rng(seed).integers(0, 255, (9, 16, 3), dtype=np.uint8)
    return Frame.from_array(blocks.repeat(20, 0).repeat(20, 1))


def test_nothing_of_it_can_be_reached_from_other_machines(cluster):
    import ray

    assert {node["NodeManagerAddress"] for node in ray.nodes()} == {"127.0.0.1"}
    with socket.create_connection(("127.0.0.1", cluster.port)):
        pass
    ports = {port for node in ray.nodes() for name, port in node.items() if name.endswith("Port") and port}
    assert ports
    for address in {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)} - {"127.0.0.1"}:
        for port in (*ports, cluster.port):
            with socket.socket() as stranger:
                assert stranger.connect_ex((address, int(port))) == errno.ECONNREFUSED


def test_replicas_see_what_is_seen_here_and_share_the_work(cluster, remote, perceiver):
    assert len(cluster.pids(cluster.address, 2)) == 2
    queries = [Query("hand me the red potion", ("wolf", "fire"), asked=("wolf",), colours=True), Query("", ("wolf",))]
    looks = [(remote.encode(picture(seed), queries), queries) for seed in range(8)]
    remote.ahead(looks)
    for seed, (frame, asked) in enumerate(looks):
        there = remote.see(frame, asked)
        here = perceiver.see(perceiver.encode(picture(seed), queries), queries)
        for one, other in zip(there, here, strict=True):  # but for last bits: words were encoded beside other words there
            for head, labels in other.heads.items():
                assert one.heads[head] == pytest.approx(labels, abs=NEAR)
            assert (one.target is None) == (other.target is None)
            for a, b in zip((*one.watch, *one.looked), (*other.watch, *other.looked), strict=True):
                assert a.phrase == b.phrase
                assert (a.p, a.x, a.y) == pytest.approx((b.p, b.x, b.y), abs=NEAR)


def test_a_killed_replica_costs_no_word_and_is_replaced(cluster, remote):
    before = cluster.pids(cluster.address, 2)
    killer = threading.Timer(0.2, cluster.kill, (before[0],))
    killer.start()
    end = time.monotonic() + 1.0
    while time.monotonic() < end or killer.is_alive():
        [sight] = remote.see(None, [Query("hello")])
        assert sight.heads["intent"]["greet"] > 0.5
    after = cluster.pids(cluster.address, 2)
    assert before[0] not in after


def test_a_new_version_takes_over_while_words_are_answered(cluster, remote):
    before, over = set(cluster.pids(cluster.address, 2)), threading.Event()
    failed: list[Exception] = []

    def talk() -> None:
        while not over.is_set():
            try:
                remote.see(None, [Query("hello")])
            except Exception as error:
                failed.append(error)

    talker = threading.Thread(target=talk)
    talker.start()
    try:
        cluster.run(replicas=2, max_ongoing_requests=8)  # a change of the deployment: its replicas are exchanged one by one
    finally:
        over.set()
        talker.join(DEADLINE)
    assert not failed
    assert len(cluster.pids(cluster.address, 2)) == 2
    assert len(before) == 2
