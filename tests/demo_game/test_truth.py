from __future__ import annotations

import pytest

from demo_game.truth import expect, understand
from demo_game.view import frame_box, in_view
from demo_game.world import World
from tests.demo_game.fake_engine import run, thing


def wolf_in_the_open(world: World) -> None:
    wolf = world.call_wolf()
    wolf.x, wolf.y = 330, 330


@pytest.mark.parametrize(
    ("words", "intent", "tone"),
    [
        ("hand me the red potion", "give_me", "neutral"),
        ("would you bring me the key, please", "give_me", "friendly"),
        ("Go over to the well", "go_to", "neutral"),
        ("where’s the chest?", "ask_where", "neutral"),
        ("FOLLOW ME NOW!", "follow_me", "angry"),
        ("watch out, a wolf!", "warn", "neutral"),
        ("run to the well", "go_to", "neutral"),
        ("run!", "flee", "neutral"),
    ],
)
def test_the_village_reads_its_own_commands(words: str, intent: str, tone: str) -> None:
    command = understand(words)
    assert command is not None
    assert (command.intent, command.tone) == (intent, tone)


@pytest.mark.parametrize("words", ["the moon is made of cheese", "this hilltop", ""])
def test_it_has_no_opinion_about_other_words(world: World, words: str) -> None:
    assert expect(world, world.npc("Mira"), words) is None


def test_a_thing_in_view_is_expected_where_it_is(world: World) -> None:
    given = expect(world, world.npc("Mira"), "hand me the blue potion")
    assert given is not None
    assert given.actions == ("give",)
    assert given.boxes == (thing(world, "blue potion").box,)


def test_a_name_that_two_things_bear_means_both(world: World) -> None:
    given = expect(world, world.npc("Mira"), "hand me the potion")
    assert given is not None
    assert set(given.boxes) == {thing(world, "red potion").box, thing(world, "blue potion").box}


def test_a_thing_out_of_view_is_refused(world: World) -> None:
    absent = expect(world, world.npc("Mira"), "hand me the crown")
    assert absent is not None
    assert (absent.actions, absent.boxes) == (("refuse",), ())


def test_the_one_who_is_spoken_to_is_not_what_is_meant(world: World) -> None:
    wolf_in_the_open(world)
    helped = expect(world, world.npc("Bram"), "help me, Bram!")
    assert helped is not None
    assert world.wolf is not None
    assert helped.boxes == (world.wolf.box,)


@pytest.mark.parametrize(
    ("name", "words", "allowed"),
    [
        ("Pip", "help me!", {"flee"}),
        ("Pip", "attack the wolf", {"flee"}),
        ("Bram", "help me!", {"defend", "attack", "warn"}),
        ("Mira", "kill the wolf", {"refuse"}),
        ("Linnet", "hello there", {"warn"}),
        ("Odo", "give me the key", {"trade", "refuse"}),
        ("Odo", "give me the key, please", {"give", "trade", "refuse"}),
    ],
)
def test_natures_differ_while_a_wolf_is_about(world: World, name: str, words: str, allowed: set[str]) -> None:
    wolf_in_the_open(world)
    expectation = expect(world, world.npc(name), words)
    assert expectation is not None
    assert set(expectation.actions) == allowed


def test_what_stands_behind_something_is_not_in_view(world: World) -> None:
    key, stall = thing(world, "key"), thing(world, "market stall")
    key.x, key.y = stall.x, stall.y - 10
    assert not any(e.thing is key for e in in_view(world))


def test_a_wolf_in_its_den_is_not_in_view(world: World) -> None:
    world.call_wolf()
    assert not any(e.is_called("wolf") for e in in_view(world))
    run(world, 4)
    assert any(e.is_called("wolf") for e in in_view(world))


def test_a_box_of_the_frame_is_cut_at_its_edges() -> None:
    assert frame_box((-15, -15, 30, 30)) == (0, 0, 10, 10)
    assert frame_box((945, 525, 30, 30)) == (630, 350, 10, 10)
