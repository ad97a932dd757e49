"""What is remembered is found by meaning: each utterance is encoded once, after a restart in slices, and memory is bounded."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from engine.minds.brain import Brain
from engine.minds.mind import Observation
from engine.minds.recollections import Recollections
from engine.perception.echo import EchoPerceiver
from npc.log import replay
from npc.memory import Memory, SqliteStore

CONCEPTS = {"gold": 0, "coins": 0, "treasure": 0, "hid": 1, "buried": 1, "hurt": 2, "injury": 2, "leg": 2, "wolf": 3}
_OLD = Path(__file__).parents[1] / "npc" / "written_by_0_1" / "memory.sqlite"


class Meaning(EchoPerceiver):
    """Sentence vectors of a few concepts; counts what is encoded."""

    def __init__(self) -> None:
        super().__init__()
        self.encoded: list[str] = []

    def sentences(self, texts):
        self.encoded += texts
        vectors = np.zeros((len(texts), 8), np.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"\w+", text.lower()):
                vectors[row, CONCEPTS.get(word, 7)] += 1.0 if word in CONCEPTS else 0.05
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


def _heard(memory: Memory, *texts: str) -> None:
    for n, text in enumerate(texts):
        memory.remember(float(n), "player", "chat", 0.5, text=text)


def test_a_question_comes_nearest_to_what_means_the_same():
    memory = Memory()
    _heard(memory, "I buried the coins", "my leg is hurt", "a wolf came", "do you remember the gold I hid?")
    near = Recollections(Meaning().sentences).near(memory, ["where I hid the gold"], 10_000)
    assert next(iter(near)) == 0
    assert near[0] > 0.9
    assert set(near) == {0, 1, 2}  # a question after the past is nothing to come back to


def test_each_utterance_is_encoded_once_and_what_is_forgotten_is_let_go():
    perceiver, memory = Meaning(), Memory()
    found = Recollections(perceiver.sentences)
    _heard(memory, "I buried the coins", "my leg is hurt")
    for _ in range(3):
        found.near(memory, ["gold"], 10_000)
    assert sorted(text for text in perceiver.encoded if text != "gold") == ["I buried the coins", "my leg is hurt"]
    for n in range(600):
        memory.remember(10.0 + n, "player", f"what {n}", 0.5, text=f"line {n}")
        found.take_in(memory)
    found.near(memory, ["gold"], 0)
    assert found._bytes <= 8 * 256


def test_after_a_restart_the_newest_are_encoded_first_and_no_more_than_a_budget_at_a_time():
    perceiver, memory = Meaning(), Memory()
    _heard(memory, *(f"line {n} ".ljust(40, "x") for n in range(30)))
    found = Recollections(perceiver.sentences)
    assert found.prepare(memory)
    assert len(perceiver.encoded) == 2
    assert perceiver.encoded[0].startswith("line 29")
    while found.prepare(memory):
        pass
    assert len(perceiver.encoded) == 30


def test_of_many_memories_those_that_were_used_last_are_kept():
    found = Recollections(Meaning().sentences, kept=3 * 8)
    memories = [Memory() for _ in range(5)]
    for memory in memories:
        _heard(memory, "I buried the coins")
        found.take_in(memory)
    assert found._bytes == 3 * 8
    assert found.near(memories[0], ["gold"], 1000)  # it is encoded anew


CARD = {"name": "Mira", "lines": {"i_said": "You said: {words}."}}


@pytest.fixture
def brain(tmp_path):
    brains = []

    def make() -> Brain:
        for old in brains:
            old.close()
        brains.append(Brain(Meaning(), store=SqliteStore(tmp_path / "m.sqlite"), logs=tmp_path))
        return brains[-1]

    yield make
    for old in brains:
        old.close()


def test_the_words_are_found_after_a_restart_and_a_replay_decides_the_same(brain, tmp_path):
    def say(server: Brain, mind, text: str, time: float):
        return server.decide(None, [Observation(mind, time, text)])[0][0]

    server = brain()
    mind = server.mind("mira", CARD)
    say(server, mind, "I buried the coins under the oak", 1.0)
    say(server, mind, "hello again", 3.0)
    first = say(server, mind, "do you remember where I hid the gold?", 5.0)
    assert first.line.lower().endswith("you said: you buried the coins under the oak.")
    server = brain()
    mind = server.mind("mira", CARD)
    again = say(server, mind, "do you remember where I hid the gold?", 7.0)
    assert "you buried the coins under the oak" in again.line
    logs = sorted(tmp_path.glob("*.jsonl"))
    assert [log.name for log in logs] == ["0001-mira.jsonl", "0002-mira.jsonl"], "those of before stay"
    for log in logs:
        assert replay(log).line is None
    assert '"recalled":{' in logs[-1].read_text()


def test_what_version_0_1_has_written_is_recalled_as_well(tmp_path):
    path = tmp_path / "memory.sqlite"
    shutil.copy(_OLD, path)
    store = SqliteStore(path)
    keys = store._base.execute("SELECT world, npc FROM life").fetchall()
    found, words = Recollections(Meaning().sentences), 0
    for key in keys:
        memory = Memory(store.load(tuple(key)))
        while found.prepare(memory):
            pass
        words += len(found.near(memory, ["wolf"], 0))
        assert all(person.spoke_of == {} for person in memory.people.values())
    assert words
    store.close()
