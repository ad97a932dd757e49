"""A C# game and the real server: what is said takes effect once, whatever happens to either."""

from __future__ import annotations

import os

import pytest
import zmq
from zmq.auth.thread import ThreadAuthenticator

from engine.formats.wire.codec import Hello, Welcome, decode_client, encode
from tests.unity.csharp import Game, ServerProcess

KILLS = int(os.environ.get("KILLS", "3"))


def test_an_npc_answers_and_sees(game):
    game.wait("state Connected")
    game.tell("spawn mira healer")
    said = game.say("mira", "hello there")
    assert game.wait("decided mira").split()[2] == said
    game.tell("show mira")
    assert game.wait("decided mira").split()[2] == "-"
    assert game.close() == 0


def test_what_is_said_before_the_server_comes_is_answered_when_it_does(program, server):
    server.kill()
    game = Game(program, server.endpoint)
    try:
        game.wait("state Away")
        game.tell("spawn mira healer")
        said = game.say("mira", "hello there")
        server.start()
        assert game.wait("decided mira").split()[2] == said
    finally:
        game.kill()


def test_a_killed_server_is_found_again_and_every_utterance_is_decided_once(game, server):
    game.tell("spawn mira healer")
    said = []
    for _ in range(KILLS):
        game.wait("state Connected")
        said += [game.say("mira", f"hello number {i}") for i in range(3)]
        while len(decided(game)) < len(said) - 2:  # the last are on their way, or have just been decided
            game.wait("decided mira")
        server.kill()
        game.wait("state Away")
        said.append(game.say("mira", "are you still there"))
        server.start()
    while len(decided(game)) < len(said):
        game.wait("decided mira")
    said.append(game.say("mira", "goodbye"))
    game.wait("decided mira")
    assert sorted(decided(game)) == sorted(said)


def decided(game: Game) -> list[str]:
    return [line.split()[2] for line in game.heard if line.startswith("decided")]


def test_a_server_that_stands_still_is_away_and_then_goes_on_with_the_same_session(game, server):
    game.wait("state Connected")
    game.tell("spawn mira healer")
    server.pause()
    said = game.say("mira", "hello there")
    game.wait("state Greeting")
    server.go_on()
    assert game.wait("decided mira").split()[2] == said


def test_a_game_that_closes_and_plays_again_is_welcome(program, server):
    for _ in range(2):
        game = Game(program, server.endpoint)
        game.wait("state Connected")
        game.tell("spawn mira healer")
        assert game.say("mira", "hello") in game.wait("decided mira")
        assert game.close() == 0


def test_an_unknown_persona_and_an_unknown_npc_are_told(game):
    game.wait("state Connected")
    game.tell("spawn mira nobody")
    game.wait("failed persona_unknown")
    game.tell("say mira hello")
    game.wait("failed unknown_npc")


@pytest.mark.parametrize(("token", "state"), [("right", "state Connected"), ("wrong", "state Refused")])
def test_only_the_right_token_is_welcome(program, tmp_path, token, state):
    server = ServerProcess(tmp_path, "--token", "right")
    game = Game(program, server.endpoint, token)
    try:
        game.wait(state)
    finally:
        game.kill()
        server.kill()


@pytest.fixture
def gated():
    """A ROUTER of libzmq that demands user and password."""
    context = zmq.Context()
    gate = ThreadAuthenticator(context)
    gate.start()
    gate.configure_plain(domain="*", passwords={"ada": "secret"})
    with context.socket(zmq.ROUTER) as router:
        router.linger, router.plain_server = 0, True
        yield router
    gate.stop()
    context.term()


def test_user_and_password_open_a_gate_of_libzmq(program, gated):
    port = gated.bind_to_random_port("tcp://127.0.0.1")
    game = Game(program, f"tcp://localhost:{port}", "a token", "ada", "secret")
    try:
        assert gated.poll(10_000)
        route, header = gated.recv_multipart()
        hello = decode_client([header])
        assert isinstance(hello, Hello)
        assert (hello.client, hello.token) == ("mono", "a token")
        gated.send_multipart([route, *encode(Welcome("a server", "CPU", "none", False))])
        game.wait("state Connected")
    finally:
        game.kill()
