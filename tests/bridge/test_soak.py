"""What the bridge promises under stress, tried briefly; `python -m engine soak` does so for long."""

from __future__ import annotations

from engine.bridge.soak import hostile, kills, load, peers, pictures
from engine.bridge.soak.kills import ServerProcess


def test_a_killed_server_costs_no_word_and_doubles_none(tmp_path):
    result = kills.run(3, tmp_path)
    assert result["said"] > 0
    assert result["passed"], result


def test_many_npcs_lose_nothing_while_one_game_floods_and_one_stops_reading(tmp_path):
    result = load.run(0.05, npcs=20, clients=4, hertz=10, folder=tmp_path)
    assert result["said"] > 0
    assert (result["lost"], result["twice"], result["faults"]) == (0, 0, [])
    assert result["most_waiting"] < 1000


def test_nonsense_is_refused_with_a_code_and_a_sentence():
    result = hostile.codec(3000, seed=1)
    assert result["passed"], result
    assert {"malformed", "field", "unknown_type"} <= set(result["codes"])


def test_a_server_survives_nonsense_and_stops_cleanly(tmp_path):
    result = hostile.live(1000, tmp_path, seed=1)
    assert result["faults"] == []
    assert {"malformed", "field"} <= set(result["errors"])


def test_sigterm_ends_a_server_cleanly(tmp_path):
    with ServerProcess(tmp_path) as server:
        assert server.terminate() == 0


def test_broken_pictures_end_in_pixels_or_a_fault() -> None:
    found = pictures.run(3000, seed=5)
    assert found["passed"], found
    assert found["read"] + found["refused"] == found["mutants"] == 3000


def test_hostile_peers_end_no_server_and_fill_no_memory(tmp_path):
    kinds = []
    result = peers.run(0.3, tmp_path, kinds.append, rounds=1, settles=0.1)
    assert kinds == list(peers.KINDS)
    assert result["faults"] == []
    assert result["memory_mib"] < 200
