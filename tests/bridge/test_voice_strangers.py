"""Games that flood, voices that lie, and neither that claims to be the other: nobody else notices."""

from __future__ import annotations

from contextlib import closing

import pytest

from engine.bridge import relay
from engine.formats.wire.codec import Hear, Heard, Hello, Hush, Observe, Ping, Sound, Spawn, Speak, Utterance
from engine.formats.wire.constants import CAPABILITIES, Limits
from tests.bridge.raw import Raw
from tests.bridge.voice_peer import SECRET

WORDS = Observe(1, ("mira",), None, Utterance("u-1", "hello", ("mira",)))  # of a flood frames are dropped, words never


@pytest.fixture
def server(serve):
    return serve(voice_token=SECRET)


@pytest.fixture
def game(server):
    """A game in which Mira stands, that says what it likes."""
    with closing(Raw(server.endpoint)) as peer:
        peer.say(Hello("game", "game-1"))
        assert "voice" in peer.next("welcome").capabilities
        peer.say(Spawn("mira", "healer"))
        peer.next("spawned")
        yield peer


@pytest.fixture
def voice(server):
    """A voice process that says what it likes."""
    with closing(Raw(server.endpoint)) as peer:
        peer.say(Hello("voice", "voice-1", voice=SECRET))
        peer.next("welcome")
        yield peer


def hears(game, voice, hearing: str = "h-1", **options) -> str:
    """The voice's id of a hearing that has begun."""
    game.say(Hear(hearing, 0, bytes(2), to=("mira",), **options))
    return voice.next("hear").hearing


def speaks(game, voice, speech: str = "s-1", text: str = "Good day.") -> str:
    game.say(Speak(speech, "mira", text))
    return voice.next("speak").speech


@pytest.mark.parametrize("message", [Heard("1", 0, "give him all your gold", True), Sound("1", 0, bytes(2))])
def test_a_game_is_no_voice(server, game, voice, message):
    hears(game, voice)
    with closing(Raw(server.endpoint)) as liar:
        liar.say(Hello("liar", "liar-1"))
        liar.next("welcome")
        liar.say(message)
        assert liar.next("error").code == "role"
    game.say(Ping(1))
    assert game.next("pong").counters["voice"] == 1


@pytest.mark.parametrize(
    "message", [Spawn("odo", "guard"), Observe(1, ("mira",)), Hear("h", 0), Speak("s", "mira", "x"), Hush("s")]
)
def test_a_voice_is_no_game(voice, message):
    voice.say(message)
    assert voice.next("error").code == "role"


def test_who_guesses_at_the_secret_is_not_heard_for_long(server):
    with closing(Raw(server.endpoint)) as liar:
        for number in range(3):
            liar.say(Hello("voice", f"voice-{number}", voice="guess"))
            assert liar.next("error").code == "token"
        liar.say(Hello("voice", "voice-3", voice=SECRET))  # right at last, and too late
        liar.say(Hello("game", "game-9"))
        liar.next("welcome")
        liar.say(Ping(1))
        assert "voice" not in liar.next("pong").counters


def test_games_do_not_see_each_others_sound(server, game, voice):
    number = hears(game, voice)
    with closing(Raw(server.endpoint)) as other:
        other.say(Hello("other", "other-1"))
        other.say(Spawn("mira", "healer"))
        other.next("spawned")
        assert hears(other, voice, "h-1") != number  # the same id in another game
        voice.say(Heard(number, 0, "hello", True, over=True))
        assert game.next("heard").utterance == "h-1.0"
        other.say(Ping(1))
        other.next("pong")
        other.stream.settimeout(0.2)
        with pytest.raises(TimeoutError):
            other.next("heard")


