"""Prices, bids and deals."""

from __future__ import annotations

from typing import Any

import pytest

from npc.conversation import recall
from npc.conversation.reading import read
from npc.conversation.stall import Stall, Ware
from npc.conversation.trade import answer
from npc.memory.ledger import MOST, Ledger, Meant

WARES = {"bread": Ware(price=4), "iron sword": Ware(price=40)}


def haggle(*lines: str, ledger: Ledger | None = None, sympathy: float = 0.0) -> Any:
    """The answer to the last line."""
    ledger = ledger or Ledger()
    stall = Stall(WARES, {"wolf pelt": 35}, sympathy)
    reply = None
    for time, line in enumerate(lines):
        clauses = sorted(
            read(line, ledger).clauses, key=lambda clause: (clause.sense != "trade", "number" not in clause.meaning.values)
        )
        reply = answer(clauses[0], ledger, stall, "ada", float(time))
    return reply


@pytest.mark.parametrize("bid", ["I'll give you half of that, not a copper more.", "half price and we have a deal"])
def test_half_of_a_price_is_a_bid_of_so_much(bid: str) -> None:
    ledger = Ledger()
    haggle("how much cost the sword?", bid, ledger=ledger)
    assert next(b.price for b in reversed(ledger.bids) if b.by == "player") == 20


@pytest.mark.parametrize("line", ["how much cost the bread, please?", "and this bread, how much is he?"])
def test_newcomers_to_english_are_told_a_price(line: str) -> None:
    assert haggle(line).topic == "price"


def test_who_haggles_over_many_wares_is_still_remembered() -> None:
    names = [
        f"{name} sword" for name in ("iron", "steel", "bronze", "silver", "golden", "wooden", "short", "long", "broken", "old")
    ]
    stall, ledger = Stall({name: Ware(price=50) for name in names}, {}), Ledger()
    for time, name in enumerate(names):
        for line in (f"how much is the {name}?", "that is too expensive"):
            assert answer(read(line, ledger).clauses[0], ledger, stall, "ada", float(time)) is not None
    assert Ledger.model_validate_json(ledger.model_dump_json()) == ledger
    many = ledger.model_dump() | {"rounds": {f"{number}": 1 for number in range(MOST + 5)}}
    assert len(Ledger.model_validate(many).rounds) == MOST


def test_a_ware_whose_name_holds_an_and_is_one() -> None:
    stall = Stall({"bow and arrows": Ware(price=20), "rope": Ware(price=3)}, {})
    assert stall.find("bow and arrows") == "bow and arrows"
    assert stall.parts("bow and arrows and rope") == [(1, "bow and arrows"), (1, "rope")]
    assert stall.asks("rope and bow and arrows") == 23


def test_what_an_edited_card_sells_no_more_is_off_the_table() -> None:
    ledger = Ledger()
    haggle("how much is the sword?", ledger=ledger)
    [clause] = read("deal", ledger).clauses
    assert answer(clause, ledger, Stall({"bread": Ware(price=4)}, {}), "ada", 2.0) is None


def test_wares_are_told_with_their_prices() -> None:
    reply = haggle("what do you sell?")
    assert reply is not None
    assert reply.values == {"seen": "bread for 4 coins, iron sword for 40 coins"}


@pytest.mark.parametrize(("sympathy", "price"), [(0.0, "40 coins"), (0.2, "40 coins"), (1.0, "30 coins"), (-1.0, "50 coins")])
def test_prices_follow_sympathy_down_to_the_least(sympathy: float, price: str) -> None:
    reply = haggle("how much is the sword?", sympathy=sympathy)
    assert reply is not None
    assert reply.values["price"] == price


def test_a_deal_is_an_effect_that_the_game_carries_out() -> None:
    reply = haggle("how much is the bread?", "deal")
    assert reply is not None
    [effect] = reply.effects
    assert (effect.kind, dict(effect.values)) == ("sell", {"item": "bread", "price": 4, "against": "", "to": "ada", "count": 1})


def test_it_comes_down_bid_by_bid_and_then_stays_firm() -> None:
    ledger, asked = Ledger(), []
    for line in ("how much is the sword?", "too expensive", "how about 20?", "how about 21?", "how about 22?", "how about 23?"):
        reply = haggle(line, ledger=ledger)
        assert reply is not None
        asked.append((reply.topic, int(reply.values["price"].split()[0])))
    prices = [price for _, price in asked]
    assert prices == sorted(prices, reverse=True)
    assert min(prices) >= WARES["iron sword"].floor
    assert asked[-1][0] == "firm"


