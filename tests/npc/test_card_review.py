"""Lint tells what of a sound card can never come about; coverage tells what conversations have used."""

from __future__ import annotations

from dataclasses import replace

import pytest

from npc import Character, Percept, assistants, characters, load_persona
from npc.__main__ import main
from npc.card_review import implies
from npc.chat import talk
from npc.conditions import Condition
from npc.lint import review
from npc.log import Recorder

RULE = "  - {{when: {when}, do: talk, because: x}}\n"


def remarks(tmp_path, text):
    card = tmp_path / "card.yaml"
    card.write_text("name: A\n" + text, encoding="utf-8")
    return [remark.removeprefix(str(card)) for remark in review(card)]


def rules(*when):
    return "rules:\n" + "".join(RULE.format(when=one) for one in when)


DEAD = {
    "same": (rules("{intent: greet}", "{intent: greet}"), ":4: note: this rule never decides: rule 1 holds"),
    "narrower": (rules("{intent: [greet, chat]}", "{intent: greet, tone: sad}"), ":4: note: this rule never decides"),
    "always before": (rules("{}", "{intent: greet}"), ":4: note: this rule never decides"),
    "state": (rules("{state: {a: 1}}", "{state: {a: 1, b: 2}, mood: sad}"), ":4: note: this rule never decides"),
    "fewer words": (rules("{heard_below: 5}", "{heard_below: 3}"), ":4: note: this rule never decides"),
    "longer away": (rules("{away: 60}", "{away: 90}"), ":4: note: this rule never decides"),
    "sights": (rules("{sees: [threat, hazard]}", "{sees: threat}"), ":4: note: this rule never decides"),
    "boundary": ("boundaries: {attack: No.}\n" + rules("{action: attack}"), ":4: note: this rule never holds: `boundaries`"),
    "wanted": ("boundaries: {attack: No.}\n" + rules("{wanted: attack}"), "`boundaries` forbids attack"),
    "cause": (rules("{cause: unwilling}"), "`cause` is decided on after the rules"),
    "phrase": (rules("{sees: dragon}"), "`dragon` is no phrase under `watch`: does your game watch for it?"),
    "phrase within": (rules("{not: {sees: dragon}}"), "`dragon` is no phrase under `watch`"),
    "variable": ("lines:\n  greet: ['Hello.', '{price} for you.']\n", ":3: note: this line is never said: {price}"),
    "topic variable": ("lines:\n  view: 'You gave {value}.'\n", "{value} is never known in lines of `view`"),
    "variable of a rule": ("boundaries: {attack: 'No {colour}!'}\n", "{colour} is never known there"),
    "other action": ("lines:\n  greet: {say: Hm., action: flee}\n", "it asks for another action than `greet`"),
    "not itself": ("lines:\n  greet: {say: Hm., mood: sad, not: {mood: sad}}\n", "this line is never said: its `not` is so"),
    "never heard": (rules("{heard_below: 0}"), "nobody has said fewer than 0 things"),
    "impossible any": ("boundaries: {attack: No.}\n" + rules("{any: [{action: attack}]}"), "nothing of its `any` can be"),
    "bark": ("barks:\n  - {when: {intent: greet}, say: Hm.}\n", ":3: note: this bark is never said: it asks for `intent`"),
    "forbidden lines": ("boundaries: {attack: No.}\nlines: {attack: Ha!}\n", ":3: note: these lines are never said"),
    "forbidden wares": ("boundaries: {trade: No.}\nwares: {bread: 2}\n", ":3: note: nothing of this is sold"),
    "step": ("quests: {q: {steps: {a: {when: {intent: greet}}, b: {}}}}\n", "nothing reaches this step"),
}  # fmt: skip


