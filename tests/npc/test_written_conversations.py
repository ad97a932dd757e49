"""Written conversations: what their files say, and how what came of them is judged. No engine, no model."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from npc.errors import Fault
from npc.evaluation import converse
from npc.evaluation.conversation import SHIPPED, Conversation, boxes, load
from npc.evaluation.judging import Played, counts, failures, judge, rows, table
from npc.types import Decision, Target

TALK = {"id": "one", "card": "guard", "scene": "wolf"}


def _conversation(*turns):
    return Conversation.model_validate({**TALK, "turns": list(turns)})


def _judged(*turns_and_decisions, fell=0.0):
    conversation = _conversation(*(turn for turn, _ in turns_and_decisions))
    played = [
        Played(turn, "wolf", decisions, fell)
        for turn, (_, decisions) in zip(conversation.turns, turns_and_decisions, strict=True)
    ]
    return judge(conversation, played)


def _did(action, line="", target=None):
    return [Decision("bram", 0.0, action, "neutral", target, line)]


def test_the_public_conversations_are_many_and_of_every_character():
    found = load()
    assert len(found) >= 40
    assert len({conversation.card for conversation in found}) == 8
    assert len({turn.kind for conversation in found for turn in conversation.turns if turn.kind}) >= 12
    assert any(len(conversation.turns) >= 15 for conversation in found)
    assert len({conversation.id for conversation in found}) == len(found)


def test_of_lines_said_alone_nearly_half_ask_for_nothing():
    found = load(SHIPPED / "lines")
    turns = [conversation.turns[-1] for conversation in found]
    assert len({turn.say for turn in turns}) >= 950
    assert sum(turn.kind in {"remark", "question"} for turn in turns) >= 0.4 * len(turns)
    assert all(turn.kind and (turn.action or turn.because) for turn in turns)
    assert not {conversation.id for conversation in found} & {conversation.id for conversation in load()}


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("- {id: a, card: guard, scene: nowhere, turns: [{say: hi}]}", "no scene `nowhere`"),
        ("- {id: a, card: guard, scene: wolf, turns: []}", "conversation a, turns"),
        ("- {id: a, card: guard, scene: wolf, turns: [{say: hi, shouts: 1}]}", "turns.0.shouts"),
        ("- {id: a, card: guard, scene: wolf, turns: [{say: hi, says: ['(']}]}", "no regular expression"),
        ("a: 1", "not a list"),
        ("[]", "no conversations"),
        ("- {", "yaml"),
    ],
)
def test_a_fault_in_a_conversation_names_its_place(tmp_path, written, told):
    file = tmp_path / "mine.yaml"
    file.write_text(written)
    with pytest.raises(Fault, match="conversation") as fault:
        load(file)
    assert told in str(fault.value)


def test_what_is_done_and_said_and_pointed_at_is_judged():
    left, top, right, bottom = next(box for name, box in boxes()["wolf"] if name == "wolf")
    on_it = Target((left + right) / 2, (top + bottom) / 2, 0.9)
    asked = {"say": "where is the wolf?", "kind": "view", "action": ["answer"], "target": "wolf", "says": ["there"]}
    [good] = _judged((asked, _did("point_at", "There!", on_it)))
    [bad] = _judged((asked, _did("attack", "To arms!", Target(0.01, 0.99, 0.9))))
    assert good.right
    assert not bad.right
    assert failures([bad]) == ["one [view] 'where is the wolf?' -> attack: To arms!  (action, target, says)"]
    assert rows([good, bad])["view"].right.good == 1
    assert "view" in table([good, bad])


def test_two_things_that_have_to_be_said_are_both_asked_for():
    asked = {"say": "who are you and when does it shut?", "kind": "fact", "says": [["Bram", "bell|night"]]}
    assert _judged((asked, _did("talk", "Bram. At the last bell.")))[0].said
    assert not _judged((asked, _did("talk", "Bram.")))[0].said


def test_an_answer_in_the_cards_own_words_is_known_by_its_reason():
    asked = {"say": "mind if I sit?", "kind": "offer", "because": ["asked leave"]}
    kind, other = _did("talk", "The bench has held worse."), _did("talk", "Hm.")
    kind[0] = replace(kind[0], reason="Bram was asked leave to sit.")
    assert [verdict.said for verdict in _judged((asked, kind), (asked, other))] == [True, False]


def test_a_deed_that_was_forbidden_stays_so_until_it_is_allowed():
    forbid = {"say": "don't attack", "kind": "negation", "forbids": ["attack"]}
    later = {"say": "hm", "kind": "social"}
    allow = {"say": "attack then", "kind": "order", "allows": ["attack"]}
    fights = _did("attack")
    verdicts = _judged((forbid, _did("talk")), (later, fights), (allow, fights), (later, fights))
    assert [verdict.kept_from for verdict in verdicts] == [True, False, None, None]
    assert str(counts(verdicts)["forbidden deeds"]) == "1/2"


def test_the_same_line_within_ten_turns_counts_unless_it_was_asked_for():
    said, again = {"say": "news?"}, {"say": "what?", "again": True}
    same = _did("talk", "No news.")
    verdicts = _judged((said, same), (again, same), (said, same))
    assert [verdict.repeated for verdict in verdicts] == [False, False, True]
    assert str(counts(verdicts)["repetitions"]) == "1/2"


def test_words_that_cost_trust_were_heard_as_hostile():
    [verdict] = _judged(({"say": "I'll leave you alone now", "kind": "farewell"}, _did("greet")), fell=0.05)
    assert not verdict.right
    assert str(counts([verdict])["false hostility"]) == "1/1"
    [verdict] = _judged(({"say": "you oaf", "hostile": True}, _did("warn")), fell=0.3)
    assert verdict.peaceful


def test_recall_is_counted_after_a_restart():
    before = {"say": "my name?", "kind": "memory", "says": ["Ada"]}
    verdicts = _judged((before, _did("talk", "Ada.")), ({"restart": True}, []), (before, _did("talk", "Who?")))
    assert str(counts(verdicts)["recall after restart"]) == "0/1"


def test_what_contradicts_an_earlier_answer_is_counted():
    [verdict] = _judged(({"say": "my name?", "kind": "memory", "contradicts": ["Ada"]}, _did("talk", "You are Ada.")))
    assert not verdict.right
    assert str(counts([verdict])["contradictions"]) == "1/1"


def test_characters_play_conversations_without_knowing_an_engine():
    code = "import sys, npc.__main__; print([name for name in sys.modules if name.split('.')[0] == 'engine'])"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"


def test_without_the_engine_there_is_a_clear_fault(monkeypatch):
    monkeypatch.setitem(sys.modules, "engine.lab.evaluation.conversations", None)
    with pytest.raises(Fault, match="Nobody here can see") as fault:
        converse.player()
    assert fault.value.code == "engine_missing"
    assert "Install" in fault.value.fix
