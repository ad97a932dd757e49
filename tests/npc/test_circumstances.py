"""Goals, factions, schedule: what a character is after, whom it belongs to, and what its day is like."""

from __future__ import annotations

import pytest

from npc import Character, Detection, Percept, PersonaError, Target, load_persona, persona_from
from npc.circumstances import hour_of
from npc.persona import faults

SALE = {"wants": "sell something before dusk", "weight": 0.8, "favours": {"trade": 0.5, "give": -0.6}, "from": 6, "to": 18}
DAY = [
    {"from": 6, "to": 18, "do": "use", "at": "anvil", "say": "Back to the fire."},
    {"from": 20, "to": 6, "do": "go_to", "at": "bed", "say": "Enough for today. The {target} calls."},
]
NOON, NIGHT = {"hour": 12}, {"hour": 23.5}


def _torn(actor, state=None) -> str:
    """What it does where giving is only a little likelier than trading."""
    actor.time += 1.0
    close = {"give": 0.5, "trade": 0.4}
    words = {"text": "give me that", "intent": {"give_me": 0.9}, "tone": {"neutral": 0.9}}
    return actor.character.tick(
        Percept(time=actor.time, action=close, target=Target(0.4, 0.6, 0.9), state=state or {}, **words)
    ).action


# -- goals ---------------------------------------------------------------------------------------------


def test_a_goal_makes_it_prefer_what_serves_it(stage):
    assert _torn(stage()) == "give"
    assert _torn(stage(goals={"sale": SALE})) == "trade"


def test_a_goal_of_some_hours_matters_at_those(stage):
    actor = stage(goals={"sale": SALE})
    assert (_torn(actor, NOON), _torn(actor, NIGHT)) == ("trade", "give")


def test_the_trace_names_the_goals_that_had_a_say(stage):
    actor = stage(goals={"sale": SALE, "fame": {"wants": "be sung about"}})
    trace = actor.hear("what do you sell?", "trade", "trade").trace
    assert "goal: sell something before dusk (trade +0.40)" in trace
    assert not any("sung" in entry for entry in trace)


def test_lines_and_knowledge_may_ask_for_a_goal(stage):
    talk = ["Good evening.", {"say": "Quick, before dusk!", "goal": "sale"}]
    actor = stage(goals={"sale": SALE}, lines={"talk": talk})
    assert actor.hear("what a day", "chat", "talk", state=NOON).line == "Quick, before dusk!"
    assert actor.hear("what a day", "chat", "talk", state=NIGHT).line == "Good evening."


def test_no_goal_moves_it_across_a_boundary(stage):
    actor = stage(goals={"war": {"wants": "blood", "weight": 1, "favours": {"attack": 1}}}, boundaries={"attack": "Never."})
    assert actor.hear("strike!", "attack", "attack").action != "attack"


# -- factions ------------------------------------------------------------------------------------------

FACTIONS = {"own": "watch", "stance": {"wolves guild": -0.8, "village": 0.6}}


@pytest.mark.parametrize(
    ("faction", "name", "affection"),
    [
        ("wolves guild", "foe", -0.4),
        ("village", "friend", 0.3),
        ("watch", "acquaintance", 0.2),
        ("nobody", "acquaintance", 0.0),
    ],
)
def test_a_stranger_is_met_as_one_of_its_faction(stage, faction, name, affection):
    actor = stage(factions=FACTIONS)
    actor.hear("nice tree", "none", "talk", state={"speaker_faction": faction})
    met = actor.character.relationship("player")
    assert (met.name, met.trust, met.affection) == (name, pytest.approx(affection), pytest.approx(affection))


def test_who_is_known_is_judged_by_deeds_not_by_faction(stage):
    actor = stage(factions=FACTIONS)
    actor.hear("nice tree", "none", "talk")
    actor.hear("nice tree", "none", "talk", state={"speaker_faction": "wolves guild"})
    assert actor.character.relationship("player").affection == 0.0


