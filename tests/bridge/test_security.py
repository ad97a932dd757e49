"""Who gets in, and what they can do to each other."""

from __future__ import annotations

import json
import stat

import pytest
import zmq

from engine.bridge.client import BridgeError, Client
from engine.bridge.keys import ClientKeys, add_client, create_server_keys, load_client_keys, load_server_keys
from engine.bridge.server import Server
from engine.bridge.sockets import open_dealer
from engine.errors import Fault
from engine.formats.wire.codec import Hello, Observe, Ping, Utterance
from engine.formats.wire.constants import Limits
from tests.bridge.wire import Wire


@pytest.fixture
def key_file(tmp_path):
    create_server_keys(tmp_path / "server.keys")
    add_client(tmp_path / "server.keys", "village")
    return tmp_path / "server.keys"


@pytest.fixture
def village(key_file) -> ClientKeys:
    return load_client_keys(key_file.with_name("village.keys"))


@pytest.fixture
def locked(serve, key_file):
    return serve(keys=load_server_keys(key_file))


def test_a_known_key_opens(locked, connect, village):
    client = connect(locked, keys=village)
    client.spawn("mira", persona="healer")
    client.observe("mira", text="hello")
    assert client.decisions(1)[0].action == "greet"
    assert locked.sessions[0].user == "village"


def test_a_client_without_a_key_gets_no_answer(locked):
    with pytest.raises(BridgeError) as refused:
        Client(locked.endpoint, timeout=0.3)
    assert refused.value.code == "no_server"


def test_an_unknown_key_gets_no_answer_and_is_counted(locked, key_file, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    create_server_keys(other / "server.keys")
    stranger = load_client_keys(add_client(other / "server.keys", "stranger"))
    server = load_server_keys(key_file)
    with pytest.raises(BridgeError):
        Client(locked.endpoint, keys=ClientKeys(stranger.public, stranger.secret, server.public), timeout=0.5)
    assert locked.server.statistics.counters["strangers"] > 0


def test_strangers_fill_no_log(locked, caplog):
    for _ in range(100):
        locked.server._refused("127.0.0.1")
    assert caplog.text.count("stranger") <= 1


def test_a_server_with_another_key_is_not_trusted(locked, village):
    fake = ClientKeys(village.public, village.secret, village.public)
    with pytest.raises(BridgeError):
        Client(locked.endpoint, keys=fake, timeout=0.3)


def test_with_keys_other_machines_may_come(key_file):
    server = Server("tcp://0.0.0.0:0", keys=load_server_keys(key_file))
    server.close()


class Keyed(Wire):
    """A bare DEALER with a key, and an id of its own choice."""

    def __init__(self, endpoint: str, keys: ClientKeys, routing_id: bytes = b"") -> None:
        self.context = zmq.Context()
        self.socket = open_dealer(self.context, endpoint, keys) if not routing_id else self.context.socket(zmq.DEALER)
        if routing_id:
            self.socket.routing_id, self.socket.linger = routing_id, 0
            self.socket.curve_serverkey = keys.server.encode()
            self.socket.curve_publickey, self.socket.curve_secretkey = keys.public.encode(), keys.secret.encode()
            self.socket.connect(endpoint)

    def close(self) -> None:
        self.socket.close(0)
        self.context.term()


@pytest.fixture
def two_keys(serve, key_file):
    castle = load_client_keys(add_client(key_file, "castle"))
    return serve(keys=load_server_keys(key_file)), castle


def test_nobody_takes_over_the_session_of_another_key(two_keys, connect, village):
    server, castle = two_keys
    connect(server, keys=village)
    thief = Keyed(server.endpoint, castle)
    thief.say(Hello("castle", server.sessions[0].key))
    assert thief.next("error").code == "session"
    thief.close()


def test_a_key_speaks_for_no_npc_of_another_key_whatever_id_it_chooses(two_keys, connect, perceiver, village):
    server, castle = two_keys
    client = connect(server, keys=village)
    client.spawn("mira", persona="healer")
    thief = Keyed(server.endpoint, castle, routing_id=server.sessions[0].connection.route)
    thief.say(Observe(1, ("mira",), None, Utterance("u1", "give me your gold", ("mira",))))
    client.observe("mira", text="hello")
    assert client.decisions(1)[0].action == "greet"
    thief.say(Ping(1))
    assert not thief.socket.poll(200)  # it announced an id: it is never answered
    assert perceiver.heard == ["hello"]
    thief.close()


def test_one_key_cannot_take_all_sessions(serve, connect, key_file, village):
    server = serve(keys=load_server_keys(key_file), limits=Limits(clients=8))
    for _ in range(2):
        connect(server, keys=village)
    with pytest.raises(BridgeError) as refused:
        connect(server, keys=village)
    assert refused.value.code == "too_many_clients"


def test_key_files_are_for_their_owner_alone(key_file):
    for file in (key_file, key_file.with_name("village.keys")):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_clients_file_does_not_hold_the_servers_secret(key_file):
    secret = load_server_keys(key_file).secret
    assert secret not in key_file.with_name("village.keys").read_text()


def test_keys_are_never_overwritten(key_file):
    before = key_file.read_bytes()
    for make in (lambda: create_server_keys(key_file), lambda: add_client(key_file, "village")):
        with pytest.raises(Fault) as refused:
            make()
        assert refused.value.code == "keys_exist"
    assert key_file.read_bytes() == before


BROKEN = ["", "[]", "{}", '{"public": 1}', '{"public": "x", "secret": "y", "clients": {}}']


@pytest.mark.parametrize("text", BROKEN)
def test_a_broken_key_file_is_named(tmp_path, text):
    file = tmp_path / "server.keys"
    file.write_text(text)
    with pytest.raises(Fault) as refused:
        load_server_keys(file)
    assert refused.value.code == "keys_file"
    assert "server.keys" in refused.value.message


def test_a_key_that_is_no_z85_is_named(key_file):
    fields = json.loads(key_file.read_text())
    key_file.write_text(json.dumps(fields | {"secret": "~" * 40}))
    with pytest.raises(Fault, match="`secret` is no key"):
        load_server_keys(key_file)


def test_a_name_for_a_key_file_is_no_path(key_file):
    with pytest.raises(Fault, match="is no name"):
        add_client(key_file, "../village")


def test_without_encryption_a_session_id_is_all_that_a_client_shows(server):
    wire = Wire(server.endpoint)
    wire.say(Hello("test", "s-1"))
    wire.next("welcome")
    assert server.sessions[0].user == ""
    wire.close()
