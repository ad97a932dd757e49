"""Small talk: what anybody may be asked and told is answered as what it is, and taken up where nothing more is known."""

from __future__ import annotations

import pytest

from npc.behaviour import load_behaviour
from npc.language.forms import form_of
from npc.language.plain import is_slang, plain
from npc.language.taken_up import denied, subject_of
from npc.types import Detection, Found, Percept

CARD = {
    "knowledge": {"self": {"asked": ["Who are you?"], "say": "I am the miller."}},
    "lines": {"on_joke": "Flour power.", "unknown": "Search me.", "talk": "Aye.", "on_family": "A brother."},
}


@pytest.fixture
def miller(stage):
    return stage(**CARD)


def _talk(actor, text, intent="chat", action="talk", **more):
    return actor.hear(text, intent, action, **{"target": None, "talk": {"on_joke": 0.1}, **more})


def test_what_words_come_near_to_is_answered_in_the_words_of_the_card(miller):
    assert _talk(miller, "u know any good ones?", talk={"on_joke": 0.8, "on_story": 0.4}).line == "Flour power."


def test_a_plain_line_comes_before_the_own_one_again(miller):
    lines = [_talk(miller, "tell me a joke", talk={"on_joke": 0.9}).line for _ in range(3)]
    assert len(set(lines)) == 3


def test_a_fact_of_the_card_goes_before_small_talk_that_is_hardly_nearer(miller):
    def ask(fact: float, talk: float) -> str:
        return _talk(miller, "what is it with you?", "ask_about", knowledge={"self": fact}, talk={"on_family": talk}).line

    assert ask(0.7, 0.75) == "I am the miller."
    assert ask(0.45, 0.9) == "A brother."
    assert ask(0.65, 0.75) != "I am the miller."  # a fact that is not quite near says no more than what is nearer


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("do you know the duke of Marl?", "The duke of Marl? Search me."),
        ("what is the tallest mountain?", "The tallest mountain? Search me."),
        ("are you the miller here?", "I am the miller."),
    ],
)
def test_a_question_that_nothing_answers_is_taken_up(miller, text, line):
    assert _talk(miller, text, "ask_about").line == line


def test_where_a_thing_is_that_is_not_in_view_is_answered_by_that(stage):
    actor = stage(lines={"absent": "I see no {thing}."})
    assert _talk(actor, "where is the chest?", "ask_where", "refuse").line == "I see no chest."


def test_a_remark_gets_an_answer_that_is_no_request_to_say_it_again(miller):
    decision = _talk(miller, "my uncle once walked to the sea", "none", p=0.2)
    assert decision.action == "talk"
    assert "spoken to" in decision.reason


@pytest.mark.parametrize(("intent", "action"), [("threaten", "defend"), ("give_me", "give"), ("thank", "talk")])
def test_enmity_orders_and_manners_are_no_small_talk(miller, intent, action):
    said = {"threaten": "your last hour has come", "give_me": "hand me the sword", "thank": "thank you for that"}[intent]
    assert "spoken to" not in _talk(miller, said, intent, action, talk={"on_joke": 0.6}).reason


def test_manners_that_no_word_stands_for_are_none(stage):
    actor = stage(lines={"greet": "Hello.", "on_wow": "So it is."})
    assert _talk(actor, "haha good name", "greet", "greet", talk={"on_wow": 0.8}).line == "So it is."
    assert _talk(actor, "hello there", "greet", "greet").line == "Hello."


def test_what_praises_or_blames_nobody_here_sets_off_no_rule(stage):
    rules = [{"when": {"intent": intent}, "do": "celebrate", "because": "x"} for intent in ("compliment", "insult")]
    actor = stage(rules=rules)
    assert _talk(actor, "she made the best plum cake", "compliment", "celebrate").action == "talk"
    assert _talk(actor, "i would be terrible at your job", "insult", "refuse", talk={"on_job": 0.9}).action == "talk"
    assert _talk(actor, "you made the best plum cake", "compliment", "celebrate").action == "celebrate"


@pytest.mark.parametrize(("text", "topic"), [("dont worry about me", "on_calm"), ("do not laugh", "on_funny_though")])
def test_a_ban_of_no_deed_is_talk(stage, text, topic):
    assert _talk(stage(lines={topic: "Good."}), text, "none", talk={topic: 0.8}).line == "Good."