def test_rules_and_lines_may_ask_for_the_faction_of_who_speaks(stage):
    rule = {"when": {"intent": "greet", "faction": "wolves guild"}, "do": "warn", "because": "x", "say": "Guild. Stay back."}
    actor = stage(factions=FACTIONS, rules=[rule], lines={"greet": ["Hm.", {"say": "Brother.", "faction": "watch"}]})
    assert actor.hear("hello", "greet", "greet", state={"speaker_faction": "wolves guild"}).line == "Guild. Stay back."
    assert actor.hear("hello", "greet", "greet", state={"speaker_faction": "watch"}).line == "Brother."
    assert actor.hear("hello", "greet", "greet", state={"speaker_faction": ["watch"]}).line == "Hm."


def test_who_attacks_is_of_a_faction_too(stage):
    actor = stage(factions=FACTIONS)
    actor.look(state={"event": "healed", "event_by": "Rook", "speaker_faction": "wolves guild"})
    assert actor.character.relationship("Rook").affection < 0  # good as the deed was


# -- schedule ------------------------------------------------------------------------------------------


def test_the_hour_decides_what_it_does_when_nothing_is_asked(stage):
    actor = stage(schedule=DAY)
    done = [actor.look(state={"hour": hour}).action for hour in (5.9, 6, 17.9, 18, 19.9, 20, 24, 0, 3)]
    assert done == ["go_to", "use", "use", "idle", "idle", "go_to", "go_to", "go_to", "go_to"]


@pytest.mark.parametrize("state", [{}, {"hour": "noon"}, {"hour": True}, {"hour": 25}, {"hour": float("nan")}])
def test_no_hour_no_schedule(stage, state):
    assert stage(schedule=DAY).look(state=state).action == "idle"
    assert hour_of(state) is None


def test_it_speaks_when_its_hours_begin_and_not_when_a_game_is_loaded(stage):
    actor = stage(schedule=DAY)
    lines = [actor.look(state={"hour": hour}).line for hour in (12, 13, 20, 21, 7)]
    assert lines == ["", "", "Enough for today. The bed calls.", "", "Back to the fire."]


def test_a_frame_that_tells_no_hour_does_not_make_it_repeat_itself(stage):
    actor = stage(schedule=DAY)
    states = ({"hour": 19}, NIGHT, {}, NIGHT)
    assert [bool(actor.look(state=state).line) for state in states] == [False, True, False, False]


def test_words_orders_and_danger_interrupt_it_and_it_goes_on(stage):
    actor = stage(schedule=DAY)
    assert actor.look(state=NOON).action == "use"
    assert actor.hear("what a day", "chat", "talk", state=NOON).action == "talk"
    assert actor.look(seconds=4.0, state=NOON).action == "use"
    assert actor.hear("follow me", "follow_me", "follow", state=NOON).action == "follow"
    assert actor.look(seconds=60.0, state=NOON).action == "follow"
    actor.hear("farewell", "farewell", "greet", state=NOON)
    assert actor.look(seconds=4.0, state=NOON).action == "use"
    alarmed = [actor.look(state=NOON, wolf=0.95).action for _ in range(3)]
    assert alarmed[-1] != "use"
    assert [actor.look(seconds=9.0, state=NOON).action for _ in range(2)][-1] == "use"


def test_what_the_game_reports_done_is_over_until_something_interrupts(stage):
    actor = stage(schedule=DAY)
    reports = [actor.look(state=state).action for state in (NIGHT, {**NIGHT, "done": "go_to"}, NIGHT)]
    assert reports == ["go_to", "idle", "idle"]
    actor.hear("what a day", "chat", "talk", state=NIGHT)
    actor.look(state=NIGHT)
    assert actor.look(seconds=4.0, state=NIGHT).action == "go_to"


