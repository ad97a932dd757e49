"""A language model as a co-author: what it is told is data, what it proposes is checked, and its absence is said."""

from __future__ import annotations

import pytest

from engine.errors import Fault
from engine.voice.author import Author
from npc import persona_from
from npc.__main__ import main

CARD = "name: Berta\nbackstory: Berta cooks at the inn.\nboundaries: {attack: No.}\nwares: {soup: 3}\n"
BERTA = persona_from(
    {"name": "Berta", "backstory": "Berta cooks at the inn.", "boundaries": {"attack": "No."}, "wares": {"soup": 3}}
)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("The soup is three coins.", ""),
        ("Sit down, {player}. {name} cooks.", ""),
        ("At the inn I cook what there is.", ""),
        ("The soup costs seven coins.", "price"),
        ("I see a dragon.", "dragon"),
        ("I'll kill you for that.", "forbidden: attack"),
        ("Hello, Humphrey.", "Humphrey"),
        ("*smiles* Soup?", "markup"),
        ("As an AI I cannot cook.", "out of role"),
    ],
)
def test_a_draft_claims_nothing_that_the_card_does_not_give(line, why):
    found = Author("http://127.0.0.1:9/v1").wrong(line, "talk", BERTA)
    assert why in found
    assert bool(found) == bool(why)


def test_an_action_may_be_announced_by_its_own_lines():
    author = Author("http://127.0.0.1:9/v1")
    assert author.wrong("I'll follow you.", "follow", BERTA) == ""
    assert "not decided" in author.wrong("I'll follow you.", "talk", BERTA)


def test_a_model_writes_into_a_card_and_a_broken_one_is_told(llm, tmp_path, capsys):
    card = tmp_path / "berta.yaml"
    card.write_text(CARD, encoding="utf-8")
    assert main(["draft", str(card), "--llm", llm, "--llm-model", "cut short", "--most", "1", "--write"]) == 0
    assert "- Good day to you.  # draft" in card.read_text(encoding="utf-8")
    assert main(["draft", str(card), "--llm", llm, "--llm-model", "error", "--most", "5"]) == 2
    assert "No language model answers" in capsys.readouterr().err
    assert main(["draft", str(card), "--llm", llm, "--llm-model", "sees a dragon", "--most", "1"]) == 0
    told = capsys.readouterr().out
    assert "sees a dragon that is not in view" in told
    assert "0 drafts" in told


def test_no_model_at_all_is_one_sentence_with_its_cure(tmp_path, capsys):
    with pytest.raises(Fault) as fault:
        Author("http://127.0.0.1:9/v1").propose({"who": {"name": "Berta"}})
    assert "llama-server" in fault.value.fix
    with pytest.raises(Fault, match="another machine"):
        Author("http://llm.example/v1")