def test_nothing_is_sold_below_the_least() -> None:
    for bid in range(30):
        reply = haggle("how much is the sword?", f"how about {bid}?", f"I'll give you {bid} coins", f"{bid} is my final offer")
        assert reply is None or not reply.effects


def test_things_are_taken_in_exchange_where_they_are_wanted() -> None:
    taken, refused = haggle("I'll give you my wolf pelt for the sword"), haggle("I'll give you my old boot for the sword")
    assert taken is not None
    assert taken.effects[0].values["against"] == "wolf pelt"
    assert refused is not None
    assert not refused.effects


def test_what_it_does_not_have_is_not_for_sale() -> None:
    reply = haggle("I want to buy a horse")
    assert reply is not None
    assert (reply.topic, reply.values["item"]) == ("not_for_sale", "horse")


def test_yes_takes_what_was_asked_and_no_refuses_it() -> None:
    sold, refused = haggle("how much is the bread?", "ok"), haggle("how much is the bread?", "no thanks")
    assert sold is not None
    assert sold.topic == "sold"
    assert refused is not None
    assert refused.topic == "no_deal"


def test_yes_without_a_bid_is_no_trade() -> None:
    assert haggle("yes") is None


@pytest.mark.parametrize(
    ("said", "topic"),
    [
        (["Good morning Odo, I'd like to buy some bread"], "price"),
        (["what you got for sale"], "wares"),
        (["how much is the sword?", "ill give you 2 coins for it"], "counter"),
    ],
)
def test_players_trade_in_their_own_spelling(said: list[str], topic: str) -> None:
    ledger = Ledger()
    stall = Stall(WARES, {})
    replies = [answer(read(line, ledger, "Odo").clauses[-1], ledger, stall, "ada", 0.0) for line in said]
    assert replies[-1] is not None
    assert replies[-1].topic == topic


@pytest.mark.parametrize(
    "asked", ["would you buy a pelt from me?", "what do you pay for a wolf pelt?", "I want to sell my wolf pelts"]
)
def test_it_buys_what_it_wants_and_the_game_carries_it_out(asked: str) -> None:
    ledger = Ledger()
    offer = haggle(asked, ledger=ledger)
    assert offer is not None
    assert (offer.topic, offer.values["price"]) == ("buys", "35 coins")
    bought = haggle("deal", ledger=ledger)
    assert bought is not None
    [effect] = bought.effects
    assert (effect.kind, dict(effect.values)) == ("buy", {"item": "wolf pelt", "price": 35, "from": "ada", "count": 1})


def test_what_it_does_not_want_it_does_not_buy() -> None:
    reply = haggle("will you buy my turnips?")
    assert reply is not None
    assert reply.topic == "no_use"


def test_what_was_spoken_of_is_what_a_price_is_asked_for() -> None:
    ledger = Ledger()
    ledger.mean(Meant(phrase="pelts"))
    reply = haggle("what do you pay?", ledger=ledger)
    assert reply is not None
    assert reply.topic == "buys"


def test_who_asks_whether_something_is_sold_is_told_its_price() -> None:
    for asked, topic in (("do you sell swords?", "price"), ("do you sell boats?", "not_for_sale")):
        reply = haggle(asked)
        assert reply is not None
        assert reply.topic == topic


def test_what_i_offered_is_not_what_was_asked_for_it() -> None:
    ledger = Ledger()
    haggle("how much is the bread?", "1 coin for the bread", "how much is the sword?", ledger=ledger)
    for asked in ("what did I offer for the bread?", "what was my offer?"):
        reply = recall.answer(read(asked, ledger).clauses[-1], ledger, 9.0)
        assert reply is not None
        assert (reply.topic, reply.values["price"]) == ("offered", "1 coin")


def test_haggling_goes_both_ways_until_a_deal() -> None:
    ledger = Ledger()
    prices = [
        haggle(line, ledger=ledger) for line in ("I have two wolf pelts, want to see?", "I'll sell them to you for 90", "80?")
    ]
    assert [reply and reply.topic for reply in prices] == ["buys", "buys", "bought"]
    bought = prices[-1]
    assert bought is not None
    assert dict(bought.effects[0].values) == {"item": "wolf pelt", "price": 80, "from": "ada", "count": 2}


