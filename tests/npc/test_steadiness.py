"""What frames say is steadied over time: by their times, for each phrase and head, and never for words."""

from __future__ import annotations

from itertools import pairwise

import pytest

from npc import Character, Detection, Percept, Persona, PersonaError, persona_from
from npc.log import Recorder, replay
from npc.steadiness import Evidence, Filter, FilterCfg, Filters, SteadyHead
from npc.types import Target

STEADY = Filter(half_life=0.1, forget=2.0, seen=0.55, lost=0.35, jump=0.15)
HEAD = Filter(half_life=0.1, hold=2.0)


def _see(evidence: Evidence, values: list[float], fps: float = 10.0, start: float = 0.0) -> list[bool]:
    """Whether it is in view after each frame."""
    seen = []
    for n, p in enumerate(values):
        evidence.update(p, Target(0.5, 0.5, p), start + n / fps)
        seen.append(evidence.in_view)
    return seen


def _label(head: SteadyHead, warn: float, time: float) -> str:
    steady = head.update({"idle": 1.0 - warn, "warn": warn}, time)
    return max(steady, key=steady.__getitem__)


def test_a_probability_around_the_threshold_does_not_flicker():
    seen = _see(Evidence(STEADY), [0.6, 0.45] * 50)
    assert sum(a != b for a, b in pairwise(seen)) <= 1
    assert sum(a != b for a, b in pairwise(_see(Evidence(Filter()), [0.6, 0.45] * 50))) == 99


@pytest.mark.parametrize("fps", [2.0, 10.0, 60.0])
def test_one_bad_frame_changes_nothing_at_any_frame_rate(fps):
    assert not any(_see(Evidence(STEADY), [0.0] * 9 + [1.0] + [0.0] * 9, fps))
    assert all(_see(Evidence(STEADY), [1.0] * 9 + [0.0] + [1.0] * 9, fps)[8:])


@pytest.mark.parametrize(("fps", "frames"), [(2.0, 2), (10.0, 2), (30.0, 4), (60.0, 7)])
def test_the_delay_is_a_matter_of_time_and_two_frames_at_least(fps, frames):
    seen = _see(Evidence(STEADY), [0.0] * 5 + [1.0] * 20, fps)
    assert seen.index(True) - 5 + 1 == frames


def test_dropped_frames_change_the_outcome_little():
    every, third = Evidence(STEADY), Evidence(STEADY)
    for n in range(60):
        p = 0.9 if n >= 30 else 0.1
        every.update(p, None, n / 30)
        if n % 3 == 0:
            third.update(p, None, n / 30)
    assert every.p == pytest.approx(third.p, abs=0.02)


def test_the_same_frame_twice_counts_once():
    evidence = Evidence(STEADY)
    _see(evidence, [0.9, 0.9, 0.9])
    before = evidence.p
    evidence.update(0.0, None, 0.2)
    assert evidence.p == before


def test_after_a_while_without_frames_it_starts_anew():
    evidence = Evidence(STEADY)
    assert _see(evidence, [0.9] * 9)[-1]
    assert _see(evidence, [0.9], start=1.0) == [True]
    assert _see(evidence, [0.9, 0.9], start=4.0) == [False, True]


def test_the_place_follows_the_peak_and_jumps_where_it_stays_far():
    evidence = Evidence(STEADY)
    _see(evidence, [0.9] * 5)
    evidence.update(0.9, Target(0.6, 0.5, 0.9), 0.5)
    assert evidence.place.x == pytest.approx(0.55)
    evidence.update(0.9, Target(0.1, 0.5, 0.9), 0.6)
    assert evidence.place.x == pytest.approx(0.55), "a single far peak"
    evidence.update(0.9, Target(0.12, 0.5, 0.9), 0.7)
    assert evidence.place.x == pytest.approx(0.12)


def test_a_peak_that_wavers_between_two_things_leaves_the_place_where_it_is():
    evidence = Evidence(STEADY)
    _see(evidence, [0.9] * 5)
    places = set()
    for n in range(20):
        evidence.update(0.9, Target(0.1 if n % 2 else 0.5, 0.5, 0.9), 0.5 + n / 10)
        places.add(evidence.place.x)
    assert places == {0.5}


def test_a_label_that_holds_gives_way_only_to_a_clearly_likelier_one():
    head = SteadyHead(HEAD)
    labels = [_label(head, 0.55 if n % 2 else 0.45, n / 10) for n in range(50)]
    assert set(labels) == {"idle"}
    assert [_label(head, 0.9, 5 + n / 10) for n in range(5)][-1] == "warn"
    assert _label(SteadyHead(HEAD), 0.9, 0.0) == "warn", "there is nothing to hold yet"


def test_steady_probabilities_are_probabilities():
    head = SteadyHead(HEAD)
    for n in range(5):
        steady = head.update({"idle": 0.5, "warn": 0.3, "flee": 0.2}, n / 10)
    assert sum(steady.values()) == pytest.approx(1.0)
    assert steady["idle"] > 0.5


