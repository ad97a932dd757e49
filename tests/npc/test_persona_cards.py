"""Cards: the shipped ones are whole, broken ones say where and how to mend them."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest
import yaml

from npc import Persona, PersonaError, card_faults, characters, load_persona, persona_from
from npc.behaviour import load_behaviour
from npc.chat import Chat

SHIPPED = ["bard", "blacksmith", "coward", "elder", "guard", "healer", "hermit", "merchant"]
LABELS = resources.files("engine.formats") / "labels.yaml"


def _write(tmp_path, text):
    path = tmp_path / "card.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_eight_characters_ship_with_the_package():
    assert characters() == SHIPPED


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_character_has_lines_for_every_action_that_it_takes_and_for_not_understanding(name):
    persona = load_persona(name)
    for action in load_behaviour().spoken - load_behaviour().topics.keys() - persona.boundaries.keys():
        plain = [line for line in persona.lines[action] if not line.specificity]
        assert len(plain) >= 2 or (action == "flee" and plain), action


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_character_refuses_for_a_reason(name):
    refusals = load_persona(name).lines["refuse"]
    assert any("absent" in line.cause for line in refusals)
    assert any("insult" in line.intent for line in refusals)


def test_no_two_shipped_characters_share_a_line():
    lines = [line.say for name in SHIPPED for spoken in load_persona(name).lines.values() for line in spoken]
    assert len(lines) == len(set(lines))


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_character_speaks_its_own_way_of_what_comes_up(name):
    lines, behaviour = load_persona(name).lines, load_behaviour()
    often = {"which", "foreign", "forbid", "cease", "release", "allow", "deny", "offer", "promise", "peace", "noted", "called"}
    often |= {"doing", "how_long", "view", "absent", "count", "colour", "cannot_tell", "my_name", "recall_called", "i_said"}
    assert often <= lines.keys()
    for topic in behaviour.topics.keys() & lines.keys():
        for line in lines[topic]:
            assert line.variables <= behaviour.known_there[topic] | {"player", "name"}, (topic, line.say)
        needed = behaviour.known_there[topic] & {"seen", "count", "colour", "who", "value", "words", "line", "price"}
        needed &= frozenset.intersection(*(plain.variables for plain in behaviour.topics[topic]))
        assert all(needed <= line.variables for line in lines[topic]), f"{topic}: tells not what was asked"


@pytest.mark.parametrize("name", ["merchant", "blacksmith"])
def test_shipped_traders_have_prices_and_words_for_them(name):
    persona = load_persona(name)
    assert persona.wares
    assert {"price", "counter", "sold", "firm", "no_deal", "wares"} <= persona.lines.keys()


def test_behaviour_knows_every_action_and_emotion_of_the_labels():
    heads = yaml.safe_load(LABELS.read_text(encoding="utf-8"))["heads"]
    behaviour = load_behaviour()
    assert set(heads["action"]) == set(behaviour.actions)
    assert set(heads["emotion"]) == set(behaviour.emotions)
    assert (list(behaviour.intents), list(behaviour.tones)) == (heads["intent"], heads["tone"])
    named = (behaviour.appraisals.intent, behaviour.bonds.intent, behaviour.pointing, behaviour.asking, behaviour.unknown)
    assert set().union(*named) <= set(behaviour.intents)
    assert set(behaviour.appraisals.tone) <= set(behaviour.tones)


def _pieces(page):
    """What a page of the docs shows of cards."""
    text = (Path(__file__).parents[2] / "docs" / page).read_text(encoding="utf-8")
    return [piece.split("```")[0] for piece in text.split("```yaml\n")[1:]]


@pytest.fixture
def documented(tmp_path):
    """The whole card of docs/characters.md."""
    [whole] = [piece for piece in _pieces("characters.md") if "backstory" in piece]
    return _write(tmp_path, whole)


def test_the_documented_card_works_and_has_at_most_sixty_lines(documented, stage):
    assert len(documented.read_text().splitlines()) <= 60
    tam = stage(str(documented))
    storm = tam.hear("go there", "go_to", "go_to", state={"weather": "storm"})
    assert storm.line == "Look at that water, landlubber. Would you?"
    assert tam.hear("hand it over", "give_me", "give").action == "trade"
    assert tam.see(wolf=0.95).line in {"A wolf! Into the boat!", "Into the boat!"}


def test_the_documented_card_acts_in_the_engine_as_it_is_written(documented):
    """From an empty file to a decision: the server's own card folder, the brain, a frame with words."""
    brain_module = pytest.importorskip("engine.minds.brain", reason="needs numpy")
    echo = pytest.importorskip("engine.perception.echo", reason="needs the `engine` extra")
    folder = documented.parent
    documented.rename(folder / "tam.yaml")
    brain = brain_module.Brain(echo.EchoPerceiver(), folder)
    mind = brain.mind("tam", "tam")
    assert set(mind.watch) == {"wolf", "fire", "heron"}
    decision = brain.decide(None, [brain_module.Observation(mind, 1.0, "hello")])[0][0]
    assert (decision.npc, decision.action) == ("tam", "greet")
    assert decision.line == "Mind the gap, landlubber."


