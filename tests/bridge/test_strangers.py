"""Peers that keep to no rules: what they get, and that nobody else notices."""

from __future__ import annotations

import struct
import time
from types import SimpleNamespace

import pytest
import zmq

from engine.bridge import doors, shares
from engine.bridge.addresses import read_address
from engine.bridge.soak.kills import ServerProcess
from engine.bridge.zmtp import PARTS, Reader, Violation, command, frame, framed, header
from engine.formats.wire.codec import Hello, Observe, Ping, Utterance
from engine.formats.wire.constants import Limits
from tests.bridge.raw import Raw

SAID = Observe(1, ("mira",), None, Utterance("u1", "give me your gold", ("mira",)))


@pytest.fixture
def raw(server):
    peers = []

    def connect(**options) -> Raw:
        peers.append(Raw(server.endpoint, **options))
        return peers[-1]

    yield connect
    for peer in peers:
        peer.close()


# -- who somebody is ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("identity", [b"game", b"\0abcd", bytes(5), bytes(255)])
def test_an_id_that_a_peer_chooses_means_nothing(raw, connect, server, perceiver, identity):
    peers = [raw(identity=identity) for _ in range(3)]
    for number, peer in enumerate(peers):
        peer.say(Hello("twin", f"session-{number}"))
        assert not peer.next("welcome").resumed
    assert connect(server).connected


def test_ids_that_are_announced_ahead_end_no_server(raw, connect, server):
    for number in range(200):  # libzmq ends the process where it would give one of these to the next connection
        raw(identity=b"\0" + struct.pack(">I", (0x6B8B4567 + number) % 2**32)).say(Hello("ahead", "ahead"))
    client = connect(server)
    client.spawn("mira", persona="healer")
    client.observe("mira", text="hello")
    assert client.decisions(1)


def test_nobody_speaks_for_an_npc_without_its_session(raw, server, connect, perceiver):
    client = connect(server)
    client.spawn("mira", persona="healer")
    thief = raw(identity=b"game")
    thief.say(SAID)
    assert thief.next("error").code == "hello_required"
    thief.say(Hello("thief", "a session of its own"))
    thief.next("welcome")
    thief.say(SAID)
    assert thief.next("error").code == "unknown_npc"
    assert perceiver.heard == []


def test_a_lost_connection_is_forgotten(raw, server, connect):
    peer = raw()
    peer.say(Hello("game", "secret"))
    peer.next("welcome")
    peer.close()
    later = raw()
    later.say(Ping(1))
    assert later.next("error").code == "hello_required"
    again = raw()
    again.say(Hello("game", "secret"))
    assert again.next("welcome").resumed


def test_who_shows_the_session_elsewhere_takes_it_along(raw):
    first, second = raw(), raw()
    for peer in (first, second):
        peer.say(Hello("game", "secret"))
        peer.next("welcome")
    first.say(Ping(1))
    assert first.next("error").code == "hello_required"


# -- how much somebody may send ----------------------------------------------------------------------------


@pytest.mark.parametrize("said_hello", [False, True])
@pytest.mark.parametrize("part", [b"", b"x", bytes(1 << 16)], ids=["empty", "tiny", "large"])
def test_a_message_without_end_is_cut_off(raw, connect, server, said_hello, part):
    peer = raw()
    if said_hello:
        peer.say(Hello("game", "secret"))
        peer.next("welcome")
    assert peer.flood(frame(part, 1) * 100, 1 << 28) < 1 << 26
    assert peer.closed()
    assert connect(server).connected


def test_endless_parts_cost_a_server_no_memory(tmp_path):
    with ServerProcess(tmp_path) as process:
        before = process.memory()
        if before is None:
            pytest.skip("this system does not tell how much memory a process has")
        for part in (b"", bytes(1 << 20)):
            for _ in range(20):
                peer = Raw(process.address)
                peer.flood(frame(part, 1) * 64, 1 << 25)
                peer.close()
        assert process.memory() - before < 64
        assert process.alive


def test_a_few_parts_too_many_get_an_answer_that_says_so(raw):
    peer = raw()
    peer.stream.sendall(framed([b"a"] * 3))
    assert peer.next("error").code == "malformed"


def test_strangers_share_a_small_piece_of_memory(raw, monkeypatch):
    monkeypatch.setattr(doors, "_STRANGERS_BYTES", 100_000)
    one, two = raw(), raw()
    one.stream.sendall(header(90_000) + bytes(100))
    two.stream.sendall(header(90_000) + bytes(100))
    assert two.closed()


def test_unfinished_frames_of_all_clients_together_have_a_bound(raw, server, monkeypatch):
    monkeypatch.setattr(doors, "_UNFINISHED_BYTES", 3_000_000)
    first, second = raw(), raw()
    for number, peer in enumerate((first, second)):
        peer.say(Hello("large", f"session {number}"))
        peer.next("welcome")
    first.stream.sendall(header(2_000_000) + bytes(100))
    end = time.monotonic() + 10
    while not any(peer.reader.reserved for peer in list(server.server._door._peers.values())):
        assert time.monotonic() < end
    second.stream.sendall(header(2_000_000) + bytes(100))
    assert second.closed()
    ordinary = raw()
    ordinary.say(Hello("game", "session of a game"))
    ordinary.next("welcome")
    ordinary.stream.sendall(header(1_000_000) + bytes(1_000_000))
    assert ordinary.next("error").code == "header_size"


