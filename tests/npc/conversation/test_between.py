"""What passed between the two is told when it is asked for plainly, and what did not is said not to have."""

from __future__ import annotations

import pytest

from npc import Character, Percept
from npc.conversation.between import answer
from npc.conversation.reply import Reply
from npc.conversation.told_back import sentences
from npc.language.between import asked, gives_a_name, kinds_told, what_not_to_do, what_to_do
from npc.memory import Memory
from npc.memory.ledger import MOST_LINES, MOST_SAYINGS, Bid, Ledger
from npc.persona import load_persona

SMALL_TALK = ["it is cold today", "nice hat", "how old are you?", "what do you do all day?", "is it far to the sea?", "hm"] * 3


class Talk:
    """A character and its clock; the model hears chat in whatever is said."""

    def __init__(self, card: str = "guard") -> None:
        self.character = Character(load_persona(card), "test", 0)
        self.now = 0.0

    def say(self, text: str, by: str = "player", action: str = "talk", intent: str = "chat") -> str:
        self.now += 2.0
        percept = Percept(time=self.now, text=text, speaker=by, intent={intent: 0.9}, action={action: 0.9})
        return self.character.tick(percept).line.lower()

    def ask(self, text: str, by: str = "player") -> str:
        return self.say(text, by, intent="ask_about")

    def restart(self) -> None:
        again = Character(self.character.persona, "test", 0)
        again.restore(self.character.snapshot())
        self.character = again


def told(question: str, ledger: Ledger) -> Reply:
    reply = answer([question], ledger, Memory(), "player", 100.0)
    assert reply is not None
    return reply


@pytest.mark.parametrize(
    ("said", "question", "words"),
    [
        ("I am looking for my brother.", "what am I looking for?", "your brother"),
        ("so yeah, we lost our goat near the mill", "what did I lose?", "goat"),
        ("my ring has gone missing", "what was I searching for again?", "ring"),
        ("have you seen my cousin?", "who am I looking for?", "cousin"),
        ("im so scared of spiders tbh", "what am I afraid of?", "spiders"),
        ("thunder scares me", "do you remember what I fear?", "thunder"),
        ("tomorrow we are off to the lighthouse", "where am I going?", "lighthouse"),
        ("I will sail to the isles on Friday", "where did I say I was going?", "isles"),
        ("I want to learn the lute", "what are my plans?", "lute"),
        ("my third cousin has 4 boats", "what did I tell you about my third cousin?", "4 boats"),
        ("my hamster's called Nibbles", "what is the name of my hamster?", "nibbles"),
        ("I have a sister. She is called Ina.", "what is my sister's name?", "ina"),
        ("my sword is named Dawn", "what is my sword called?", "dawn"),
    ],
)
def test_what_was_told_long_ago_is_known_after_a_restart(said, question, words):
    talk = Talk()
    talk.say(said)
    for line in SMALL_TALK:
        talk.say(line)
    talk.restart()
    assert words in talk.ask(question)


@pytest.mark.parametrize(
    "question",
    [
        "what am I looking for?",
        "what am I afraid of?",
        "where am I going?",
        "what did I tell you not to do?",
        "what did I tell you to do?",
        "what did I offer you?",
        "what is the name of my dog?",
        "what did I say about my son?",
    ],
)
def test_what_was_never_told_is_not_made_up(question):
    talk = Talk()
    talk.say("my daughter Elsie is ill")
    talk.say("my horse, Bramble, is lame")
    talk.say("he is looking for his cat")
    assert "elsie" not in (line := talk.ask(question))
    assert "bramble" not in line
    assert "cat" not in line
    assert any(none in line for none in ("nothing on record", "never told"))


def test_a_brother_s_dog_is_not_ones_own() -> None:
    talk = Talk()
    talk.say("my dog is called Rex")
    assert "rex" not in talk.ask("what is the name of my brother's dog?")


def test_what_was_forbidden_is_no_question_and_no_order() -> None:
    talk = Talk()
    talk.say("do not touch the chest", intent="command")
    talk.say("wait here", action="stay", intent="wait_here")
    assert "chest" in talk.ask("what did I tell you not to do?")
    assert "wait here" in talk.ask("what did I tell you to do?")


def test_it_keeps_in_mind_what_it_took_on_itself() -> None:
    talk = Talk()
    assert "promise" in talk.ask("what did you promise me?")
    talk.say("wait here until I come back", action="stay", intent="wait_here")
    talk.say("never open the door", intent="command")
    promised = talk.ask("what did you promise me?")
    assert "to wait here until you come back" in promised
    assert "not to open the door" in promised


def test_a_promise_that_is_asked_for_is_kept_as_it_was_asked_for() -> None:
    talk = Talk()
    talk.say("promise me you will find my daughter", intent="agree")
    assert "to find your daughter" in talk.ask("what did you promise me?")


