"""What is only told moves nobody: no alarm, no refusal, no gift and no order is heard in it."""

from __future__ import annotations

import pytest

from npc.conversation.clause import Clause
from npc.conversation.reading import read
from npc.language.clauses import trimmed
from npc.language.echo import detail_of
from npc.language.forms import form_of
from npc.language.plain import plain
from npc.language.polarity import is_eased, is_grave, polarity_of
from npc.language.reworded import reworded
from npc.language.senses import Sense, meaning_of
from npc.language.taken_up import LEADS
from npc.language.told import told
from npc.memory.ledger import Ledger
from npc.parts import best
from npc.teasing import as_teased
from npc.types import Percept
from npc.unmoved import as_remark


def _heard(line, intent, action, ledger=None, p=0.9):
    [clause] = read(line, Ledger()).clauses
    assert isinstance(clause, Clause)
    percept = Percept(
        time=0.0, text=line, talk={"on_mood": 0.3}, intent={intent: p, "none": 1 - p}, action={action: 0.8, "talk": 0.2},
        tone={"neutral": 1.0}, emotion={"neutral": 1.0},
    )  # fmt: skip
    heard = as_remark(clause, percept, ledger or Ledger())
    return best(heard.intent)[0], best(heard.action)[0]


@pytest.mark.parametrize(
    ("line", "intent", "action"),
    [
        ("dont look at me like that he was asleep on the wall", "warn", "flee"),
        ("no, you jest", "refuse", "refuse"),
        ("my sword arm is not what it was", "refuse", "idle"),
        ("silence can be good company", "chat", "refuse"),
        ("I bet I could lift that anvil with one hand", "chat", "heal"),
    ],
)
def test_a_remark_moves_nobody(line, intent, action):
    assert _heard(line, intent, action) == ("chat", "talk")


def test_a_danger_still_warns():
    assert _heard("careful the roof beam is about to break", "warn", "flee")[0] == "warn"
    assert _heard("I saw three wolves behind the mill", "warn", "flee")[0] == "warn"


def test_what_was_asked_may_be_refused():
    asked = Ledger()
    asked.line = "Shall I sing for you?"
    assert _heard("the last one was enough for me", "refuse", "idle", asked) == ("refuse", "idle")
    assert _heard("not today", "refuse", "idle") == ("refuse", "idle")


def test_an_insult_stays_one_unless_it_is_of_others():
    assert _heard("a knave called my mother a goose", "insult", "refuse", p=0.5) == ("chat", "talk")
    assert _heard("you are a goose, and so is your mother", "insult", "refuse", p=0.5)[0] == "insult"


@pytest.mark.parametrize(
    ("line", "sense"),
    [
        ("well back to work see you", Sense.FAREWELL),
        ("I go now, God with you", Sense.FAREWELL),
        ("I have taken enough of your morning", Sense.FAREWELL),
        ("smell ya later old man", Sense.FAREWELL),
        ("fair winds to you", Sense.FAREWELL),
        ("wud u eat there", Sense.QUESTION),
        ("would you run away with me?", Sense.QUESTION),
        ("you dont have a wife", Sense.OTHER),
        ("that's all", Sense.OTHER),
        ("back to your post", Sense.ORDER),
        ("you dont have to wait", Sense.RELEASE),
    ],
)
def test_what_words_are_for(line, sense):
    assert read(line, Ledger()).clauses[0].sense is sense


@pytest.mark.parametrize(
    ("written", "plainly"),
    [
        ("u married", "are you married?"),
        ("slow day?", "is it a slow day?"),
        ("is normal?", "is it normal?"),
        ("was terrible, excuse me", "it was terrible, excuse me"),
        ("say something in french", "do you speak french?"),
        ("do you play me something tonight?", "can you play me something tonight?"),
        ("i lost my tooth yesterday look!!", "i lost my tooth yesterday!!"),
        ("nah its fine", "no it is fine"),
    ],
)
def test_what_is_left_out_is_put_in(written, plainly):
    assert reworded(plain(written)) == plainly


def test_thou_speakest_is_you_speak():
    assert plain("thou jestest, thou takest much") == "you jest, you take much"
    assert plain("thou art the best") == "you are the best"


def test_here_the_people_hands_over_nothing():
    assert told(plain("here the people look me strange")) == []
    assert told(plain("here the bread, take it"))


@pytest.mark.parametrize(
    ("said", "topic"),
    [
        ("nobody says hello", "on_make_friends"),
        ("people cross the street when they see me", "on_make_friends"),
        ("i bet i could beat that giant", "on_boast"),
        ("hes been gone four years now", "on_loss"),
        ("we never spoke", "to_hush"),
        ("the beer here tastes like dishwater", "to_judged"),
        ("my husband does not speak of it", "to_of_kin"),
    ],
)
def test_how_a_remark_is_put(said, topic):
    assert form_of(trimmed(plain(said)), False)[0] == topic


@pytest.mark.parametrize(
    ("asked", "topic"),
    [
        ("how are your knees", "to_how_is_yours"),
        ("is that wicked of me", "to_was_i"),
        ("what do you think is on the other side of the sea", "to_guess"),
        ("is better the girl or the boy", "to_better"),
    ],
)
def test_how_a_question_is_put(asked, topic):
    assert form_of(plain(asked), True)[0] == topic


def test_a_house_that_is_to_burn_is_a_threat():
    from npc.language.harm import means_harm

    assert means_harm(plain("i will burn this village to the ground"))
    assert not means_harm(plain("i will burn this letter"))
    assert meaning_of("i will win this game").sense is Sense.OTHER