def test_what_nobody_could_see_is_not_looked_for(stage):
    actor = stage(lines={"absent": "I see no {thing}.", "on_festival": "At harvest."})
    assert _talk(actor, "is there a feast soon?", "ask_about", talk={"on_festival": 0.7}).line == "At harvest."
    assert _talk(actor, "is there a well?", "ask_about", talk={"on_festival": 0.7}).line == "I see no well."


def test_go_on_is_no_way_to_go(stage):
    actor = stage(lines={"on_more": "That is all."})
    assert _talk(actor, "go on", "go_to", "go_to", talk={"on_more": 0.9}).line == "That is all."


def test_what_goes_on_with_a_story_is_no_order(miller):
    _talk(miller, "I got a job", talk={"on_new_work": 0.8})
    assert "spoken to" in _talk(miller, "at the bakery", "go_to", "go_to", talk={"on_new_work": 0.3}).reason


def test_what_is_told_of_kin_asks_for_nothing_back(stage):
    actor = stage(lines={"on_loss": "I am sorry.", "waits": "I wait."})
    assert _talk(actor, "my sister drowned when I was nine", talk={"on_loss": 0.7}).line == "I am sorry."


def test_harmless_talk_costs_nothing(stage):
    actor = stage()
    before = actor.character.relationship("player").affection
    _talk(actor, "lol you sound like my father", "insult", "refuse", talk={"on_teased": 0.8})
    assert actor.character.relationship("player").affection >= before
    _talk(actor, "you stupid oaf", "insult", "refuse", talk={"on_teased": 0.8})
    assert actor.character.relationship("player").affection < before


def test_a_danger_in_view_does_not_answer_for_manners(stage):
    assert _talk(stage(), "sorry, that was mean of me", "apologize", "warn").action == "talk"


def test_an_order_means_its_verb_whatever_is_in_view(stage):
    assert stage(traits={"warm": 0.9}).hear("heal me first!", "help_me", "defend").action == "heal"


@pytest.mark.parametrize(
    ("p", "topic"), [(0.9, "present"), (0.1, "absent")], ids=["it is there after all", "it is not there either"]
)
def test_who_says_that_a_thing_is_not_there_is_answered_by_what_is_seen(stage, p, topic):
    actor = stage(lines={"present": "But there, {place}.", "absent": "No {thing}, no."})
    line = _talk(actor, "there is no wolf here", looked=(Found("wolf", p, 0.1, 0.5),)).line
    assert line == {"present": "But there, on the left.", "absent": "No wolf, no."}[topic]


def test_a_name_that_was_asked_for_is_learnt_from_a_word(stage):
    actor = stage(lines={"called": "{who}, then."})
    _talk(actor, "what's my name?", "ask_about")
    assert _talk(actor, "its Kara").line == "Kara, then."
    assert actor.character.memory.person("player").ledger.facts["name"] == "Kara"


def test_a_name_belongs_to_whom_it_was_told_of(stage):
    actor = stage()
    _talk(actor, "my brother and I had a fight")
    _talk(actor, "his name is Tobin btw")
    assert actor.character.memory.person("player").ledger.facts["brother"] == "Tobin"


@pytest.mark.parametrize(
    ("text", "question", "form", "thing"),
    [
        ("what would you do if it rains", True, "to_if", ""),
        ("what do you think of the blacksmith", True, "to_opinion", "the blacksmith"),
        ("do you like my new hat", True, "to_opinion", "your new hat"),
        ("who is he", True, "to_acquainted", ""),
        ("what is it called", True, "to_what_is", ""),
        ("what is in the chest", True, "to_inside", "the chest"),
        ("should I stay or go", True, "to_choose", ""),
        ("my goat ran away", False, "to_story", ""),
        ("I need a new rope", False, "to_want", "a new rope"),
    ],
)
def test_how_something_is_put_tells_what_takes_it_up(text, question, form, thing):
    assert form_of(text, question) == (form, thing)


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("he just sat there eating my apples!", "to_wronged"),
        ("she laughed at me lol", "to_wronged"),
        ("my sister pulled me out with the rope", "to_kindness"),
        ("i was chopping wood all day", "to_toil"),
        ("i finally fixed the roof", "to_feat"),
        ("i dropped the ring in the gutter", "to_mishap"),
        ("dont tell him", "to_hush"),
        ("shes 6", "to_age"),
        ("i used to play here", "to_used_to"),
        ("everyone keeps saying ask wenna", "to_they_say"),
        ("i bet nobody ever stole from you", "to_bet"),
        ("i heard u last night at the inn", "to_saw_you"),
        ("i could never stand up there", "to_could_never"),
        ("i miss her cooking", "to_miss"),
        ("now i dont know where to sleep", "to_at_a_loss"),
        ("the second song was better", "to_judged"),
        ("i dont wanna be a baker", "to_do_not_want"),
        ("shes gonna be so mad", "to_they_will"),
        ("you saved my life, you know", "to_you_helped"),
        ("you shouted when the cart was rolling", "to_you_did"),
        ("you dont have to be modest", "to_need_not"),
        ("he wont let me touch it", "to_wronged"),
        ("she left me the violin", "to_story"),
        ("they said that you throw stones", "on_said_of_you"),
        ("they never let me sleep", "to_story"),
        ("shes always like you never think", "to_quoted"),
        ("he is kind of tall", "to_of_it"),
    ],
)
def test_what_is_told_is_taken_up_by_who_does_what_to_whom(text, topic):
    assert form_of(plain(text).rstrip("!"), False)[0] == topic