def test_a_phrase_takes_what_is_said_of_all_and_changes_what_is_its_own():
    filters = Filters({"watch": FilterCfg(half_life=0.1, seen=0.55, lost=0.35)}, {"fire": FilterCfg(seen=0.3)})
    assert filters.phrase("wolf") == Filter(half_life=0.1, seen=0.55, lost=0.35)
    assert filters.phrase("fire") == Filter(half_life=0.1, seen=0.3, lost=0.3)


# -- in a character ------------------------------------------------------------------------------------------


def _glimpse(p: float, time: float, **more: object) -> Percept:
    return Percept(time=time, action={"idle": 0.9, "warn": 0.1}, watch=(Detection("wolf", p, 0.5, 0.5),), **more)


def _character(**card: object) -> Character:
    return Character(persona_from({"name": "Test", **card}), "test")


def test_a_card_may_turn_it_off():
    blunt = _character(steadiness=False)
    blunt.tick(_glimpse(0.6, 0.0))
    assert blunt.percept.watch[0].p == 0.6
    assert blunt.tick(_glimpse(0.6, 0.1)).action == "warn"
    assert _character().tick(_glimpse(0.6, 0.0)).action == "idle"


def test_a_card_may_watch_one_phrase_more_closely():
    jumpy = _character(steadiness={"wolf": {"half_life": 0, "seen": 0.3}})
    assert jumpy.tick(_glimpse(0.4, 0.0)).action == "warn"


def test_words_are_answered_from_their_own_text_at_once():
    character = _character()
    for n in range(20):
        character.tick(_glimpse(0.0, n / 10))
    words = {"intent": {"follow_me": 0.9}, "tone": {"neutral": 0.9}, "emotion": {"happy": 0.9}}
    decision = character.tick(Percept(time=2.0, text="come", action={"follow": 0.9, "idle": 0.1}, **words))
    assert (decision.action, decision.confidence) == ("follow", 0.9)
    assert character.percept.action == {"follow": 0.9, "idle": 0.1}


def test_words_leave_no_trace_in_the_labels_of_silence():
    character = _character()
    character.tick(_glimpse(0.0, 0.0))
    character.tick(Percept(time=0.1, text="run", intent={"flee": 1.0}, action={"flee": 1.0}))
    character.tick(_glimpse(0.0, 0.2))
    assert character.percept.action["idle"] > 0.9
    assert "flee" not in character.percept.action


@pytest.mark.parametrize("steadiness", [{}, False, {"wolf": "off"}, {"watch": {"half_life": 0.5}, "action": False}])
def test_a_log_holds_what_the_model_said_and_replays_byte_for_byte(tmp_path, steadiness):
    character = _character(steadiness=steadiness)
    with Recorder(tmp_path / "log", character, 0) as recorder:
        for n in range(100):
            percept = _glimpse(0.9 if n % 7 < 4 else 0.2, n / 10)
            recorder.write(percept, character.tick(percept))
    assert '"phrase":"wolf","p":0.9' in (tmp_path / "log").read_text(encoding="utf-8")
    assert (replay(tmp_path / "log").ticks, replay(tmp_path / "log").line) == (100, None)


@pytest.mark.parametrize(
    ("steadiness", "told"),
    [
        ({"watch": {"seen": 0.2, "lost": 0.6}}, "`lost` 0.6 is above `seen` 0.2"),
        ({"watch": {"half_live": 1}}, "unknown entry `half_live`"),
        ({"watch": {"half_life": -1}}, "is less than 0"),
    ],
)
def test_a_fault_in_a_card_is_one_line(steadiness, told):
    with pytest.raises(PersonaError, match=told):
        persona_from({"name": "Test", "steadiness": steadiness})


# -- what is clear enough ------------------------------------------------------------------------------------


def _told(intent: float, action: str, p: float) -> Percept:
    return Percept(
        time=1.0, text="mumble", intent={"follow_me": intent}, tone={"neutral": 0.9}, action={action: p}, has_frame=False
    )


@pytest.mark.parametrize(
    ("intent", "action", "p", "answered"),
    [
        (0.9, "follow", 0.9, True),
        (0.39, "follow", 0.9, False),  # a deed needs a sure intent
        (0.9, "follow", 0.39, False),  # and a sure action
        (0.39, "talk", 0.9, True),  # an answer one of them
        (0.9, "talk", 0.39, True),
        (0.39, "talk", 0.39, False),
    ],
)
def test_deeds_need_clearer_words_than_answers(intent, action, p, answered):
    character = _character(lines={"unclear": "What?"})
    decision = character.tick(_told(intent, action, p))
    assert ("did not understand" not in decision.reason) == answered
    assert decision.action == (action if answered else "talk")
    assert (decision.line == "What?") != answered


def test_an_unsure_intent_makes_no_rule_and_no_memory():
    rule = {"when": {"intent": "follow_me"}, "do": "refuse", "because": "stays here"}
    character = Character(Persona.model_validate({"name": "Test", "rules": [rule]}), "test")
    assert character.tick(_told(0.39, "talk", 0.9)).action == "talk"
    assert "follow_me" not in character.memory.recalls("player", 1.0)
    assert character.tick(_told(0.41, "talk", 0.9)).action == "refuse"