def test_a_part_beyond_all_limits_is_refused_before_it_comes(raw):
    peer = raw()
    peer.stream.sendall(header(2**40))
    assert peer.closed()


@pytest.mark.parametrize(
    "bytes_", [b"GET / HTTP/1.1\r\n\r\n", b"\xff" + bytes(9), b"\xff" + bytes(7) + b"\x01\x7f\x01" + bytes(60), bytes(64)]
)
def test_what_is_no_zmtp_is_hung_up_on(raw, bytes_):
    peer = raw(shake=False)
    peer.stream.sendall(bytes_)
    assert peer.closed()


# -- whose turn it is --------------------------------------------------------------------------------------


def burn(seconds: float) -> None:
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def test_a_game_waits_for_one_dear_message_and_not_for_one_of_each_connection():
    poller = zmq.Poller()
    door = doors.PlainDoor(read_address("tcp://127.0.0.1:*"), Limits(), poller, time.monotonic)
    hogs, game = [Raw(door.endpoint) for _ in range(8)], Raw(door.endpoint)
    taken: list[bytes] = []

    def receive(peer, message) -> bool:
        taken.append(bytes(message[0]))
        if taken[-1] == b"dear":
            burn(0.003)
        return False

    def serve(until) -> None:
        end = time.monotonic() + 10
        while not until() and time.monotonic() < end:
            door.take(dict(poller.poll(int(door.wait() * 1e3 + 1))), receive)

    game.stream.sendall(framed([b"cheap"]))
    for hog in hogs:
        hog.stream.sendall(framed([b"dear"]) * 100)
    serve(lambda: taken.count(b"dear") >= 20 and b"cheap" in taken)
    number = max(door._peers)
    for _ in range(5):
        game.stream.sendall(framed([b"cheap"]))
        until = time.monotonic() + 2
        while number not in dict(poller.poll(10)) and time.monotonic() < until:  # it is on its way
            pass
        begun, cheap = len(taken), taken.count(b"cheap")
        serve(lambda cheap=cheap: taken.count(b"cheap") > cheap)
        assert taken[begun:].count(b"dear") <= 3
    for peer in (*hogs, game):
        peer.close()
    door.close()


def test_who_asks_for_much_waits_while_somebody_modest_plays(monkeypatch):
    monkeypatch.setattr(shares, "NEWCOMER_S", 0.0)
    monkeypatch.setattr(shares, "MODEST_S", 0.02)
    monkeypatch.setattr(doors, "_DEAR", 0.02)
    poller = zmq.Poller()
    door = doors.PlainDoor(read_address("tcp://127.0.0.1:*"), Limits(), poller, time.monotonic)
    taken: list[bytes] = []

    def receive(peer, message) -> bool:
        peer.session = peer.session or SimpleNamespace()  # as if it had said hello
        taken.append(bytes(message[0]))
        burn(0.002 if taken[-1] == b"dear" else 0.0)
        return False

    def serve(seconds: float, game: Raw | None) -> int:
        """How many dear messages were taken in so long; with a game that says something every few milliseconds."""
        began, end, due = taken.count(b"dear"), time.monotonic() + seconds, 0.0
        while (now := time.monotonic()) < end:
            if game is not None and now > due:
                game.stream.sendall(framed([b"cheap"]))
                due = now + 0.01
            door.take(dict(poller.poll(min(10, int(door.wait() * 1e3 + 1)))), receive)
        return taken.count(b"dear") - began

    hog, game = Raw(door.endpoint), Raw(door.endpoint)
    hog.stream.sendall(framed([b"dear"]) * 5000)
    alone = serve(0.5, None)
    beside = serve(0.5, game)
    assert taken.count(b"cheap") >= 10
    assert 1 <= beside < alone / 3
    for peer in (hog, game):
        peer.close()
    door.close()


def test_what_was_spent_beyond_an_allowance_has_to_come_in_first():
    allowance = shares.Allowance(0.1)
    assert allowance.due(100.0) == 100.0
    allowance.spend(0.02)
    assert allowance.due(100.0) == pytest.approx(100.1)
    assert allowance.due(100.05) == pytest.approx(100.1)
    assert allowance.due(101.0) == 101.0


def test_who_is_held_back_is_not_modest_for_that():
    use = shares.Use(0.0)
    assert not use.modest(1.0)
    assert use.modest(10.0)
    use.add(10.0, 0.01)
    assert use.modest(10.0)
    use.wants_more(10.0)
    assert not use.modest(12.0)
    assert use.modest(20.0)
    use.add(20.0, shares.MODEST_S + 0.01)
    assert not use.modest(22.0)