def test_it_never_pays_more_than_its_most() -> None:
    for price in range(36, 120, 7):
        ledger, bought = Ledger(), []
        for line in (
            "I have a wolf pelt",
            f"give me {price}",
            "too little",
            f"I want {price}",
            f"{price} is my last offer",
            "deal",
        ):
            reply = haggle(line, ledger=ledger)
            bought += [effect.values["price"] for effect in reply.effects] if reply is not None else []
        assert len(bought) == 1
        assert bought[0] <= 44


@pytest.mark.parametrize(
    ("lines", "topic", "price"),
    [
        (["what's the cheapest thing you sell?"], "price", "4 coins"),
        (["how much for 3 loaves of bread?"], "price", "12 coins"),
        (["and if I buy the sword AND the bread?"], "price", "44 coins"),
        (["what do you buy?"], "wants", ""),
        (["what do you buy?", "I have a rabbit"], "no_use", ""),
        (["how much is the sword?", "would you take a fish for it?"], "no_use", ""),
        (["how much is the sword?", "would you take a fish for it?", "what about two wolf pelts"], "sold", "your 2 wolf pelts"),
        (["I have 3 wolf pelts, how much do you give me for all?"], "buys", "105 coins"),
        (["bread. 2 coins"], "counter", ""),
        (["bread. 3 coins"], "sold", "3 coins"),
        (["how much is the bread?", "4?? that's insane"], "counter", ""),
        (["how much is the bread?", "ok fine deal"], "sold", "4 coins"),
        (["how much is the bread?", "that's a lot, can you do 3?"], "sold", "3 coins"),
        (["what can I get for 10 coins?"], "wares", ""),
        (["I need a blade, nothing fancy"], "price", "40 coins"),
        (["swap your sword for my wolf pelt"], "sold", "your wolf pelt"),
        (["would you trade the sword for my boots"], "no_use", ""),
        (["got any bread left"], "price", "4 coins"),
        (["and the bread, how much"], "price", "4 coins"),
        (["how much is the bread?", "2 coins and we're good"], "counter", ""),
        (["how much is the bread?", "3 coins and we're good"], "sold", "3 coins"),
        (["can I get 2 swords"], "price", "80 coins"),
        (["do you have a shield"], "not_for_sale", ""),
    ],
)
def test_players_haggle_in_many_words(lines: list[str], topic: str, price: str) -> None:
    reply = haggle(*lines)
    assert reply is not None
    assert reply.topic == topic
    assert not price or reply.values["price"] == price


def test_what_is_sold_together_is_handed_over_piece_by_piece() -> None:
    reply = haggle("how much for the sword and the bread?", "deal")
    assert reply is not None
    assert [(e.values["item"], e.values["price"]) for e in reply.effects] == [("iron sword", 40), ("bread", 4)]


@pytest.mark.parametrize("line", ["I'll think about it", "maybe later", "hm if my wife agrees"])
def test_who_wavers_has_agreed_to_nothing(line: str) -> None:
    ledger = Ledger()
    haggle("how much is the bread?", ledger=ledger)
    reply = answer(read(line, ledger).clauses[0], ledger, Stall(WARES, {}), "ada", 1.0, heard="agree")
    assert reply is None or not reply.effects


def test_words_that_agree_close_a_deal_whatever_they_are() -> None:
    ledger = Ledger()
    haggle("how much is the bread?", ledger=ledger)
    reply = answer(read("suits me well", ledger).clauses[0], ledger, Stall(WARES, {}), "ada", 1.0, heard="agree")
    assert reply is not None
    assert reply.topic == "sold"


MENU = {"stew": Ware(price=4), "ale": Ware(price=2), "pie": Ware(price=5, least=4), "honey cake": Ware(price=8, least=6)}


def order(*lines: str) -> list[Any]:
    """The answers to all lines, at an inn."""
    ledger, stall, replies = Ledger(), Stall(MENU, {}), []
    for time, line in enumerate(lines):
        clauses = read(line, ledger, names=frozenset(MENU)).clauses
        [*_, clause] = sorted(clauses, key=lambda clause: "number" in clause.meaning.values)
        replies.append(answer(clause, ledger, stall, "ada", float(time)))
    return replies


@pytest.mark.parametrize(
    "lines",
    [
        ("how much is the stew", "ok", "here is 4 coins", "here are 4 coins"),
        ("sell me the stew", "here is 4 coins", "here is 4 coins", "here you go"),
        ("how much is the ale", "how much is the stew", "deal", "4 coins", "4"),
    ],
)
def test_what_is_paid_for_is_handed_over_once(lines: tuple[str, ...]) -> None:
    replies = order(*lines)
    assert all(replies)
    assert sum(len(reply.effects) for reply in replies if reply) == 1
    assert replies[-1] is not None
    assert replies[-1].topic == "paid_before"


