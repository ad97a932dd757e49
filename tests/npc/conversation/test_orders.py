"""Orders that wait: for a word, an hour, a sight; and those that the card overrules."""

from __future__ import annotations

import pytest

from npc import Detection, Percept, Target
from npc.conversation.reading import read
from npc.conversation.whom import in_sight
from npc.language.senses import Sense
from npc.memory.ledger import Ledger, Meant
from npc.types import Found
from npc.whereabouts import checked

PLACE = Target(0.4, 0.6, 0.9)

GUARD = {"lines": {"use": ["I open it."], "warn": ["Beware!"], "waits": ["I will."]}}


def test_what_was_to_be_done_at_a_word_is_done_at_that_word(stage):
    actor = stage(**GUARD)
    assert actor.hear("when I say now, open the gate", "use", "use").line == "I will."
    assert actor.hear("hello", "greet", "greet").action == "greet"
    decision = actor.hear("Now!", "none", "idle")
    assert (decision.action, decision.line) == ("use", "I open it.")
    assert actor.hear("now!", "none", "idle").action != "use", "it was to be done once"


def test_an_order_until_an_hour_ends_by_the_hour_of_the_game(stage):
    actor = stage()
    actor.hear("wait here until sunset", "wait_here", "stay", state={"hour": 17.0})
    assert actor.look(state={"hour": 18.9}).action == "stay"
    assert actor.look(state={"hour": 19.1}).action == "idle"


def test_a_warning_whenever_something_is_seen_comes_again(stage):
    actor = stage(**GUARD)
    actor.hear("warn me whenever you see a bandit", "warn", "warn")
    assert "bandit" in actor.character.looks_for
    assert actor.see(bandit=0.95).action == "warn"
    for _ in range(200):
        actor.look(bandit=0.05)
    assert actor.see(frames=5, bandit=0.95).line == "Beware!"


def test_nobody_is_let_near_and_whoever_comes_is_warned(stage):
    actor = stage(**GUARD)
    assert actor.hear("don't let anyone near the fire", "none", "idle").line.startswith(("Nobody", "I will let nobody"))
    assert actor.see(person=0.95).action == "warn"


def test_a_new_order_ends_what_the_old_one_was_to_last_until(stage):
    actor = stage()
    actor.hear("wait here until sunset", "wait_here", "stay", state={"hour": 12.0})
    actor.hear("follow me", "follow_me", "follow", state={"hour": 12.0})
    assert actor.look(state={"hour": 20.0}).action == "follow"


def test_words_without_a_hostile_meaning_cost_nothing_for_their_tone(stage):
    actor = stage()
    actor.hear("what do I owe you", "ask_about", "talk", tone="angry")
    assert actor.character.relationship("player").affection == 0
    actor.character.tick(
        Percept(time=9.0, text="You idiot!", intent={"insult": 0.9}, tone={"angry": 0.9}, action={"refuse": 0.9})
    )
    assert actor.character.relationship("player").affection < -0.1


def test_what_is_forbidden_is_no_reflex_either_and_self_defence_stays(stage):
    actor = stage(reactions={"wolf": "attack"}, watch={"wolf": "threat"}, traits={"brave": 1.0})
    actor.hear("don't attack the wolf", "attack", "attack")
    assert actor.see(wolf=0.95).action == "warn"
    attacked = actor.look(state={"event": "attacked", "event_by": "wolf"})
    assert attacked.action in {"attack", "defend"}, "who is attacked defends himself"


def test_a_forbidden_reflex_is_one_again_once_it_is_lifted(stage):
    actor = stage(reactions={"wolf": "attack"}, watch={"wolf": "threat"}, traits={"brave": 1.0})
    actor.hear("don't attack the wolf", "attack", "attack")
    actor.hear("you may attack the wolf now", "agree", "talk")
    assert actor.see(wolf=0.95).action == "attack"


