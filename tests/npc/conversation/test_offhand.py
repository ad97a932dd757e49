"""What a customer says offhand of what was priced: numbers and things that are left out are those of the last lines."""

from __future__ import annotations

import pytest

WARES = {"rope": 3, "knife": 12, "salt": 5, "mirror": {"price": 30, "least": 18}}


@pytest.fixture
def shop(stage):
    actor = stage(wares=WARES, wants={"amber": 20, "wolf pelt": 12})
    return lambda text, intent="trade": actor.hear(text, intent, "trade", target=None)


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["how much is the rope", "5 of them then, what does that come to"], "asks 15 for 5 ropes"),
        (["how much is the rope", "cost me 80 silver that boat", "ill take 5 of them"], "asks 15 for 5 ropes"),
        (["how much is the knife", "gimme three", "make it four actually", "and a rope"], "asks 51 for 4 knives and rope"),
        (["how much is the knife", "you're having a laugh"], "asks 10 for knife"),
        (["whats the mirror do??", "how much"], "asks 30 for mirror"),
        (["how much is salt and a rope", "on second thought no", "just the rope"], "asks 3 for rope"),
        (["im looking to sell some amber, interested?", "i got three", "how much a piece?"], "pays 20 for amber"),
        (["im looking to sell some amber", "i got two", "the fella in kesselford pays 50"], "pays 45 for 2 ambers"),
        (["oof. i only got 6 on me"], "was asked for its wares"),
        (["how much is the knife", "fine. 12"], "sold knife for 12 coins"),
        (["how much is the rope", "deal", "fine fine here's the lot"], "was paid for rope"),
        (
            ["how much is the knife", "ill take two", "deal", "here is 24", "no wait i only need one"],
            "took knife back for 12 coins",
        ),
    ],
)
def test_a_bargain_goes_on_with_what_is_left_out(shop, lines, reason):
    assert [shop(line) for line in lines][-1].reason.split(" ", 1)[1].startswith(reason)


def test_a_sum_of_the_past_sells_nothing(shop):
    shop("how much is the rope")
    for told in ("i lost 40 coins last week", "cost me 80 silver that boat"):
        assert not shop(told, "chat").effects


def test_a_price_that_is_cried_out_is_neither_a_bid_nor_a_count(shop):
    shop("how much is the mirror")
    bid = shop("THIRTY?? my grandma wouldnt pay thirty for the whole town. ill give you 15")
    assert (bid.effects, bid.reason) == ((), "Test asks 24 for mirror: trade.")
    both = shop("what if i take a knife as well, what do u say to 32 for the lot")
    assert [dict(effect.values)["item"] for effect in both.effects] == ["mirror", "knife"]


def test_what_no_shop_knows_is_not_for_sale(shop):
    assert shop("got any lanterns?").reason.startswith("Test does not sell lanterns")


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["got some amber here, about a dozen lumps. want em?"], "pays 240 for 12 ambers"),
        (["how much is the rope", "deal", "how much for a second one"], "asks 3 for rope"),
        (["how much is the rope", "deal", "here is 3", "do you take amber as payment"], "pays 20 for amber"),
    ],
)
def test_what_is_brought_or_asked_next_is_priced(shop, lines, reason):
    decision = [shop(line) for line in lines][-1]
    assert decision.reason.split(" ", 1)[1].startswith(reason)
    assert not decision.effects


def test_both_are_the_two_that_one_word_meant(stage):
    actor = stage(wares={"red potion": 12, "blue potion": 10})
    actor.hear("which of those potions is cheaper", "ask_about", "talk", target=None)
    assert "asks 22 for red potion and blue potion" in actor.hear("ill have both", "trade", "trade", target=None).reason


def test_a_ware_named_in_the_same_breath_is_what_is_counted(shop):
    shop("how much is the knife")
    assert "asks 9 for 3 ropes" in shop("ok rope then. gimme three").reason


def test_of_all_that_is_said_about_prices_one_thing_counts(shop):
    shop("how much is the mirror")
    shop("how much is the rope")
    sale = shop("ugh fine. 3. but ur robbing me")
    assert [dict(effect.values)["item"] for effect in sale.effects] == ["rope"]
    assert "also" not in sale.reason


def test_what_comes_as_well_is_reckoned_with_what_was_priced(shop):
    shop("how much is the mirror")
    shop("my last one cost me a fortune", "chat")
    both = shop("what if i take a knife as well, what do u say to 32 for the lot")
    assert [dict(effect.values)["item"] for effect in both.effects] == ["mirror", "knife"]
    assert "was paid for mirror and knife" in shop("fine fine here's the lot").reason


@pytest.mark.parametrize(
    ("card", "lines", "sold"),
    [
        ("merchant", ("whats the cheapest thing u got", "fine gimme two of those"), ("needle", 2, 2, "")),
        ("merchant", ("what about a needle", "go on then gimme one"), ("needle", 1, 1, "")),
        ("merchant", ("how much for two ropes", "ok 6 deal"), ("rope", 2, 6, "")),
        (
            "merchant",
            ("What do the red potions cost?", "I'll take two red ones for fifteen.", "Make it twenty and we shake on it."),
            ("red potion", 2, 20, ""),
        ),
        (
            "blacksmith",
            ("What do you ask for an axe?", "So the axe for five lumps of ore and five coppers on top. Deal?"),
            ("axe", 1, 5, "5 iron ores"),
        ),
    ],
)
def test_what_is_taken_at_its_price_is_sold(stage, card, lines, sold) -> None:
    actor = stage(card)
    for line in lines:
        decision = actor.hear(line, "trade", "trade", target=None)
    [effect] = decision.effects
    assert tuple(effect.values[name] for name in ("item", "count", "price", "against")) == sold