def test_more_sound_than_can_be_spoken_ends_the_hearing_alone(game, voice):
    number = hears(game, voice, open=True)
    piece = bytes(9600)
    for count in range(1, relay.BURST // len(piece) + 200):
        game.say(Hear("h-1", count, piece))
    error = game.next("error")
    assert (error.code, error.about) == ("voice_busy", "h-1")
    while not (message := voice.next("hear")).drop:
        assert message.hearing == number
    game.say(WORDS)
    assert game.next("decision").utterance_id == "u-1"


def test_hearings_and_speeches_of_one_game_are_counted(game, voice):
    for number in range(4):
        hears(game, voice, f"h-{number}", open=True)
    game.say(Hear("h-4", 0, bytes(2), to=("mira",)))
    assert (error := game.next("error")).code == "voice_busy"
    assert error.about == "h-4"
    for number in range(9):
        game.say(Spawn(f"npc{number}", "guard"))
        game.say(Speak(f"s-{number}", f"npc{number}", "Good day."))
    assert (error := game.next("error")).code == "voice_busy"
    assert error.about == "s-8"


@pytest.mark.parametrize(
    ("hear", "what"),
    [
        (Hear("h" * 49, 0, to=("mira",)), "49 characters"),
        (Hear("h", 0, to=("mira",), rate=7999), "7999"),
        (Hear("h", 0, b"\0", to=("mira",)), "middle of a sample"),
        (Hear("h", 0, to=("odo",)), "no NPC 'odo'"),
    ],
)
def test_what_cannot_be_heard_is_refused_once(game, voice, hear, what):
    game.say(hear)
    error = game.next("error")
    assert what in error.message
    assert error.about == hear.hearing
    game.say(Hear(hear.hearing, 1, bytes(2)))
    game.say(Ping(1))
    assert game.next("pong")
    hears(game, voice, "sound")  # the first that the voice gets to hear of


def test_a_voice_that_hears_without_end_is_stopped(game, voice):
    number = hears(game, voice, open=True)
    for line in range(100):
        voice.say(Heard(number, line, "give him all your gold", True))
    error = game.next("error")
    assert (error.code, error.about) == ("voice_limit", "h-1")
    while not voice.next("hear").drop:
        pass


def test_words_so_far_come_no_faster_than_they_can_be_read(game, voice):
    number = hears(game, voice)
    for count in range(500):
        voice.say(Heard(number, 0, f"word {count}"))
    voice.say(Heard(number, 0, "the end", True))
    partial = 0
    while not game.next("heard").final:
        partial += 1
    assert partial < 250


def test_a_speech_without_end_is_stopped(game, voice):
    number = speaks(game, voice)
    for piece in range(8 * 60 + 1):
        voice.say(Sound(number, piece, bytes(2000), 8000))
    while (message := game.next("error")).code != "voice_limit":
        pass
    assert message.about == "s-1"
    assert voice.next("hush").speech == number


NO_SOUND = {
    "half a sample": [Sound("", 0, b"\0")],
    "no rate": [Sound("", 0, bytes(2), 1000)],
    "a rate that changes": [Sound("", 0, bytes(2)), Sound("", 1, bytes(2), 8000)],
}


@pytest.mark.parametrize("pieces", NO_SOUND.values(), ids=NO_SOUND)
def test_what_is_no_sound_ends_the_speech(game, voice, pieces):
    number = speaks(game, voice)
    for piece in pieces:
        voice.say(Sound(number, piece.piece, piece.pcm, piece.rate))
    assert game.next("error").code == "voice_lost"
    assert voice.next("error").code == "field"


def test_pieces_out_of_order_are_dropped(game, voice):
    number = speaks(game, voice)
    for piece in (1, 0, 0, 5, 1, 2):
        voice.say(Sound(number, piece, bytes(2), end=piece == 2))
    found = [game.next("sound")]
    while not found[-1].end:
        found.append(game.next("sound"))
    assert [sound.piece for sound in found] == [0, 1, 2]


def test_a_voice_that_reads_nothing_holds_up_nobody(server, game):
    deaf = Raw(server.endpoint)
    with closing(deaf):
        deaf.say(Hello("voice", "voice-1", voice=SECRET))
        deaf.next("welcome")
        for number in range(4):
            for piece in range(400):
                game.say(Hear(f"h-{number}", piece, bytes(9600), to=("mira",) if piece == 0 else (), open=True))
        codes = set()
        while "voice_lost" not in codes and "voice_busy" not in codes:
            codes.add(game.next("error").code)
        game.say(WORDS)
        assert game.next("decision").utterance_id == "u-1"


def test_a_voice_that_never_answers_is_given_up(serve, monkeypatch):
    monkeypatch.setattr(relay, "SILENT_S", 0.5)
    server = serve(voice_token=SECRET)
    with closing(Raw(server.endpoint)) as voice, closing(Raw(server.endpoint)) as game:
        voice.say(Hello("voice", "voice-1", voice=SECRET))
        voice.next("welcome")
        game.say(Hello("game", "game-1"))
        game.say(Spawn("mira", "healer"))
        game.next("spawned")
        game.say(Hear("h-1", 0, bytes(2), to=("mira",), end=True))
        game.say(Speak("s-1", "mira", "Good day."))
        errors = {(error.code, error.about) for error in (game.next("error"), game.next("error"))}
        assert errors == {("voice_silent", "h-1"), ("voice_silent", "s-1")}


def test_a_game_of_before_voices_sees_nothing_of_them(server, voice):
    with closing(Raw(server.endpoint)) as old:
        old.say(Hello("old game", "old-1", "1.0", ("events", "inspect")))
        welcome = old.next("welcome")
        assert set(welcome.capabilities) == set(CAPABILITIES)
        assert welcome.limits["pcm"] == Limits().pcm
        old.say(Spawn("mira", "healer"))
        old.say(Observe(1, ("mira",)))
        assert old.next("decision").npc == "mira"
