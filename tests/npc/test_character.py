"""What characters do: with words, at the sight of things, and while nothing happens."""

from __future__ import annotations

import pytest

from npc import Detection, Percept, characters

PLAIN_ORDERS = {
    "follow_me": "follow",
    "wait_here": "stay",
    "go_to": "go_to",
    "pick_up": "pick_up",
    "use": "use",
    "ask_where": "point_at",
    "greet": "greet",
}


# -- nature ------------------------------------------------------------------------------------------------


def test_a_guard_defends_where_a_coward_flees(stage):
    assert stage("guard").see(wolf=0.95).action == "defend"
    assert stage("coward").see(wolf=0.95).action == "flee"


def test_a_guard_attacks_on_command_and_a_coward_will_not(stage):
    assert stage("guard").hear("attack!", "attack", "attack").action == "attack"
    refusal = stage("coward").hear("attack!", "attack", "attack")
    assert refusal.action == "flee"
    assert "unwilling" in refusal.reason


@pytest.mark.parametrize("action", ["defend", "warn"])
def test_a_coward_does_not_stand_and_face_danger(stage, action):
    assert stage("coward").hear("help me!", "help_me", action).action == "flee"


def test_a_healer_gives_what_a_merchant_wants_paid(stage):
    assert stage("healer").hear("give me the potion", "give_me", "give").action == "give"
    assert stage("merchant").hear("give me the potion", "give_me", "give").action in {"trade", "refuse"}


def test_a_merchant_gives_to_those_who_ask_kindly(stage):
    kindly = stage("merchant").hear("could I have it, dear friend?", "give_me", "give", tone="friendly")
    assert kindly.action == "give"


def test_a_healer_never_attacks_and_says_why(stage):
    refusal = stage("healer").hear("kill the wolf", "attack", "attack")
    assert refusal.action == "refuse"
    assert refusal.line.startswith(("No, dear", "Strike it?", "I have closed"))
    assert "never" in refusal.reason


def test_a_hermit_turns_strangers_away_but_thaws(stage):
    hermit = stage("hermit")
    answers = [hermit.hear("hello", "greet", "greet").action for _ in range(4)]
    assert answers == ["refuse", "refuse", "refuse", "greet"]


def test_a_hermit_does_not_fear_the_wolf_that_the_card_calls_a_friend(stage):
    hermit = stage("hermit")
    hermit.see(wolf=0.95)
    warned = [hermit.character.tick(Percept(time=9 + n, action={"warn": 0.9})) for n in range(3)]
    assert {decision.action for decision in warned} == {"idle"}


@pytest.mark.parametrize("name", sorted(set(characters()) - {"hermit"}))
@pytest.mark.parametrize(("intent", "action"), PLAIN_ORDERS.items())
def test_plain_orders_are_obeyed(stage, name, intent, action):
    old_bones = {"follow_me": "refuse", "go_to": "point_at", "pick_up": "refuse"} if name == "elder" else {}
    assert stage(name).hear("please do", intent, action).action == old_bones.get(intent, action)


def test_insults_wear_out_even_the_guards_patience(stage):
    guard = stage("guard")
    assert guard.hear("give me that", "give_me", "give", tone="angry").action == "give"
    for _ in range(6):
        guard.hear("you fool", "insult", "refuse", tone="angry")
    assert guard.character.mood.name == "angry"
    assert guard.hear("give me that", "give_me", "give", tone="angry").action != "give"


def test_a_rule_of_the_card_overrides_the_action_and_gives_its_reason(stage):
    at_night = {"intent": "trade", "state": {"hour": "night"}}
    rule = {"when": at_night, "do": "refuse", "because": "sleeps at night", "say": "Come back by day."}
    keeper = stage(rules=[rule])
    assert keeper.hear("a trade?", "trade", "trade").action == "trade"
    night = keeper.hear("a trade?", "trade", "trade", state={"hour": "night"})
    assert (night.action, night.line) == ("refuse", "Come back by day.")
    assert "sleeps at night" in night.reason


# -- words -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ["give", "pick_up", "use", "go_to", "attack", "point_at"])
def test_the_target_travels_with_actions_that_have_a_place(stage, action):
    assert stage().hear("that one", "go_to", action).target is not None


def test_the_target_is_left_out_of_actions_that_have_no_place(stage):
    assert stage().hear("hello over there", "greet", "greet").target is None


def test_words_that_are_not_understood_are_asked_for_again_in_role(stage):
    guard = stage("guard")
    decision = guard.hear("mumble", "chat", "talk", p=0.2)
    assert decision.action == "talk"
    own_words = guard.character.persona.lines["unclear"]
    assert decision.line in {line.spoken({"player": "citizen"}) for line in own_words}
    assert "did not understand" in decision.reason


def test_a_refusal_of_what_is_not_there_says_that_it_is_not_there(stage):
    decision = stage("blacksmith").hear("give me the crown", "give_me", "refuse", target=None)
    assert decision.line in {
        "There is none here. I would trip over it.",
        "Not here. I know every scrap in sight.",
    }


