"""Drafts: what a card lacks is proposed, sifted and marked; nothing is written unasked, and nothing that is there changes."""

from __future__ import annotations

import pytest

from npc import Fault, load_persona, persona_from
from npc.__main__ import main
from npc.chat import talk
from npc.drafts.drafting import draft, drafted, told
from npc.drafts.gaps import FEW, gaps
from npc.drafts.sifting import sifted

CARD = """\
# The cook, by hand
name: Berta
backstory: Berta cooks at the inn by the mill.
boundaries: {attack: I hold a spoon.}
lines:
  greet: [Hello., Come in., Sit down.]   # three of them
  talk:
    - The soup is hot.   # mine
knowledge:
  soup: {asked: ["what is for dinner?"], say: [Leek soup.]}
barks:
  - {when: {state: {raining: yes}}, say: My washing!}
"""


class Writer:
    """Proposes these lines in turn, and finds wrong what has "dragon" in it."""

    def __init__(self, *lines: str, fails: BaseException | None = None) -> None:
        self.lines, self.asked, self.fails = list(lines), [], fails

    def propose(self, data):
        self.asked.append(data)
        if not self.lines:
            if self.fails is not None:
                raise self.fails
            return f"Line number {'x' * len(self.asked)}{len(self.asked)}, and {'y' * len(self.asked)}."
        return self.lines.pop(0)

    def wrong(self, line, action, persona):
        return "sees a dragon" if "dragon" in line else ""


@pytest.fixture
def card(tmp_path):
    path = tmp_path / "berta.yaml"
    path.write_text(CARD, encoding="utf-8")
    return path


def test_what_a_card_lacks_is_found_the_most_urgent_first(card):
    persona = load_persona(card)
    found = gaps(persona, ["who owns the mill?", "What is for dinner", "who owns the mill?", "x"])
    assert [gap.question for gap in found if gap.kind == "fact"] == ["who owns the mill?"]  # the other one is known
    assert found[0].where == ("knowledge", "owns_mill")
    wanted = {gap.where[1]: gap.most for gap in found if gap.kind == "line"}
    assert "greet" not in wanted
    assert wanted["talk"] == FEW - 1
    assert wanted["unclear"] == FEW
    assert "attack" not in wanted  # what it never does needs no words
    assert "idle" not in wanted
    assert wanted["peace"] == 1
    assert "recall_called" not in wanted  # has to name what is spoken of
    assert not any(gap.kind == "bark" for gap in found)  # it has one
    assert {gap.kind for gap in gaps(persona_from({"name": "A"}))} == {"line", "bark"}


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("The bread is still warm.", ""),
        ("The bread is still warm, {player}.", ""),
        ("The soup is hot!", "much like"),
        ("The soup, it is hot.", "much like"),
        ("I see a dragon.", "sees a dragon"),
        ("{weather} again.", "names {weather}"),
        ("x" * 501, "fault in a card"),
        ("", "nothing came"),
    ],
)
def test_drafts_are_sifted(card, line, why):
    persona = load_persona(card)
    gap = next(gap for gap in gaps(persona) if gap.where == ("lines", "talk"))
    found = sifted(gap, line, persona, ["The soup is hot."], Writer().wrong).why
    assert why in found
    assert bool(found) == bool(why)


def test_what_passes_is_added_as_a_draft_and_everything_else_stays(card, capsys, tmp_path):
    writer = Writer("The miller does.", "I see a dragon.", "The bread is still warm.", "Mind the ladle.")
    log = _log(tmp_path, card)
    draft(str(card), writer, [log], most=2, write=True)
    out = capsys.readouterr()
    assert "left out, lines.talk: I see a dragon. (sees a dragon)" in out.out
    assert "3 drafts" in out.out
    assert "1/2 fact for “who owns the mill?”" in out.err
    text = card.read_text(encoding="utf-8")
    assert [line for line in text.splitlines() if line in CARD.splitlines()] == CARD.splitlines()
    assert "    - The bread is still warm.  # draft\n" in text
    assert "  owns_mill:  # draft\n" in text
    persona = load_persona(card)
    assert persona.knowledge["owns_mill"].asked == ("who owns the mill?",)
    assert [line.say for line in persona.lines["talk"]] == ["The soup is hot.", "The bread is still warm.", "Mind the ladle."]


def _log(folder, card):
    """A log in which somebody asks what the cook does not know."""
    from npc import Character, Percept
    from npc.log import Recorder

    character = Character(load_persona(card), "berta")
    percept = Percept(1.0, {"ask_about": 0.9}, {"neutral": 0.9}, {"talk": 0.9}, {"neutral": 0.9}, text="who owns the mill?",
                      knowledge={"soup": 0.1})  # fmt: skip
    with Recorder(folder / "0001-berta.jsonl", character, 0) as log:
        log.write(percept, character.tick(percept))
    return folder


@pytest.mark.parametrize("agrees", [None, lambda question: False])
def test_nothing_is_written_without_consent(card, capsys, agrees):
    draft(str(card), Writer("The bread is still warm."), most=1, agrees=agrees)
    assert "Nothing was written." in capsys.readouterr().out
    assert card.read_text(encoding="utf-8") == CARD


def test_consent_is_asked_for_with_the_name_of_the_file(card):
    asked = []

    def agrees(question: str) -> bool:
        asked.append(question)
        return True

    draft(str(card), Writer("The bread is still warm."), most=1, agrees=agrees)
    assert "berta.yaml" in asked[0]
    assert "The bread is still warm.  # draft" in card.read_text(encoding="utf-8")


@pytest.mark.parametrize("end", [KeyboardInterrupt(), Fault("llm", "It is gone.", "Start it.")])
def test_an_end_halfway_keeps_what_has_come(card, end):
    persona = load_persona(card)
    drafts = drafted(persona, gaps(persona), Writer("The bread is still warm.", fails=end), lambda text: None)
    assert [one.line for one in drafts.kept] == ["The bread is still warm."]
    assert list(told(drafts))[-1] == "1 draft, stopped before the end"


def test_a_server_that_was_never_there_is_a_fault_with_its_cure(card):
    persona = load_persona(card)
    with pytest.raises(Fault, match="It is gone"):
        drafted(persona, gaps(persona), Writer(fails=Fault("llm", "It is gone.", "Start it.")), lambda text: None)


def test_a_card_of_the_package_is_nobodys_to_change(capsys):
    with pytest.raises(Fault, match="ships with the package") as fault:
        draft("guard", Writer("Quite another line, about turnips."), most=1, write=True)
    assert "Copy" in fault.value.fix


def test_without_a_language_model_what_the_card_lacks_is_listed(card, capsys, tmp_path):
    talk(str(card), ["why is the harbour closed?"], logs=tmp_path / "logs")
    capsys.readouterr()
    assert main(["draft", str(card), "--logs", str(tmp_path / "logs")]) == 0
    out = capsys.readouterr().out
    assert "  an answer to: why is the harbour closed?\n" in out
    assert "  lines of its own" in out
    assert "A language model would propose lines for these." in out


def test_without_a_language_model_the_command_says_how_to_start_one(card, capsys):
    assert main(["draft", str(card), "--write"]) == 2
    assert "llama-server" in capsys.readouterr().err
    assert main(["draft", "nobody.yaml", "--llm", "http://127.0.0.1:9/v1"]) == 2
    assert "no persona" in capsys.readouterr().err
