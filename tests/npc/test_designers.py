"""What designers expect: effects and tags, intents and events of their own, quests, barks, variables, talk among characters."""

from __future__ import annotations

import pytest

from npc import Character, PersonaError, persona_from
from npc.log import Recorder, replay
from npc.types import Percept

FERRY = {
    "name": "Tam",
    "watch": {"heron": "friend"},
    "intents": {"ask_ferry": ["can you take me across?"]},
    "rules": [
        {
            "when": {"intent": "ask_ferry", "state": {"gold": ">= 2"}},
            "do": "follow",
            "because": "is paid",
            "say": "Hop on.",
            "effects": [{"kind": "pay", "coins": 2, "who": "{player}", "at_once": True}],
        },
        {"when": {"intent": "ask_ferry"}, "do": "refuse", "because": "is not", "say": "Two coins. You have {state.gold}."},
    ],
    "lines": {"greet": [{"say": "Look: {seen}.", "tags": ["wave"]}]},
}
RING = {
    "name": "Marta",
    "knowledge": {"ring": {"asked": "Where is your ring?", "say": "Gone, alas."}},
    "quests": {
        "ring": {
            "steps": {
                "asked": {"when": {"knows": "ring"}},
                "found": {"when": {"state": {"has_ring": True}}, "say": "You have it!"},
                "returned": {"when": {"intent": "gift"}, "do": "celebrate", "say": "Mine!", "effects": [{"kind": "reward"}]},
            }
        }
    },
    "lines": {"greet": [{"say": "My ring?", "quest": {"ring": ["asked", "found"]}}, "Hello."]},
}


@pytest.fixture
def stage(stage):
    """The stage of conftest, for a card with a name of its own."""
    return lambda **card: stage("", **{key: entry for key, entry in card.items() if key != "name"})


def kinds(decision):
    return [effect.kind for effect in decision.effects]


def test_an_intent_of_the_cards_own_is_heard_without_training(stage):
    tam = stage(**FERRY)
    poor = tam.hear("take me over the water?", "chat", "talk", knowledge={"ask_ferry": 0.8}, state={"gold": 1})
    assert (poor.action, poor.line, kinds(poor)) == ("refuse", "Two coins. You have 1.", [])
    rich = tam.hear(
        "take me over the water?", "chat", "talk", knowledge={"ask_ferry": 0.8}, state={"gold": 2.0, "player": "Ada"}
    )
    assert (rich.action, rich.line) == ("follow", "Hop on.")
    assert [(e.kind, dict(e.values)) for e in rich.effects] == [("pay", {"coins": 2, "who": "Ada", "at_once": True})]


def test_what_is_far_from_the_examples_or_forbidden_is_not_that_intent(stage):
    tam = stage(**FERRY)
    assert tam.hear("nice weather today", "chat", "talk", knowledge={"ask_ferry": 0.4}).action == "talk"
    forbidden = tam.hear("don't take me across", "chat", "talk", knowledge={"ask_ferry": 0.9}, state={"gold": 9})
    assert forbidden.action != "follow"
    assert not forbidden.effects


def test_tags_reach_the_game_and_lines_name_what_is_seen(stage):
    tam = stage(**FERRY)
    assert tam.hear("hello", "greet", "greet").effects == ()
    tam.see(heron=0.95)
    shown = [tam.hear("hello", "greet", "greet", watch=tam.character.percept.watch) for _ in range(2)]
    assert any(d.line == "Look: a heron." and kinds(d) == ["tag"] for d in shown)


def test_a_quest_goes_from_step_to_step_and_each_is_an_effect(stage):
    marta = stage(**RING)
    early = marta.hear("here is a gift", "gift", "celebrate")
    assert "quest" not in kinds(early)
    asked = marta.hear("where is your ring?", "ask_about", "talk", knowledge={"ring": 0.9})
    assert (asked.line, kinds(asked)) == ("Gone, alas.", ["quest"])
    assert marta.hear("hello", "greet", "greet").line == "My ring?"
    found = marta.look(seconds=1.0, state={"has_ring": True})
    assert found.line == "You have it!"
    assert dict(found.effects[0].values) == {"quest": "ring", "step": "found", "speaker": "player"}
    back = marta.hear("take this gift", "gift", "celebrate")
    assert (back.action, back.line, kinds(back)) == ("celebrate", "Mine!", ["quest", "reward"])
    again = marta.hear("take this gift", "gift", "celebrate")
    assert not again.effects