@pytest.mark.parametrize("page", ["characters.md", "characters-reference.md"])
def test_every_piece_of_a_card_in_the_docs_is_valid(page):
    pieces = _pieces(page)
    assert len(pieces) >= 3
    for piece in pieces:
        persona_from({"name": "Test", **yaml.safe_load(piece)})


TUTORIAL = {
    2: (("hello", "greet", "Mind the gap, landlubber."),),
    3: (("give me the rope", "trade", ""), ("/see wolf\nkill it", "refuse", "I take nobody.")),
    4: (("/see wolf", "flee", ""), ("/see heron", "point_at", "")),
    5: (("/state weather=storm\ngo to the well", "refuse", "Would you?"), ("/see wolf", "flee", "Into the boat!")),
}


@pytest.mark.parametrize("pieces", TUTORIAL)
def test_the_tutorial_does_what_it_says_after_each_step(pieces, tmp_path, capsys):
    card = {}
    for piece in map(yaml.safe_load, _pieces("characters.md")[: pieces - 1]):
        card |= piece | {"lines": card.get("lines", {}) | piece.get("lines", {})}
    path = _write(tmp_path, yaml.safe_dump(card))
    for typed, action, words in TUTORIAL[pieces]:
        chat = Chat(str(path))
        for line in typed.splitlines():
            capsys.readouterr()
            chat.turn(line)
        shown = capsys.readouterr().out
        assert f"Tam [{action}" in shown
        assert words in shown


def test_the_reference_names_every_entry_of_a_card():
    text = (Path(__file__).parents[2] / "docs" / "characters-reference.md").read_text(encoding="utf-8")
    first_cells = [row.split("|")[1] for row in text.splitlines() if row.startswith("| `")]
    assert set(Persona.model_fields) <= {entry.strip(" `") for cell in first_cells for entry in cell.split(",")}
    assert all(f"`{trait}`" in text for trait in load_behaviour().traits)


def test_a_name_is_all_that_a_card_needs():
    assert persona_from({"name": "Nobody"}).traits == {}


