"""What is said about trade that asks no plain price is answered in words, and makes nobody lift a finger."""

from __future__ import annotations

import pytest

from npc import Target, load_persona

PLACE = Target(0.4, 0.6, 0.9)
WORDS = {"talk", "refuse", "trade", "celebrate"}


def says(actor, text: str, intent: str = "none", action: str = "talk", **more):
    return actor.hear(text, intent, action, **{"target": None, **more})


@pytest.mark.parametrize(
    "bid",
    [
        "That is rather dear. Would you take half of that?",
        "Would you settle for half?",
        "half?",
        "how about half the price then",
        "I'd only pay half of it",
        "ouch. half that and i take it",
        "Would half of it content you?",
    ],
)
def test_half_of_a_price_picks_nothing_up(stage, bid):
    merchant = stage("merchant")
    says(merchant, "how much is the mirror?")
    decision = says(merchant, bid, "pick_up", "pick_up")
    assert decision.action == "trade"
    assert "coins" in decision.line


def test_half_of_no_price_in_particular_is_asked_after(stage):
    decision = says(stage("merchant"), "Would you take half of that?", "pick_up", "pick_up")
    assert (decision.action, "no price in particular" in decision.reason) == ("talk", True)


@pytest.mark.parametrize(
    "line",
    [
        "And if I take six, do I get a discount?",
        "Would it be cheaper if I bought six?",
        "what if I take six of them, any discount?",
        "a better price for six, maybe?",
        "And were I to buy six of them?",
    ],
)
def test_a_discount_for_many_is_their_price(stage, line):
    merchant = stage("merchant")
    says(merchant, "how much is the blue potion?")
    decision = says(merchant, line)
    assert (decision.action, "6 blue potions" in decision.reason) == ("trade", True)


def test_a_discount_of_no_number_is_of_what_lies_on_the_table(stage):
    merchant = stage("merchant")
    says(merchant, "how much is the mirror?")
    assert "haunted mirror" in says(merchant, "Shave a little off and we're friends.").reason


def test_more_of_what_lies_on_the_table_is_added_up_with_the_rest(stage):
    merchant = stage("merchant")
    says(merchant, "how dear is your salt?")
    assert "2 salts and needle" in says(merchant, "Two bags of it. And a needle. What does it all come to?").line


def test_a_ware_is_named_before_its_price_is_asked(stage):
    assert "asks 30 for haunted mirror" in says(stage("merchant"), "hm what about that mirror, whats it cost").reason


def test_so_many_of_a_colour_are_added_up(stage):
    decision = says(stage("merchant"), "Three of the blue ones, then. What's that all together?")
    assert "3 blue potions" in decision.line


@pytest.mark.parametrize(
    "line",
    [
        "Wrap them up for me, will you?",
        "could you pack it all up please",
        "Would you gift wrap it?",
        "bag it up, I have to run",
    ],
)
def test_what_was_sold_is_wrapped(stage, line):
    merchant = stage("merchant")
    for text in ("how much is the rope?", "deal"):
        says(merchant, text)
    decision = says(merchant, line, "give_me", "give")
    assert decision.action == "talk"
    assert "rope" in decision.line
    assert not decision.effects


@pytest.mark.parametrize(
    "line",
    [
        "Could I pay you next week?",
        "Can I settle up tomorrow?",
        "mind if I pay later?",
        "Put it on my tab then.",
        "May I owe you?",
    ],
)
def test_no_credit_is_given(stage, line):
    merchant = stage("merchant")
    says(merchant, "how much is the rope?")
    assert "gives no credit" in says(merchant, line).reason


@pytest.mark.parametrize(
    "line",
    [
        "Make it double.",
        "Come on, I want twice as much.",
        "It is worth more than that!",
        "Could you give me a bit more?",
    ],
)
def test_who_asks_more_for_what_it_has_no_use_for_hears_so_again(stage, line):
    merchant = stage("merchant")
    says(merchant, "I've got an old silver ring here. What'll you give me for it?")
    assert "no use for old silver ring, for no price" in says(merchant, line).reason


