"""What clauses are for, as players write them."""

from __future__ import annotations

import pytest

from npc.conversation.reading import read
from npc.language.clauses import cut, trimmed
from npc.language.plain import plain
from npc.language.senses import Ask, Sense, meaning_of
from npc.memory.ledger import Ledger

SENSES = {
    Sense.ORDER: [
        "follow me",
        "give me the potion",
        "could u hand me the axe pls",
        "can I have the red potion?",
        "don't forget to lock the door",
        "I want you to attack the bandit",
        "don't let anyone near the fire",
        "gimme the bread",
        "why don't you come with me",
        "let's go",
    ],
    Sense.FORBID: [
        "don't follow me",
        "DONT ATTACK THE WOLF",
        "never go there",
        "do not go to the well",
        "don't heal me",
        "leave the dog alone",
        "stay away from the fire",
        "no running",
        "don't you dare touch it",
        "you must not open the gate",
    ],
    Sense.CEASE: ["stop", "stop following me", "that's enough", "quit it", "no more fighting", "stop it now"],
    Sense.RELEASE: [
        "no need to follow me",
        "you don't have to come",
        "never mind",
        "forget it",
        "nvm",
        "you needn't wait",
        "I changed my mind",
    ],
    Sense.LIFT: ["you may attack now", "go ahead", "you can follow me again", "it's ok to open it"],
    Sense.LEAVE: [
        "mind if I sit?",
        "do you mind if i take this",
        "may I come in?",
        "is it okay if I sleep here?",
        "can i sit here",
    ],
    Sense.OFFER: [
        "I'll protect you",
        "can I help you?",
        "let me heal you",
        "do you need help?",
        "need a hand?",
        "would you like some bread?",
    ],
    Sense.PEACE: ["I will not hurt you", "i wont hurt you", "I'm not going to attack you", "I mean no harm", "I come in peace"],
    Sense.PROMISE: ["I promise I'll be back", "i'll come back tomorrow", "you have my word", "I'll pay you tomorrow"],
    Sense.FAREWELL: [
        "I'll leave you alone now",
        "gotta go",
        "bye",
        "see ya later",
        "i'll be off",
        "I should get going, bye",
        "good night",
    ],
    Sense.SELF: [
        "my name is Ada",
        "call me Ishmael",
        "I have a dog called Rex",
        "I come from Oakvale",
        "I love apples",
        "my horse is called Storm",
    ],
    Sense.TRADE: [
        "how much is the bread?",
        "what do you sell?",
        "I'll give you 5 coins for the bread",
        "too expensive",
        "deal",
        "how about 3?",
        "i'd like to buy the sword",
        "I will give you my sword for the potion",
    ],
    Sense.YES: ["yes please", "sure", "ok", "yeah", "of course"],
    Sense.NO: ["no thanks", "nah", "not now", "no way"],
}
QUESTIONS = {
    Ask.VIEW: ["what do you see?", "what's around?", "do you see anything?", "look around", "what is over there"],
    Ask.PRESENT: ["is there a wolf near the well?", "do you see any wolves?", "any wolves around?", "can you see the chest"],
    Ask.COUNT: ["how many wolves are there?", "how many?", "count the chests", "how many trees do you see?"],
    Ask.COLOUR: ["what colour is the chest?", "what color is it?", "whats the colour of the house"],
    Ask.BESIDE: ["what is next to the well?", "who's behind the tree?", "what is left of the house?"],
    Ask.NEARER: ["which is closer, the tree or the well?", "which one is nearer?"],
    Ask.MY_NAME: ["what's my name?", "do you remember my name", "who am i?"],
    Ask.MINE: ["do you remember my dog?", "where am I from?", "what do I like?"],
    Ask.I_SAID: ["what did I ask you first?", "what was the first thing I asked you?", "what did i promise?"],
    Ask.YOU_SAID: ["what did you say?", "say that again", "sorry?"],
    Ask.ON_TABLE: ["what did I offer?", "how much did you want?"],
    Ask.DOING: ["what are you doing?", "are you still following me?"],
    Ask.HOW_LONG: ["for how long?", "how long will you stay?"],
    Ask.WHY: ["why?", "why did you run?", "how come"],
}


