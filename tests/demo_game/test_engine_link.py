from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from demo_game.engine_link import LIVES, Link, OwnEngine
from demo_game.world import World
from engine.bridge.client import BridgeError

ADDRESS = "tcp://127.0.0.1:5999"


class Mortal(OwnEngine):
    """An engine that says something and ends."""

    addresses: list[str]

    def _start(self, address: str) -> subprocess.Popen[bytes]:
        self.__dict__.setdefault("addresses", []).append(address)
        self._ready.write_text(ADDRESS)
        return subprocess.Popen([sys.executable, "-c", "print('no more')"], stdout=self._log, stderr=self._log)

    def die(self) -> None:
        self._process.wait(30)


@pytest.fixture
def engine() -> Iterator[Mortal]:
    engine = Mortal("none")
    yield engine
    engine.close()


def test_an_engine_that_ended_is_started_again_at_its_address(engine: Mortal) -> None:
    assert engine.endpoint() == ADDRESS
    engine.die()
    assert engine.revive()
    assert engine.addresses == ["tcp://127.0.0.1:*", ADDRESS]


def test_an_engine_that_ends_again_and_again_is_given_up_with_its_last_words(engine: Mortal) -> None:
    for _ in range(LIVES - 1):
        engine.die()
        assert engine.revive()
    engine.die()
    with pytest.raises(BridgeError, match="no more"):
        engine.revive()


def test_an_engine_that_never_gets_ready_is_reported(engine: Mortal) -> None:
    engine._ready.unlink()
    engine.die()
    with pytest.raises(BridgeError, match="no more"):
        engine.endpoint()


def test_where_no_engine_answers_the_address_and_the_fix_are_named(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    monkeypatch.setattr("demo_game.engine_link.LOOK_S", 0.05)
    with pytest.raises(BridgeError, match=r"tcp://127.0.0.1:1 .*python -m engine serve"):
        Link("tcp://127.0.0.1:1", world)