MISTYPED = {
    "state": (
        rules("{state: {has_ring: true}}", "{state: {has_ring: false}}", "{state: {has_rign: true}}"),
        ":5: note: the entry of the state `has_rign` is nearly `has_ring`. Did you mean `has_ring`?",
    ),
    "state of the engine": (rules("{state: {languag: de}}"), "Did you mean `language`?"),
    "state in a line": ("state: {gold: 1}\nlines:\n  greet: ['{state.gold}.', '{state.glod}.']\n", "`glod` is nearly `gold`"),
    "effect": (
        "lines:\n  greet: {say: Hm., effects: [{kind: open_gate}, {kind: open_gate}, {kind: opn_gate}]}\n",
        ":3: note: the effect `opn_gate` is nearly `open_gate`",
    ),
    "intent without examples": ("intents: {ask_way: []}\n", "the intent `ask_way` has no examples"),
    "intent": ("intents: {ask_way: where to}\n", ":2: note: nothing asks for the intent `ask_way`"),
    "phrase": ("watch: {wolf: threat}\n" + rules("{sees: wolff}"), "Did you mean `wolf`?"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "said"), MISTYPED.values(), ids=MISTYPED)
def test_what_may_be_mistyped_is_asked_about_with_the_nearest_name(tmp_path, text, said):
    assert any(said in remark for remark in remarks(tmp_path, text))


@pytest.mark.parametrize(
    "text",
    [
        rules("{state: {step_1: true}}", "{state: {step_1: true, x: 1}}", "{state: {step_2: true}}")[::1],
        "lines: {greet: {say: Hm., effects: [{kind: open}, {kind: opens}, {kind: opens}]}}\n",
        "intents: {ask_way: where to}\nlines: {talk: {say: There., intent: ask_way}}\n",
        "intents: {ask_way: where to}\n" + rules("{not: {intent: ask_way}}"),
        "intents: {ask_way: where to}\nquests: {q: {steps: {a: {when: {intent: ask_way}}}}}\n",
    ],
    ids=["numbers", "many", "in a line", "within", "in a step"],
)
def test_names_that_differ_by_purpose_are_not(tmp_path, text):
    assert not [remark for remark in remarks(tmp_path, text) if "nearly" in remark or "nothing asks" in remark]


def test_a_step_behind_one_that_nothing_reaches_is_told_too(tmp_path):
    first, second = remarks(tmp_path, "quests: {q: {steps: {b: {}, c: {when: {intent: chat}}}}}\n")
    assert "it has no `when`" in first
    assert "it comes after `b`" in second


@pytest.mark.parametrize(("text", "said"), DEAD.values(), ids=DEAD)
def test_every_remark_has_a_fix(tmp_path, text, said):
    [remark] = remarks(tmp_path, text)
    assert len(remark.split(". ", 1)[-1].split()) > 3 or "? " in remark


@pytest.mark.parametrize(("text", "said"), DEAD.values(), ids=DEAD)
def test_what_can_never_come_about_is_told_with_its_line(tmp_path, text, said):
    [remark] = remarks(tmp_path, text)
    assert said in remark


COUNTS = {
    "3+": '3: note: `gold: 3+` is compared as a text, and no number is that. For a number write `gold: ">= 3"`.',
    "at least 3": 'write `gold: ">= 3"`',
    "3 or more": 'write `gold: ">= 3"`',
    "more than 2.5": 'write `gold: "> 2.5"`',
    "under 3": 'write `gold: "< 3"`',
    "=< 3": 'write `gold: "<= 3"`',
    "== 3": "write `gold: 3`",
}


@pytest.mark.parametrize("written", COUNTS)
def test_a_count_that_is_written_as_a_text_is_asked_about(tmp_path, written):
    [remark] = remarks(tmp_path, f"barks:\n  - {{when: {{state: {{gold: '{written}'}}}}, say: Hm.}}\n")
    assert COUNTS[written] in remark


@pytest.mark.parametrize("written", [">= 3", "3", "3 pigs", "+", "storm", "12a"])
def test_a_number_or_a_text_is_left_alone(tmp_path, written):
    assert remarks(tmp_path, f"barks:\n  - {{when: {{state: {{gold: '{written}'}}}}, say: Hm.}}\n") == []


def test_an_entry_of_the_state_is_compared_with_quests_and_goods_too(tmp_path):
    quest = "quests: {mushrooms: {steps: {asked: {when: {state: {mushroms: '>= 3'}}, say: Hm.}}}}\n"
    assert "`mushroms` is nearly `mushrooms`. Did you mean `mushrooms`?" in remarks(tmp_path, quest)[0]
    assert remarks(tmp_path, quest.replace("mushroms", "mushroom")) == []