@pytest.mark.parametrize(
    "line",
    [
        "I am buying for my daughter's wedding, you see.",
        "I'm just looking around, it's for my wife's birthday.",
        "we are shopping for our harvest feast",
        "I need a few things for my brother's journey",
    ],
)
def test_whom_it_is_bought_for_is_no_ware(stage, line):
    decision = says(stage("merchant"), line)
    assert "what the shopping is for" in decision.reason
    assert "your" in decision.line.lower() or "our" in decision.line.lower()


@pytest.mark.parametrize(
    "line",
    [
        "Thank you kindly. Here are five coins for your trouble.",
        "Here's a little something for your effort.",
        "That was lovely, this is for you, a silver coin.",
        "take these two silver coins for your help",
        "let me give you this silver brooch for all your kindness",
    ],
)
@pytest.mark.parametrize("card", ["merchant", "bard", "healer"])
def test_a_tip_is_a_gift(stage, card, line):
    assert says(stage(card), line, "trade", "trade").action == "celebrate"


@pytest.mark.parametrize(
    "line",
    [
        "You may have the rest of my bread",
        "One of them is for you. Go on, have a bite!",
        "I brought you some of my lunch, help yourself.",
        "Would you like the other half of my sandwich?",
        "Have one of my sweets, go on.",
    ],
)
@pytest.mark.parametrize("card", ["blacksmith", "healer", "guard", "bard"])
def test_a_bite_that_is_offered_is_no_trade(stage, card, line):
    decision = says(stage(card), line, "trade", "trade")
    assert "was offered something of the speaker's" in decision.reason


@pytest.mark.parametrize(
    "line",
    [
        "Take one of these.",
        "take one of these to the merchant",
        "this one is yours?",
        "take one of my apples to Pip",
        "Take some of it over there",
        "is that one mine?",
    ],
)
@pytest.mark.parametrize("card", ["guard", "merchant"])
def test_what_is_to_be_taken_up_or_somewhere_is_no_bite(stage, card, line):
    assert "something of the speaker's" not in says(stage(card), line).reason


def test_food_in_view_is_to_be_picked_up_and_out_of_view_is_offered(stage):
    guard, line = stage("guard"), "Take one of the apples."
    assert "something of the speaker's" in says(guard, line).reason
    assert "something of the speaker's" not in says(stage("guard"), line, "pick_up", "pick_up", target=PLACE).reason


@pytest.mark.parametrize(
    "line",
    [
        "How much would you want to play at my brother's birthday?",
        "Would you sing at our wedding for twenty coins?",
        "How much would it cost to have you walk me home?",
        "I'll pay you three coins to watch my cart.",
        "are you for hire?",
        "Do you play at weddings?",
        "how much you take to guard my wagon tonight?",
        "I'd love you to watch over my daughter's christening. What's your price?",
        "could you escort us to the mill for a fee?",
    ],
)
def test_its_services_are_promised_for_no_pay(stage, line):
    guard = stage("guard")
    assert "was offered pay for a service" in says(guard, line).reason
    assert "was offered pay for a service" in says(guard, "Ten silver and all the ale you can drink, deal?").reason


def test_coins_for_looking_away_stay_a_bribe(stage):
    assert "bribe" in says(stage("guard"), "I'll give you ten coins to look the other way.").reason


@pytest.mark.parametrize(
    "line",
    [
        "Can you sharpen my kitchen knife too, while I'm here?",
        "My axe has gone blunt, can you grind it for me?",
        "The hinge on my door is broken. Do you fix such things?",
        "I need my plough repaired.",
        "my sword needs a new edge",
    ],
)
def test_a_craftsman_is_asked_for_work_and_a_guard_has_none(stage, line):
    assert "was asked for work" in says(stage("blacksmith"), line, "ask_about", knowledge={}).reason
    assert "not its own" in says(stage("guard"), line).reason


@pytest.mark.parametrize(
    "line",
    [
        "Could you take a look at the wheel of my cart?",
        "can you do something about our old gate, please",
        "please look at my plough",
        "Could you make us two iron hinges?",
        "can you make me a bell with a wooden handle",
    ],
)
def test_what_breaks_or_is_made_by_hands_is_work(stage, line):
    assert "was asked for work" in says(stage("blacksmith"), line, "ask_about", knowledge={}).reason
    assert "not its own" in says(stage("guard"), line).reason