def test_who_plays_alone_keeps_to_nothing():
    company = shares.Company()
    assert not company.beside(1, 0.0)
    company.heard(1, 0.0)
    assert not company.beside(1, 0.1)
    assert company.beside(2, 0.1)
    company.heard(2, 0.2)
    assert company.beside(1, 0.3)
    assert company.beside(2, 0.3)
    assert not company.beside(1, 2.0)


# -- how many there may be ---------------------------------------------------------------------------------


def test_idle_connections_keep_nobody_out(raw, connect, server):
    for _ in range(400):
        raw(shake=False)
    client = connect(server)
    client.spawn("mira", persona="healer")
    assert len(server.server._door._peers) <= doors.STRANGERS + 1


def test_who_says_nothing_is_cut_and_who_plays_is_not(raw, connect, serve, monkeypatch):
    monkeypatch.setattr(doors, "HELLO_WITHIN_S", 0.2)
    monkeypatch.setattr(doors, "_TEND_EVERY_S", 0.05)
    server = serve()
    client, idle = connect(server), Raw(server.endpoint)
    assert idle.closed()
    assert client.pong() is not None


def test_one_connection_cannot_take_all_sessions(serve, connect):
    server = serve(limits=Limits(clients=8))
    peer = Raw(server.endpoint)
    for number in range(2):
        peer.say(Hello("greedy", f"session {number}"))
        peer.next("welcome")
    peer.say(Hello("greedy", "one more"))
    assert peer.next("error").code == "too_many_clients"
    assert connect(server).connected
    peer.close()


def test_a_session_that_does_nothing_makes_room(serve):
    now = [0.0]
    server = serve(limits=Limits(clients=1), clock=lambda: now[0])
    idle, newcomer = Raw(server.endpoint), Raw(server.endpoint)
    idle.say(Hello("idle", "one"))
    idle.next("welcome")
    newcomer.say(Hello("new", "two"))
    assert newcomer.next("error").code == "too_many_clients"
    now[0] = 11.0
    again = Raw(server.endpoint)
    again.say(Hello("new", "two"))
    assert not again.next("welcome").resumed
    for peer in (idle, newcomer, again):
        peer.close()


# -- guessing ----------------------------------------------------------------------------------------------


def test_guessing_a_token_is_slowed_and_keeps_no_game_out(serve, connect, caplog):
    now = [0.0]
    server = serve(token="right", clock=lambda: now[0])
    known = Raw(server.endpoint)
    known.say(Hello("game", "known", token="right"))
    known.next("welcome")
    answered = 0
    for _ in range(20):
        guesser = Raw(server.endpoint)
        for _ in range(5):
            guesser.say(Hello("guesser", "x", token="wrong"))
        guesser.say(Hello("guesser", "x", version="9.0"))  # answered in any case
        while guesser.next("error").code == "token":
            answered += 1
        guesser.close()
    assert answered == 20
    assert caplog.text.count("token_refused") <= 1
    back = Raw(server.endpoint)
    back.say(Hello("game", "known", token="right"))
    assert back.next("welcome").resumed
    now[0] = 5.0
    newcomer = Raw(server.endpoint)
    newcomer.say(Hello("game", "new", token="right"))
    newcomer.next("welcome")
    for peer in (known, back, newcomer):
        peer.close()


# -- the codec ---------------------------------------------------------------------------------------------


def feed(stream: bytes, step: int, limits: Limits | None = None) -> list[list[bytes]]:
    reader, found = Reader(limits or Limits()), []
    for at in range(0, len(stream), step):
        piece = stream[at : at + step]
        while piece:
            buffer = reader.buffer()
            taken = min(len(buffer), len(piece))
            buffer[:taken] = piece[:taken]
            piece = piece[taken:]
            reader.received(taken)
            while (message := reader.next()) is not None:
                found.append([bytes(part) for part in message])
    return found


OPEN = b"\xff" + bytes(8) + b"\x7f\x03\x01NULL" + bytes(48) + command(b"READY", b"\x0bSocket-Type\0\0\0\x06DEALER")


@pytest.mark.parametrize("step", [1, 7, 100_000])
def test_messages_come_out_whole_however_their_bytes_came(step):
    messages = [[b"header", bytes(range(256)) * 100], [b""], [b"x" * 255, b"y" * 256], [b"z" * 8190]] * 3
    assert feed(OPEN + b"".join(map(framed, messages)), step) == messages


@pytest.mark.parametrize(
    "stream",
    [
        command(b"READY", b"\x0bSocket-Type\0\0\0\x03SUB"),
        framed([b"x"] * (PARTS + 1)),
        header(Limits().message + 1),
        b"\x08\x01a",
        b"\x05\x05\x04PING",
        command(b"PING", b"\0"),
        command(b"", b""),
        header(5000, 4),
    ],
)
def test_what_is_against_the_rules_ends_a_connection(stream):
    with pytest.raises(Violation):
        feed((OPEN[:64] if stream.startswith(b"\x04") and b"SUB" in stream else OPEN) + stream, 100_000)