@pytest.mark.parametrize(
    ("asked_for", "heard"),
    [
        ("promise me you will kill the king", "threaten"),
        ("promise me you will kill the king", "attack"),
        ("swear to me that you will leave your post", "insult"),
        ("promise me you will marry me", "chat"),
        ("promise me you will find my daughter", "chat"),
    ],
)
def test_a_promise_that_it_does_not_agree_to_is_not_given(asked_for, heard):
    talk = Talk()
    talk.say(asked_for, intent=heard)
    assert "no statement of mine about a promise" in talk.ask("what did you promise me?")


@pytest.mark.parametrize(
    "remark",
    ["You will wait there forever, my friend", "you will stay here till you rot", "you will stand there all your life"],
)
def test_what_is_said_to_come_is_no_promise(remark):
    talk = Talk()
    talk.say(remark, action="stay", intent="wait_here")
    assert "no statement of mine about a promise" in talk.ask("what did you promise me?")


@pytest.mark.parametrize(
    ("said", "wrong", "right"),
    [
        ("I like my sister", "my sister", "you like your sister"),
        ("I hate my old boots", "my old boots", "you cannot stand your old boots"),
        ("I love my goats", "my goats", "your goats"),
    ],
)
def test_what_is_his_is_told_back_as_his(said, wrong, right):
    talk = Talk()
    talk.say(said)
    line = talk.ask("what do you know about me?")
    assert right in line
    assert wrong not in line


@pytest.mark.parametrize(
    ("said", "of", "whole"),
    [
        ("my brother and my cousin both bake", "brother", "your brother and your cousin both bake"),
        ("my brother, my cousin and I went fishing", "cousin", "your brother, your cousin and you went fishing"),
        ("I went to the fair with my brother and my aunt", "aunt", "you went to the fair with your brother and your aunt"),
    ],
)
def test_several_who_do_the_same_are_told_of_in_a_whole_sentence(said, of, whole):
    talk = Talk()
    talk.say(said)
    assert whole in talk.ask(f"what did I tell you about my {of}?")


def test_clauses_are_still_told_apart() -> None:
    assert sentences("my brother bakes and my cousin sings") == ["my brother bakes", "my cousin sings"]
    assert sentences("I lost something. My dog. It is old and my back hurts") == [
        "I lost something.", "My dog.", "It is old", "my back hurts",
    ]  # fmt: skip


def test_who_came_before_visits_were_counted_has_met_it_before() -> None:
    talk = Talk()
    talk.say("hello")
    talk.character.memory.person("player").ledger.visits = 0
    talk.now += 90_000.0
    talk.say("hello again")
    assert "first talk" not in talk.ask("have we met before?")


def test_its_own_words_are_found_by_what_they_were_about() -> None:
    talk = Talk()
    asked_ = talk.ask("where is the mill?")
    talk.say("it is cold today")
    assert asked_.rstrip(".").split(" ", 1)[1] in talk.ask("what did you say about the mill?")
    assert "dragon" in (line := talk.ask("what did you say about the dragon?"))
    assert "statement" in line or "nothing" in line


def test_offers_are_told_whatever_came_of_them() -> None:
    bid = Bid(item="rope", price=2, state="refused", time=1.0)
    assert told("what did I offer you?", Ledger(bids=(bid,))).topic == "was_refused"
    ledger = Ledger(bids=(bid,))
    ledger.keep("offer", "I could carry your bag", 5.0)
    assert told("what did I offer you?", ledger).values["words"] == "I could carry your bag"
    assert told("what did I offer for the rope?", ledger).values == {"item": "rope", "price": "2 coins"}


def test_a_price_is_told_of_that_ware_alone() -> None:
    ledger = Ledger(bids=(Bid(item="rope", by="npc", price=3),))
    assert told("how much did you ask for the rope?", ledger).values == {"item": "rope", "price": "3 coins"}
    assert told("how much did you ask for the salt?", ledger).topic == "said_nothing"


def test_the_first_question_is_a_question_where_there_was_one() -> None:
    talk = Talk()
    talk.say("follow me", action="follow", intent="follow_me")
    assert "follow me" in talk.ask("what did I ask you first?")
    again = Talk()
    again.say("follow me", action="follow", intent="follow_me")
    again.ask("where is the well?")
    assert "where the well is" in again.ask("what was the first thing I asked you?")


def test_it_knows_whom_it_has_met_and_how_often() -> None:
    talk = Talk()
    assert "first" in talk.ask("have we met before?")
    talk.now += 4000.0
    talk.say("hello again")
    talk.restart()
    line = talk.ask("how often have we met?")
    assert "2" in line
    assert "an hour ago" in line


def test_of_others_it_tells_that_they_were_there_and_not_what_they_said() -> None:
    talk = Talk()
    assert "nobody" in talk.ask("who was here before me?", by="Bo")
    talk.say("I hid the gold under the mill", by="Bo")
    line = talk.ask("who else did you talk to?", by="Mara")
    assert "bo" in line.split(": ")[1]
    assert "gold" not in line