def sense_of(line: str) -> Sense:
    return meaning_of(trimmed(cut(plain(line))[-1].text)).sense


@pytest.mark.parametrize(("sense", "line"), [(sense, line) for sense, lines in SENSES.items() for line in lines])
def test_a_line_is_taken_for_what_it_is_for(sense: Sense, line: str) -> None:
    assert sense_of(line) is sense


@pytest.mark.parametrize(("ask", "line"), [(ask, line) for ask, lines in QUESTIONS.items() for line in lines])
def test_a_question_asks_for_what_it_asks(ask: Ask, line: str) -> None:
    assert meaning_of(trimmed(cut(plain(line))[0].text)).ask is ask


@pytest.mark.parametrize(
    "line", ["you are a fool", "hello there", "thank you", "I swear I'll kill you", "give up or die", "what a day"]
)
def test_what_needs_no_grammar_is_left_to_the_model(line: str) -> None:
    assert sense_of(line) in {Sense.OTHER, Sense.ORDER, Sense.QUESTION}


@pytest.mark.parametrize(
    ("line", "clauses"),
    [
        ("take the red potion, then follow me", [("", "take the red potion"), ("then", "follow me")]),
        ("if you see a wolf, run", [("", "run"), ("if", "you see a wolf")]),
        ("When I come back open the gate", [("", "open the gate"), ("when", "I come back")]),
        ("wait here until I come back", [("", "wait here"), ("until", "I come back")]),
        (
            "hand me the red and blue potion and open the gate",
            [("", "hand me the red and blue potion"), ("then", "open the gate")],
        ),
        ("I like bread and butter and the sea", [("", "I like bread and butter and the sea")]),
        ("Hello. I am Ada!", [("", "Hello."), ("", "I am Ada!")]),
    ],
)
def test_an_utterance_is_cut_where_another_clause_begins(line: str, clauses: list[tuple[str, str]]) -> None:
    assert [(piece.joint, piece.text) for piece in cut(plain(line))] == clauses


def test_a_long_line_is_cut_into_few_clauses() -> None:
    assert len(cut(plain("go there. " * 100))) == 8


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("dont atack annyone", "do not attack anyone"),
        ("folow me plese", "follow me please"),
        ("gaurd teh gate", "guard the gate"),
        ("wat is ur naem", "what is your name"),
        ("the forge is cold, thank the knee", "the forge is cold, thank the knee"),
    ],
)
def test_mistyped_words_of_orders_are_put_right_and_other_words_left(said, meant):
    assert plain(said) == meant


@pytest.mark.parametrize("said", ["hand me the axe, right?", "let's go, shall we?", "follow me, you hear?", "wait here, okay?"])
def test_a_tag_asks_nothing(said):
    [piece] = cut(plain(said))
    assert meaning_of(trimmed(piece.text)).sense is Sense.ORDER


def test_a_condition_ahead_is_one_of_all_that_is_then_to_be_done():
    pieces = cut(plain("whenever you see a wolf, run to me and tell me"))
    assert [(p.text, p.joint, p.spans, p.always) for p in pieces][-1] == ("you see a wolf", "when", 2, True)
    assert len(cut(plain("when does the gate shut"))) == 1


@pytest.mark.parametrize(
    ("line", "thing"),
    [
        ("how many red potions are there?", "red potions"),
        ("how many blue houses", "blue houses"),
        ("can you count the trees for me", "trees"),
        ("how many are there?", ""),
        ("how many wolves near the well", "wolves"),
    ],
)
def test_what_is_counted_is_named_whole(line, thing):
    meaning = meaning_of(trimmed(plain(line)))
    assert (meaning.ask, meaning.thing) == (Ask.COUNT, thing)


@pytest.mark.parametrize(
    "line", ["i won't cause any trouble i promise", "i'll bring you eggs tomorrow, promise", "I'll be good, I swear"]
)
def test_a_word_that_is_given_last_is_given(line):
    assert meaning_of(trimmed(plain(line))).sense is Sense.PROMISE


@pytest.mark.parametrize("text", ["see you around", "see ya around mate", "see you later", "see you when I see you"])
def test_who_sees_one_again_says_goodbye_and_asks_for_no_view(text):
    assert read(text, Ledger()).clauses[-1].sense is Sense.FAREWELL
