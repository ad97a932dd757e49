"""Clients and servers of 0.1 and of today understand each other: a session that 0.1 held with itself, byte for byte."""

from __future__ import annotations

import json
from pathlib import Path

from engine.bridge.client_session import BridgeError, ClientSession
from engine.formats.wire.codec import Ack, Observe, Welcome, WireDecision, decode_client, decode_server, encode
from tests.bridge.wire import Wire

ROWS = [
    (row["from"], [bytes.fromhex(part) for part in row["parts"]])
    for row in json.loads(Path(__file__).with_name("session_of_0_1.json").read_text(encoding="utf-8"))["rows"]
]
DECODE = {"client": decode_client, "server": decode_server}


def test_what_0_1_wrote_is_written_to_the_byte_today():
    for sender, parts in ROWS:
        assert [bytes(part) for part in encode(DECODE[sender](parts))] == parts


def test_a_client_of_0_1_gets_from_todays_server_what_it_got_from_its_own(server):
    client = Wire(server.endpoint)
    heard = []
    try:
        for sender, parts in ROWS:
            message = DECODE[sender](parts)
            if sender == "client":
                client.send(*parts)
            else:
                heard.append((message, client.next(message.TYPE)))
    finally:
        client.close()
    for old, new in heard:
        assert type(new) is type(old)
        if isinstance(old, WireDecision):
            assert (new.seq, new.utterance_id, new.captured_at) == (old.seq, old.utterance_id, old.captured_at)
            assert (new.inspect is None) == (old.inspect is None)
        if isinstance(old, Ack):
            assert new == old
        if isinstance(old, Welcome):
            assert new.version == old.version
            assert set(old.capabilities) <= set(new.capabilities)
            assert set(old.limits) <= set(new.limits)
            assert {head: set(labels) for head, labels in old.labels.items()} == {
                head: set(labels) for head, labels in new.labels.items() if head in old.labels
            }


class Replay:
    """Today's client in the place of that of 0.1: it says what that said, and hears what that heard."""

    def __init__(self) -> None:
        self.now, self.sent = 0.0, []
        said = [decode_client(parts) for sender, parts in ROWS if sender == "client"]
        ids = iter([said[0].session, *(m.utterance.id for m in said if isinstance(m, Observe) and m.utterance)])
        self.session = ClientSession("village", None, self._take, lambda: self.now, lambda: next(ids))

    def _take(self, parts) -> bool:
        self.sent.append([bytes(memoryview(part)) for part in parts])
        return True

    def do(self, message) -> None:
        """What the game asked for when this was sent."""
        match message.TYPE:
            case "spawn":
                self.session.spawn(message.npc, message.persona, message.watch)
            case "despawn" if message.npc != "nobody":
                self.session.despawn(message.npc)
            case "despawn":
                self.session.send(message)
            case "observe":
                said = message.utterance
                self.session.observe(
                    message.npcs,
                    message.frame,
                    said.text if said else "",
                    said.to if said else None,
                    message.state,
                    message.captured_at,
                    message.inspect,
                )
            case "ping":
                self.now += 1.0
            case "bye":
                self.session.leave()
        self.session.work()


def test_a_client_of_today_holds_the_session_of_0_1_with_a_server_of_0_1():
    replay, decisions, errors = Replay(), [], list[BridgeError]()
    for sender, parts in ROWS:
        if sender == "client":
            replay.do(decode_client(parts))
        else:
            replay.session.receive(parts)
            decisions += replay.session.decisions()
    replay.session.tell_errors(errors.append)
    assert replay.sent == [parts for sender, parts in ROWS if sender == "client"]
    told = [decode_server(parts) for sender, parts in ROWS if sender == "server"]
    assert decisions == [message for message in told if isinstance(message, WireDecision)]
    assert len(replay.session.unanswered) == 0
    assert not errors