def test_the_talk_is_summed_up_by_what_was_asked_told_and_bidden() -> None:
    talk = Talk()
    assert "nothing on record" in talk.ask("what have we talked about?")
    talk.ask("where is the well?")
    talk.say("my brother is a baker")
    talk.say("wait here", action="stay", intent="wait_here")
    line = talk.ask("what have we talked about?")
    for part in ("asked where the well is", "your brother is a baker", "to wait here"):
        assert part in line


@pytest.mark.parametrize(
    ("before", "correction", "question", "right", "wrong"),
    [
        ("my brother Jon is ill", "no, I meant Tim", "what is my brother's name?", "tim", "jon"),
        ("my brother Jon is ill", "sorry, Tim, not Jon", "what did I tell you about my brother?", "tim", "jon"),
        ("I have 3 goats", "no, 5, not 3", "how many goats do I have?", "5", "3"),
        ("I'm looking for my sister", "no wait, I mean my aunt", "who am I looking for?", "aunt", "sister"),
        ("I come from Hill", "actually not Hill, Mill", "where do I come from?", "mill", "hill,"),
    ],
)
def test_what_was_put_right_is_remembered_as_it_was_meant(before, correction, question, right, wrong):
    talk = Talk()
    talk.say(before)
    talk.say(correction)
    line = talk.ask(question)
    assert right in line
    assert wrong not in line


@pytest.mark.parametrize(
    ("before", "correction", "question", "kept"),
    [
        ("my cat is 7 and my dog is 9", "make that 3", "how old is my dog?", "9"),
        ("my brother Jon and my cousin Ann are ill", "no, I meant Tim", "what is my cousin's name?", "ann"),
    ],
)
def test_of_several_that_may_be_meant_none_is_put_right_unasked(before, correction, question, kept):
    talk = Talk()
    talk.say(before)
    talk.say(correction)
    assert kept in talk.ask(question)


def test_an_order_is_no_correction() -> None:
    talk = Talk()
    talk.say("my brother Jon is ill")
    talk.say("not the chest, the barrel", intent="command")
    assert "jon" in talk.ask("what is my brother's name?")


def test_what_is_kept_stays_bounded() -> None:
    ledger = Ledger()
    for n in range(50):
        ledger.keep("seeks", f"I am looking for {n} hats", float(n))
        ledger.say("x" * 1000, "y" * 1000, float(n))
    assert len(ledger.sayings["seeks"]) == MOST_SAYINGS
    assert len(ledger.lines) == MOST_LINES
    assert Ledger.model_validate_json(ledger.model_dump_json()) == ledger


@pytest.mark.parametrize(
    "question",
    [
        "what do you see?",
        "where is the well?",
        "what is my name?",
        "how much is the rope?",
        "who are you?",
        "what is your name?",
    ],
)
def test_other_questions_are_none_of_these(question):
    assert asked(question) is None


@pytest.mark.parametrize(
    "sentence", ["he is looking for his cat", "I am not afraid of you", "that is a lot of fear", "you are going to the mill"]
)
def test_what_is_told_of_others_is_not_told_of_oneself(sentence):
    assert not kinds_told(sentence)


def test_orders_and_bans_are_said_as_what_is_to_be_done() -> None:
    assert what_to_do("could you please wait here?") == "wait here"
    assert what_not_to_do("please do not ever touch the chest") == "touch the chest"


def test_a_name_is_one_of_that_being() -> None:
    assert gives_a_name("dog", "my dog Rex is old")
    assert not gives_a_name("dog", "my dog is old")


def test_her_name_is_that_of_the_woman_who_was_asked_for() -> None:
    talk = Talk()
    talk.say("My little brother is six. His name is Perrin.")
    talk.ask("what is my gran's name?")
    talk.say("her name is Hetty")
    assert "hetty" in talk.ask("what is my gran's name?")
    assert "perrin" in talk.ask("what is my brother's name?")


def test_what_is_allowed_again_is_promised_no_longer() -> None:
    talk = Talk()
    talk.say("never open the door", intent="command")
    talk.say("you can open the door now", intent="command")
    assert "door" not in talk.ask("what did you promise me?")


def test_what_is_known_of_the_speaker_is_told_together() -> None:
    talk = Talk()
    talk.say("I am Ada. I come from Hillford.")
    talk.say("my cat's called Bolt")
    line = talk.ask("what do you know about me?")
    assert all(part in line for part in ("ada", "hillford", "bolt"))
    assert "bolt" in talk.ask("who is Bolt?")


def test_two_orders_in_one_breath_are_both_told() -> None:
    ledger = Ledger()
    for text in ("go to the well", "look for the captain"):
        ledger.keep("order", text, 4.0)
    assert told("what did I tell you to do?", ledger).values["words"] == "go to the well, and look for the captain"


def test_who_is_to_be_kept_out_is_no_order_to_let_him_in() -> None:
    talk = Talk()
    talk.say("guard this house until midnight", action="stay", intent="wait_here")
    talk.say("and don't let the baker in", intent="command")
    assert "baker" in talk.ask("what did I tell you not to do?")
    assert "guard this house" in talk.ask("what did I tell you to do?")
    assert "not to let the baker in" in talk.ask("what did you promise me?")