def test_the_player_is_called_by_name_where_the_game_tells_it(stage):
    talker = stage(lines={"greet": "Hail {player}, says {name}."})
    assert talker.hear("hi", "greet", "greet").line == "Hail traveller, says Test."
    assert talker.hear("hi", "greet", "greet", state={"player": "Ada"}).line == "Hail Ada, says Test."


def test_a_cry_for_help_that_points_nowhere_is_about_the_danger_in_view(stage):
    guard = stage("guard")
    guard.see(wolf=0.95, child=0.95)
    assert guard.hear("help!", "help_me", "defend", target=None).target.x == 0.2


# -- sights ------------------------------------------------------------------------------------------------


def test_one_doubtful_frame_starts_no_reflex(stage):
    guard = stage("guard")
    assert guard.look(wolf=0.95).action == "idle"
    assert guard.look(wolf=0.05).action == "idle"


def test_one_lost_frame_ends_no_reflex(stage):
    guard = stage("guard")
    guard.see(wolf=0.95)
    assert guard.look(wolf=0.05).action == "defend"


def test_a_reflex_carries_the_place_of_what_was_seen(stage):
    decision = stage("guard").see(wolf=0.95)
    assert (decision.target.x, decision.target.y) == (0.2, 0.7)


def test_a_reflex_is_cried_out_once_and_then_held_in_silence(stage):
    guard = stage("guard")
    assert guard.see(wolf=0.95).line
    assert {guard.look(wolf=0.95).line for _ in range(50)} == {""}


def test_the_same_sight_is_not_cried_out_again_at_once(stage):
    guard = stage("guard")
    guard.see(wolf=0.95)
    guard.see(frames=20, wolf=0.0)
    again = guard.see(wolf=0.95)
    assert (again.action, again.line) == ("defend", "")
    guard.see(frames=120, wolf=0.0)
    assert guard.see(wolf=0.95).line


def test_a_reflex_ends_when_its_cause_is_gone_for_a_while(stage):
    guard = stage("guard")
    guard.see(wolf=0.95)
    assert guard.see(frames=5, wolf=0.0).action == "defend"
    assert guard.see(frames=10, wolf=0.0).action == "idle"


def test_a_threat_outranks_a_hazard_but_not_the_other_way_round(stage):
    guard = stage("guard")
    assert guard.see(fire=0.95).action == "warn"  # the gate is his: he stays
    assert guard.see(fire=0.95, wolf=0.95).action == "defend"
    assert guard.see(frames=5, fire=0.95, wolf=0.95).action == "defend"


def test_without_a_watch_list_the_models_own_alarm_is_a_sight(stage):
    watchman = stage()
    alarms = [watchman.character.tick(Percept(time=n * 0.2, action={"warn": 0.9})) for n in range(3)]
    assert alarms[-1].action == "warn"


def test_a_reaction_of_the_card_answers_a_sight_that_is_no_danger(stage):
    greeter = stage(watch={"cat": "friend"}, reactions={"cat": "greet"}, lines={"greet": "A {target}!"})
    decision = greeter.see(cat=0.95)
    assert (decision.action, decision.line) == ("greet", "A cat!")
    assert greeter.see(frames=15, cat=0.95).action == "idle"


# -- what is under way -------------------------------------------------------------------------------------


def test_a_standing_order_goes_on_in_silence(stage):
    healer = stage("healer")
    healer.hear("follow me", "follow_me", "follow")
    frames = [healer.look() for _ in range(100)]
    assert {(d.action, d.line, d.target) for d in frames} == {("follow", "", None)}
    assert len({d.reason for d in frames}) == 1


def test_a_standing_order_comes_back_after_small_talk_and_after_a_fright(stage):
    healer = stage("healer")
    healer.hear("follow me", "follow_me", "follow")
    assert healer.hear("nice day", "chat", "talk").action == "talk"
    assert healer.look(4.0).action == "follow"
    assert healer.see(wolf=0.95).action == "warn"
    assert healer.see(frames=20, wolf=0.0).action == "follow"


def test_a_new_order_replaces_the_standing_one(stage):
    healer = stage("healer")
    healer.hear("follow me", "follow_me", "follow")
    healer.hear("wait here", "wait_here", "stay")
    assert healer.look().action == "stay"


def test_saying_no_ends_a_standing_order(stage):
    healer = stage("healer")
    healer.hear("follow me", "follow_me", "follow")
    healer.hear("no, never mind", "refuse", "idle")
    assert healer.look().action == "idle"


def test_words_that_were_hardly_understood_end_no_standing_order(stage):
    healer = stage("healer")
    healer.hear("follow me", "follow_me", "follow")
    healer.hear("mmno", "refuse", "idle", p=0.2)
    assert healer.look(10.0).action == "follow"


def test_an_order_outranks_the_reflex_that_is_under_way(stage):
    coward = stage("coward")
    coward.see(wolf=0.95)
    coward.hear("follow me", "follow_me", "follow")
    assert coward.look(wolf=0.95).action == "follow"


