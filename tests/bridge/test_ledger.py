"""The journal: what was decided outlives the server."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgpack
import pytest

from engine.bridge.ledger import KEEP_S, Journal
from engine.errors import Fault
from engine.formats.wire.codec import Hello, Observe, Spawn, Utterance
from tests.bridge.wire import Wire

SAID = Observe(1, ("mira",), None, Utterance("u1", "hello", ("mira",)))


@pytest.fixture
def file(tmp_path):
    return tmp_path / "journal.db"


def _greet(server) -> Wire:
    wire = Wire(server.endpoint)
    wire.say(Hello("test", "session-1"))
    wire.next("welcome")
    wire.say(Spawn("mira", "healer"))
    wire.next("spawned")
    return wire


def test_a_restarted_server_sends_the_decision_that_was_made(serve, perceiver, file):
    server = serve(journal=Journal(file))
    wire = _greet(server)
    wire.say(SAID)
    first = wire.next("decision")
    wire.close()
    server.stop()
    wire = _greet(serve(journal=Journal(file)))
    wire.say(SAID)
    assert wire.next("decision") == first
    assert perceiver.heard == ["hello"]
    wire.close()


def test_another_session_may_use_the_same_id(serve, perceiver, file):
    journal = Journal(file)
    journal.write([("another session", "u1", "mira", b"its decision")])
    wire = _greet(serve(journal=journal))
    wire.say(SAID)
    assert wire.next("decision").action == "greet"
    wire.close()


def test_two_servers_do_not_share_a_journal(file):
    journal = Journal(file)
    with pytest.raises(Fault) as refused:
        Journal(file)
    assert refused.value.code == "journal"
    journal.close()


def test_a_file_that_is_no_journal_is_named(file):
    file.write_bytes(b"my holiday pictures" * 100)
    with pytest.raises(Fault, match="cannot be used as a journal"):
        Journal(file)


def test_old_decisions_are_forgotten(file):
    journal = Journal(file, clock=lambda: 0.0)
    journal.write([("s", "u", "mira", b"x")])
    journal.close()
    journal = Journal(file, clock=lambda: KEEP_S + 1)
    assert journal.read("s", "u", "mira") is None
    journal.close()


def test_a_journal_of_0_1_is_read_and_written_on(tmp_path):
    file = tmp_path / "journal.sqlite"
    shutil.copy(Path(__file__).with_name("written_by_0_1") / "journal.sqlite", file)
    journal = Journal(file, clock=lambda: 1e10 + 60.0)
    decision = msgpack.unpackb(journal.read("s-1", "u1", "mira"))
    assert (decision["action"], decision["line"]) == ("give", "Hier, für dich 😀")
    journal.write([("s-1", "u3", "mira", b"\x80")])
    journal.forget("s-2")
    found = [journal.read(*key) is not None for key in (("s-1", "u2", "mira"), ("s-1", "u3", "mira"), ("s-2", "u1", "bram"))]
    journal.close()
    assert found == [True, True, False]
