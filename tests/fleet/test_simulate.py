"""Simulated games: where a world is played, and that what is killed while they play costs no word."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter

import pytest

from engine.fleet.simulate import place

DEADLINE = 240.0


def fleet(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "engine", "fleet", *options], capture_output=True, text=True, timeout=DEADLINE)


def test_a_world_stays_where_it_is_when_another_gateway_goes():
    gateways = [f"tcp://gateway-{n}:5571" for n in range(4)]
    worlds = [f"world {n}" for n in range(400)]
    homes = {world: place(world, gateways)[0] for world in worlds}
    assert min(Counter(homes.values()).values()) > 60
    left = gateways[1:]
    for world, home in homes.items():
        assert place(world, left)[0] == (home if home in left else place(world, gateways)[1])
    assert place("village", gateways) == place("village", gateways[::-1])


def test_where_a_world_is_played_is_printed():
    done = fleet("--place", "village", "--gateway", "tcp://a:1", "--gateway", "tcp://b:1")
    assert done.stdout.split() == place("village", ["tcp://a:1", "tcp://b:1"])


@pytest.mark.parametrize(
    "options",
    [[], ["--place", "x"], ["--simulate", "1", "--gateway", "tcp://a:1", "--kill"]],
    ids=["nothing", "no gateway", "kill"],
)
def test_what_cannot_be_done_is_told_in_one_line(options):
    done = fleet(*options)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)


@pytest.mark.cluster
def test_gateways_databases_and_replicas_that_are_killed_cost_no_word(tmp_path):
    pytest.importorskip("psycopg", reason="needs the postgres extra")
    pytest.importorskip("ray", reason="needs the ray extra")
    from engine.fleet import local_postgres

    if local_postgres.installed() is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    figures = tmp_path / "fleet.json"
    options = ["--simulate", "3", "--seconds", "8", "--hertz", "4", "--kill", "--memory", "local", "--perception", "local"]
    done = fleet(*options, "--json", str(figures))
    told = json.loads(figures.read_text())
    nothing = {name: told[name] for name in ("lost", "twice", "not_remembered", "remembered_twice", "refused")}
    assert nothing == {"lost": 0, "twice": 0, "not_remembered": 0, "remembered_twice": 0, "refused": []}, done.stderr
    assert told["said"] > 10
    assert set(told["recovered_s"]) == {"a replica is killed", "the database is killed and started", "a gateway is killed"}
