"""Sound goes through a real server to a voice process without a model, and comes back."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import pytest

from engine.bridge.client import BridgeError, Hearing
from engine.bridge.voice_link import Lost, VoiceLink
from engine.formats.wire.codec import Hear, Heard, Hush, Sound, Speak
from engine.minds.brain import Brain
from npc.log import Replay
from npc.log import replay as lived_again
from tests.bridge.voice_peer import DEADLINE, SECRET, VoicePeer, spoken


@pytest.fixture
def server(serve):
    return serve(voice_token=SECRET)


@pytest.fixture
def lend(server) -> Iterator[Callable[..., VoicePeer]]:
    """Voice processes that are let go of in the end."""
    lent: list[VoicePeer] = []

    def lend_one(**options) -> VoicePeer:
        lent.append(VoicePeer(options.pop("endpoint", server.endpoint), **options))
        return lent[-1]

    yield lend_one
    for voice in lent:
        voice.close()


@pytest.fixture
def voice(lend) -> VoicePeer:
    return lend().ready()


@pytest.fixture
def game(voice, client):
    """A client that knows that there is a voice, and in whose game Mira and Bram stand."""
    client.spawn("mira", "healer", watch=["wolf"])
    client.spawn("bram", "guard")
    client.until(lambda: client.has_voice)
    return client


def say(game, text: str, to="mira", **options) -> Hearing:
    """Push to talk."""
    hearing = game.hear(to, **options)
    sound = spoken(text)
    half = len(sound) // 4 * 2
    hearing.put(sound[:half], 1.0)
    hearing.put(sound[half:], 1.0)
    hearing.end()
    return hearing


def heard(game, count: int = 1) -> list[Heard]:
    """The next lines."""
    lines: list[Heard] = []

    def enough() -> bool:
        lines.extend(line for line in game.heard() if line.final)
        return len(lines) >= count

    game.until(enough)
    return lines


def sounds(game, done: Callable[[list[Sound | Hush]], bool]) -> list[Sound | Hush]:
    found: list[Sound | Hush] = []

    def enough() -> bool:
        found.extend(game.sounds())
        return done(found)

    game.until(enough)
    return found


def ended(found) -> bool:
    return any(isinstance(sound, Sound) and sound.end for sound in found)


# -- hearing -------------------------------------------------------------------------------------------


def test_what_is_spoken_is_decided_like_what_is_typed(game, perceiver):
    hearing = say(game, "hello there")
    (decision,) = game.decisions(1)
    assert perceiver.heard == ["hello there"]
    (line,) = [line for line in game.heard() if line.final]
    assert (decision.npc, decision.utterance_id) == ("mira", line.utterance)
    assert line.utterance.startswith(hearing.id)
    assert (line.text, line.confidence, line.began, line.over) == ("hello there", 0.875, 1.0, True)
    assert hearing.over
    assert hearing.text == "hello there"
    assert game.pending == 0
    assert not game.errors


def test_the_voice_is_told_the_words_of_the_game_and_no_id_of_it(game, voice):
    hearing = say(game, "hello", rate=48_000)
    first, *rest = voice.until(Hear, 2)
    assert {"wolf", "Mira Fenn", "Bram Holt"} & set(first.words) >= {"wolf"}
    assert len(first.words) <= 256
    assert (first.piece, first.rate, first.captured_at, first.to, first.open) == (0, 48_000, 1.0, (), False)
    assert hearing.id not in (first.hearing, first.words)
    assert all(piece.words == () for piece in rest)


def test_words_are_told_while_they_are_spoken(game):
    hearing = game.hear("mira")
    hearing.put(spoken("well met"))
    game.until(lambda: bool(game.has_voice) and not game._session.sounds._outbox)
    hearing.put(b"\0\0")
    game.until(lambda: hearing.text == "well")
    assert [(line.text, line.final) for line in game.heard()] == [("well", False)]
    assert not hearing.over
    hearing.end()
    assert [line.text for line in heard(game)] == ["well met"]


def test_an_open_microphone_says_each_line_once(game, perceiver):
    hearing = game.hear(["mira", "bram"], open=True)
    for text in ("hello there", "how are you", "farewell"):
        hearing.put(spoken(text))
        (line,) = heard(game)
        assert line.text == text
        assert not line.over
    hearing.end()
    assert heard(game)[0].over
    game.until(lambda: not game.pending)
    assert perceiver.heard == ["hello there"] * 2 + ["how are you"] * 2 + ["farewell"] * 2


def test_silence_is_told_and_nobody_is_spoken_to(game, perceiver):
    hearing = say(game, "")
    (line,) = heard(game)
    assert (line.text, line.utterance, line.over) == ("", None, True)
    assert hearing.over
    game.pong()
    assert not perceiver.heard
    assert not game.pending


def test_a_hearing_that_is_dropped_is_forgotten(game, voice, perceiver):
    hearing = game.hear("mira")
    hearing.put(spoken("never mind"))
    hearing.drop()
    game.pong()
    assert hearing.over
    assert [piece.drop for piece in voice.until(Hear, 2)][-1]
    hearing.put(b"\0\0")
    game.pong()
    assert not perceiver.heard
    assert len(voice.until(Hear)) == 2


def test_what_npcs_see_is_asked_for_when_the_line_is_said(game, picture, perceiver):
    asked: list[float] = []

    def view():
        asked.append(time.monotonic())
        return {"frame": picture(7), "state": {"near": "well"}, "captured_at": 12.5}

    say(game, "look", view=view)
    (decision,) = game.decisions(1)
    assert perceiver.frames == [7]
    assert decision.captured_at == 12.5
    assert len(asked) == 1


def test_a_line_whose_telling_was_lost_is_told_again_and_said_once(game, voice, perceiver, server, monkeypatch):
    take = game._session.sounds.take
    lost: list[Heard] = []

    def lose_one(message):
        if isinstance(message, Heard) and message.final and not lost:
            lost.append(message)
        else:
            take(message)

    monkeypatch.setattr(game._session.sounds, "take", lose_one)
    say(game, "hello")
    assert [d.utterance_id for d in game.decisions(1)] == [lost[0].utterance]
    game.pong()
    assert perceiver.heard == ["hello"]
    (session,) = server.sessions
    game.until(lambda: not server.server.sessions._relay._of[session].lines)


def test_a_long_push_to_talk_ends_by_itself(voice, game):
    voice.says = "on and on"
    hearing = game.hear("mira", rate=8000)
    for _ in range(31 * 2):
        hearing.put(bytes(8000))  # half a second
    game.until(lambda: hearing.over)
    pieces = voice.until(Hear)
    assert pieces[-1].end
    assert sum(len(piece.pcm) for piece in pieces) <= 30 * 16_000 + 9600


def test_how_it_sounded_and_how_surely_is_perceived_and_replays(tmp_path, lend, serve, connect, perceiver, monkeypatch):
    logs = tmp_path / "logs"
    logs.mkdir()
    sight = perceiver._sight
    tones = {"tone": {"neutral": 0.5, "angry": 0.25, "afraid": 0.25}}
    monkeypatch.setattr(perceiver, "_sight", lambda *about: replace(seen := sight(*about), heads={**seen.heads, **tones}))
    monkeypatch.setattr("tests.bridge.conftest.Brain", partial(Brain, logs=logs))
    server = serve(voice_token=SECRET)
    client = connect(server)
    client.spawn("mira", "healer")
    for tone in ({"angry": 0.9}, {}):
        voice = lend(endpoint=server.endpoint, tone=tone, confidence=0.5).ready()
        client.until(lambda: client.has_voice)
        say(client, "hello there")
        client.decisions(1)
        voice.close()
        client.until(lambda: not client.has_voice)
    client.observe("mira", text="hello there")
    client.decisions(1)
    (log,) = logs.iterdir()
    loud, quiet, typed = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()[1::2]]
    assert loud["tone"]["angry"] > 0.5
    assert quiet["tone"] == typed["tone"] == tones["tone"]
    assert (loud["state"], quiet["state"], typed["state"]) == ({"spoken": 0.5}, {"spoken": 0.5}, {})
    assert lived_again(log) == Replay(3)


# -- speaking ------------------------------------------------------------------------------------------


def test_a_line_is_spoken_with_the_times_of_its_words(game, voice):
    speech = game.voice("mira", "Good day, Ada.", emotion="happy", line_id="greet-3")
    found = sounds(game, ended)
    assert [sound.piece for sound in found] == [0, 1, 2]
    assert {sound.speech for sound in found} == {speech}
    assert [mark.text for sound in found for mark in sound.words] == ["Good", "day,", "Ada."]
    assert all(sound.rate == 22050 and len(sound.pcm) == 4410 and sound.shapes for sound in found)
    (asked,) = voice.until(Speak)
    assert (asked.text, asked.emotion, asked.line_id, asked.npc) == ("Good day, Ada.", "happy", "greet-3", "mira")
    assert asked.name == game._session.name("mira")
    assert asked.speech != speech


def test_a_card_says_how_its_character_sounds(game, voice):
    game.spawn("odo", {"name": "Odo", "voice": {"rate": 0.75}})
    game.voice("odo", "Hm.")
    assert voice.until(Speak)[0].voice == {"rate": 0.75}


def test_the_first_piece_comes_while_the_rest_is_made(lend, client):
    voice = lend(hold=1).ready()
    client.spawn("mira", "healer")
    client.until(lambda: client.has_voice)
    client.voice("mira", "one two three")
    (first,) = sounds(client, bool)
    assert first.piece == 0
    assert not first.end
    voice.go.set()
    assert [sound.piece for sound in sounds(client, ended)] == [1, 2]


def typed(game) -> None:
    game.observe("mira", text="stop it")


def pushed(game) -> None:
    game.hear("mira").put(b"\0\0")


def hushed(game) -> None:
    game.hush("mira")


def replaced(game) -> None:
    game.voice("mira", "something else")


def left(game) -> None:
    game.despawn("mira")


@pytest.mark.parametrize("stop", [typed, pushed, hushed, replaced, left])
def test_a_character_falls_silent_at_once(lend, client, stop):
    voice = lend(hold=1).ready()
    client.spawn("mira", "healer")
    client.spawn("bram", "guard")
    client.until(lambda: client.has_voice)
    speech, other = client.voice("mira", "one two three"), client.voice("bram", "four five")
    sounds(client, lambda found: len(found) == 2)
    stop(client)
    assert client.sounds()[:1] == [Hush(speech)]  # before the server knows
    (hush,) = voice.until(Hush)
    assert hush.speech == voice.until(Speak)[0].speech
    voice.go.set()
    found = sounds(client, lambda found: any(one.speech == other and one.end for one in found if isinstance(one, Sound)))
    assert speech not in {one.speech for one in found}
    client.pong()
    assert not client.errors


def test_pieces_of_a_speech_that_is_over_are_dropped(game, voice, server):
    speech = game.voice("mira", "one two")
    sounds(game, ended)
    number = voice.until(Speak)[0].speech
    for message in (Sound(number, 2, b"\1\0"), Sound("no such speech", 0, b"\1\0"), Heard("no such hearing", 0, "x", True)):
        voice.link.send(message)
    game.until(lambda: server.server.statistics.counters["sound_dropped"] >= 3)
    assert game.sounds() == []
    assert game.heard() == []
    assert speech


# -- without a voice, and when it goes -------------------------------------------------------------------


def test_without_a_voice_it_is_said_so_and_words_go_on(client, perceiver):
    client.spawn("mira", "healer")
    client.pong()
    assert not client.has_voice
    assert client.voice("mira", "Good day.") == ""
    hearing = client.hear("mira")
    for _ in range(3):
        hearing.put(bytes(640))
    refusal = client.refusal()
    assert (refusal.code, refusal.about.about) == ("no_voice", hearing.id)
    assert "type" in refusal.fix
    client.pong()
    assert hearing.over
    assert not client.errors
    client.observe("mira", text="hello")
    assert client.decisions(1)
    assert perceiver.heard == ["hello"]


def test_a_server_without_a_secret_takes_no_voice(serve):
    with VoiceLink(serve().endpoint, SECRET) as link, pytest.raises(BridgeError, match="takes no voice process"):
        link.poll(DEADLINE)


def test_a_wrong_secret_makes_no_voice(server):
    with VoiceLink(server.endpoint, "guessed") as link, pytest.raises(BridgeError) as refused:
        link.poll(DEADLINE)
    assert refused.value.code == "token"
    assert not server.sessions


def test_a_voice_that_goes_is_told_of_and_another_takes_its_place(lend, client):
    voice = lend(deaf=True, mute=True).ready()
    client.spawn("mira", "healer")
    client.until(lambda: client.has_voice)
    hearing, speech = client.hear("mira"), client.voice("mira", "Good day.")
    hearing.put(bytes(640))
    voice.until(Hear)
    voice.until(Speak)
    voice.vanish()
    assert client.refusal().code == "voice_lost"
    client.until(lambda: not client.has_voice)
    assert hearing.over
    assert client.sounds() == [Hush(speech)]
    lend().ready()
    client.until(lambda: client.has_voice)
    say(client, "hello")
    assert client.decisions(1)


def test_there_is_one_voice_at_a_time(voice, server, lend):
    with VoiceLink(server.endpoint, SECRET) as other:
        end = time.monotonic() + 1.0
        while time.monotonic() < end:
            assert other.poll(0.1) == []
        assert not other.connected
        voice.close()
        end = time.monotonic() + DEADLINE
        while not other.connected:
            other.poll(0.1)
            assert time.monotonic() < end


def test_a_voice_finds_a_server_that_was_started_again(serve, lend, connect):
    first = serve(voice_token=SECRET)
    voice = lend(endpoint=first.endpoint).ready()
    first.stop()
    voice.until(Lost)
    again = serve(first.endpoint, voice_token=SECRET)
    client = connect(again)
    client.spawn("mira", "healer")
    client.until(lambda: client.has_voice)
    say(client, "hello")
    assert client.decisions(1)


def test_a_game_that_vanishes_in_mid_word_leaves_no_hearing_behind(game, voice, server):
    game.hear("mira").put(bytes(640))
    voice.until(Hear)
    game.close()
    assert voice.until(Hear, 2)[-1].drop
    relay = server.server.sessions._relay
    assert not relay._hearings
    assert not relay._of