def test_who_does_what_to_whom_says_more_than_what_words_only_come_near_to(stage):
    actor = stage(lines={"to_wronged": "Shame!", "on_joke": "Flour power."})
    assert _talk(actor, "he took my shoes and ran", talk={"on_joke": 0.7}).line == "Shame!"
    assert _talk(actor, "he took my shoes and ran", talk={"on_joke": 0.9}).line == "Flour power."


def test_every_way_to_put_something_has_lines(stage):
    from npc.language import forms

    named = {topic for kind in ("questions", "remarks") for topic, _ in forms._FORMS[kind]}
    assert named <= load_behaviour().topics.keys()


@pytest.mark.parametrize(
    ("text", "slang"), [("who r u", True), ("gimme that", True), ("dont do it", False), ("who are you", False)]
)
def test_slang_is_told_from_plain_words(text, slang):
    assert is_slang(text) is slang


def test_percepts_of_before_have_no_small_talk(stage):
    assert Percept(time=0.0).talk == {}


def test_no_deed_is_announced_without_a_thing(stage):
    actor = stage(lines={"give": "Here.", "refuse": [{"say": "None here.", "cause": "absent"}, "No."]})
    assert actor.hear("I am in need of something sharp", "help_me", "give", target=None).line == "None here."


def test_a_gift_is_thanked_for_and_remembered(stage):
    actor = stage(lines={"given": "Thank you.", "handed": "The {thing}."})
    assert _talk(actor, "I brought you an apple", "gift").line == "Thank you."
    assert _talk(actor, "what did i just give you?", "ask_about").line == "The apple."


def test_the_first_order_is_remembered_however_much_was_said_since(stage):
    actor = stage(lines={"i_said": "{words}."})
    actor.hear("grab the sword", "pick_up", "pick_up")
    for n in range(12):
        _talk(actor, f"I had {n} goats once")
    assert _talk(actor, "what was the first thing i asked you to do", "ask_about").line == "Grab the sword."


@pytest.mark.parametrize("text", ["I will cut you some flowers tomorrow", "promise me you wont", "you dont even know my name"])
def test_words_without_a_threat_or_an_insult_are_none(stage, text):
    actor = stage()
    intent = "insult" if "name" in text else "threaten"
    _talk(actor, text, intent, "defend")
    kept = actor.character.relationship("player")
    assert (kept.trust, kept.affection) == (0.0, 0.0)


def test_of_two_that_were_meant_the_nearer_one_is_told(stage):
    actor = stage(lines={"nearer": "The {thing}."})
    seen = (Found("well", 0.9, 0.3, 0.4), Found("chest", 0.9, 0.7, 0.8))
    _talk(actor, "is there a well?", "ask_about", looked=seen)
    _talk(actor, "is there a chest?", "ask_about", looked=seen)
    assert _talk(actor, "which one is closer?", "ask_about", looked=seen).line == "The chest."


def test_he_is_the_last_person_asked_about_and_no_soup_is_looked_for(stage):
    guard = stage("guard")
    guard.hear("who is the tinker", "ask_about", "talk", target=None)
    assert guard.character.memory.person("player").ledger.person.phrase == "tinker"


def test_the_colour_of_what_was_only_spoken_of_is_not_known(stage):
    guard = stage("guard")
    guard.hear("tell me about the soup", "ask_about", "talk", target=None, has_frame=True)
    assert "soup" not in guard.hear("what colour is it?", "identify", "talk", target=None, has_frame=True).line
    assert "soup" in guard.hear("what colour is the soup?", "identify", "talk", target=None, has_frame=True).line