def test_who_means_to_be_like_somebody_praises_nobody():
    assert _heard("I want to be a smith like you", "compliment", "celebrate") == ("chat", "talk")
    assert _heard("you are a good smith", "compliment", "celebrate") == ("compliment", "celebrate")


def test_who_could_die_of_shame_threatens_nobody():
    from npc.language.harm import Harm, harm_in

    assert harm_in('i said "you too" i want to die') is Harm.NONE
    assert harm_in("I want to kill you") is Harm.MEANT


@pytest.mark.parametrize(
    ("said", "sense"),
    [
        ("well, not good", Sense.OTHER),
        ("you get used to it", Sense.OTHER),
        ("Right, we'd better be off before they set something on fire", Sense.FAREWELL),
        ("evening grandmother, mind if i warm my hands", Sense.LEAVE),
        ("they laugh and i forget it all, you know?", Sense.OTHER),
    ],
)
def test_what_is_said_in_passing_orders_and_asks_nothing(said, sense):
    assert all(clause.sense is sense for clause in read(said, Ledger()).clauses)


@pytest.mark.parametrize(
    ("said", "topic"),
    [
        ("shes right tho", "to_own_up"),
        ("i had it coming", "to_own_up"),
        ("i stabbed myself with a needle", "to_mishap"),
        ("do keep it to yourself", "to_hush"),
        ("funny thing is i miss the porridge", "to_miss"),
        ("yeah maybe ill just ask her", "to_plan"),
    ],
)
def test_how_a_further_remark_is_put(said, topic):
    [clause] = read(said, Ledger()).clauses
    assert form_of(LEADS.sub("", clause.text), False)[0] == topic


def test_what_was_long_ago_is_no_detail():
    assert detail_of("I have not worn my coat since I was a boy") == "your coat"


@pytest.mark.parametrize(
    ("line", "intent", "action"),
    [
        ("I have been grinding rats for six hours, send help", "help_me", "heal"),
        ("yes, exactly this", "agree", "trade"),
        ("that is how my mother made it too", "agree", "celebrate"),
    ],
)
def test_what_is_said_in_a_manner_of_speaking_moves_nobody(line, intent, action):
    assert _heard(line, intent, action) == ("chat", "talk")


HEARD = {"chat": 0.5, "insult": 0.4, "none": 0.05, "greet": 0.05, "warn": 0.0}


def test_a_faint_insult_without_anybody_is_none():
    [clause] = read("three hundred pounds and ears like silk", Ledger()).clauses
    percept = Percept(time=0.0, talk={"on_mood": 0.3}, intent=HEARD, action={"refuse": 0.9})
    assert as_remark(clause, percept, Ledger()).intent["insult"] < 0.2


@pytest.mark.parametrize(
    ("written", "plainly"),
    [
        ("wife reckons I snore", "my wife reckons I snore"),
        ("might be something in that", "maybe you are right"),
        ("that was rude of me", "I apologize"),
    ],
)
def test_who_and_what_is_left_out_is_put_in(written, plainly):
    assert reworded(plain(written)) == plainly


@pytest.mark.parametrize(
    ("said", "topic"),
    [
        ("my landlord raised the rent again", "to_wronged"),
        ("he does not even fix the roof", "to_wronged"),
        ("they threw stones at me", "to_wronged"),
        ("okay it was a bit childish", "to_own_up"),
        ("i believe you", "to_believed"),
        ("when I am home I will tell of you", "to_tell_them"),
    ],
)
def test_how_wrongs_and_faults_are_told(said, topic):
    assert form_of(plain(said), False)[0] == topic


def test_own_trade_and_exclamations_are_no_deed():
    assert _heard("I sell carpets in the capital", "trade", "trade") == ("chat", "talk")
    assert _heard("at his age!", "attack", "refuse") == ("chat", "talk")


@pytest.mark.parametrize(
    ("said", "sense"),
    [
        ("May your scales always tip your way", Sense.OTHER),
        ("may I come in", Sense.LEAVE),
        ("you never tell me anything", Sense.OTHER),
        ("never tell anybody", Sense.FORBID),
        ("you keep bees?", Sense.QUESTION),
    ],
)
def test_wishes_and_reproaches_are_read_as_such(said, sense):
    assert read(said, Ledger()).clauses[0].sense is sense


@pytest.mark.parametrize(
    ("said", "topic"),
    [
        ("may the road be short", "on_wished"),
        ("when I am big I am going to be a dragon", "to_plan"),
        ("sometimes I doubt that anybody listens", "to_think"),
        ("my feet are like balloons", "to_of_mine"),
        ("my mother was like, oh no", "to_quoted"),
    ],
)
def test_how_wishes_plans_and_doubts_are_put(said, topic):
    assert form_of(plain(said), False)[0] == topic


def test_who_has_gone_and_done_something_is_not_gone():
    assert polarity_of("he has gone and dyed his beard black") == ""
    assert polarity_of("he is gone") == "bad"


def test_what_does_not_frighten_is_eased():
    assert is_eased("It does not frighten me as much as I thought")
    assert is_grave("my eyes are failing")


def test_fondness_takes_the_edge_off():
    heard = Percept(time=0.0, intent={"insult": 0.9}, action={"refuse": 0.9})
    text = "I like you. You lie with such a straight face."
    clause = read(text, Ledger()).clauses[1]
    assert best(as_teased(text, clause, heard).intent)[0] == "chat"
