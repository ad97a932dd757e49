from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from demo_game.headless import run_headless
from demo_game.report import PlayReport, Said, percentile_ms
from demo_game.truth import Expectation
from demo_game.world import World
from engine.bridge.client import Effect, Target, WireDecision
from engine.files import write_json
from tests.demo_game.fake_engine import FakeLink, centre, decision, session


def pointing_at(action: str, point: tuple[float, float] | None) -> WireDecision:
    return decision("?", action, None if point is None else Target(point[0] / 960, point[1] / 540, 0.9))


def report_of(expectation: Expectation | None, answer: WireDecision) -> dict[str, object]:
    report = PlayReport()
    report.asked(answer.seq, Said(0.0, "words", None), answer.npc, expectation)
    report.decided(answer, 0.02)
    return report.summary("p")


def test_a_run_reports_against_the_games_truth(world: World) -> None:
    link = FakeLink(lambda npc, text: pointing_at("give", centre(world, "red potion")))
    report = run_headless(session(world, link), [Said(0.1, "hand me the red potion", "Mira")], 0.4).summary("FakeProvider")
    assert report["target_hit_rate"] == report["action_accuracy"] == 1.0
    assert int(str(report["decisions"])) > 2
    assert [u["npc"] for u in report["utterances"]] == ["Mira"]  # type: ignore[attr-defined]


def test_decisions_move_the_village(world: World) -> None:
    link = FakeLink(lambda npc, text: pointing_at("give", centre(world, "red potion")))
    run_headless(session(world, link), [Said(0.0, "hand me the red potion", "Mira")], 0.3)
    assert world.npc("Mira").task.action == "give"


def test_frames_come_ten_times_a_second_without_any_interface(world: World) -> None:
    link = FakeLink(lambda npc, text: pointing_at("talk", None))
    world.npc("Mira").line, world.npc("Mira").line_until = "A bubble", 99.0
    run_headless(session(world, link), [], 0.5, screenshot_every=None)
    plain = FakeLink(lambda npc, text: pointing_at("talk", None))
    run_headless(session(World(events=False), plain), [], 0.2)
    assert len(link.frames) == 5
    assert len(link.frames[0][0]) == 640 * 360 * 3
    assert link.frames[0][0] == plain.frames[0][0]


def test_the_engine_hears_of_finished_errands(world: World) -> None:
    link = FakeLink(lambda npc, text: pointing_at("talk", None))
    world.done.append(("Mira", "give"))
    run_headless(session(world, link), [], 0.3)
    assert link.frames[0][1] == {"Mira": {"done": "give"}}
    assert world.done == []


def test_pictures_are_taken_with_the_interface(world: World, tmp_path: Path) -> None:
    run_headless(
        session(world, FakeLink(lambda npc, text: pointing_at("talk", None))),
        [],
        0.3,
        screenshot_every=0.1,
        screenshots=tmp_path / "shots",
    )
    assert len(list((tmp_path / "shots").glob("*.png"))) == 3


@pytest.mark.parametrize(
    ("action", "point", "hit"),
    [
        ("give", (105, 105), True),
        ("give", (145, 105), False),
        ("give", None, False),
        ("refuse", None, None),
        ("talk", None, False),
    ],
)
def test_a_target_hits_the_box_unless_the_nature_rightly_aims_at_nothing(
    action: str, point: tuple[float, float] | None, hit: bool | None
) -> None:
    answer = pointing_at(action, point)
    expectation = Expectation("give_me", ("give", "refuse"), ((100.0, 100.0, 20.0, 20.0),))
    row = report_of(expectation, decision("Odo", answer.action, answer.target, utterance="u"))["utterances"][0]  # type: ignore[index]
    assert row["hit"] is hit


def test_words_that_the_game_does_not_know_are_listed_and_not_counted() -> None:
    report = report_of(None, decision("Mira", "talk", utterance="u"))
    assert report["action_accuracy"] is None
    assert report["target_hit_rate"] is None
    assert len(report["utterances"]) == 1  # type: ignore[arg-type]


def test_a_frames_decision_is_not_taken_for_an_answer() -> None:
    row = report_of(Expectation("greet", ("greet",), ()), decision("Mira", "idle"))["utterances"][0]  # type: ignore[index]
    assert row["action"] is None


def test_percentiles_are_nearest_ranks() -> None:
    seconds = [i / 1000 for i in range(1, 101)]
    assert [percentile_ms(seconds, q) for q in (50, 95, 99)] == [50, 95, 99]
    assert percentile_ms([], 50) is None


def test_a_report_is_written_as_json(tmp_path: Path) -> None:
    write_json(tmp_path / "deep" / "report.json", PlayReport().summary("p"))
    assert json.loads((tmp_path / "deep" / "report.json").read_text())["decisions"] == 0


def test_what_was_bought_is_in_the_bag_and_what_was_given_for_it_is_not(world):
    deals = iter((Effect("sell", {"item": "bread", "price": 4, "against": "", "to": "player"}), Effect("wave")))
    link = FakeLink(lambda npc, text: replace(pointing_at("trade", None), effects=tuple(deals)))
    game = session(world, link)
    game.say("deal", "Odo")
    game.decide()
    assert world.inventory == ["bread"]
    deals = iter((Effect("sell", {"item": "sword", "price": 0, "against": "bread", "to": "player"}),))
    game.say("my bread for the sword", "Odo")
    game.decide()
    assert world.inventory == ["sword"]
    assert [entry.text for entry in game.journal.entries if not entry.who] == [
        "You got bread from Odo for 4 coins.",
        "You got sword from Odo for your bread.",
    ]
