"""Hold V to speak; villagers answer aloud, and their words are shown as they are heard."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing

import numpy as np
import pygame
import pytest

from demo_game import aloud as module
from demo_game.aloud import NO_MICROPHONE, NO_VOICE, Aloud, Microphone, Mouths, stereo
from demo_game.engine_link import Link
from demo_game.game import TextBox, react
from demo_game.life import tick
from demo_game.screen import blank
from demo_game.session import Play
from demo_game.world import World
from engine.formats.wire.codec import Hear, Mark, Sound, Speak
from tests.bridge.conftest import Running, StubPerceiver
from tests.bridge.voice_peer import SECRET, VoicePeer

DEADLINE = 20.0
V_DOWN, V_UP = (pygame.event.Event(kind, key=pygame.K_v) for kind in (pygame.KEYDOWN, pygame.KEYUP))


class Headset(Microphone):
    """A microphone into which a test speaks."""

    def __init__(self, there: bool = True) -> None:
        super().__init__()
        self.there, self.is_open = there, False

    def open(self) -> bool:
        self.is_open = self.there
        return self.there

    def close(self) -> None:
        self.is_open = False

    def hears(self, pcm: bytes) -> None:
        self._came.append(pcm)


class Game:
    """A village at a real server without a model."""

    def __init__(self, link: Link, world: World, microphone: Headset) -> None:
        self.microphone = microphone
        self.session = Play(world, link, blank())
        self.aloud = Aloud(self.session, link, microphone)
        self.box = TextBox()

    def key(self, event: pygame.event.Event) -> None:
        react(self.session, event, self.box, self.aloud)

    def until(self, done: Callable[[], bool]) -> None:
        """Play until it is so."""
        end = time.monotonic() + DEADLINE
        while not done():
            self.session.paint()
            self.aloud.work(self.session.decide(self.aloud.listen))
            tick(self.session.world, 0.02)
            self.session.draw_interface(self.box.text, self.aloud.words, self.aloud.notice)
            assert time.monotonic() < end
            time.sleep(0.005)


@pytest.fixture(autouse=True)
def silent(monkeypatch):
    """A sound device that nobody hears."""
    monkeypatch.setenv("SDL_AUDIODRIVER", "dummy")
    yield
    pygame.mixer.quit()


@pytest.fixture
def server() -> Iterator[Running]:
    running = Running(StubPerceiver(), "tcp://127.0.0.1:0", voice_token=SECRET)
    yield running
    running.stop()


@pytest.fixture
def game(server) -> Iterator[Game]:
    world = World(0)
    with closing(Link(server.endpoint, world)) as link:
        yield Game(link, world, Headset())


@pytest.fixture
def voice(server, game) -> Iterator[VoicePeer]:
    with closing(VoicePeer(server.endpoint, says="well met").ready()) as peer:
        game.until(lambda: game.aloud._talker.has_voice)
        yield peer


def test_who_holds_v_is_heard_and_answered_aloud(game, voice, monkeypatch):
    world, nearest = game.session.world, game.session.world.addressee("")
    monkeypatch.setattr(world, "addressee", lambda text: nearest)
    game.key(V_DOWN)
    assert game.microphone.is_open
    for _ in range(3):
        game.microphone.hears(bytes(1024))
        game.aloud.work([])
    game.until(lambda: game.aloud.words == "well")
    game.key(V_UP)
    assert (game.microphone.is_open, game.aloud.words) == (False, None)
    said = list[str]()

    def answered() -> bool:  # others of the village, and whoever is nearest before it heard, may speak of themselves
        said[:] = [entry.text for entry in game.session.journal.entries]
        return nearest.words_heard is not None and "well met" in said and nearest.line in said[said.index("well met") :]

    game.until(answered)
    assert (nearest.name, nearest.line) in {(asked.npc, asked.text) for asked in voice.until(Speak)}
    told = list[int]()

    def silent_again() -> bool:
        told.append(-1 if nearest.words_heard is None else nearest.words_heard)
        return told[-1] < 0

    game.until(silent_again)
    assert max(told) >= len(nearest.line.split()) - 1
    assert len(set(told)) > 3
    assert sum(len(piece.pcm) for piece in voice.until(Hear)) == 3 * 1024
    assert world.time < nearest.line_until


def test_speaking_again_ends_what_is_being_said(game, voice, monkeypatch):
    nearest = game.session.world.addressee("")
    monkeypatch.setattr(game.session.world, "addressee", lambda text: nearest)
    game.session.say("hello", to=nearest.name)
    game.until(lambda: nearest.words_heard is not None)
    game.key(V_DOWN)
    game.aloud.work([])
    assert nearest.words_heard is None


def test_without_a_voice_process_v_says_so_and_enter_types(game):
    game.key(V_DOWN)
    assert game.aloud.notice == NO_VOICE
    assert not game.microphone.is_open
    game.key(V_UP)
    nearest = game.session.world.addressee("")
    game.session.say("hello", to=nearest.name)
    game.until(lambda: bool(nearest.line))
    assert nearest.words_heard is None


def test_without_a_microphone_v_says_so(game, voice):
    game.microphone.there = False
    game.key(V_DOWN)
    assert game.aloud.notice == NO_MICROPHONE


def test_v_in_the_text_box_is_a_letter(game, voice):
    game.box.open("lo")
    game.key(V_DOWN)
    game.key(pygame.event.Event(pygame.TEXTINPUT, text="v"))
    assert (game.box.text, game.aloud.words) == ("lov", None)


def test_without_a_sound_device_words_go_on_in_time(monkeypatch):
    monkeypatch.setenv("SDL_AUDIODRIVER", "there is no such driver")
    now = [0.0]
    mouths = Mouths(["Mira"], lambda: now[0])
    assert not mouths.sounding
    mouths.expect("s", "Mira")
    mouths.take(Sound("s", 0, bytes(2 * 8000), 8000, (Mark("Good", 0.0, 0.5), Mark("day", 0.5, 1.0)), end=True))
    heard = []
    for at in (0.0, 0.25, 0.75, 1.25):
        now[0] = at
        mouths.play(lambda npc: 0.5)
        heard.append(mouths.heard("Mira"))
    assert heard == [1, 1, 2, None]


def test_a_voice_is_louder_on_its_side_and_as_long_as_before():
    pcm = np.full(1600, 1000, np.int16).tobytes()
    left = np.frombuffer(stereo(pcm, 16_000, 0.0), np.int16).reshape(-1, 2)
    assert len(left) == module.OUTPUT // 10
    assert tuple(left[100]) == (1000, 500)