def test_less_than_was_agreed_pays_for_nothing() -> None:
    short, full = order("how much is the stew", "ok", "here is 2 coins", "here is 4 coins")[2:]
    assert short is not None
    assert full is not None
    assert (short.topic, full.topic) == ("short", "paid")


def test_another_one_is_sold_after_the_first_is_paid() -> None:
    replies = order("how much is the stew", "ok", "here is 4 coins", "sell me the stew", "here is 4 coins")
    assert sum(len(reply.effects) for reply in replies if reply) == 2


@pytest.mark.parametrize(
    ("lines", "topic", "price"),
    [
        (["how much is the pie", "i want it"], "sold", "5 coins"),
        (["how much is the pie", "ill take one"], "sold", "5 coins"),
        (["how much is the pie", "ill take 2"], "price", "10 coins"),
        (["how much is the honey cake", "i take the honey cake"], "sold", "8 coins"),
        (["how much is the pie", "i take it"], "sold", "5 coins"),
        (["how much is the ale", "i want pie"], "price", "5 coins"),
        (["i want pie"], "price", "5 coins"),
        (["2 pies and an ale"], "price", "12 coins"),
        (["how much for 2 pies and an ale"], "price", "12 coins"),
        (["how much is the pie", "thats too much, 4?"], "sold", "4 coins"),
        (["how much is the pie", "thats too much, 3?"], "counter", "4 coins"),
        (["how much is the pie", "too expensiv"], "counter", "4 coins"),
        (["how much is the pie", "last offer 3"], "counter", "4 coins"),
        (["how much is the pie", "3 is my last word"], "counter", "4 coins"),
        (["how much is the pie", "5"], "sold", "5 coins"),
        (["how much is the pie", "5 or i go"], "sold", "5 coins"),
        (["how much is the pie", "3 or i walk"], "counter", "4 coins"),
        (["how much is the pie", "3", "take it or leave it"], "firm", "4 coins"),
        (["how much 4 the pie n the ale together"], "price", "7 coins"),
        (["3 pies and 2 ales please"], "price", "19 coins"),
        (["how much is the pie", "and if i buy two?"], "price", "10 coins"),
        (["is the pie cheaper than the ale"], "wares", ""),
        (["im looking for a gift"], "wares", ""),
        (["how much is the pie", "ill give you 3 for another one"], "counter", "4 coins"),
        (["how much is the pie", "no deal then"], "no_deal", ""),
        (["how much is the pie", "ok 4 and thats it"], "sold", "4 coins"),
        (["how much is the pie", "whats the total"], "owes", "5 coins"),
        (["how much is the pie", "ok", "what do i owe u"], "owes", "5 coins"),
        (["what do i owe u"], "owes_nothing", ""),
        (["how much is the pie", "can i pay you tomorrow"], "no_credit", ""),
        (["can you lend me 5 coins?"], "no_credit", ""),
        (["how much is the pie", "ok", "i dont want it anymore"], "refunded", "5 coins"),
        (["how much is the pie", "ok", "here, take it back"], "refunded", "5 coins"),
        (["how much is the pie", "do i get my money back if i return it?"], "returns", ""),
        (["how mcuh for pie"], "price", "5 coins"),
        (["whats ur price for ale"], "price", "2 coins"),
        (["wat u sell"], "wares", ""),
        (["menu?"], "wares", ""),
        (["what's on the menu"], "wares", ""),
    ],
)
def test_customers_are_short_of_words(lines: list[str], topic: str, price: str) -> None:
    reply = order(*lines)[-1]
    assert reply is not None
    assert reply.topic == topic
    assert not price or reply.values["price"] == price


@pytest.mark.parametrize(
    "line", ["I want to see the pie", "I want pie crumbs everywhere", "a pie thief", "I have pie", "I want peace"]
)
def test_not_all_that_names_a_ware_wants_it(line: str) -> None:
    assert order(line) == [None]


def test_several_of_several_wares_are_sold_each_with_its_count() -> None:
    reply = order("2 pies and an ale", "deal")[-1]
    assert reply is not None
    assert reply.values["item"] == "2 pies and ale"
    assert [(e.values["item"], e.values["count"], e.values["price"]) for e in reply.effects] == [("pie", 2, 10), ("ale", 1, 2)]