BROKEN = {
    "misspelt entry": ("name: A\ntrait: {brave: 1}\n", 2, "did you mean `traits`?"),
    "no name": ("looks: tall\n", 1, "Add `name:`."),
    "unknown trait": ("name: A\ntraits:\n  brav: 0.5\n", 3, "Did you mean `brave`?"),
    "unknown trait out of range": ("name: A\ntraits: {brav: 3}\n", 2, "Did you mean `brave`?"),
    "an intent under lines": ("name: A\nlines:\n  thank: Hi.\n", 3, "Write for example `talk: {say: ..., intent: thank}`."),
    "a comma in a text": ("name: A\nlines:\n  greet: {say: Hi, you}\n", 3, "put the whole text between quotes"),
    "no number": ("name: A\nwants: {rabbit: lots}\n", 2, "Write a number, such as 4."),
    "a list of wares": ("name: A\nwares: [bread]\n", 2, "Write `wares: {bread: 2}`."),
    "a comparison as a text": ("name: A\nrequires: {follow: {state: gold >= 5}}\n", 2, 'Write `state: {gold: ">= 5"}`.'),
    "other indentation": (
        "name: A\nlines:\n  greet:\n    - Hi.\n   - Ho.\n",
        5,
        "Indent all entries of a list or mapping alike.",
    ),
    "trait out of range": ("name: A\ntraits:\n  warm: 0.1\n  brave: 5\n", 4, "Write 1 or less."),
    "unknown meaning": ("name: A\nwatch:\n  wolf: thread\n", 3, "Did you mean `threat`?"),
    "unknown action": ("name: A\nlines:\n  gret: Hi.\n", 3, "Did you mean `greet`?"),
    "unknown variable": ("name: A\nlines:\n  greet:\n    - Hi.\n    - Hi {ply}.\n", 5, "There are {player}"),
    "price line": ("name: A\nlines:\n  price: '{prize}, please.'\n", 3, "prices: {item} and {price}"),
    "least above the price": ("name: A\nwares:\n  pie: {price: 5, least: 9}\n", 3, "Correct `wares.pie`."),
    "unknown condition": ("name: A\nlines:\n  greet:\n    - {say: Hi., mod: sad}\n", 4, "Remove it."),
    "line with a colon": ("name: A\nlines:\n  greet:\n    - Mind: the step.\n", 4, "put the whole line between quotes."),
    "unknown intent": ("name: A\nlines:\n  talk:\n    - Hi.\n    - {say: Ho., intent: gret}\n", 5, "Did you mean `greet`?"),
    "unknown mood": ("name: A\nlines:\n  talk: {say: Ho.,\n    mood: grumpy}\n", 4, "There are afraid, angry"),
    "unknown deed": ("name: A\nrules:\n  - when: {remembers: insults}\n    do: talk\n    because: x\n", 3, "`insult`?"),
    "unknown fact": ("name: A\nrules: [{when: {knows: b}, do: idle, because: x}]\nknowledge: {a: {asked: x, say: y}}", 2, "a."),
    "unknown promise": ("name: A\nlines:\n  talk: {say: Ho., promised: folow}\n", 3, "Did you mean `follow`?"),
    "forbidden reaction": ("name: A\nboundaries: {flee: Never.}\nreactions: {threat: flee}\n", 3, "out of `boundaries`"),
    "key twice": ("name: A\nlooks: x\nname: B\n", 3, "Remove one of the two"),
    "tab": ("name: A\nlines:\n\tgreet: Hi.\n", 3, "Indent with spaces."),
    "alias": ("name: &a A\nlooks: *a\n", 2, "double quotes"),
    "broken YAML": ("name: A\nlooks: [\n", 3, "double quotes"),
    "tag": ("name: !!python/object:os.system A\n", 1, "double quotes"),
    "list": ("- name\n", 1, "Write `name: ...`"),
    "empty": ("", None, "The smallest card is one line: `name: Tam`."),
    "line that is a truth value": ("name: A\nlines:\n  greet: [Hi, yes]\n", 3, 'Put it between quotes: "yes".'),
    "single line that is a number": ("name: A\nlines:\n  greet: 12\n", 3, 'Put it between quotes: "12".'),
    "reason that is a truth value": ("name: A\nrules: [{when: {}, do: idle, because: no}]\n", 2, 'quotes: "no".'),
    "line of nothing": ("name: A\nlines:\n  greet:\n", 3, "Write something after it"),
    "list of boundaries": ("name: A\nboundaries: [attack]\n", 2, "Write `boundaries: {attack: I fight no one.}`."),
    "rules that are no list": ("name: A\nrules: yes\n", 2, "each after `- `."),
}


