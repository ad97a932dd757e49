"""From a card's questions to a line: what a character knows is found by meaning."""

from __future__ import annotations

import numpy as np
import pytest

from engine.cli.measure import knowledge_figures
from engine.cli.talk import ModelReader
from engine.minds.brain import Brain
from engine.minds.knowledge import Knowledge
from engine.minds.mind import Observation
from engine.perception import Perceiver
from npc import persona_from
from npc.chat import talk
from npc.smalltalk import NEAR

CARD = {
    "name": "Ada",
    "knowledge": {
        "mill": {"asked": "Who built the mill?", "say": "My uncle did."},
        "gate": {"asked": "When does the gate close?", "say": "At dusk."},
    },
    "lines": {"unknown": "Search me."},
}


def test_other_words_with_the_same_meaning_find_the_answer(perceiver: Perceiver) -> None:
    brain = Brain(perceiver)
    mind = brain.mind("ada", CARD)

    def say(text: str) -> str:
        return brain.decide(None, [Observation(mind, 1.0, text)])[0][0].line

    assert say("until what time is the gate open?") == "At dusk."
    assert say("tell me who constructed that old mill") == "My uncle did."
    assert say("tell me about the queen of the elves") == "The queen of the elves? Search me."


def test_most_paraphrased_questions_are_found_among_twenty(perceiver: Perceiver) -> None:
    figures = knowledge_figures(perceiver)
    assert figures["model"].r_at_1_of_20 >= 0.75
    assert figures["model"].answered >= 0.6
    assert figures["model"].mistaken <= 0.1
    assert figures["model"].admitted >= 0.9
    assert figures["shared_words"].r_at_1_of_20 < figures["model"].r_at_1_of_20 - 0.3


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("whats ur favourite color", "on_colour"),
        ("my girlfriend dumped me yesterday", "on_heartbreak"),
        ("do u have any siblings", "on_siblings"),
        ("got any good jokes?", "on_joke"),
        ("are you a bot", "on_ai"),
    ],
)
def test_small_talk_is_recognised_in_other_words(perceiver: Perceiver, text: str, about: str) -> None:
    near = Knowledge(perceiver.sentences).talk(text)
    assert len(near) == 3
    assert max(near, key=near.__getitem__) == about
    assert near[about] >= NEAR


class Encoder:
    """Counts what it is asked to encode."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def __call__(self, texts: object) -> np.ndarray:
        self.texts += texts
        return np.array([[1.0, 0.0] if "mill" in text else [0.0, 1.0] for text in texts], np.float32)


def _big_card(facts: int, asked: int = 2, length: int = 45):
    questions = {f"f{n}": {"asked": [f"{n}.{k}".ljust(length, "x") for k in range(asked)], "say": "x"} for n in range(facts)}
    return persona_from({"name": "A", "knowledge": questions})


def test_questions_are_encoded_a_few_at_a_time_before_anybody_speaks() -> None:
    encoder = Encoder()
    persona = _big_card(5)
    knowledge = Knowledge(encoder)
    for seen, more in ((2, True), (4, True), (6, True), (8, True), (10, True), (10, False)):
        assert knowledge.prepare([persona]) is more
        assert len(encoder.texts) == seen
    assert encoder.texts == list(persona.questions)


def test_a_card_with_three_hundred_questions_never_holds_words_up() -> None:
    encoder = Encoder()
    persona = _big_card(50, asked=6, length=200)
    knowledge = Knowledge(encoder)
    before = 0
    while len(knowledge.likeness(persona, "the mill", 1280)) < 50:
        assert sum(map(len, encoder.texts[before:])) <= 1280 + len("the mill")
        before = len(encoder.texts)
    assert knowledge.likeness(persona, "the mill", 1280).keys() == persona.knowledge.keys()


def test_of_many_cards_the_questions_of_the_last_are_kept() -> None:
    encoder = Encoder()
    knowledge = Knowledge(encoder, kept=200)
    for n in range(50):
        knowledge.likeness(_big_card(3, length=60 + n), "hello")
    assert knowledge._bytes <= 200
    assert knowledge._bytes == sum(vectors.nbytes for vectors in knowledge._vectors.values())


def test_the_nearest_question_of_a_fact_counts() -> None:
    card = {"name": "A", "knowledge": {"m": {"asked": ["gate", "mill"], "say": "x"}, "g": {"asked": "gate", "say": "y"}}}
    assert Knowledge(Encoder()).likeness(persona_from(card), "the mill") == {"m": 1.0, "g": 0.0}


@pytest.mark.parametrize("text", ["", "  "])
def test_silence_asks_for_nothing(text: str) -> None:
    assert Knowledge(Encoder()).likeness(persona_from(CARD), text) == {}


def test_one_can_talk_with_the_model_in_the_terminal(perceiver: Perceiver, capsys: pytest.CaptureFixture[str]) -> None:
    talk("guard", ["could you tell me at what hour the gate shuts?", "/see wolf"], reader=ModelReader(perceiver))
    shown = capsys.readouterr().out
    assert "Opens at first light, shuts at the last bell." in shown
    assert "Bram saw a wolf" in shown


def test_what_is_told_further_of_a_fact_is_near_by_its_question_or_by_its_answer() -> None:
    further = {"when": "Long ago.", "Who built it?": "My uncle.", "Is the mill old?": "Very."}
    card = {
        "name": "A",
        "knowledge": {"m": {"asked": "mill", "say": "x", "further": further}, "g": {"asked": "gate", "say": "y"}},
    }
    knowledge, persona = Knowledge(Encoder()), persona_from(card)
    near = knowledge.follows(persona, "m", "how old is the mill?")
    assert near.keys() == further.keys()
    assert near["Is the mill old?"] == 1.0
    assert near["when"] < near["Is the mill old?"]
    assert knowledge.follows(persona, "g", "how old is it?") == knowledge.follows(persona, "", "how old is it?") == {}


def test_the_answers_of_a_fact_that_is_spoken_of_are_encoded_ahead() -> None:
    encoder = Encoder()
    card = {"name": "A", "knowledge": {"m": {"asked": "mill", "say": "x", "further": {"when": "Long ago, {player}."}}}}
    knowledge, persona = Knowledge(encoder), persona_from(card)
    assert knowledge.prepare_follows(persona, "m")
    assert encoder.texts == ["Long ago."]
    assert not knowledge.prepare_follows(persona, "m")
    assert not knowledge.prepare_follows(persona, "")