def test_an_attack_on_command_is_not_broken_off_by_a_reflex(stage):
    blacksmith = stage("blacksmith")
    blacksmith.hear("attack the wolf", "attack", "attack")
    assert blacksmith.see(frames=5, wolf=0.95).action == "attack"


def test_an_action_ends_when_its_time_is_over_or_the_game_reports_it_done(stage):
    healer = stage("healer")
    healer.hear("give me that", "give_me", "give")
    assert healer.look(1.0).action == "give"
    assert healer.look(10.0).action == "idle"
    healer.hear("go there", "go_to", "go_to")
    assert healer.look(1.0).action == "go_to"
    assert healer.look(1.0, state={"done": "go_to"}).action == "idle"


@pytest.mark.parametrize("name", characters())
def test_noise_on_the_percepts_causes_no_dithering(stage, name):
    actor = stage(name)
    actor.hear("wait here", "wait_here", "stay")
    noise = [0.1, 0.7, 0.2, 0.0, 0.65, 0.3, 0.1, 0.6]
    actions = {actor.look(wolf=noise[n % 8], fire=noise[(n + 4) % 8]).action for n in range(200)}
    assert actions == {actor.look().action}


def test_a_flickering_sight_causes_no_dithering(stage):
    guard = stage("guard")
    guard.see(wolf=0.9)
    flicker = [0.9, 0.3, 0.8, 0.2, 0.6, 0.4]
    assert {guard.look(wolf=flicker[n % 6]).action for n in range(200)} == {"defend"}


def test_every_utterance_gets_a_fresh_decision(stage):
    bard = stage("bard")
    lines = [bard.hear("tell me more", "chat", "talk").line for _ in range(3)]
    assert all(lines)
    assert len(set(lines)) == 3


def test_the_trace_tells_what_was_heard_and_what_the_candidates_scored(stage):
    trace = stage("merchant").hear("give me that", "give_me", "give").trace
    assert trace[0] == "heard give_me (0.90), neutral in tone (0.90)"
    assert any(entry.startswith("trade: utility") for entry in trace)
    assert "cause: unwilling" in trace


# -- determinism -------------------------------------------------------------------------------------------


def _play(actor):
    actor.hear("hello", "greet", "greet")
    actor.see(wolf=0.9)
    actor.hear("give me that", "give_me", "give", tone="angry")
    actor.see(frames=30, wolf=0.1)
    return repr([actor.hear("and now?", "chat", "talk") for _ in range(20)]).encode()


@pytest.mark.parametrize("name", characters())
def test_the_same_log_replays_byte_identically_under_the_same_seed(stage, name):
    assert _play(stage(name, seed=7)) == _play(stage(name, seed=7))


def test_another_seed_chooses_other_words_but_the_same_deeds(stage):
    first, second = stage("bard", seed=1), stage("bard", seed=2)
    deeds = [[actor.hear("hello", "greet", "greet") for _ in range(10)] for actor in (first, second)]
    assert [d.action for d in deeds[0]] == [d.action for d in deeds[1]]
    assert [d.line for d in deeds[0]] != [d.line for d in deeds[1]]


@pytest.mark.parametrize("text", ["こんにちは", "asdfghjkl", "привет, как дела", "wo ist die Mühle?"])
def test_another_tongue_is_not_understood_and_moves_nobody(stage, text):
    actor = stage("guard")
    decision = actor.hear(text, "insult", "attack", p=0.99, tone="angry")
    assert "does not know this tongue" in decision.reason
    assert (decision.action, decision.target) == ("talk", None)
    assert actor.character.relationship("player").weight == 0


@pytest.mark.parametrize("text", ["👋", "???"])
def test_words_that_the_model_takes_for_silence_are_asked_for_again(stage, text):
    actor = stage("guard")
    decision = actor.hear(text, "none", "idle", p=0.99)
    assert decision.line in {line.say for line in actor.character.persona.lines["unclear"]}
    assert decision.reason.startswith("Bram did not understand")
    assert actor.hear("follow me", "none", "follow", p=0.99).action == "talk", "no deed on words without a meaning"


def test_words_without_a_meaning_of_their_own_may_call_for_an_answer(stage):
    assert stage("guard").hear("Bonjour", "none", "greet", p=0.6).action == "greet"


def test_a_word_inside_another_is_no_thing_that_was_named(stage):
    lines = {"talk": ["Hm.", {"say": "A {target}, you say?", "intent": "chat"}]}
    actor = stage(watch={"rat": "threat", "ale": "friend"}, lines=lines)
    watch = tuple(Detection(phrase, 0.0, 0.5, 0.5) for phrase in ("rat", "ale"))
    assert actor.hear("I am grateful, and so is the finale", "chat", "talk", watch=watch).line == "Hm."
    assert actor.hear("Rats, everywhere!", "chat", "talk", watch=watch).line == "A rat, you say?"