@pytest.mark.parametrize(("text", "line", "fix"), BROKEN.values(), ids=BROKEN)
def test_a_broken_card_names_file_line_and_fix(tmp_path, text, line, fix):
    path = _write(tmp_path, text)
    with pytest.raises(PersonaError) as caught:
        load_persona(path)
    error = caught.value
    assert error.message.startswith(f"{path}:{line}: " if line else f"{path}: ")
    assert fix in error.fix
    assert "\n" not in str(error)


def test_the_examples_in_fixes_are_good_cards():
    for _, example in card_faults.MAPPINGS.values():
        persona_from({"name": "A", **yaml.safe_load(example)})


def test_a_huge_card_is_refused_unread(tmp_path):
    with pytest.raises(PersonaError, match="over 262144 bytes"):
        load_persona(_write(tmp_path, "name: A\nlooks: " + "x" * 300_000))


def test_a_deeply_nested_card_is_refused(tmp_path):
    with pytest.raises(PersonaError, match="nested too deep"):
        load_persona(_write(tmp_path, "name: " + "[" * 20_000))


def test_a_card_that_is_not_text_is_refused(tmp_path):
    path = tmp_path / "card.yaml"
    path.write_bytes(b"\xff\xfe\x00name")
    with pytest.raises(PersonaError, match="not UTF-8"):
        load_persona(path)


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(PersonaError, match="hermit") as caught:
        load_persona("nobody")
    assert caught.value.code == "persona_unknown"


def test_a_card_sent_by_a_game_names_the_entry_at_fault():
    with pytest.raises(PersonaError, match=r"unknown trait `bravery`.*Did you mean `brave`"):
        persona_from({"name": "A", "traits": {"bravery": 1}})


def test_a_boundary_cannot_forbid_refusing():
    with pytest.raises(PersonaError, match="must stay possible"):
        persona_from({"name": "A", "boundaries": {"refuse": "I must."}})


def test_a_card_says_how_its_character_sounds() -> None:
    persona = persona_from({"name": "Borin", "voice": {"pitch": 0.8, "rate": 0.9, "file": "smith"}})
    assert (persona.voice.pitch, persona.voice.rate, persona.voice.file) == (0.8, 0.9, "smith")
    assert persona_from({"name": "Anna"}).voice.pitch == 1.0


@pytest.mark.parametrize(("voice", "told"), [({"pitch": 3}, "1.6"), ({"file": "../smith"}, "path"), ({"pich": 1}, "pitch")])
def test_a_voice_that_cannot_be_is_named_with_the_fix(voice: dict[str, object], told: str) -> None:
    with pytest.raises(PersonaError, match=told):
        persona_from({"name": "Borin", "voice": voice})


def test_no_two_shipped_characters_sound_alike() -> None:
    voices = [load_persona(name).voice for name in characters()]
    assert len({(voice.pitch, voice.rate) for voice in voices}) == len(voices)


def test_prices_are_counted_in_the_currency_of_the_card(stage):
    pat = stage(currency="credit", wares={"fuse": 20}, lines={"price": "{price} credits for the {item}, or one coin in gold."})
    said = pat.hear("how much is the fuse?", "trade", "trade", target=None).line
    assert said == "20 credits for the fuse, or one credit in gold."
    sold = pat.hear("here are 20 credits for it", "trade", "trade", target=None)
    assert "coin" not in sold.line
    assert [effect.kind for effect in sold.effects] == ["sell"]


def test_a_greeting_is_no_name(stage):
    guard = stage("guard")
    guard.hear("what is my name?", "ask_about", "talk", target=None)
    assert "Hello" not in guard.hear("hello", "greet", "greet", target=None).line
    guard.hear("what is my name?", "ask_about", "talk", target=None)
    assert "Ada" in guard.hear("ada", "none", "talk", target=None).line