def test_two_questions_get_two_facts_and_what_was_said_is_owned_up_to(stage):
    facts = {
        "mill": {"asked": ["who owns the mill?"], "say": ["Old Tam owns it."]},
        "well": {"asked": ["how deep?"], "say": ["Ten feet."]},
    }
    actor = stage(knowledge=facts, lines={"again": ["As I said: {line}"]})

    def asked(text: str, fact: str) -> Percept:
        return Percept(time=0.0, text=text, intent={"ask_about": 0.9}, action={"talk": 0.9}, knowledge={fact: 0.9})

    whole = asked("Who owns the mill? And how deep is the well?", "mill")
    parts = (asked("Who owns the mill?", "mill"), asked("how deep is the well?", "well"))
    both = actor.hear(whole.text, "ask_about", "talk", target=None, knowledge={"mill": 0.9}, clauses=parts)
    assert both.line == "Old Tam owns it. Ten feet."
    assert any(entry.startswith("read as question") for entry in both.trace)
    again = actor.hear("who owns the mill?", "ask_about", "talk", target=None, knowledge={"mill": 0.9})
    assert again.line == "As I said: old Tam owns it."


GIVER = {"traits": {"generous": 1.0, "warm": 1.0, "obliging": 1.0}, "lines": {"give": ["Here."], "pick_up": ["Got it."]}}


def test_what_was_asked_for_is_not_there_and_nothing_else_is_handed_over(stage):
    actor = stage(**GIVER)
    flower = Target(0.3, 0.4, 0.8)  # where the words seem to point
    decision = actor.hear("give me the key", "give_me", "give", target=flower, looked=(Found("key", 0.2, 0.9, 0.9),))
    assert (decision.action, decision.target) == ("refuse", None)


def test_what_was_asked_for_is_taken_where_it_is_and_not_where_the_words_seem_to_point(stage):
    actor = stage(**GIVER)
    decision = actor.hear(
        "give me the key", "give_me", "give", target=Target(0.3, 0.4, 0.8), looked=(Found("key", 0.95, 0.9, 0.9),)
    )
    assert (decision.action, decision.target) == ("give", Target(0.9, 0.9, 0.95))


def test_of_an_order_that_the_model_does_not_make_out_the_verb_tells_what_is_to_be_done(stage):
    actor = stage(**GIVER)
    decision = actor.hear("grab the key", "none", "idle", target=None, looked=(Found("key", 0.95, 0.9, 0.9),))
    assert decision.action == "pick_up"


def test_what_is_not_there_is_not_taken_later_either(stage):
    actor = stage(**GIVER)
    looked = (Found("key", 0.95, 0.9, 0.9), Found("crown", 0.02, 0.5, 0.5))
    actor.hear("grab the key and the crown", "pick_up", "pick_up", target=Target(0.9, 0.9, 0.9), looked=looked)
    assert not actor.character.memory.life.planned
    assert not [order for order in actor.character._parts.agenda.planned if order.thing == "crown"]


def test_a_sign_that_was_agreed_on_needs_no_words(stage):
    actor = stage(**GUARD)
    assert actor.hear("when i whistle, open the gate", "use", "use").line == "I will."
    assert actor.hear("*waves*", "greet", "greet").action == "greet"
    assert actor.hear("*whistles*", "none", "idle").action == "use"


def test_a_condition_that_no_eye_tells_waits_for_the_words_and_not_for_the_next_visit(stage):
    actor = stage(**GUARD)
    assert actor.hear("run away if it gets bigger", "flee", "flee").line == "I will."
    for _ in range(100):
        actor.look()
    assert actor.hear("hello", "greet", "greet").action == "greet"
    assert actor.look().action != "flee"
    assert actor.hear("it gets bigger!", "none", "idle").action == "flee"


def test_what_waits_does_not_keep_what_is_to_be_done_now_from_being_done(stage):
    actor = stage(**GUARD)
    decision = actor.hear("run away if it gets bigger, otherwise stay with me", "wait_here", "stay")
    assert decision.action == "stay"
    assert "I will." in decision.line


