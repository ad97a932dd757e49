from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pygame
import pytest

from demo_game.game import TextBox, has_display, play, react
from demo_game.journal import HINTS_TOP, hints
from demo_game.overlay import Inspector
from demo_game.screen import COLUMN, SCREEN
from demo_game.session import Play
from demo_game.world import World
from engine.bridge.client import Target, WireDecision
from tests.demo_game.fake_engine import FakeLink, decision, session


def demo(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "demo_game", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        env=os.environ | environment,
    )


def key(code: int) -> pygame.event.Event:
    return pygame.event.Event(pygame.KEYDOWN, key=code, unicode="")


def test_a_headless_run_starts_an_engine_of_its_own(tmp_path: Path) -> None:
    done = demo("--headless", "--seconds", 5, "--say", "t=0.5:@Mira hand me the red potion", "--report", tmp_path / "r.json")
    assert done.returncode == 0, done.stderr
    report = json.loads((tmp_path / "r.json").read_text())
    assert set(report) == {"decisions", "target_hit_rate", "action_accuracy", "latency_ms", "provider", "utterances"}
    assert report["decisions"] > 5
    assert report["utterances"][0]["action"] is not None


@pytest.mark.parametrize(
    "arguments",
    [
        ["--headless", "--say", "no time"],
        ["--headless", "--say", "t=1:@Nobody hi"],
        ["--headless", "--endpoint", "nonsense"],
        ["--headless", "--endpoint", ""],
    ],
)
def test_faults_are_one_line_and_exit_2(arguments: list[str]) -> None:
    done = demo(*arguments)
    assert done.returncode == 2
    assert [line.startswith("error: ") for line in done.stderr.strip().splitlines()] == [True]


@pytest.mark.parametrize(
    ("platform", "environment", "there"),
    [
        ("linux", {}, False),
        ("linux", {"DISPLAY": ""}, False),
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("linux", {"SDL_VIDEODRIVER": "kmsdrm"}, True),
        ("win32", {}, True),
        ("darwin", {}, True),
    ],
)
def test_only_linux_tells_by_its_environment_that_it_has_no_display(
    platform: str, environment: dict[str, str], there: bool
) -> None:
    assert has_display(environment, platform) == there


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there always is a display")
def test_in_a_plain_shell_without_a_display_it_ends_before_it_starts_anything(tmp_path: Path) -> None:
    memory = tmp_path / "village.sqlite"
    done = demo("--memory", memory, SDL_VIDEODRIVER="", DISPLAY="", WAYLAND_DISPLAY="", XDG_RUNTIME_DIR="")
    assert done.returncode == 2
    assert done.stderr.startswith("error: There is no display. Use --headless")
    assert len(done.stderr.strip().splitlines()) == 1
    assert not memory.exists()


def test_a_display_that_cannot_be_opened_is_named_with_the_fix() -> None:
    done = demo(SDL_VIDEODRIVER="x11", DISPLAY=":987")
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert "SDL_VIDEODRIVER" in done.stderr
    assert "--headless" in done.stderr


def letters(text: str) -> list[pygame.event.Event]:
    return [pygame.event.Event(pygame.TEXTINPUT, text=letter) for letter in text]


def test_enter_opens_the_box_and_sends_what_was_typed(world: World) -> None:
    heard = []

    def answer(npc: str, text: str) -> WireDecision:
        heard.append((npc, text))
        return decision(npc, "talk")

    game, box = session(world, FakeLink(answer)), TextBox()
    for event in (key(pygame.K_RETURN), *letters("bram, hiÿ\0"), key(pygame.K_BACKSPACE), key(pygame.K_RETURN)):
        react(game, event, box)
    assert box.text is None
    assert heard == [("Bram", "bram, hi")]


def test_letters_do_nothing_while_the_box_is_closed(world: World) -> None:
    game, box = session(world, FakeLink(lambda npc, text: pytest.fail("nothing was to be said"))), TextBox()
    for event in letters("wasd"):
        react(game, event, box)
    assert box.text is None


def test_escape_closes_the_box_without_a_word(world: World) -> None:
    game, box = session(world, FakeLink(lambda npc, text: pytest.fail("nothing was to be said"))), TextBox()
    box.open("hello")
    react(game, key(pygame.K_ESCAPE), box)
    assert box.text is None


def test_arrow_keys_bring_earlier_lines_back() -> None:
    box = TextBox()
    for line in ("first", "second"):
        box.open(line)
        assert box.press(pygame.K_RETURN) == line
    box.open()
    shown = []
    for code in (pygame.K_UP, pygame.K_UP, pygame.K_UP, pygame.K_DOWN, pygame.K_DOWN):
        box.press(code)
        shown.append(box.text)
    assert shown == ["second", "first", "first", "second", ""]


def test_a_click_on_a_hint_puts_it_into_the_box(world: World) -> None:
    game, box = session(world, FakeLink(lambda npc, text: decision(npc, "talk"))), TextBox()
    react(game, pygame.event.Event(pygame.MOUSEBUTTONDOWN, pos=(COLUMN.centerx, HINTS_TOP + 30)), box)
    assert box.text == hints(world)[0]


def test_closing_the_window_ends_the_game(world: World) -> None:
    window = pygame.display.set_mode(SCREEN)
    pygame.event.post(pygame.event.Event(pygame.QUIT))
    play(Play(world, FakeLink(lambda npc, text: decision(npc, "talk")), window))


def test_f1_turns_the_overlay_on_and_off(world: World) -> None:
    game = session(world, FakeLink(lambda npc, text: decision(npc, "talk")))
    for expected in (True, False):
        react(game, key(pygame.K_F1), TextBox())
        assert game.inspector.on is expected


def test_the_overlay_shows_heat_target_and_watch_list(world: World) -> None:
    game = session(world, FakeLink(lambda npc, text: decision(npc, "talk")))
    game.paint()
    game.draw_interface()
    without = pygame.image.tobytes(game.screen, "RGB")
    game.inspector = Inspector(on=True)
    game.inspector.heard("Mira", "hand me the red potion", world.time)
    inspect = {
        "intent": [["give_me", 0.9]],
        "action": [["give", 0.8]],
        "watch": [["wolf", 0.7, 0.5, 0.5]],
        "heat": [bytes(48)] * 13 + [bytes([255] * 48)] + [bytes(48)] * 14,
        "inference_ms": 5.0,
    }
    seen = WireDecision(
        npc="Mira",
        seq=1,
        action="give",
        emotion="happy",
        target=Target(0.5, 0.5, 0.9),
        utterance_id="u",
        reason="Mira heard give_me (0.90): give.",
        inspect=inspect,
    )
    game.inspector.note(seen, 0.02, world.time)
    game.paint()
    game.draw_interface()
    assert pygame.image.tobytes(game.screen, "RGB") != without
