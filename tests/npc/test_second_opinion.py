"""What the grammar knows better than the model about the temper of words."""

from __future__ import annotations

import pytest

from npc.conversation.reading import read
from npc.language.harm import Harm, harm_in
from npc.language.plain import plain
from npc.memory.ledger import Ledger
from npc.second_opinion import second_opinion
from npc.types import Percept

ANGRY = {
    "intent": {"ask_about": 0.8, "chat": 0.1, "threaten": 0.1},
    "tone": {"angry": 0.9, "neutral": 0.1},
    "action": {"talk": 0.9, "attack": 0.1},
    "emotion": {"neutral": 0.9, "angry": 0.1},
}


def _tone(line, **heads):
    [clause] = read(line, Ledger()).clauses
    _, percept = second_opinion(clause, Percept(time=0.0, text=line, **{**ANGRY, **heads}))
    return max(percept.tone, key=percept.tone.__getitem__)


@pytest.mark.parametrize(
    "line", ["what did i ask you first?", "why wont you fight?", "say that again?", "how long?", "stop selling me stuff", "nvm"]
)
def test_haste_in_a_question_is_no_reproach(line):
    assert _tone(line) == "neutral"


def test_anger_in_an_order_stays():
    assert _tone("GIVE ME THE POTION NOW!") == "angry"


def test_an_insult_that_asks_is_an_insult():
    intent = {"insult": 0.9, "chat": 0.05, "ask_about": 0.05}
    assert _tone("why are you such an idiot?", intent=intent) == "angry"


@pytest.mark.parametrize(
    ("line", "intent"),
    [
        ("5 or i go", "trade"),
        ("20 or i walk", "trade"),
        ("i give you 5 coins or i leave", "trade"),
        ("pay me or i leave", "refuse"),
        ("take it or leave it", "refuse"),
        ("move or i call your boss", "refuse"),
    ],
)
def test_an_ultimatum_is_no_threat(line, intent):
    heads = {"intent": {"threaten": 0.8, "trade": 0.1, "refuse": 0.1}, "action": {"attack": 0.8, "talk": 0.1, "trade": 0.1}}
    [clause] = read(line, Ledger()).clauses
    _, percept = second_opinion(clause, Percept(time=0.0, text=line, **{**ANGRY, **heads}))
    assert max(percept.intent, key=percept.intent.__getitem__) == intent
    assert max(percept.action, key=percept.action.__getitem__) in {"trade", "talk"}


@pytest.mark.parametrize("line", ["pay me or i kill you", "5 coins or you die", "move or i cut you"])
def test_harm_in_an_ultimatum_is_a_threat(line):
    heads = {"intent": {"threaten": 0.8, "trade": 0.1, "refuse": 0.1}, "action": {"attack": 0.8, "talk": 0.1, "trade": 0.1}}
    clause = read(line, Ledger()).clauses[0]
    _, percept = second_opinion(clause, Percept(time=0.0, text=line, **{**ANGRY, **heads}))
    assert max(percept.intent, key=percept.intent.__getitem__) == "threaten"


@pytest.mark.parametrize(
    ("line", "action"),
    [
        ("he told me to wait by the well", "talk"),
        ("i have to wait for my brother", "talk"),
        ("the fire needs wood", "stay"),  # wants something, and may be asked for it
        ("stay close", "stay"),
    ],
)
def test_a_deed_that_is_told_of_is_not_done(line, action):
    heads = {"intent": {"wait_here": 0.9, "chat": 0.1}, "action": {"stay": 0.9, "talk": 0.1}}
    [clause] = read(line, Ledger()).clauses
    _, percept = second_opinion(clause, Percept(time=0.0, text=line, **{**ANGRY, **heads}))
    assert max(percept.action, key=percept.action.__getitem__) == action


@pytest.mark.parametrize(("line", "action"), [("its for the chapel, have a heart", "talk"), ("its for you", "celebrate")])
def test_what_is_for_others_is_no_gift(line, action):
    heads = {"intent": {"gift": 0.9, "chat": 0.1}, "action": {"celebrate": 0.9, "talk": 0.1}}
    [clause] = read(line, Ledger()).clauses
    _, percept = second_opinion(clause, Percept(time=0.0, text=line, **{**ANGRY, **heads}))
    assert max(percept.action, key=percept.action.__getitem__) == action


def test_who_drives_one_crazy_is_not_insulted():
    assert _tone("you drive me crazy", intent={"insult": 0.9, "chat": 0.1}) == "neutral"


def test_who_is_to_get_a_foe_attacks_it():
    heads = {"intent": {"give_me": 0.9, "attack": 0.1}, "action": {"give": 0.9, "attack": 0.1}}
    line = "get that wolf before it bites somebody"
    [clause] = read(line, Ledger()).clauses
    _, percept = second_opinion(clause, Percept(time=0.0, text=line, **{**ANGRY, **heads}))
    assert max(percept.action, key=percept.action.__getitem__) == "attack"


def test_a_bid_is_no_enmity_however_it_sounds():
    heads = {"intent": {"threaten": 0.8, "trade": 0.2}, "action": {"trade": 0.9, "attack": 0.1}}
    line = "make it 6 and im staying two nights"
    [clause] = read(line, Ledger()).clauses
    _, percept = second_opinion(clause, Percept(time=0.0, text=line, **{**ANGRY, **heads}))
    assert max(percept.intent, key=percept.intent.__getitem__) == "trade"


@pytest.mark.parametrize(
    ("line", "harm"),
    [
        ("gonna grab a beer at the inn", Harm.NONE),
        ("about to head home", Harm.NONE),
        ("have to kill these rats first", Harm.NONE),
        ("you must hate this cold", Harm.NONE),
        ("gonna hit you", Harm.OPEN),
        ("gonna kill you", Harm.OPEN),
    ],
)
def test_what_somebody_is_about_to_do_himself_is_no_threat(line, harm):
    assert harm_in(plain(line)) is harm


@pytest.mark.parametrize(
    "line", ["stupid name i know", "it was a dumb idea, i admit", "silly me", "such a stupid habit really"]
)
def test_who_runs_down_what_is_his_insults_nobody(line):
    insult = {"intent": {"insult": 0.9, "chat": 0.1}, "action": {"refuse": 0.8, "talk": 0.2}}
    [clause] = read(line, Ledger()).clauses
    _, percept = second_opinion(clause, Percept(time=0.0, text=line, **{**ANGRY, **insult}))
    assert max(percept.intent, key=percept.intent.__getitem__) != "insult"


@pytest.mark.parametrize("line", ["your stupid name", "stupid old hag", "what a stupid name you have"])
def test_who_runs_down_what_is_the_others_insults_him(line):
    insult = {"intent": {"insult": 0.9, "chat": 0.1}, "action": {"refuse": 0.8, "talk": 0.2}}
    [clause] = read(line, Ledger()).clauses
    _, percept = second_opinion(clause, Percept(time=0.0, text=line, **{**ANGRY, **insult}))
    assert max(percept.intent, key=percept.intent.__getitem__) == "insult"