def test_what_is_held_for_somebody_is_given_back(stage):
    actor = stage()
    assert actor.hear("hold my beer for a sec", "gift", "celebrate").effects[0].values == {"item": "beer", "from": "player"}
    decision = actor.hear("now give it back", "give_me", "give")
    assert (decision.action, decision.effects[0].kind, decision.effects[0].values["item"]) == ("give", "give_back", "beer")
    assert actor.hear("give it back", "give_me", "give").effects == ()


def test_what_was_taken_is_put_back_where_it_was(stage):
    actor = stage()
    actor.hear("take the red potion", "pick_up", "pick_up")
    decision = actor.hear("put it back where you found it", "use", "use", target=None)
    assert (decision.action, decision.target.x, decision.target.y) == ("use", PLACE.x, PLACE.y)


def test_further_orders_and_questions_of_a_breath_are_answered_too(stage):
    actor = stage(wares={"pie": 5, "ale": 2}, lines={"price": "{price} for {item}."})
    assert actor.hear("give me 2 pies and an ale", "give_me", "give", target=None).line == "12 coins for 2 pies and ale."
    decision = actor.hear("take the sword, then follow me", "pick_up", "pick_up")
    assert "rest" in decision.line
    decision = actor.hear("stay here, and dont let anybody touch the sword", "wait_here", "stay")
    assert decision.action == "stay"
    assert "obody" in decision.line


def test_nothing_is_meant_by_comfort_and_regret(stage):
    actor = stage()
    for line in ("nothing will hurt you", "shame", "what a pity"):
        actor.hear(line, "threaten", "defend", tone="angry")
    assert actor.character.relationship("player").trust >= 0


def test_what_looks_like_another_thing_is_called_by_its_name(stage):
    actor = stage()
    at = {"x": 0.4, "y": 0.6}
    for said, own, other, named in (
        ("give me the red potion", Found("red potion", 0.96, **at), Found("flower", 0.98, **at), "flower"),
        ("give me the axe", Found("axe", 0.6, **at), Found("sword", 0.98, **at), "sword"),
        ("give me the flower", Found("flower", 0.96, **at), Found("potion", 1.0, **at), ""),
    ):
        decision = actor.hear(said, "give_me", "give", looked=(own, other), has_frame=True)
        assert decision.action == ("refuse" if named else "give")
        assert named in decision.line


def test_what_is_to_be_told_to_others_is_passed_on(stage):
    actor = stage()
    decision = actor.hear("could you tell that guard to stop staring at me?", "ask_about", "heal")
    assert (decision.action, decision.effects[0].kind, decision.effects[0].values["whom"]) == ("talk", "tell", "that guard")
    assert actor.hear("if anyone asks for me, say i went north", "none", "idle").effects == ()


def test_everything_may_be_taken_back_at_once(stage):
    actor = stage()
    actor.hear("follow me", "follow_me", "follow")
    actor.hear("dont touch anything", "none", "idle")
    assert actor.hear("ok forget everything i said, youre free to do as you like", "none", "idle").action == "talk"
    assert actor.look(seconds=5).action == "idle"


def test_how_long_an_order_lasts_may_be_said_with_it_or_afterwards(stage):
    actor = stage()
    actor.hear("wait 10 seconds then follow me", "wait_here", "stay")
    assert actor.look(seconds=5).action == "stay"
    actor.look(seconds=6)
    assert "follow" in {actor.look(seconds=1).action for _ in range(3)}
    assert "5 minutes" in actor.hear("for 5 minutes, no longer", "none", "idle").line


def test_what_nobody_here_can_do_is_not_done_as_something_else(stage):
    actor = stage()
    assert actor.hear("can you carry me home", "pick_up", "pick_up").action == "talk"
    assert actor.hear("dig", "greet", "greet", target=None).action == "talk"


def test_a_bag_that_was_left_is_handed_out_again(stage):
    actor = stage()
    actor.hear("can i leave my bag with you till tonight?", "none", "idle")
    assert actor.hear("ok give me my bag pls", "give_me", "give").effects[0].kind == "give_back"


