"""What a newcomer will be asked is encoded in slices while there is nothing to decide."""

from __future__ import annotations

import numpy as np

from engine.bridge.mailbox import Mailbox
from engine.minds.brain import Brain
from engine.perception.echo import EchoPerceiver
from npc.behaviour import load_behaviour


class Counting(EchoPerceiver):
    def __init__(self) -> None:
        super().__init__()
        self.slices: list[int] = []

    def sentences(self, texts):
        self.slices.append(sum(map(len, texts)))
        return np.zeros((len(texts), 1), np.float32)


def _card(facts: int) -> dict[str, object]:
    return {"name": "Ada", "knowledge": {f"f{n}": {"asked": f"{n}".ljust(80, "x"), "say": "x"} for n in range(facts)}}


def test_questions_of_newcomers_are_encoded_in_slices_and_no_more():
    perceiver = Counting()
    brain = Brain(perceiver)
    for n in range(3):
        brain.mind(f"a{n}", _card(10))
    while brain.prepare():
        pass
    talk = sum(len(example) for examples in load_behaviour().small_talk.values() for example in examples)
    assert sum(perceiver.slices) == 800 + talk  # the three have one card
    assert max(perceiver.slices) <= 160
    assert not brain.prepare()


def test_a_mailbox_lets_whoever_waits_do_something_else_until_there_is_nothing_left():
    mailbox, due = Mailbox(), [1, 2, 3]

    def idle() -> bool:
        if due:
            due.pop()
        else:
            mailbox.close()
        return bool(due)

    mailbox.rouse()
    assert mailbox.take(idle=idle) is None
    assert due == []