def test_what_is_taken_back_is_paid_back_and_owed_no_more() -> None:
    replies = order("how much for 2 pies and an ale", "ok", "i want my money back", "what do i owe you")
    assert [(e.kind, e.values["item"], e.values["count"]) for e in replies[2].effects] == [("buy", "pie", 2), ("buy", "ale", 1)]
    assert sum(int(e.values["price"]) for e in replies[2].effects) == 12
    assert replies[3].topic == "owes_nothing"


def test_who_is_disliked_gets_nothing_back() -> None:
    ledger = Ledger()
    for sympathy, lines in ((0.0, ("how much is the bread?", "deal")), (-1.0, ("I want my money back",))):
        reply = haggle(*lines, ledger=ledger, sympathy=sympathy)
    assert reply.topic == "no_refund"
    assert not reply.effects


def test_a_seller_names_his_price_as_he_likes() -> None:
    for line in ("40 and it's yours", "you can have it for 40", "it is yours for 40 coins"):
        reply = haggle("I have a wolf pelt, how much would you pay?", line)
        assert (reply.topic, reply.values["price"]) == ("bought", "40 coins")


def test_coins_and_goods_together_are_one_bid() -> None:
    reply = haggle("how much is the sword?", "what if I give you 5 now and this wolf pelt")
    assert reply.effects[0].values == {"item": "iron sword", "price": 5, "against": "wolf pelt", "to": "ada", "count": 1}
    assert haggle("how much is the sword?", "what if I give you 5 now and this fish").topic == "counter"


def test_a_price_that_was_named_stands() -> None:
    assert haggle("how much is the sword?", "too expensive", "how much is the sword?").values["price"] == "35 coins"


@pytest.mark.parametrize(
    ("lines", "topic"),
    [
        (("how much is the bread?", "forget it"), "no_deal"),
        (("how much is the bread?", "ok, i will buy it"), "sold"),
        (("how much is the bread?", "maybe another time"), "no_deal"),
        (("how much is the bread?", "take my coins"), "sold"),
        (("my wolf pelt for your bread",), "sold"),
        (("how about my old boots for some bread",), "no_use"),
        (("a bread for a wolf pelt?",), "sold"),
        (("is the bread expensive?",), "price"),
        (("how expensive is the bread",), "price"),
        (("how much is the sword?", "can we meet in the middle"), "counter"),
        (("how much is the sword?", "for 20 id take it"), "counter"),
        (("how much is the sword?", "thats outrageous, 15"), "counter"),
        (("how much is the sword?", "ok, give it to me"), "sold"),
        (("how much for my wolf pelt",), "buys"),
        (("40 for a sword??",), "price"),
        (("whatd u charge for a sword like that",), "price"),
        (("whats the cheapest sword you have",), "price"),
        (("how much is the sword?", "40!! i could buy a cow for that"), "counter"),
        (("how much is the sword?", "id give you 20, tops"), "counter"),
        (("how much is the sword?", "make it 25 and im your friend forever"), "counter"),
        (("would you buy a wolf pelt?", "cant you do a bit better than that"), "buys"),
        (("show me what youve got",), "wares"),
        (("what would i pay for the bread?",), "price"),
    ],
)
def test_a_deal_is_closed_or_dropped_however_it_is_put(lines: tuple[str, ...], topic: str) -> None:
    reply = haggle(*lines)
    assert reply is not None
    assert reply.topic == topic


def test_who_has_goods_and_asks_whether_they_are_wanted_is_made_an_offer() -> None:
    ledger = Ledger()
    clause = read("i found a wolf pelt, do you want it", ledger).clauses[-1]
    reply = answer(clause, ledger, Stall(WARES, {"wolf pelt": 35}), "ada", 1.0)
    assert reply is not None
    assert reply.topic == "buys"


def test_both_of_two_wares_of_a_kind_are_one_price() -> None:
    ledger, stall = Ledger(), Stall({"red potion": Ware(price=12, least=9), "blue potion": Ware(price=12, least=9)}, {})
    topics = []
    for time, line in enumerate(("what does a blue potion cost", "and both potions together?", "20 for both, cash in hand")):
        reply = answer(read(line, ledger).clauses[0], ledger, stall, "ada", float(time))
        assert reply is not None
        topics.append((reply.topic, reply.values["price"]))
    assert topics == [("price", "12 coins"), ("price", "24 coins"), ("sold", "20 coins")]


def test_a_penny_for_ones_thoughts_buys_nothing() -> None:
    assert haggle("a penny for your thoughts") is None
