from __future__ import annotations

import math

import pytest

from demo_game.life import tick
from demo_game.verbs import VERBS
from demo_game.village import HEIGHT, WIDTH
from demo_game.world import SNAP, World
from engine.formats.labels import load_labels
from tests.demo_game.fake_engine import centre, run, thing


def positions(world: World) -> list[tuple[float, float]]:
    return [(a.x, a.y) for a in world.actors()]


def test_the_same_seed_is_the_same_village() -> None:
    worlds = World(7), World(7)
    for world in worlds:
        run(world, 40)
    assert positions(worlds[0]) == positions(worlds[1])


def test_another_seed_is_another_evening() -> None:
    arrivals = set()
    for seed in (1, 2):
        world = World(seed)
        while world.wolf is None:
            tick(world, 1 / 30)
        arrivals.add(world.time)
    assert len(arrivals) == 2


def test_the_hour_goes_with_the_light() -> None:
    world = World(1, events=False)
    assert (world.hour, world.dusk) == (pytest.approx(7.92), 0.0)
    run(world, 101)  # sunset
    assert 17.9 < world.hour < 18.1
    run(world, 60)
    assert world.hour > 23.8 or world.hour < 0.2
    assert world.dusk > 0.9


def test_the_days_work_waits_for_an_errand() -> None:
    world, bread = World(1, events=False), thing(World(1), "bread")
    world.apply("Odo", "give", (bread.x, bread.y))
    world.apply("Odo", "go_to", (700.0, 300.0), spoken=False)
    odo = world.npc("Odo")
    assert odo.task.action == "give"
    odo.task.action = "idle"
    world.apply("Odo", "go_to", (700.0, 300.0), spoken=False)
    assert odo.task.action == "go_to"


def test_the_wolf_comes_and_goes() -> None:
    world, seen = World(1), []
    run(world, 60, lambda: seen.append(world.wolf is not None))
    assert True in seen
    assert False in seen[seen.index(True) :]


def test_the_fire_flares_up_and_dies() -> None:
    world, seen = World(1), []
    run(world, 80, lambda: seen.append(world.fire is not None))
    assert True in seen
    assert not seen[-1]


def test_every_action_of_the_engine_is_a_verb_of_the_village() -> None:
    assert set(VERBS) == set(load_labels().heads["action"])


@pytest.mark.parametrize("action", sorted(VERBS))
def test_every_verb_can_be_done_with_and_without_a_point(world: World, action: str) -> None:
    world.call_wolf()
    for point in (None, centre(world, "well"), (3.0, 537.0)):
        world.apply("Mira", action, point)
        run(world, 2)
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in positions(world)[:-1])


def test_a_point_means_the_nearest_thing_within_tolerance(world: World) -> None:
    x, y = centre(world, "key")
    assert world.thing_at(x + 20, y - 20) is thing(world, "key")
    assert world.thing_at(490, 215 + 2 * SNAP, "give") is not thing(world, "key")
    assert world.thing_at(20, 240, "give") is None


def test_a_door_is_meant_before_the_house_behind_it(world: World) -> None:
    assert world.thing_at(*centre(world, "door")) is thing(world, "door")


def test_nobody_hands_over_a_house(world: World) -> None:
    assert world.thing_at(*centre(world, "house"), "give") is None


def test_a_given_thing_ends_up_with_the_player_and_comes_back(world: World) -> None:
    world.apply("Mira", "give", centre(world, "red potion"))
    run(world, 6)
    assert world.inventory == ["red potion"]
    assert world.done == [("Mira", "give")]
    assert thing(world, "red potion") not in world.visible_things()
    run(world, 12)
    assert thing(world, "red potion") in world.visible_things()


def test_an_action_that_goes_on_does_not_begin_anew(world: World) -> None:
    world.apply("Mira", "give", centre(world, "red potion"))
    run(world, 6, lambda: world.apply("Mira", "give", None, spoken=False))
    assert world.inventory == ["red potion"]


def test_idleness_ends_no_errand(world: World) -> None:
    world.apply("Mira", "give", centre(world, "red potion"))
    run(world, 6, lambda: world.apply("Mira", "idle", None, spoken=False))
    assert world.inventory == ["red potion"]