def test_what_changes_hands_is_no_enmity_and_comes_back_for_its_name_alone(stage):
    actor = stage()
    actor.hear("and hold my cloak while i fight", "threaten", "defend", tone="angry")
    assert actor.character.relationship("player").trust >= 0
    assert actor.hear("im done fighting. my cloak please", "chat", "talk").effects[0].values["item"] == "cloak"


def test_not_that_but_this_completes_the_order_before_it(stage):
    actor = stage()
    actor.hear("bring me something to eat", "give_me", "give")
    decision = actor.hear("no bread. an apple", "chat", "talk", looked=(Found("apple", 0.97, 0.4, 0.6),))
    assert decision.action == "give"


def test_what_waits_is_not_done_now_whatever_its_verb(stage):
    actor = stage(**GUARD)
    assert actor.hear("if a rat comes in throw the bread at it", "use", "use").line.startswith("I will")
    assert actor.hear("come to my table when ur done", "follow_me", "follow").line.startswith("I will")
    assert actor.hear("and if you get scared whistle", "warn", "warn").line.startswith("I will")
    assert actor.hear("watch the door and tell me when someone comes out", "chat", "talk").line.startswith("I will")


def test_who_is_called_by_name_need_wait_no_longer(stage):
    actor = stage()
    actor.hear("wait over there until i call you", "wait_here", "stay")
    assert actor.hear("TEST!", "none", "idle").action == "talk"
    assert actor.look(seconds=5).action == "idle"


def test_an_order_that_sounds_like_a_fight_is_none(stage):
    actor = stage()
    assert actor.hear("bring her closer to the fire", "attack", "attack").action != "attack"
    assert actor.hear("wait, he paid. let him go", "use", "use").action == "talk"


def test_a_promise_without_its_apostrophe_is_one(stage):
    actor = stage()
    assert "given a promise" in actor.hear("ill relieve you at midnight, promise", "threaten", "talk").reason


def test_what_is_forbidden_for_a_case_is_done_neither_then_nor_now(stage):
    actor = stage()
    assert actor.hear("if the wolf comes back dont hurt it", "attack", "attack").action == "talk"
    assert actor.hear("leave the others", "use", "use").action == "talk"


def test_a_name_before_an_order_that_is_forbidden_is_spoken_to(stage):
    actor = stage()
    assert "told not to go" in actor.hear("test dont go near the fire!", "warn", "flee").reason
    assert actor.hear("test theres a wolf, get behind me", "follow_me", "follow").action == "follow"


def test_what_was_handed_over_for_a_while_comes_back_by_its_name(stage):
    actor = stage()
    actor.hear("take my knife, u might need it", "pick_up", "pick_up")
    assert actor.hear("phew it left. give me my knife back", "give_me", "give").effects[0].values["item"] == "knife"


def test_the_other_one_is_somewhere_else(stage):
    actor = stage()
    both = Found("potion", 1.0, 0.2, 0.6, 2, 2, ((0.7, 0.6),))
    actor.hear("give me the potion", "give_me", "give", target=Target(0.2, 0.6, 0.9), looked=(both,))
    decision = actor.hear("give me the other one", "give_me", "give", target=Target(0.2, 0.6, 0.9), looked=(both,))
    assert decision.target.x == 0.7


def test_of_several_alike_the_one_is_meant_that_was_spoken_of_last(stage):
    actor = stage()
    barrels = (Found("barrel", 0.99, 0.8, 0.5, others=((0.3, 0.5),)),)
    person = actor.character.memory.meet("player", 0.0)[0]
    person.ledger.mean(Meant(phrase="barrel", x=0.3, y=0.5))
    heard = {"target": Target(0.8, 0.5, 0.9), "looked": barrels, "has_frame": True}
    decision = actor.hear("roll it over here", "use", "use", **heard)
    assert decision.target is not None
    assert decision.target.x == 0.3


WOLF = {"watch": {"wolf": "threat", "cat": "friend"}}
IN_VIEW = (Detection("wolf", 0.95, 0.2, 0.6), Detection("cat", 0.95, 0.8, 0.6))