def test_where_a_quest_stands_is_remembered_for_each_person(stage):
    marta = stage(**RING)
    marta.hear("where is your ring?", "ask_about", "talk", knowledge={"ring": 0.9}, speaker="ada")
    later = Character(persona_from(RING), "test")
    later.restore(marta.character.snapshot())
    assert later.memory.person("ada").quests == {"ring": "asked"}
    assert marta.hear("hello", "greet", "greet", speaker="bob").line == "Hello."


def test_a_line_may_move_a_quest(stage):
    told = {
        **RING,
        "lines": {"greet": {"say": "Find my ring!", "effects": [{"kind": "quest", "quest": "ring", "step": "asked"}]}},
    }
    marta = stage(**told)
    marta.hear("hello", "greet", "greet")
    assert marta.character.memory.person("player").quests == {"ring": "asked"}


def test_a_change_is_barked_at_once_and_once(stage):
    bark = {"when": {"state": {"rain": True}}, "say": "Rain!", "effects": [{"kind": "hood"}]}
    tam = stage(**{**FERRY, "barks": [bark]})
    assert tam.look(state={"rain": False}).line == ""
    said = tam.look(state={"rain": True})
    assert (said.line, said.action, kinds(said)) == ("Rain!", "talk", ["hood"])
    assert all(tam.look(state={"rain": True}).line == "" for _ in range(30))
    tam.look(state={"rain": False})
    assert tam.look(state={"rain": True}).line == "Rain!"


def test_what_holds_as_a_game_is_loaded_is_no_news(stage):
    tam = stage(**{**FERRY, "barks": [{"when": {"state": {"rain": True}}, "say": "Rain!"}]})
    assert tam.look(state={"rain": True}).line == ""


def test_two_changes_at_once_are_both_told(stage):
    barks = [{"when": {"state": {key: True}}, "say": key, "do": "celebrate"} for key in ("sun", "rain")]
    tam = stage(**{**FERRY, "barks": barks})
    tam.look(state={})
    both = {"sun": True, "rain": True}
    assert {tam.look(state=both).line for _ in range(4)} >= {"Sun", "Rain"}


def test_an_event_of_the_cards_own_is_felt_and_answered(stage):
    tam = stage(**{**FERRY, "events": {"bell_rung": {"feel": "joy", "react": "celebrate"}}})
    decision = tam.look(state={"event": "bell_rung", "event_by": "ada"})
    assert decision.action == "celebrate"
    assert "bell_rung" in tam.character.memory.recalls("ada", tam.time)


def test_two_characters_do_not_answer_each_other_for_ever(stage):
    tam = stage(**FERRY)
    state = {"speaker_npc": "Odo", "player": "Ada"}
    said = [tam.hear("a fine day", "chat", "talk", speaker="odo", state=state) for _ in range(8)]
    assert [bool(d.line) for d in said] == [True] * 4 + [False] * 4
    assert "has talked enough with Odo" in said[-1].reason
    assert tam.hear("hello there", "chat", "talk").line
    tam.time += 40.0
    assert tam.hear("a fine day", "chat", "talk", speaker="odo", state=state).line


def test_what_a_card_has_of_its_own_replays_byte_for_byte(stage, tmp_path):
    character = Character(persona_from({**RING, "rules": [{"when": {"not": {"intent": "gift"}, "any": [{"mood": "angry"}]},
                                                           "do": "refuse", "because": "x"}]}), "test")  # fmt: skip
    said = [Percept(1.0 + n, {"ask_about": 0.9}, {"neutral": 0.9}, {"talk": 0.9}, text="your ring?", knowledge={"ring": 0.9})
            for n in range(3)]  # fmt: skip
    with Recorder(tmp_path / "log", character, 0) as recorder:
        for percept in said:
            recorder.write(percept, character.tick(percept))
    assert replay(tmp_path / "log").line is None


