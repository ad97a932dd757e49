"""Lorebooks of other tools: knowledge of a character."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from npc import Character, load_persona, persona_from
from npc.__main__ import main
from npc.evaluation.steadiness import scripted
from npc.exchange.convert import to_persona, to_shared
from npc.exchange.lorebook import lore_of
from npc.exchange.shared_card import SharedCard
from tests.npc.exchanged import card_file

# As the specifications have them: V2's `character_book`, V3's file with decorators and patterns, SillyTavern's world.
BOOK_V2 = {
    "name": "Coast",
    "description": "",
    "scan_depth": 50,
    "token_budget": 500,
    "recursive_scanning": False,
    "extensions": {},
    "entries": [
        {
            "keys": ["Silver Tower", "tower"],
            "content": "{{char}} can see the Silver Tower from the lighthouse. It was built by Elara, {{user}}.",
            "extensions": {"depth": 4, "weight": 10},
            "enabled": True,
            "insertion_order": 20,
            "case_sensitive": False,
            "name": "Silver Tower",
            "priority": 10,
            "id": 1,
            "comment": "",
            "selective": False,
            "secondary_keys": [],
            "constant": False,
            "position": "before_char",
        },
        {"keys": ["Elara"], "content": "Elara is a wizard.", "extensions": {}, "enabled": True, "insertion_order": 10},
        {"keys": ["secret"], "content": "Never told.", "extensions": {}, "enabled": False, "insertion_order": 1},
        {
            "keys": ["storm"],
            "secondary_keys": ["harbour", "ships"],
            "selective": True,
            "content": "The storm sank three ships in the harbour.",
            "extensions": {},
            "enabled": True,
            "insertion_order": 30,
        },
        {
            "keys": [],
            "content": "The sea has been rising for ten years.",
            "extensions": {},
            "enabled": True,
            "insertion_order": 0,
            "constant": True,
        },
    ],
}
BOOK_V3 = {
    "spec": "lorebook_v3",
    "data": {
        "extensions": {},
        "entries": [
            {
                "keys": ["/gr[ae]y wolf/i", "wolf"],
                "content": "@@depth 5\n@@activate_only_after 4\n@@@scan_depth 2\n@@additional_keys wolves, pack\n"
                "The wolves come at night.",
                "extensions": {},
                "enabled": True,
                "insertion_order": 1,
                "use_regex": False,
                "constant": False,
            },
            {
                "keys": ["dra(gon|ke)"],
                "content": "Dragons are long gone.",
                "extensions": {},
                "enabled": True,
                "insertion_order": 2,
                "use_regex": True,
                "name": "Dragons",
            },
            {
                "keys": ["mill"],
                "content": "@@dont_activate\nThe mill burnt down.",
                "extensions": {},
                "enabled": True,
                "insertion_order": 3,
                "use_regex": False,
            },
        ],
    },
}
WORLD = {
    "entries": {
        "0": {
            "uid": 0,
            "key": ["inn", "tavern"],
            "keysecondary": ["night"],
            "selectiveLogic": 2,
            "selective": True,
            "comment": "The inn",
            "content": "The inn is called The Last Lamp.",
            "constant": False,
            "order": 100,
            "position": 0,
            "disable": False,
            "probability": 40,
            "useProbability": True,
            "depth": 4,
        },
        "1": {"uid": 1, "key": [], "comment": "gone", "content": "x", "disable": True, "order": 1},
    }
}


def _with_book(book: dict) -> SharedCard:
    return SharedCard({"spec": "chara_card_v2", "spec_version": "2.0", "data": {"name": "Sera", "character_book": book}})


def test_a_lorebook_becomes_knowledge_in_its_order_of_insertion():
    persona = persona_from(to_persona(_with_book(BOOK_V2)))
    assert list(persona.knowledge) == ["elara", "silver_tower", "storm"]
    tower = persona.knowledge["silver_tower"]
    assert tower.say[0].say == "{name} can see the Silver Tower from the lighthouse. It was built by Elara, {player}."
    assert tower.asked == ("tell me about Silver Tower", "what is Silver Tower?", "tell me about tower", "what is tower?")
    assert persona.knowledge["elara"].asked == ("tell me about Elara", "who is Elara?")
    assert persona.knowledge["storm"].asked == ("tell me about storm and harbour", "tell me about storm and ships")
    assert persona.backstory == "The sea has been rising for ten years."  # constant, without a key: always known


def test_what_of_a_lorebook_is_left_out_is_told():
    told = " / ".join(lore_of(BOOK_V2).left)
    assert "scan_depth, token_budget" in told
    assert "entry 3: it is disabled" in told
    assert "entry 1 (`Silver Tower`): its depth" in told
    third = lore_of(BOOK_V3["data"])
    assert third.facts["wolf"]["asked"][:3] == ["tell me about wolf", "what is wolf?", "tell me about wolves"]
    assert third.facts["wolf"]["say"] == ["The wolves come at night."]
    assert third.facts["dragons"]["asked"] == ["tell me about Dragons", "what are Dragons?"]
    told = " / ".join(third.left)
    assert "/gr[ae]y wolf/i" in told
    assert "dra(gon|ke)" in told
    assert "@@activate_only_after, @@depth" in told
    assert "entry 3: it is disabled" in told
    world = lore_of(WORLD)
    assert world.facts["the_inn"] == {
        "asked": ["tell me about inn", "what is inn?", "tell me about tavern", "what is tavern?"],
        "say": ["The inn is called The Last Lamp."],
    }
    assert [why.partition(": ")[2] for why in world.left if "The inn" in why] == [
        "its secondary keys, which must not come up",
        "its probability: who knows something tells it",
        "its depth in a prompt",
    ]


def test_of_too_many_entries_those_of_the_lowest_priority_are_left_out():
    entries = [
        {"keys": [f"key {n}"], "content": f"Told {n}.", "enabled": True, "insertion_order": n, "priority": n}
        for n in range(130)
    ]
    lore = lore_of({"entries": entries})
    assert list(lore.facts) == [f"key_{n}" for n in range(30, 130)]
    assert sum("a card holds 100 facts" in why for why in lore.left) == 30


def test_a_long_entry_is_told_by_its_first_sentences():
    lore = lore_of(
        {"entries": [{"keys": ["war"], "content": "The war was long. " * 60, "enabled": True, "insertion_order": 1}]}
    )
    assert lore.facts["war"]["say"][0].endswith("The war was long.")
    assert len(lore.facts["war"]["say"][0]) <= 300
    assert "too long to be said" in lore.left[0]


def test_an_imported_lorebook_answers_and_goes_back_out_as_it_was(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    document = _with_book(BOOK_V2).document
    assert main(["import-card", str(card_file(tmp_path / "sera.json", document)), "--out", "out.yaml"]) == 0
    out = capsys.readouterr()
    assert "written: out.yaml (3 facts of its lorebook)" in out.out
    assert "left out: entry 3: it is disabled" in out.err
    percept = replace(scripted("ask_about", "neutral", 1.0), text="who is Elara?", knowledge={"elara": 0.9, "storm": 0.1})
    assert Character(load_persona("out.yaml"), "sera").tick(percept).line == "Elara is a wizard."
    assert main(["export-card", "out.yaml", "--out", "back.json"]) == 0
    assert json.loads((tmp_path / "back.json").read_text(encoding="utf-8")) == document


def test_a_card_that_was_imported_before_lorebooks_were_still_goes_back_out_as_it_was():
    card = _with_book(BOOK_V2)
    assert to_shared(persona_from({"name": "Sera"}), card).document == card.document


def test_a_lorebook_alone_is_added_to_a_card_whose_comments_and_layout_stay(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    known = 'wolf: {asked: ["any wolves?"], say: [Many.]}'
    text = f"# Osk, by hand\nname: Osk\nknowledge:\n  {known}  # mine\n  # more to come\nlines:\n  greet: Ho.\n"
    (tmp_path / "osk.yaml").write_text(text, encoding="utf-8")
    source = str(card_file(tmp_path / "lore.json", BOOK_V3))
    assert main(["import-card", source]) == 2
    assert "--into" in capsys.readouterr().err
    assert main(["import-card", source, "--into", "osk.yaml"]) == 0
    assert "2 facts" in capsys.readouterr().out
    persona = load_persona("osk.yaml")
    assert list(persona.knowledge) == ["wolf", "wolf_2", "dragons"]  # nothing that was there is replaced
    lines = (tmp_path / "osk.yaml").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line in text.splitlines()] == text.splitlines()
    assert main(["import-card", source, "--into", "guard"]) == 2  # a card of the package is nobody's to change
    assert (
        main(["import-card", str(card_file(tmp_path / "plain.json", {"name": "x", "description": ""})), "--into", "osk.yaml"])
        == 2
    )


_NAMES = [
    "entries",
    "keys",
    "key",
    "content",
    "enabled",
    "name",
    "comment",
    "extensions",
    "order",
    "selective",
    "secondary_keys",
    "constant",
    "depth",
    "probability",
]
_SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=20)


@given(
    st.recursive(
        _SCALARS,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(_NAMES), inner, max_size=6),
        max_leaves=30,
    )
)
@settings(max_examples=150, deadline=None)
def test_no_lorebook_however_broken_breaks_the_import(book):
    entries = to_persona(_with_book(book))
    persona_from(entries)