@pytest.mark.parametrize("line", ["get him!", "after him!!", "grab him", "quick, seize him"])
def test_him_is_the_foe_in_view_where_nobody_was_spoken_of(stage, line):
    actor = stage(**WOLF)
    for _ in range(5):
        actor.see(wolf=0.95)
    decision = actor.hear(line, "give_me", "give", watch=IN_VIEW)
    assert decision.action in {"attack", "defend"}
    assert decision.target is not None
    assert decision.target.x == pytest.approx(0.2)


@pytest.mark.parametrize("line", ["stop him!", "dont let him get away"])
def test_who_is_to_be_stopped_is_faced(stage, line):
    actor = stage(**WOLF)
    for _ in range(5):
        actor.see(wolf=0.95)
    decision = actor.hear(line, "none", "talk", watch=IN_VIEW)
    assert decision.action == "defend"
    assert decision.target is not None
    assert decision.target.x == pytest.approx(0.2)


def test_him_is_asked_after_where_two_may_be_meant():
    two = (Detection("cat", 0.95, 0.2, 0.6), Detection("dog", 0.95, 0.8, 0.6))
    clause = read("stop him!", Ledger()).clauses[0]
    assert in_sight(clause, Percept(time=0.0), Percept(time=0.0, watch=two), ())[0].lost == "him"
    assert in_sight(clause, Percept(time=0.0), Percept(time=0.0, watch=two), ("dog",))[0].thing == "dog"
    assert in_sight(clause, Percept(time=0.0), Percept(time=0.0, watch=two[:1]), ())[0].thing == "cat"


def test_what_sounds_like_a_deed_lifts_no_ban(stage):
    actor = stage(**WOLF)
    actor.hear("dont hurt anyone", "none", "talk")
    assert actor.hear("after him!", "attack", "attack", watch=IN_VIEW).action == "refuse"
    assert actor.hear("it is coming", "attack", "attack", watch=IN_VIEW).action != "attack"
    assert actor.hear("attack the wolf", "attack", "attack", watch=IN_VIEW).action in {"attack", "flee"}


def test_nothing_but_one_thing_may_be_touched():
    ledger = Ledger()
    ledger.forbid("pick_up", "", "key")
    assert ledger.forbids("pick_up", "chest")
    assert ledger.forbids("pick_up")
    assert not ledger.forbids("pick_up", "key")
    assert not ledger.forbids("pick_up", "golden key")


def test_a_ban_on_all_but_one_thing_comes_of_the_words(stage):
    actor = stage()
    actor.hear("touch nothing but the key ok?", "pick_up", "pick_up")
    memory = actor.character.memory
    assert memory.is_forbidden("pick_up", "chest")
    assert not memory.is_forbidden("pick_up", "key")


def test_who_is_not_to_run_may_walk(stage):
    actor = stage()
    actor.hear("dont run", "flee", "flee")
    memory = actor.character.memory
    assert memory.is_forbidden("flee", "")
    assert not memory.is_forbidden("go_to", "")


@pytest.mark.parametrize("line", ["back off", "get out of my way", "give me some space", "hang back a bit", "i said back off"])
def test_who_is_told_to_step_back_steps_back(stage, line):
    decision = stage().hear(line, "go_to", "go_to")
    assert decision.action == "talk"
    assert "step back" in decision.reason


def test_an_order_is_no_farewell_gift_or_warning(stage):
    """Rules of a card are for those, and an order that sounds like one sets none of them off."""
    shy = {"rules": [{"when": {"intent": ["warn", "farewell", "gift"]}, "do": "flee", "because": "is shy", "say": "Eek!"}]}
    assert stage(**shy).hear("stay calm", "warn", "flee").action == "talk"
    assert stage(**shy).hear("watch my stuff while im gone", "farewell", "greet").action == "talk"
    assert stage(**shy).hear("hold this for me", "gift", "talk").action == "talk"


def test_a_condition_holds_whatever_fact_the_words_come_near_to(stage):
    actor = stage(knowledge={"jail": {"asked": ["Who is in the cellar?"], "say": "Nobody."}})
    decision = actor.hear("if anyone comes near the chest arrest them", "attack", "attack", knowledge={"jail": 0.95})
    assert decision.action != "attack"
    assert "will attack if" in decision.reason