def test_where_a_thing_is_that_is_in_view_is_shown_and_not_told_of(stage):
    actor = stage(watch={"goblin": "threat"}, traits={"brave": 1.0}, lines={"on_monsters": "A tale of goblins."})
    there = {"watch": (Detection("goblin", 0.9, 0.4, 0.6),), "talk": {"on_monsters": 0.81}}
    for _ in range(5):
        actor.look(goblin=0.9)
    assert actor.hear("where is the goblin?", "ask_where", "point_at", **there).action == "point_at"
    assert actor.hear("are you afraid of the goblin?", "ask_about", "talk", **there).line == "A tale of goblins."


def test_a_warning_is_no_tale_of_beasts(stage):
    actor = stage(lines={"on_killed_beasts": "With these hands?"})
    near = {"talk": {"on_killed_beasts": 0.9}}
    assert actor.hear("theres a wolf behind u!!", "warn", "flee", **near).line != "With these hands?"
    assert actor.hear("i killed seven wolves last winter", "chat", "talk", **near).line == "With these hands?"


def test_a_laugh_at_the_end_makes_a_story_merry(stage):
    actor = stage(lines={"to_funny": "Ha!"})
    assert _talk(actor, "he used to steal cheese off the table lol").line == "Ha!"


@pytest.mark.parametrize("call", ["sir?", "oh dear.", "the best part?", "honestly?"])
def test_what_calls_for_an_ear_answers_for_nothing(stage, call):
    actor = stage(lines={"on_love": "A cook."})
    assert _talk(actor, f"{call} were you ever in love?", "ask_about", talk={"on_love": 0.95}).line == "A cook."


@pytest.mark.parametrize("text", ["are you lazy?", "did you do dumb stuff as a kid?"])
def test_who_wonders_insults_nobody(stage, text):
    actor = stage(rules=[{"when": {"intent": "insult"}, "do": "refuse", "say": "Out!", "because": "is proud"}])
    assert _talk(actor, text, "insult", "refuse").line != "Out!"


def test_a_second_verb_of_who_tells_something_asks_for_nothing(stage):
    actor = stage(lines={"count": "Three.", "to_self": "So."})
    assert _talk(actor, "i usually sit in the barn and count beams").line == "So."


def test_how_somebody_is_called_is_recalled_by_its_kind(stage):
    actor = stage(lines={"recall_called": "{value}."})
    _talk(actor, "my dog is called Biscuit")
    assert _talk(actor, "do u remember how my dog was called?").line == "Biscuit."


def test_what_others_are_is_not_what_who_speaks_is(stage):
    actor = stage(lines={"on_past_trade": "Why did you stop?", "to_of_it": "So."})
    talk = {"on_past_trade": 0.74}
    assert _talk(actor, "i was a sailor", talk=talk).line == "Why did you stop?"
    assert _talk(actor, "he was a sailor", talk=talk).line != "Why did you stop?"


def test_help_with_what_was_told_of_is_no_bandage(stage):
    actor = stage(lines={"to_help": "Gladly.", "to_feat": "Well done."})
    _talk(actor, "i finally fixed the roof")
    decision = _talk(actor, "could u help me", "help_me", "heal")
    assert (decision.action, decision.line) == ("talk", "Gladly.")


@pytest.mark.parametrize(
    ("text", "whose"),
    [
        ("i was a sailor", "I"),
        ("my boss wants a song", "they"),
        ("and she hums", "they"),
        ("you snore", "you"),
        ("it rains", ""),
    ],
)
def test_of_whom_a_remark_tells(text, whose):
    assert subject_of(text) == whose


def test_what_is_denied_of_something_else_denies_nothing():
    assert denied("I do not dream")
    assert not denied("I dream of a door that I can not open")


def test_help_with_something_told_in_one_breath_is_no_bandage(stage):
    decision = _talk(stage(lines={"to_help": "Gladly."}), "i need ur help with a prank", "help_me", "heal")
    assert (decision.action, decision.line) == ("talk", "Gladly.")


def test_what_is_told_after_a_greeting_is_answered(stage):
    actor = stage(lines={"greet": "Hello.", "to_bad": "Oh dear."})
    assert _talk(actor, "hi there, i lost my mother", "greet", "greet", talk={"on_joke": 0.3}).line == "Oh dear."