@pytest.mark.parametrize(
    ("name", "fix"), [("tr.csv", "is checked with its card"), ("inn.yarn", "npc import FILE"), ("0001-a.jsonl", "npc coverage")]
)
def test_what_lies_beside_cards_is_called_no_card(tmp_path, capsys, name, fix):
    (tmp_path / name).write_text("id,source\n", encoding="utf-8")
    assert main(["lint", str(tmp_path / name)]) == 2
    told = capsys.readouterr().err
    assert f"{name} is no card; a card is a YAML file (.yaml)." in told
    assert fix in told


ALIVE = [
    rules("{intent: greet, tone: sad}", "{intent: greet}"),
    rules("{intent: greet}", "{intent: [greet, chat]}"),
    rules("{state: {a: 1}}", "{state: {a: 2}}"),
    rules("{heard_below: 3}", "{heard_below: 5}"),
    rules("{not: {intent: greet}}", "{intent: greet}"),
    rules("{any: [{intent: greet}]}", "{any: [{intent: chat}]}"),
    rules("{sees: wolf}"),
    "watch: {dragon: threat}\n" + rules("{sees: dragon}"),
    "lines:\n  view: 'I see {seen}.'\n  price: '{price} for the {item}.'\n  greet: '{seen}, {target}, {state.gold}.'\n",
    "quests: {q: {steps: {a: {}}}}\nlines: {greet: {say: Hm., effects: [{kind: quest, quest: q, step: a}]}}\n",
    "boundaries: {attack: No.}\n" + rules("{action: [attack, give]}"),
]


@pytest.mark.parametrize("text", ALIVE)
def test_what_may_come_about_is_left_alone(tmp_path, text):
    assert remarks(tmp_path, text) == []


@pytest.mark.parametrize("name", [*characters(), *assistants()])
def test_nothing_of_a_shipped_card_is_dead(name):
    assert review(name) == []


def test_a_condition_implies_itself_and_what_asks_for_less():
    one = Condition.model_validate({"intent": "greet", "state": {"a": 1}, "not": {"mood": "sad"}})
    assert implies(one, one)
    assert implies(one, Condition())
    assert not implies(Condition(), one)


def test_lint_tells_remarks_and_calls_the_card_sound(tmp_path, capsys):
    card = tmp_path / "card.yaml"
    card.write_text("name: A\n" + rules("{intent: greet}", "{intent: greet}"), encoding="utf-8")
    assert main(["lint", str(card)]) == 0
    out = capsys.readouterr()
    assert "card.yaml: ok" in out.out
    assert "card.yaml:4: note: this rule never decides" in out.err