def test_unless_it_is_called_off_an_order_stands_now(stage):
    assert stage().hear("wait here unless i call you", "wait_here", "stay").action == "stay"


def test_a_scream_is_a_sign_and_so_is_what_was_to_be_told(stage):
    actor = stage()
    actor.hear("if i scream come running", "flee", "flee")
    assert actor.hear("AAAAH", "none", "talk").action == "follow"
    actor.hear("once im up the ladder u can come too", "follow_me", "follow")
    assert actor.hear("im up the ladder now", "none", "talk").action == "follow"


def test_a_set_phrase_asks_for_nothing(stage):
    for line in ("give me a break woman", "put your back into it", "dont hold back", "go get em tiger"):
        assert stage().hear(line, "help_me", "heal").action == "talk", line


def test_let_us_celebrate_meets_the_boundary_of_who_never_does(stage):
    hermit = stage("hermit")
    assert "never does" in hermit.hear("lets celebrate, you and me", "chat", "talk").reason


def test_who_is_to_be_got_away_is_not_fallen_upon(stage):
    assert stage(**WOLF).hear("get that wolf away from me", "none", "talk", watch=IN_VIEW).action != "attack"


def test_dont_you_ever_is_a_ban(stage):
    actor = stage()
    actor.hear("dont you ever touch my axe again", "none", "talk")
    assert actor.character.memory.is_forbidden("pick_up", "axe")


def test_look_out_warns_though_it_is_put_as_an_order(stage):
    shy = {"rules": [{"when": {"intent": "warn"}, "do": "flee", "because": "is shy", "say": "Eek!"}]}
    assert stage(**shy).hear("look out hes got ur purse!!", "warn", "warn").action == "flee"


@pytest.mark.parametrize(("line", "intent", "does"), [("give it to me", "give_me", False), ("kill it!", "attack", True)])
def test_nobody_alive_is_handed_over_for_an_it(stage, line, intent, does):
    actor = stage(**WOLF)
    for _ in range(5):
        actor.see(wolf=0.95)
    action = "give" if intent == "give_me" else "attack"
    decision = actor.hear(line, intent, action, watch=IN_VIEW[:1], target=None)
    assert (decision.action == action and decision.target is not None) is does, decision


def test_who_is_to_wait_by_a_thing_in_view_goes_there(stage):
    barrel, tree = Found("barrel", 0.95, 0.7, 0.5), Found("big tree", 0.95, 0.9, 0.2)
    decision = stage().hear("u go hide behind the big tree", "flee", "flee", looked=(tree,), target=Target(0.9, 0.2, 0.9))
    assert (decision.action, decision.target.x) == ("go_to", 0.9)
    assert stage().hear("wait by the barrel", "wait_here", "stay", looked=(barrel,)).action == "go_to"
    assert stage().hear("wait by the barrel", "wait_here", "stay", target=None).action == "stay"


def test_no_friend_is_attacked_on_a_word(stage):
    wolf = Found("wolf", 0.95, 0.4, 0.5)
    decision = stage(watch={"wolf": "friend"}).hear("kill the wolf", "attack", "attack", looked=(wolf,))
    assert (decision.action, "a friend" in decision.reason) == ("refuse", True)
    assert stage(traits={"brave": 1.0}).hear("kill the wolf", "attack", "attack", looked=(wolf,)).action == "attack"


@pytest.mark.parametrize(("said", "x"), [("give me the potion on the right", 0.8), ("give me the left potion", 0.2)])
def test_of_several_the_one_where_it_is_said_to_be_is_meant(stage, said, x):
    potions = (Found("potion", 0.95, 0.5, 0.5, 3, 3, others=((0.2, 0.5), (0.8, 0.5))),)
    assert stage().hear(said, "give_me", "give", looked=potions, target=Target(0.5, 0.5, 0.9)).target.x == x


