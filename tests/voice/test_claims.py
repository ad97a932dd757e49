"""What a line claims is compared with what is so: false claims are caught, harmless words let pass, and nothing raises."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.minds.brain import Brain
from engine.minds.mind import Observation
from engine.perception.echo import EchoPerceiver
from engine.voice.claims import contradiction
from engine.voice.grounding import Given, Grounds, Offer, Said, Seen, Who, grounds_of, shortened
from engine.voice.numbers import numbers
from npc import Character, characters, load_persona, persona_from
from npc.behaviour import load_behaviour
from npc.card_review import spoken
from npc.evaluation.steadiness import scripted
from npc.types import Found, Target

SHOP = Grounds(
    who=Who("Mira", story="Mira was born in the mill by the river."),
    action="talk",
    line="The potion costs twelve coins.",
    says="how much for it? I have 5 coins",
    player="Ada",
    calls="traveller",
    offers=(Offer("potion", "npc", "12 coins", "open"), Offer("potion", "player", "5 coins", "open")),
    promises=(Given("player", "bring you a flower"),),
    forbidden=("follow",),
    never=("attack",),
    handed=("apple",),
    told={"name": "Ada", "dog": "Biscuit"},
    sees=(Seen("wolf", 2, 2, "on the left", "grey"), Seen("red potion", 1, 1, "straight ahead")),
    saw=("bear",),
    facts=("The bridge was built eighty years ago.",),
    turns=(Said("do you sell potions?", "I do, three kinds of them."),),
)
FALSE = {
    "I see a dragon behind you!": "sees a dragon",
    "Look, I can see a troll.": "sees a troll",
    "There is a bear near the well.": "sees a bear",
    "There's a chest and a barrel over there.": "sees a chest",
    "Watch out for the spider!": "sees a spider",
    "A dragon is right behind you.": "sees a dragon",
    "I saw a ghost last night.": "sees a ghost",
    "I see three wolves.": "counts 3",
    "I see 2 wolves and a bandit.": "sees a bandit",
    "I see no wolf here.": "sees no wolf",
    "There is no potion to be had.": "sees no potion",
    "The blue potion is over there.": "sees a blue potion",
    "It costs five coins.": "a price that nobody set: five",
    "It costs 120 gold, friend.": "a price that nobody set: 120",
    "Yours for twenty-five coins.": "a price that nobody set: 25",
    "I have healed a hundred and seven men.": "a number that nobody told",
    "Deal!": "agrees to a deal",
    "Very well, it's a deal.": "agrees to a deal",
    "I promise you a feast.": "gives a word",
    "You have my word on it.": "gives a word",
    "Here, take this.": "hands over",
    "It is yours, for free.": "hands over",
    "Here is your potion.": "hands over",
    "I gave you a potion yesterday.": "given what was not given",
    "I'll bring you bread tomorrow.": "was not decided: bring",
    "Let me fetch it for you.": "was not decided: fetch",
    "I can heal you for it.": "was not decided: heal",
    "Follow me!": "was not decided: follow me",
    "We shall march at dawn.": "was not decided: march",
    "I'll follow you.": "forbidden: follow",
    "I'm coming with you.": "forbidden: follow",
    "Let me kill him.": "forbidden: attack",
    "I will strike you down.": "forbidden: attack",
    "Thank you for the sword.": "was not: sword",
    "You gave me a golden ring.": "was not: golden ring",
    "You offered me your horse?": "",  # he has offered: only what, nobody can tell
    "Hello, Bob.": "calls the player Bob",
    "Bob, the potion costs twelve coins.": "calls the player Bob",
    "Twelve coins, Captain Carl.": "calls the player Carl",
    "Your name is Carl.": "called Carl",
    "Your dog Rex is sweet.": "calls the player's dog Rex",
}
HARMLESS = [
    "I see you, citizen.",
    "Sit, and let me look at it.",
    "I have seen a wolf just now.",
    "Twelve coins, and it's yours.",
    "Twelve coins for the potion, Ada.",
    "Twelve coins, traveller, and not one less.",
    "That one is 12 coins.",
    "I see two wolves on the left.",
    "I see the red potion.",
    "Keep your five coins; it costs twelve.",
    "I see.",
    "I see what you mean.",
    "There is no need to haggle.",
    "There is hope yet.",
    "There is a mill by the river.",
    "I saw a bear once.",
    "If I see a dragon, you will hear of it.",
    "Is there a dragon?",
    "Thank you for the apple.",
    "You promised to bring me a flower.",
    "Your dog Biscuit is sweet.",
    "Ah, Ada, the potion is twelve coins.",
    "Well, twelve coins it is.",
    "Gladly, my friend: twelve coins.",
    "I can't go lower than twelve.",
    "I can wait.",
    "A thousand thanks, friend.",
    "You look well, my friend.",
    "The bridge? Eighty years old.",
    "I'll tell you: twelve coins.",
    "No one sells it for less.",
    "Potions, swords: I know what things are worth.",
]


@pytest.mark.parametrize(("line", "why"), FALSE.items())
def test_what_contradicts_the_grounds_is_caught(line, why):
    found = contradiction(line, SHOP)
    assert why in found
    assert bool(found) == bool(why)


@pytest.mark.parametrize("line", HARMLESS)
def test_what_contradicts_nothing_is_let_pass(line):
    assert contradiction(line, SHOP) == ""


def test_nobody_sees_anything_without_a_picture_and_everybody_what_is_in_it():
    blind, sighted = replace(SHOP, sees=None), replace(SHOP, sees=(Seen("dragon"),))
    assert "dragon" in contradiction("I see a dragon.", blind)
    assert contradiction("I see a dragon.", sighted) == ""


def test_what_is_so_may_be_said():
    sold = replace(SHOP, offers=(Offer("potion", "npc", "9 coins", "agreed"),), effects=({"kind": "sell", "price": 9},))
    assert contradiction("Deal! Nine coins. Here is your potion.", sold) == ""
    assert "price" in contradiction("Deal! Eight coins it costs.", sold)
    assert contradiction("I'll come with you.", replace(SHOP, action="follow", forbidden=())) == ""
    assert contradiction("I promise.", replace(SHOP, line="I promise it.")) == ""
    assert contradiction("Good day, Bob.", replace(SHOP, player="Bob", told={"name": "Bob"})) == ""


def test_a_yes_is_no_answer_to_a_refusal_nor_a_no_to_a_deed():
    refuses = replace(SHOP, action="refuse", line="That is not for me.")
    assert "says yes" in contradiction("Of course, at once.", refuses)
    follows = replace(SHOP, action="follow", line="I am with you.", forbidden=())
    assert "refuses" in contradiction("No. I stay out of it.", follows)
    assert "refuses" in contradiction("I won't follow you.", follows)
    assert contradiction("Of course, I'll follow.", follows) == ""


def test_no_authored_line_contradicts_itself():
    for name in characters():
        persona = load_persona(name)
        lines = [line.say for _, lines in spoken(persona) for line in lines]
        lines += [line.say for lines in load_behaviour().topics.values() for line in lines]
        for say in lines:
            for action in ("talk", "refuse", "follow"):
                assert contradiction(say, Grounds(Who(persona.name), action, say, never=tuple(persona.boundaries))) == "", say


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=700), st.text(max_size=80))
def test_any_line_at_all_is_judged_and_judged_the_same_twice(line, other):
    grounds = replace(SHOP, line=other, says=line[:80], player=other[:20], told={"dog": other}, sees=(Seen(other or "x"),))
    assert contradiction(line, grounds) == contradiction(line, grounds)
    assert json.loads(grounds.as_json()).get("line", "") == other
    assert len(shortened(grounds, 1500)) <= 1500


_THINGS = st.sampled_from(["dragon", "unicorn", "old king", "red wagon", "goblins", "three ogres", "golden statue"])


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(["I see {}.", "I can see {} over there!", "Look at {}!", "There is {} behind you.", "Beware of {}!"]),
    _THINGS,
    st.sampled_from(["", "Good day. ", "Well, Ada, ", "Twelve coins. ", "Ha! "]),
    st.sampled_from(["", " It costs twelve coins.", " Mind your step."]),
)
def test_a_thing_that_is_not_there_is_caught_wherever_it_stands(claim, thing, before, after):
    words = thing if thing.startswith("three") else f"the {thing}"
    assert contradiction(f"{before}{claim.format(words)}{after}", SHOP)


@settings(max_examples=200, deadline=None)
@given(
    st.integers(0, 5000).filter(lambda n: n not in {12, 5, 80, 3, 2, 1}),
    st.sampled_from(["It costs {} coins.", "{} coins, Ada.", "I'd say it is {} gold pieces.", "For {} silver, yes."]),
)
def test_a_price_that_nobody_named_is_caught(price, claim):
    assert contradiction(claim.format(price), SHOP)


def test_numbers_are_read_as_people_write_them():
    said = {
        "twelve": 12, "twenty-five": 25, "a hundred and seven": 107, "two thousand": 2000, "1,200": 1200, "a dozen": 12,
        "3.5": 3.5, "three hundred thousand": 300_000,
    }  # fmt: skip
    for text, value in said.items():
        assert [n.value for n in numbers(f"I have {text} of them.")] == [value], text
    for text in ("one of us", "no one", "one day", "a thousand thanks", "hundreds of them", "a word or two", "the two of us"):
        assert list(numbers(text)) == [], text
    assert [n.is_money for n in numbers("12 coins, 3 wolves, $4, five gold")] == [True, False, True, True]


# -- what the grounds are made of ------------------------------------------------------------------------------

CARD = {
    "name": "Osk",
    "wares": {"potion": 12},
    "boundaries": {"attack": "Never."},
    "calls_player": "friend",
    "backstory": "Sells by the bridge.",
    "knowledge": {"bridge": {"asked": ["how old is the bridge?"], "say": ["The bridge was built eighty years ago."]}},
}


def test_the_grounds_hold_what_stands_about_a_decision():
    osk = Character(persona_from(CARD), "osk")

    def say(text: str, time: float, **more):
        percept = replace(scripted("chat", "neutral", time), text=text, knowledge={"bridge": 0.2}, **more)
        return percept, osk.tick(percept)

    say("my name is Ada and I have a dog called Biscuit", 1.0)
    say("don't follow me", 4.0)
    say("I promise I will bring you a flower", 7.0)
    say("here is an apple for you", 10.0)
    say("how much is the potion?", 13.0)
    found = Found("wolf", 0.95, 0.2, 0.5, count=2, most=3, colour="grey")
    percept, decision = say("how old is the bridge?", 16.0, looked=(found,), target=Target(0.8, 0.5, 0.9), has_frame=True)
    percept = replace(percept, knowledge={"bridge": 0.9})
    grounds = grounds_of(osk, percept, decision, [Said("how much is the potion?", "Twelve.")])
    assert grounds.player == "Ada"
    assert grounds.told == {"name": "Ada", "dog": "Biscuit"}
    assert "follow" in grounds.forbidden
    assert [promise.by for promise in grounds.promises] == ["npc", "player"]  # not to follow; a flower
    assert (grounds.offers[0].item, grounds.offers[0].by, grounds.offers[0].for_) == ("potion", "npc", "12 coins")
    assert Seen("wolf", 2, 3, "on the left", "grey") in grounds.sees
    assert grounds.facts == ("The bridge was built eighty years ago.",)
    assert grounds.never == ("attack",)
    assert json.loads(grounds.as_json())["sees"][0] == {
        "kind": "wolf", "count": 2, "most": 3, "where": "on the left", "colour": "grey"
    }  # fmt: skip


def test_the_view_is_unknown_without_a_frame_and_empty_where_nothing_is_in_it():
    osk = Character(persona_from(CARD), "osk")
    percept = replace(scripted("chat", "neutral", 1.0), text="hello", has_frame=False, watch=())
    assert grounds_of(osk, percept, osk.tick(percept)).sees is None
    seeing = replace(percept, has_frame=True)
    assert grounds_of(osk, seeing, osk.tick(seeing)).sees == ()


def test_the_most_that_can_stand_about_a_line_still_fits_a_prompt():
    long = "x y " * 100
    full = replace(
        SHOP,
        who=Who("M" * 80, long * 2, long * 2, long * 2),
        line=long[:300],
        says=long[:400],
        told={f"{n} {long[:50]}": long[:60] for n in range(12)},
        offers=(Offer(long[:120], "npc", long[:120], "open"),) * 8,
        promises=(Given("player", long[:240]),) * 8,
        facts=(long[:240],) * 8,
        turns=(Said(long[:240], long[:240]),) * 4,
    )
    for most in (6000, 3000, 2000):
        text = shortened(full, most)
        assert len(text) <= most
        assert json.loads(text)["line"] == long[:300]


class Judging:
    """A voice that keeps what it is asked to word, and says at once that it contradicts."""

    def reword(self, character, percept, decision, tell, judge):
        from engine.voice import Outcome

        judge(Outcome("I see a dragon.", "sees a dragon that is not in view", True))

    def close(self) -> None:
        """Nothing to let go of."""


class Noting:
    def __init__(self) -> None:
        self.told: list[str] = []

    def show(self, *_: object) -> None:
        """Ticks are not asked for."""

    def note(self, mind, decision, told) -> None:
        self.told.append(told)


def test_why_a_line_was_not_told_reaches_whoever_looks_on():
    feed = Noting()
    brain = Brain(EchoPerceiver(), voice=Judging(), feed=feed)
    brain.decide(None, [Observation(brain.mind("mira", CARD), 1.0, "hello")])
    assert feed.told == ["second voice: sees a dragon that is not in view; the authored line stands, not 'I see a dragon.'"]
    brain.close()