@pytest.mark.parametrize(
    "line",
    [
        "Can you look at the sky?",
        "please look at the moon",
        "Can you make a decision?",
        "Could you make an exception?",
        "can you make a bird noise?",
        "can you cast a spell?",
        "do something about the weather",
        "would you do something about my neighbour?",
        "I need a decision made.",
        "could you fix the weather?",
    ],
)
@pytest.mark.parametrize("card", ["guard", "blacksmith"])
def test_what_no_hands_make_or_mend_is_no_work(stage, card, line):
    reason = says(stage(card), line).reason
    assert "was asked for work" not in reason


@pytest.mark.parametrize("line", ["Could you make me a new gate by next Thursday?", "I need a hinge made for my barn door."])
def test_what_is_to_be_made_is_no_ware(stage, line):
    decision = says(stage("blacksmith"), line)
    assert ("was asked for work" in decision.reason, decision.action) == (True, "talk")


@pytest.mark.parametrize(
    ("line", "reason"),
    [("when can i pick it up", "when work will be done"), ("and the price for it?", "what work will cost")],
)
def test_work_that_was_asked_has_its_day_and_its_price(stage, line, reason):
    smith = stage("blacksmith")
    says(smith, "Could you make me a new gate?")
    assert reason in says(smith, line).reason


def test_a_ware_that_is_to_be_made_has_its_price(stage):
    decision = says(stage("blacksmith"), "I'd like a set of horseshoes made. Can you do that, and by when?")
    assert "4 coins" in decision.line


def test_a_wound_is_no_work_for_the_forge(stage):
    assert says(stage("guard"), "Can you patch up my arm?", "help_me", "heal").action == "heal"


@pytest.mark.parametrize(
    "line", ["gimme that sword by the well", "hand me the sword, I won't pay", "give me the sword for free"]
)
def test_what_has_its_price_is_not_handed_over_for_nothing(stage, line):
    smith = stage("blacksmith")
    for text in ("how much for the sword?", "nice weather"):
        says(smith, text)
    decision = smith.hear(line, "give_me", "give")
    assert (decision.action, "60 coins" in decision.line) == ("trade", True)


@pytest.mark.parametrize(
    "line",
    ["what does the red potion cost", "how much for a bottle of cough syrup?", "could i rent that sword of yours for a day?"],
)
def test_who_sells_nothing_says_so_of_any_thing(stage, line):
    assert "does not deal in" in says(stage("guard"), line).reason


@pytest.mark.parametrize("line", ["how much is the fine?", "how much for a room at the inn?", "what does the toll cost?"])
def test_what_is_paid_elsewhere_is_no_ware_of_its_own(stage, line):
    assert "does not deal in" not in says(stage("guard"), line).reason


def test_who_sells_nothing_names_no_price_and_takes_no_boots(stage):
    healer = stage("healer")
    assert "does not deal in healing potion" in says(healer, "Price for a healing potion?").reason
    decision = says(healer, "I have no money. Take my boots for it?")
    assert ("instead of coins" in decision.reason, decision.effects) == (True, ())


@pytest.mark.parametrize(
    "line",
    [
        "fix your eyes on the gate",
        "make way for the cart",
        "You can have the night watch.",
        "My brother will pay the smith later.",
        "half of them ran away",
        "I lost half of my flock.",
        "would you wait here for two minutes?",
    ],
)
@pytest.mark.parametrize("card", sorted({"guard", "merchant"}))
def test_what_only_sounds_like_terms_is_none(stage, card, line):
    actor = stage(card)
    before = load_persona(card).name
    reason = says(actor, line).reason
    assert before in reason
    for told in (
        "was asked for work",
        "pay for a service",
        "something of the speaker's",
        "gives no credit",
        "half of no price",
    ):
        assert told not in reason


def test_what_the_card_tells_of_such_work_goes_before(stage):
    smith = stage("blacksmith")
    smith.hear("can you fix my armour?", "ask_about", "talk", target=None, knowledge={"repair": 0.93})
    assert "was asked when work will be done" not in says(smith, "how long does it take till it is done?").reason