def test_what_comes_after_a_wait_for_a_word_is_done_at_that_word(stage):
    actor = stage(lines={"follow": ["I come."]})
    actor.hear("wait here until I whistle, then come to me", "wait_here", "stay")
    assert actor.look(seconds=8.0).action == "stay"
    assert actor.hear("*whistles*", "none", "idle").action == "follow"


def test_once_that_is_done_comes_after_what_is_under_way(stage):
    actor = stage(lines={"use": ["I open it."], "follow": ["I come."], "waits": ["I will."]})
    actor.hear("open the gate", "use", "use")
    assert actor.hear("once you have done that, follow me", "follow_me", "follow").line == "I will."
    assert actor.look(seconds=30.0).action == "follow"


def test_once_you_are_done_is_at_once_where_nothing_is_done(stage):
    assert stage().hear("once that is done, follow me", "follow_me", "follow").action == "follow"


def test_in_a_minute_is_a_minute_later(stage):
    actor = stage(lines={"waits": ["I will."]})
    assert actor.hear("follow me in a minute", "follow_me", "follow").line == "I will."
    assert actor.look(seconds=40.0).action != "follow"
    assert actor.look(seconds=25.0).action == "follow"


def test_the_third_of_two_is_not_the_last():
    (clause,) = read("go to the third barrel", Ledger()).clauses
    target = Target(0.2, 0.5, 0.9)
    assert checked(clause, target, (Found("barrel", 0.95, 0.2, 0.5, 2, 2, ((0.7, 0.5),)),)) is None
    at = checked(clause, target, (Found("barrel", 0.95, 0.2, 0.5, 3, 3, ((0.4, 0.5), (0.7, 0.5))),))
    assert at is not None
    assert at.x == 0.7


def test_what_is_under_way_ends_when_its_condition_comes_and_not_before(stage):
    actor = stage(lines={"follow": ["I come."], "waits": ["I will."]})
    actor.hear("follow me", "follow_me", "follow")
    assert actor.hear("once the cart is gone you may stop", "none", "idle").line == "I will."
    actor.look(seconds=9.0)
    assert actor.see(cart=0.95).action == "follow"
    for _ in range(100):
        decision = actor.look(cart=0.05)
    assert decision.action == "idle"


@pytest.mark.parametrize(
    ("said", "orders"),
    [
        ("pick up the key and open the chest with it", ["pick up the key", "open the chest with the key"]),
        ("unlock the left-hand door", ["unlock the left door"]),
        ("there are two potions. grab the left one", ["there are two potions", "grab the left potion"]),
        ("drop them both by the sign", ["pick up them", "go to the sign"]),
        ("take the sword over to the well and leave it there", ["pick up the sword", "go to the well"]),
        ("stand by the door, well, by the tree I mean", ["stand by the tree"]),
        ("shut the hatch. The door, I mean.", ["shut The door"]),
        ("get me the bread, would you? And the apple.", ["get me the bread", "the apple"]),
    ],
)
def test_no_half_of_an_order_is_lost(said, orders):
    assert [clause.text for clause in read(said, Ledger()).clauses] == orders


def test_of_two_conditions_the_sight_is_waited_for(stage):
    actor = stage(**GUARD)
    assert actor.hear("if you see a wolf, warn me before you run", "warn", "warn").line == "I will."
    assert actor.see(wolf=0.95).action == "warn"


def test_who_is_to_say_nothing_keeps_quiet_and_passes_nothing_on(stage):
    decision = stage().hear("if he comes over, say nothing", "none", "idle")
    assert (decision.reason, decision.effects) == ("Test was told to say nothing: talk.", ())


def test_what_was_ordered_in_jest_is_not_done():
    assert [clause.sense for clause in read("drink the red potion. joking!! dont", Ledger()).clauses][:1] != [Sense.ORDER]


def test_what_is_locked_with_that_is_what_was_opened():
    ledger = Ledger(things=(Meant(phrase="chest", x=0.5, y=0.8),))
    assert [clause.text for clause in read("grab the key and lock it with that", ledger).clauses] == [
        "grab the key",
        "lock the chest with the key",
    ]