def test_an_errand_goes_on_after_an_alarm(world: World) -> None:
    world.apply("Bram", "go_to", centre(world, "chest"))
    run(world, 0.5)
    world.apply("Bram", "warn", (40.0, 300.0), spoken=False)
    run(world, 0.5)
    world.apply("Bram", "go_to", None, spoken=False)
    run(world, 5)
    bram, chest = world.npc("Bram"), thing(world, "chest")
    assert math.dist((bram.x, bram.y), (chest.x, chest.y)) < 70


def test_new_words_replace_an_errand(world: World) -> None:
    world.apply("Mira", "give", centre(world, "red potion"))
    run(world, 0.3)
    world.apply("Mira", "stay")
    run(world, 6)
    assert world.inventory == []


def test_a_defender_stands_between_wolf_and_player(world: World) -> None:
    wolf = world.call_wolf(60)
    world.apply("Bram", "defend")
    run(world, 8)
    bram, player = world.npc("Bram"), world.player
    assert min(wolf.x, player.x) < bram.x < max(wolf.x, player.x)


def test_an_attacker_drives_the_wolf_away(world: World) -> None:
    world.call_wolf(60)
    world.apply("Bram", "attack")
    run(world, 15)
    assert world.wolf is None


def test_who_flees_gets_away(world: World) -> None:
    wolf = world.call_wolf(60)
    run(world, 4)
    world.apply("Pip", "flee")
    before = math.dist((wolf.x, wolf.y), positions(world)[4])
    run(world, 3)
    assert math.dist((wolf.x, wolf.y), (world.npc("Pip").x, world.npc("Pip").y)) > max(before, 200)


def test_nobody_walks_through_the_well(world: World) -> None:
    well = thing(world, "well")
    world.player.x, world.player.y = well.x, well.y + 60
    for _ in range(60):
        tick(world, 1 / 30, (0.0, -1.0))
    assert world.free(world.player.x, world.player.y) == pytest.approx((world.player.x, world.player.y), abs=0.5)
    assert world.player.y > well.y


@pytest.mark.parametrize(("words", "name"), [("Bram, come here", "Bram"), ("@odo hello", "Odo"), ("mira hello", "Mira")])
def test_words_go_to_the_one_they_name(world: World, words: str, name: str) -> None:
    assert world.addressee(words).name == name


@pytest.mark.parametrize("words", ["hello", "", "  ", "where is Bram"])
def test_other_words_go_to_the_nearest(world: World, words: str) -> None:
    pip = world.npc("Pip")
    world.player.x, world.player.y = pip.x + 10, pip.y + 10
    assert world.addressee(words) is pip


def test_a_gift_is_told_for_a_while_and_another_one_is_news(world: World) -> None:
    pip = world.npc("Pip")
    assert world.accept_gift(pip) == ""
    world.inventory += ["bread", "key"]
    assert world.accept_gift(pip) == "key"
    first = world.news()["Pip"]
    assert (first["event"], first["event_by"]) == ("gifted", "player")
    run(world, 2.0)
    assert world.news()["Pip"] == first
    world.accept_gift(pip)
    assert world.news()["Pip"]["event_id"] != first["event_id"]
    run(world, 4.0)
    assert world.news() == {}


def test_an_errand_outlives_two_alarms_and_what_is_carried_is_not_dropped(world: World) -> None:
    mira = world.npc("Mira")
    world.apply("Mira", "give", centre(world, "blue potion"))
    run(world, 3.0)
    for alarm in ("warn", "flee", "idle"):
        world.apply("Mira", alarm, spoken=False)
        run(world, 1.0)
    assert mira.task.action == "give"
    run(world, 12.0)
    assert world.inventory == ["blue potion"]


def test_who_flees_runs_from_where_the_danger_was_seen(world: World) -> None:
    mira = world.npc("Mira")
    mira.x, mira.y = 480.0, 360.0
    world.apply("Mira", "flee", (580.0, 360.0), spoken=False)
    run(world, 0.5)
    assert mira.x < 440
    world.apply("Mira", "flee", (mira.x - 100, 360.0), spoken=False)
    before = mira.x
    run(world, 0.5)
    assert mira.x > before


def test_villagers_on_one_spot_step_aside(world: World) -> None:
    mira, bram = world.npc("Mira"), world.npc("Bram")
    for npc in (mira, bram):
        npc.x, npc.y = 480.0, 360.0
        world.apply(npc.name, "stay")
    run(world, 2.0)
    assert abs(mira.x - bram.x) > 40