FAULTS = {
    "unknown step": ({"rules": [{"when": {"quest": {"ring": "lost"}}, "do": "talk", "because": "x"}]}, "unknown step `lost`"),
    "unknown quest": ({"lines": {"talk": [{"say": "x", "not": {"quest": {"rin": "found"}}}]}}, "Did you mean `ring`"),
    "effect without step": ({"lines": {"talk": [{"say": "x", "effects": [{"kind": "quest", "quest": "ring"}]}]}}, "names the"),
    "effect without a kind": ({"lines": {"talk": [{"say": "x", "effects": [{"gate": "north"}]}]}}, "`kind"),
    "effect that is a list": ({"lines": {"talk": [{"say": "x", "effects": [{"kind": "a", "b": [1]}]}]}}, "effects"),
    "unknown intent within": ({"rules": [{"when": {"any": [{"intent": "gret"}]}, "do": "talk", "because": "x"}]}, "`greet`"),
    "common intent": ({"intents": {"greet": ["hello there"]}}, "is one of the common intents"),
    "intent and fact": ({"intents": {"ring": ["a ring"]}}, "is a fact under `knowledge`"),
    "common event": ({"events": {"attacked": {"feel": "joy"}}}, "is one of the common events"),
    "unknown feeling": ({"events": {"rung": {"feel": "joi"}}}, "Did you mean `joy`"),
    "unknown reaction": ({"events": {"rung": {"feel": "joy", "react": "dance"}}}, "unknown action `dance`"),
    "bark against a boundary": ({"boundaries": {"warn": "no"}, "barks": [{"when": {}, "do": "warn"}]}, "`boundaries` forbids"),
    "step called none": ({"quests": {"q": {"steps": {"none": {}}}}}, "before its first step"),
    "unknown entry of a step": ({"quests": {"q": {"steps": {"a": {"wen": {}}}}}}, "did you mean `when`"),
    "unknown variable": ({"lines": {"talk": "You have {gold}."}}, "unknown variable {gold}"),
    "unknown variable of an effect": ({"lines": {"talk": [{"say": "x", "effects": [{"kind": "a", "b": "{gold}"}]}]}}, "{gold}"),
}  # fmt: skip


@pytest.mark.parametrize(("entries", "said"), FAULTS.values(), ids=FAULTS)
def test_a_fault_in_what_is_of_the_cards_own_is_named(entries, said):
    with pytest.raises(PersonaError) as fault:
        persona_from({**RING, **entries})
    assert said.lower() in str(fault.value).lower()


@pytest.mark.parametrize("react", [{}, {"react": "celebrate"}], ids=["quietly", "with a reaction"])
def test_an_event_may_reach_a_step(stage, react):
    steps = {"begun": {"when": {"event": "bell_rung"}, "say": "It begins!"}, "over": {}}
    tam = stage(events={"bell_rung": {"feel": "joy", **react}}, quests={"feast": {"steps": steps}})
    tam.hear("hello", "greet", "greet")
    rung = tam.look(state={"event": "bell_rung", "event_by": "player"})
    assert (rung.line, kinds(rung)) == ("It begins!", ["quest"])
    assert "quests: feast: begun" in tam.hear("hello", "greet", "greet").trace


def test_an_intent_of_which_nothing_could_come_now_gives_way_to_the_next(stage):
    tam = stage(
        intents={"yes_tea": ["yes, tea"], "yes_milk": ["yes, milk"]},
        quests={"cup": {"steps": {"poured": {}}}},
        rules=[
            {
                "when": {"intent": "yes_tea", "quest": {"cup": "none"}},
                "do": "talk",
                "because": "pours",
                "say": "Here. Milk?",
                "effects": [{"kind": "quest", "quest": "cup", "step": "poured"}],
            },
            {"when": {"intent": "yes_milk", "quest": {"cup": "poured"}}, "do": "talk", "because": "adds", "say": "There."},
        ],
        lines={"talk": "Hm.", "celebrate": "Ha!"},
    )
    near = {"yes_milk": 0.9, "yes_tea": 0.8}
    assert tam.hear("yes please", "agree", "talk", knowledge=near).line == "Here. Milk?"
    assert tam.hear("yes please", "agree", "talk", knowledge={**near, "yes_tea": 0.95}).line == "There."
    assert tam.hear("yes please", "agree", "talk", knowledge={"yes_tea": 0.95}).line == "Hm."


@pytest.mark.parametrize(
    ("told", "said"),
    [({}, "3 coins."), ({"gold": 5}, "5 coins."), ({"weather": "rain"}, "Wet.")],
    ids=["nothing", "gold", "rain"],
)
def test_what_the_card_takes_for_granted_holds_until_the_game_tells_otherwise(stage, told, said):
    lines = {
        "greet": [{"say": "{state.gold} coins.", "state": {"weather": "fair"}}, {"say": "Wet.", "state": {"weather": "rain"}}]
    }
    tam = stage(state={"gold": 3, "weather": "fair"}, lines=lines)
    assert tam.hear("hello", "greet", "greet", state=told).line == said


@pytest.mark.parametrize("words", ["I will pay", "here is the toll", "can I help you?"])
def test_words_of_the_card_are_an_intent_of_its_own_whatever_the_grammar_takes_them_for(stage, words):
    odrun = stage(
        intents={"pay": ["I will pay"]},
        rules=[{"when": {"intent": "pay"}, "do": "use", "because": "is paid", "say": "In with you."}],
    )
    assert odrun.hear(words, "chat", "talk", knowledge={"pay": 0.95}).line == "In with you."