def test_the_end_of_an_order_is_not_the_end_of_the_hours(stage):
    actor = stage(schedule=DAY)
    actor.hear("go there", "go_to", "go_to", state=NIGHT)
    assert actor.look(state=NIGHT).action == "go_to"
    reports = [actor.look(state={**NIGHT, "done": "go_to"}) for _ in range(3)]
    assert [d.action for d in reports] == ["go_to"] * 3
    assert "keeps its hours" in reports[-1].reason


def test_it_points_at_its_place_while_that_is_in_view():
    smith = Character(persona_from({"name": "S", "schedule": DAY}), "smith")
    seen, unsure = Detection("anvil", 0.9, 0.3, 0.6), Detection("anvil", 0.2, 0.3, 0.6)
    targets = [smith.tick(Percept(time=n * 0.2, watch=(seen,), state=NOON)).target for n in range(5)]
    assert (targets[-1].x, targets[-1].y) == (0.3, 0.6)
    assert [smith.tick(Percept(time=1 + n * 0.2, watch=(unsure,), state=NOON)).target for n in range(9)][-1] is None
    assert smith.persona.places == ("anvil", "bed")


def test_what_it_is_not_able_to_do_gives_way_to_the_next_entry(stage):
    night = {"from": 0, "to": 24, "do": "celebrate"}
    actor = stage(schedule=[DAY[0], night], requires={"use": {"state": {"iron": True}}})
    assert actor.look(state=NOON).action == "celebrate"
    assert actor.look(state={**NOON, "iron": True}).action == "use"


def test_a_boundary_that_came_later_holds_for_the_schedule_too():
    strict = persona_from({"name": "S", "schedule": DAY}).model_copy(update={"boundaries": {"use": ()}})
    assert Character(strict, "s").tick(Percept(time=1.0, state=NOON)).action == "idle"


# -- cards ---------------------------------------------------------------------------------------------

BROKEN = {
    "goal for nothing known": ("goals:\n  sale: {wants: x,\n    favours: {trad: 1}}\n", 4, "Did you mean `trade`?"),
    "goal too heavy": ("goals:\n  sale:\n    wants: x\n    weight: 3\n", 5, "Write 1 or less."),
    "unknown goal": ("goals: {sale: {wants: x}}\nlines:\n  talk: {say: x, goal: sail}\n", 4, "Did you mean `sale`?"),
    "no goals": ("lines:\n  talk: {say: x, goal: sale}\n", 3, "The card has none"),
    "stance": ("factions:\n  own: a\n  stance:\n    b: -2\n", 5, "Write -1 or more."),
    "unknown faction": ("factions: {own: watch}\nlines:\n  talk: {say: x, faction: wach}\n", 4, "Did you mean `watch`?"),
    "hour": ("schedule:\n  - from: 6\n    to: 25\n    do: use\n", 4, "Write 24 or less."),
    "no time": ("schedule:\n  - {from: 6, to: 6, do: use}\n", 3, "for the whole day"),
    "no end": ("schedule:\n  - {from: 6, do: use}\n", 3, "Add `to:`."),
    "unknown chore": ("schedule:\n  - {from: 6, to: 8,\n     do: pray}\n", 4, "There are attack"),
    "forbidden": ("boundaries: {use: No.}\nschedule:\n  - from: 6\n    to: 8\n    do: use\n", 6, "Do something else"),
    "unknown mood": ("schedule:\n  - {from: 6, to: 8, do: use, say: {say: x,\n     mood: sed}}\n", 4, "Did you mean `sad`?"),
}


@pytest.mark.parametrize(("text", "line", "fix"), BROKEN.values(), ids=BROKEN.keys())
def test_a_fault_names_file_line_and_fix(tmp_path, text, line, fix):
    path = tmp_path / "card.yaml"
    path.write_text("name: A\n" + text, encoding="utf-8")
    with pytest.raises(PersonaError) as caught:
        load_persona(path)
    assert caught.value.message.startswith(f"{path}:{line}:"), caught.value.message
    assert fix in caught.value.fix
    assert len(faults(path)) == 1