def test_coverage_tells_what_was_used_and_what_had_no_answer(tmp_path, capsys):
    guard = Character(load_persona("guard"), "bram")
    said = [("you fool", "insult", "refuse", 0.9), ("hello", "greet", "greet", 0.9), ("blargh frob", "chat", "talk", 0.1)]
    with Recorder(tmp_path / "0001-bram.jsonl", guard, 0) as recorder:
        for n, (text, intent, action, p) in enumerate(said):
            heard = Percept(1.0 + n, {intent: p}, {"neutral": 0.9}, {action: p}, {"neutral": 0.9}, text=text)
            recorder.write(heard, guard.tick(heard))
    assert main(["coverage", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert out.startswith("Bram: 3 utterances, 3 of ")
    assert ", 1 of 4 rules" in out
    assert "lets nobody insult" not in out
    assert "rule 2 never decided: takes no flattery on duty" in out
    assert "asked, and no answer: blargh frob" in out


def test_coverage_of_a_folder_without_logs_tells_how_to_get_some(tmp_path, capsys):
    assert main(["coverage", str(tmp_path)]) == 2
    assert "serve --logs" in capsys.readouterr().err


def test_coverage_of_what_is_no_log_names_the_file(tmp_path, capsys):
    (tmp_path / "x.jsonl").write_text("hello\n")
    assert main(["coverage", str(tmp_path / "x.jsonl")]) == 2
    assert "is no log of a character" in capsys.readouterr().err


def test_drafts_that_nobody_has_made_his_own_are_told(tmp_path):
    card = tmp_path / "cook.yaml"
    card.write_text(
        "name: Ada\nlines:\n  talk:\n    - The soup is hot.\n    - The bread is warm.  # draft\nknowledge:\n  mill:  # draft\n"
        "    asked: Who owns the mill?\n    say: The miller does.\n",
        encoding="utf-8",
    )
    assert review(card) == [
        f"{card}:5: note: a draft: The bread is warm. Read it, and take the mark `# draft` away, or the line.",
        f"{card}:7: note: a draft: mill. Read it, and take the mark `# draft` away, or the line.",
    ]


def _spoken_to(folder, number, card, *said):
    character = Character(load_persona(card), card)
    with Recorder(folder / f"{number:04d}-{card}.jsonl", character, 0) as recorder:
        for n, text in enumerate(said or ("",)):
            heard = Percept(1.0 + n, {"ask_about": 0.9}, {"neutral": 0.9}, {"talk": 0.9}, {"neutral": 0.9}, text=text)
            heard = replace(heard, talk={"on_weather": 0.1})
            recorder.write(heard, character.tick(heard))


def test_coverage_begins_with_what_was_put_off_and_names_the_silent_in_one_line(tmp_path, capsys):
    _spoken_to(tmp_path, 1, "healer")
    _spoken_to(tmp_path, 2, "merchant", "why is the harbour closed?", "why is the harbour closed?")
    assert main(["coverage", str(tmp_path)]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0].startswith("Odo: 2 utterances")
    assert out[1].startswith("  asked, and no answer: why is the harbour closed? (2 times); it said: ")
    assert sum("never said" in line for line in out) == 13
    assert out[-1] == "nobody spoke to: Mira"


def test_coverage_tells_what_was_answered_in_common_words(tmp_path, capsys):
    card = tmp_path / "ada.yaml"
    card.write_text("name: Ada\nlines: {greet: Well met.}\n", encoding="utf-8")
    talk(str(card), ["what do you see?", "hello?"], logs=tmp_path)
    assert main(["coverage", str(tmp_path)]) == 0
    [told] = [line for line in capsys.readouterr().out.splitlines() if "common words" in line]
    assert told.startswith("  asked, and answered in common words: what do you see?; it said: ")


def test_coverage_counts_a_question_that_the_keyword_reader_made_nothing_of(tmp_path, capsys):
    card = tmp_path / "ada.yaml"
    card.write_text("name: Ada\n", encoding="utf-8")
    talk(str(card), ["why is the harbour closed?"], logs=tmp_path)
    assert main(["coverage", str(tmp_path)]) == 0
    assert "asked, and no answer: why is the harbour closed?" in capsys.readouterr().out


def test_coverage_of_named_cards_tells_which_are_not_in_the_logs(tmp_path, capsys):
    _spoken_to(tmp_path, 1, "healer", "hello")
    _spoken_to(tmp_path, 2, "merchant", "hello")
    assert main(["coverage", str(tmp_path), "--card", "merchant", "--card", "Bram"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("Odo: ")
    assert "Mira" not in out
    assert out.endswith("not in these logs: Bram\n")


def test_a_chat_writes_logs_that_coverage_and_replay_read(tmp_path, capsys):
    card = tmp_path / "ada.yaml"
    card.write_text("name: Ada\nlines: {greet: [Welcome.]}\n", encoding="utf-8")
    talk(str(card), ["hello", "/reload", "hello"], logs=tmp_path / "logs")
    talk(str(card), ["hello"], logs=tmp_path / "logs")
    logs = sorted((tmp_path / "logs").iterdir())
    assert [log.name for log in logs] == ["0001-Ada.jsonl", "0002-Ada.jsonl", "0003-Ada.jsonl"]
    assert f"log: {logs[2]}" in capsys.readouterr().out
    assert all(main(["replay", str(log)]) == 0 for log in logs)
    capsys.readouterr()
    assert main(["coverage", str(tmp_path / "logs"), "--card", str(card)]) == 0
    assert capsys.readouterr().out.startswith("Ada: 3 utterances, 1 of 1 lines")
