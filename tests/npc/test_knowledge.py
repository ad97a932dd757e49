"""What a card knows: questions that come near are answered, others get an honest 'I do not know'."""

from __future__ import annotations

import pytest

from npc import PersonaError, persona_from
from npc.behaviour import load_behaviour
from npc.evaluation.knowledge import cases, knowledge
from npc.keyword_reader import read, word_likeness
from npc.persona import characters, load_persona

MILL = {"asked": ["Who built the mill?", "How old is the mill?"], "say": "My uncle, with one hand."}
SECRET = {"asked": "Where is the gold?", "say": {"say": "Under the oak.", "relationship": "friend"}}
CARD = {"knowledge": {"mill": MILL, "gold": SECRET}, "lines": {"unknown": "Search me.", "talk": "Aye."}}


def _ask(stage, near, intent="ask_about", **card):
    return stage(**CARD, **card).hear("whatever", intent, "talk", knowledge=near, target=None)


def test_a_question_that_comes_near_is_answered_and_the_reason_names_the_fact(stage):
    decision = _ask(stage, {"mill": 0.8, "gold": 0.1})
    assert (decision.action, decision.line) == ("talk", "My uncle, with one hand.")
    assert "knows: mill" in decision.trace
    assert "mill (0.80)" in decision.reason


def test_what_it_does_not_know_it_says_in_its_own_words(stage):
    decision = _ask(stage, {"mill": 0.3, "gold": 0.1})
    assert decision.line == "Search me."
    assert "nearest: mill, 0.30" in decision.reason


def test_a_secret_is_for_friends(stage):
    actor = stage(**CARD)
    near = {"mill": 0.1, "gold": 0.9}
    assert actor.hear("gold?", "ask_about", "talk", knowledge=near).line == "Search me."
    for _ in range(4):
        actor.hear("how strong you are", "compliment", "talk")
    assert actor.hear("gold?", "ask_about", "talk", knowledge=near).line == "Under the oak."


def test_small_talk_is_no_question(stage):
    assert _ask(stage, {"mill": 0.2, "gold": 0.1}, intent="chat").line == "Aye."


def test_an_order_is_obeyed_however_near_it_comes_to_a_question(stage):
    assert stage(**CARD).hear("mill!", "attack", "attack", knowledge={"mill": 0.95}).action == "attack"


def test_without_anything_that_finds_knowledge_it_talks_as_before(stage):
    assert _ask(stage, {}).line == "Aye."


def test_what_is_in_view_is_pointed_at_not_talked_about(stage):
    actor = stage(**CARD)
    assert actor.hear("where?", "ask_where", "point_at", knowledge={"mill": 0.9}).action == "point_at"
    absent = actor.hear("where?", "ask_where", "refuse", knowledge={"mill": 0.9}, target=None)
    assert absent.line == "My uncle, with one hand."


def test_rules_may_keep_a_fact_from_somebody(stage):
    rule = {"when": {"knows": "mill"}, "do": "refuse", "because": "keeps that to itself", "say": "No."}
    assert _ask(stage, {"mill": 0.8}, rules=[rule]).line == "No."


def test_who_may_not_talk_tells_nothing(stage):
    decision = _ask(stage, {"mill": 0.8}, boundaries={"talk": "I took a vow."})
    assert (decision.action, decision.line) == ("refuse", "I took a vow.")


@pytest.mark.parametrize(
    "fact", [{"asked": [], "say": "x"}, {"asked": "?", "say": []}, {"say": "x"}, {"asked": "x" * 201, "say": "x"}]
)
def test_a_fact_needs_questions_and_an_answer(fact):
    with pytest.raises(PersonaError, match=r"knowledge\.mill"):
        persona_from({"name": "A", "knowledge": {"mill": fact}})


def test_every_shipped_character_knows_things_and_can_say_that_it_does_not():
    for name in characters():
        persona = load_persona(name)
        assert len(persona.knowledge) >= 12
        assert len(persona.lines["unknown"]) >= 3


def test_the_terminal_finds_knowledge_by_the_words_of_its_questions():
    elder = load_persona("elder")
    near = word_likeness(elder, "so how old is this village?")
    assert max(near, key=near.__getitem__) == "founding"
    assert read("so how old is this village?", 0.0, (), elder).knowledge == near


def test_questions_are_written_for_a_dozen_facts_and_differ_from_those_of_the_card():
    questions = cases()
    for name in characters():
        persona = load_persona(name)
        mine = [q for q in questions if q.who == name and q.fact]
        assert {q.fact for q in mine} <= set(persona.knowledge)
        assert len({q.fact for q in mine}) >= 12
        assert not {q.text for q in mine} & set(persona.questions)


def test_a_perfect_ear_answers_everything_and_a_deaf_one_nothing():
    right = {(q.who, q.text): q.fact for q in cases()}
    who = {load_persona(name).name: name for name in characters()}

    def perfect(persona, text):
        fact = right.get((who.get(persona.name, ""), text), "")
        return {name: float(name == fact) for name in persona.knowledge}

    result = knowledge(perfect)
    assert (result.r_at_1, result.answered, result.mistaken, result.admitted) == (1.0, 1.0, 0.0, 1.0)
    deaf = knowledge(lambda persona, text: dict.fromkeys(persona.knowledge, 0.0))
    assert (deaf.answered, deaf.mistaken, deaf.admitted) == (0.0, 0.0, 1.0)
    assert deaf.r_at_1_of_20 < 0.2


def test_asking_is_about_intents_that_there_are():
    behaviour = load_behaviour()
    assert set(behaviour.unknown) <= set(behaviour.asking)


def test_who_tells_his_name_is_not_told_who_the_character_is(stage):
    odo = stage("merchant")
    told = odo.hear("my name is Ada", "chat", "talk", knowledge={"self": 0.75})
    assert "Ada" in told.line
    assert "Odo!" not in told.line


def test_who_has_prices_answers_with_them_where_a_fact_comes_near(stage):
    odo = stage("merchant")
    asked = odo.hear("how much is the salt?", "trade", "trade", knowledge={"salt": 0.95})
    assert "5 coins" in asked.line
    song = stage("bard").hear("what does a song cost?", "ask_about", "talk", knowledge={"song_price": 0.95})
    assert song.line.startswith("A soup for a ditty")
